"""A real ledger and the model of it side by side, and how an operation is done to both."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from hypothesis.stateful import RuleBasedStateMachine

from credit.kernel.database import Database, open_engine
from credit.kernel.errors import CreditError
from credit.ledger.service import Ledger
from tests.ledger_proof.databases import NOW, TODAY, Maker
from tests.ledger_proof.model import ModelBooks, ModelJournal
from tests.ledger_proof.world import event_of, first_accounts, first_journals, ids_of_journals, lines_of


class TwoBooks(RuleBasedStateMachine):
    """A fresh database and a fresh model. The databases and the count of steps are set on a subclass."""

    makers: ClassVar[Maker]
    steps: ClassVar[list[str]]
    """The name of every step taken, in all runs."""

    def __init__(self) -> None:
        super().__init__()
        self.url = self.makers.new()
        self.engine = open_engine(self.url)
        self.database = Database(self.engine)
        self.books = ModelBooks(TODAY)
        self.books.accounts = {account.code: account for account in first_accounts()}
        for journal in first_journals():
            self.books.write(journal)
        self.ids = ids_of_journals(self.url)
        self.hold_ids: dict[str, UUID] = {}
        self.requests = 0

    def teardown(self) -> None:
        self.engine.dispose()
        self.makers.drop(self.url)

    def do(self, name: str, work: Callable[[Ledger], Any], reasons: set[str]) -> Any:
        """Run an operation that must be refused for one of `reasons`, or must succeed when there is none."""
        self.steps.append(name if not reasons else f"{name} refused")
        refusal, result = None, None
        try:
            result = self.database.attempt(lambda session: work(Ledger(session, NOW)))
        except CreditError as error:
            refusal = error
        got = refusal.code if refusal else "success"
        assert got in (reasons or {"success"}), f"{name}: got {refusal or got}, expected {reasons or 'success'}"
        return result

    def request(self) -> str:
        self.requests += 1
        return f"r{self.requests}"

    def pick(self, nth: int, *, memo: bool = False, currency: str = "CNY") -> str:
        """An account that ordinary journals may touch; now and then a held or a closed one."""
        codes = [
            code
            for code, account in self.books.accounts.items()
            if account.memo is memo and account.currency == currency
        ]
        return codes[nth % len(codes)]

    def try_post(self, name: str, journal: ModelJournal, currencies: dict[str, str] | None = None) -> None:
        """Post a journal with a fresh request id to both."""
        named = currencies or self.books.currencies(journal.lines)
        reasons = self.books.reasons(journal, named)
        key = self.do(name, lambda ledger: ledger.post(event_of(journal), lines_of(journal.lines, named)), reasons)
        if not reasons:
            self.books.write(journal)
            self.ids[journal.request_id] = key

    def _hold(self, nth: int) -> tuple[str, Any]:
        """Pending ones twice as often as finished ones."""
        pending = [request for request, hold in self.books.holds.items() if hold.state == "pending"]
        requests = pending if pending and nth % 3 else list(self.books.holds)
        request = requests[nth % len(requests)]
        return request, self.books.holds[request]

    def _finish(self, name: str, journal: ModelJournal, work: Callable[[Ledger], UUID], reasons: set[str]) -> None:
        key = self.do(name, work, reasons)
        if not reasons:
            self.books.write(journal)
            self.ids[journal.request_id] = key

    def _remember_id(self, request: str) -> None:
        with self.database.read() as session:
            found = Ledger(session, NOW).find(request)
            assert found is not None
            self.ids[request] = found.id
