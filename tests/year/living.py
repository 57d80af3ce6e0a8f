"""One process of a life: takes it up where the last process was killed, and may be killed itself.

`python -m tests.year.living` reads JSON from its input: `url`, `folder`, `seed`, `customers`, `days`, `founds` (the
database is empty: open the house first), and `dies_before`, the number of the database statement since then before which
it kills itself (null: never). A process that reaches the end of the year prints JSON: the digest of the books, and how
many statements, deeds and refusals it had."""

from __future__ import annotations

import json
import os
import signal
import sys
import warnings
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import structlog
from argon2 import PasswordHasher
from sqlalchemy import Engine, event, select

from credit.books import Books
from credit.customers import service
from credit.customers.service import NewCustomer, join
from credit.kernel.clock import ManualClock, midday
from credit.kernel.errors import CreditError
from credit.ledger.models import Journal
from credit.lines.models import Line
from credit.paylater.models import Purchase
from tests.credit.world import START, World, yuan
from tests.harness.pin import PIN
from tests.year import checks, digest
from tests.year.diary import Diary
from tests.year.people import Intent, customer_id, habit_of, morning
from tests.year.view import look


class Death:
    """Strikes before the nth statement or commit of this process."""

    def __init__(self, engine: Engine, dies_before: int | None) -> None:
        self.seen, self._dies_before = 0, dies_before
        event.listen(engine, "before_cursor_execute", self._count)
        event.listen(engine, "commit", self._count)

    def _count(self, *_: object) -> None:
        self.seen += 1
        if self.seen == self._dies_before:
            os.kill(os.getpid(), signal.SIGKILL)


class Life(World):
    """The lender and all customers of a year, with request ids that are the same in every telling."""

    def __init__(self, url: str, folder: Path, *, seed: int, customers: int) -> None:
        super().__init__(url, folder)
        self.seed = seed
        self.people = [customer_id(seed, number) for number in range(customers)]
        self._request = ""
        self._asked = 0

    def request(self) -> str:
        self._asked += 1
        return f"{self._request}/{self._asked}"

    def found(self) -> None:
        """Everybody joins and gets both lines."""
        self.open_house()
        # All have one PIN, and nobody is asked for it in this life: its slow hash is made once.
        hasher = SimpleNamespace(hash=lru_cache(PasswordHasher().hash))
        with mock.patch.object(service, "_HASHER", hasher):
            self._join()

    def _join(self) -> None:
        for number, customer in enumerate(self.people):
            new = NewCustomer(
                id=customer,
                name="Lin",
                born_on=date(1990, 1, 1),
                is_student=False,
                card_tail="3301",
                autopay=habit_of(number).autopay,
                pin=PIN,
            )
            self.do(lambda books, new=new: join(books, new))
            cycle = ((1, 10), (6, 15), (11, 20))[number % 3]
            self.open_paylater(customer, f"{3 + number % 9}000.00", cycle=cycle)
            self.open_cashloan(customer, f"{2 + number % 7}000.00", rate=(220, 300, 310)[number % 3])

    def act(self, day: date, nth: int, intent: Intent, *, is_first: bool) -> str:
        """Do one thing, once. Returns what came of it.

        The first deed of a process may be the one at which the last process was killed: it is not done again."""
        self._request, self._asked = f"year:{day}:{nth}", 0
        if is_first and intent["do"] in ("buy", "refund") and self._happened(f"{self._request}/1"):
            return "done"
        deed: Callable[[Intent], object] = getattr(self, f"_{intent['do']}")
        try:
            deed(intent)
        except CreditError as refusal:
            return str(refusal.code.name)
        return "done"

    def _happened(self, request_id: str) -> bool:
        query = select(Journal.id).where(Journal.request_id == request_id)
        return self.look(lambda books: books.session.scalar(query) is not None)

    def _buy(self, intent: Intent) -> None:
        self.buy(self.people[intent["who"]], yuan(intent["amount"]))

    def _refund(self, intent: Intent) -> None:
        customer = self.people[intent["who"]]
        bought = (
            select(Purchase.id)
            .join(Line, Line.id == Purchase.line_id)
            .where(Line.customer_id == customer, Purchase.on == date.fromisoformat(intent["on"]))
        )
        self.refund(customer, self.look(lambda books: books.session.scalars(bought).one()), yuan(intent["amount"]))

    def _pay_bill(self, intent: Intent) -> None:
        self._offer(intent, "repay_bill")

    def _split(self, intent: Intent) -> None:
        self._offer(intent, "installment", term=intent["term"])

    def _bridge(self, intent: Intent) -> None:
        self._offer(intent, "repay_with_loan", term=intent["term"])

    def _borrow(self, intent: Intent) -> None:
        self._offer(intent, "borrow", term=intent["term"], method=intent["method"])

    def _pay_loan(self, intent: Intent) -> None:
        customer = self.people[intent["who"]]
        loan = next(loan for loan in self.loans(customer) if str(loan.opened_on) == intent["opened"])
        self._offer(intent, "repay_loan", loan_id=loan.id)

    def _offer(self, intent: Intent, kind: str, **wish: Any) -> None:
        """Asking again with the same request id gives the offer that was made; if it was executed, that was it."""
        customer, amount = self.people[intent["who"]], intent["amount"]
        offer = self.propose(customer, kind, None if amount is None else yuan(amount), **wish)
        if offer.status != "executed":
            self.execute(customer, offer)

    def finish_closing(self) -> None:
        """Take up a closing that a killed process began."""

    def close_today(self, today: date) -> None:
        self.app.close_days(today + timedelta(days=1))


def live(life: Life, diary: Diary, days: int) -> Counter[str]:
    """Until the year is over: check the morning, decide, act, close the day. Raises AssertionError for a broken promise."""
    outcomes: Counter[str] = Counter()
    is_first = True
    before: checks.Snapshot | None = None
    life.finish_closing()
    while (today := life.today) <= START + timedelta(days=days):
        assert isinstance(life.clock, ManualClock)
        life.clock.advance(seconds=(midday(today) - life.clock.now()).total_seconds())
        key = str(today)
        before = _check(life, before, is_morning=diary.plan(key) is None)
        if today == START + timedelta(days=days):
            break
        plan = diary.plan(key)
        if plan is None:
            views = life.look(lambda books, now=before: look(books, life.people, now.balances))  # type: ignore[misc]
            plan = morning(life.seed, today, views)
            diary.decide(key, plan)
        for nth, intent in enumerate(plan):
            if nth >= diary.done(key):
                outcome = life.act(today, nth, intent, is_first=is_first)
                is_first = False
                diary.tick(key, outcome)
                outcomes[f"{intent['do']} {outcome}"] += 1
        life.close_today(today)
    return outcomes


def _check(life: Life, before: checks.Snapshot | None, *, is_morning: bool) -> checks.Snapshot:
    def work(books: Books) -> tuple[checks.Snapshot, list[str]]:
        now = checks.take(books)
        # After a restart in the middle of a day there is no morning to compare with.
        return now, checks.problems(books, now, before, is_morning=is_morning)

    now, found = life.app.reading(work)
    assert found == [], f"seed {life.seed}, {now.day}: {found[:5]}"
    return now


def main() -> None:
    warnings.simplefilter("error")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    task = json.load(sys.stdin)
    folder = Path(task["folder"])
    life = Life(task["url"], folder, seed=task["seed"], customers=task["customers"])
    if task["founds"]:
        life.found()
    death = Death(life.app.database.engine, task["dies_before"])
    diary = Diary(folder / "diary.jsonl")
    outcomes = live(life, diary, task["days"])
    found = life.problems()
    assert found == [], found[:5]
    parts = life.app.reading(lambda books: digest.content(books, task["seed"], task["customers"]))
    digest.write(parts, folder / "books.txt")
    told = {"digest": digest.digest(parts), "statements": death.seen, "outcomes": dict(sorted(outcomes.items()))}
    told["lines"] = {name: len(lines) for name, lines in parts.items()}
    diary.close()
    life.close()
    print(json.dumps(told))


if __name__ == "__main__":
    main()
