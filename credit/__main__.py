"""`python -m credit`: the operator's command line."""

from __future__ import annotations

from credit.cli.app import app

if __name__ == "__main__":
    app(prog_name="python -m credit")
