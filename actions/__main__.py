"""`python -m actions`: the action server on loopback. SIGTERM lets the turns under way finish."""

from __future__ import annotations

from actions import logs
from actions.server import create_server, load_actions, log
from credit.kernel.settings import Settings

LOOPBACK = "127.0.0.1"


def main() -> None:
    logs.configure()
    settings = Settings.from_environment()
    server = create_server(load_actions(), secret=settings.internal_secret)
    log.info("actions_listening", port=settings.actions_port)
    server.run(LOOPBACK, settings.actions_port, single_process=True, access_log=False, motd=False)


if __name__ == "__main__":
    main()
