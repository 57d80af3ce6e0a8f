"""An operator at the command line, over a small lender's books on each engine in turn."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from credit.cli.app import app
from credit.ledger.service import Event, Ledger, Lines
from tests.credit.evidence.conftest import evidence_postgresql, evidence_sqlite, lender, sealed
from tests.credit.evidence.lender import CASH, CUSTOMER, DEBT, Lender
from tests.ledger_proof.databases import NOW, TODAY

__all__ = ["evidence_postgresql", "evidence_sqlite", "lender", "sealed"]

YESTERDAY = TODAY - timedelta(days=1)


@dataclass(frozen=True)
class Terminal:
    """Types commands in this process. What it types must never end in a traceback."""

    lender: Lender

    def type(self, *arguments: object, answer: str | None = None) -> Any:
        done = CliRunner().invoke(app, [str(argument) for argument in arguments], input=answer)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        assert "Traceback" not in done.output
        return done

    def read(self, *arguments: object) -> str:
        """What a command that succeeds prints."""
        done = self.type(*arguments)
        assert (done.exit_code, done.stderr) == (0, "")
        return str(done.stdout)

    def json(self, *arguments: object) -> Any:
        """The same with --json: one line, one document."""
        (line,) = self.read(*arguments, "--json").splitlines()
        return json.loads(line)

    def refused(self, *arguments: object) -> tuple[str, str]:
        """Code and sentence of a refusal, which says the same in both forms and leaves stdout empty."""
        plain, machine = self.type(*arguments), self.type(*arguments, "--json")
        assert (plain.exit_code, plain.stdout, machine.exit_code, machine.stdout) == (1, "", 1, "")
        error = json.loads(machine.stderr)["error"]
        assert plain.stderr == f"{error['message']} ({error['code']})\n"
        return error["code"], error["message"]

    def misused(self, *arguments: object) -> str:
        """What wrong usage is told."""
        done = self.type(*arguments)
        assert (done.exit_code, done.stdout) == (2, "")
        return str(done.stderr)


@pytest.fixture
def terminal(lender: Lender, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """At work on the lender's books, sealed or not."""
    monkeypatch.setenv("DATA_DIR", str(lender.folder))
    monkeypatch.setenv("DATABASE_URL", lender.url)
    monkeypatch.delenv("XINZHANG_TRACEBACK", raising=False)
    return Terminal(lender)


def repay(lender: Lender, request: str, minor: int, on: date) -> UUID:
    """Post a repayment that counts for a day of its own."""

    def work(session: Session) -> UUID:
        event = Event("repay", request, CUSTOMER, on, {})
        return Ledger(session, NOW).post(event, Lines().shift(CASH, minor).shift(DEBT, -minor))

    return lender.database.attempt(work)
