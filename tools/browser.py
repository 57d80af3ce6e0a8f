"""Find a Chromium for the browser tests, or install Debian's where that is possible.

python3 -m tools.browser [--install]"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tools.console import StepError, fail, run, say

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MACOS = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
PLACES = ("/usr/bin/chromium", "/usr/bin/google-chrome", MACOS)
FONTS = "fonts-noto-cjk"
NONE_FOUND = "no Chromium or Chrome here, and no root with apt-get to install one: the browser tests are skipped"

# Without the background-networking flags Chromium looks up its vendor's hosts at every start.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def browser() -> Path | None:
    """The browser on this machine, if any."""
    named = os.environ.get("CHROMIUM")
    found = (named, *(shutil.which(name) for name in NAMES), *PLACES)
    return next((Path(path) for path in found if path and Path(path).exists()), None)


def is_ci() -> bool:
    return os.environ.get("CI") == "true"


def ensure_browser() -> Path | None:
    """The browser, installed when it was missing and could be. Raises StepError when CI would go without one."""
    missing = [] if browser() else ["chromium"]
    missing += [] if _chinese_font() else [FONTS]
    if missing and _may_install():
        run("apt-get update", ["apt-get", "update"], log="apt-update")
        install = ["apt-get", "install", "--yes", "--no-install-recommends", *missing]
        quiet = {"DEBIAN_FRONTEND": "noninteractive"}
        run(f"apt-get install {' '.join(missing)}", install, log="apt-install", env=quiet)
    found = browser()
    if found is None and is_ci():
        raise StepError(NONE_FOUND.replace("are skipped", "cannot run, and CI must run them"))
    return found


def _may_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def _chinese_font() -> bool:
    """Whether Chinese would be drawn; where nothing can tell, it is taken to be so."""
    listing = shutil.which("fc-list")
    if listing is None:
        return not _may_install() or Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc").exists()
    return bool(subprocess.run([listing, ":lang=zh"], check=False, capture_output=True, text=True).stdout.strip())


def main(arguments: list[str]) -> int:
    try:
        found = ensure_browser() if "--install" in arguments else browser()
    except StepError as failure:
        return fail(str(failure))
    say(str(found) if found else NONE_FOUND)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
