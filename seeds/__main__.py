"""`python -m seeds`: fill an empty database with the demo lender's customers; a filled one is left alone."""

from __future__ import annotations

import time

from credit.app import open_app
from credit.kernel.settings import Settings
from seeds.loader import seed


def main() -> None:
    started = time.monotonic()
    app = open_app(Settings.from_environment())
    try:
        done = seed(app, progress=lambda day: print(f"  seeding: played up to {day}", flush=True))
        seconds = time.monotonic() - started
        print(f"  seeding: {'done' if done else 'already there'}, {seconds:.1f} s", flush=True)
    finally:
        app.close()


if __name__ == "__main__":
    main()
