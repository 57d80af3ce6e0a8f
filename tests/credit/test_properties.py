"""Whatever customers do, in whatever order, the promises hold: any sequence of moves, checked after each."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from credit.books import Books
from credit.kernel.errors import CreditError
from credit.ledger.models import Account, Balance, Journal, Posting
from credit.ledger.service import account_id
from credit.lines import service as lines
from credit.lines.models import Line
from credit.loans import service as loans
from credit.loans.accounts import owed as loan_owed
from credit.loans.models import Loan
from credit.paylater import service as paylater
from credit.paylater.accounts import owed, payable_now, principal_owed
from credit.paylater.models import Purchase, Statement
from credit.paylater.rules import BILLED_PARTS
from credit.schedules.rules import Method
from tests.credit.conftest import NewDatabase, PostgresqlWorlds
from tests.credit.world import World, yuan

pytestmark = pytest.mark.long

fen = st.integers(1, 400_000)
share = st.sampled_from([1, 10, 33, 50, 99, 100])
moves = st.one_of(
    st.tuples(st.just("buy"), fen),
    st.tuples(st.just("refund"), st.integers(0, 9), share),
    st.tuples(st.just("pay_bill"), share),
    st.tuples(st.just("borrow"), st.integers(1, 80), st.sampled_from([3, 6, 12]), st.sampled_from(list(Method))),
    st.tuples(st.just("repay_loan"), st.integers(0, 2), share),
    st.tuples(st.just("repay_row"), st.integers(0, 2)),
    st.tuples(st.just("split"), share, st.sampled_from([3, 6])),
    st.tuples(st.just("bridge"), share, st.sampled_from([3, 6])),
    st.tuples(st.just("limit"), st.sampled_from(["paylater", "cashloan"]), st.integers(0, 20)),
    st.tuples(st.just("close"), st.integers(1, 14)),
)


class Life:
    """One customer's moves. What is refused is refused; the promises are checked all the same."""

    def __init__(self, world: World, *, autopay: bool) -> None:
        self.world, self.customer = world, world.borrower(autopay=autopay)
        self.purchases = [world.buy(self.customer, "3000.00")]
        world.go(5)  # to the day after the statement: there is a bill to begin with

    def make(self, move: tuple[Any, ...]) -> None:
        name, *content = move
        with contextlib.suppress(CreditError):
            getattr(self, f"_{name}")(*content)

    def _part(self, whole: int, percent: int) -> str:
        return yuan(whole * percent // 100)

    def _buy(self, amount: int) -> None:
        self.purchases.append(self.world.buy(self.customer, yuan(amount)))

    def _refund(self, nth: int, percent: int) -> None:
        if self.purchases:
            purchase = self.purchases[nth % len(self.purchases)]
            whole = self.world.look(lambda books: books.session.get_one(Purchase, purchase).amount_minor)
            self.world.refund(self.customer, purchase, self._part(whole, percent))

    def _outstanding(self) -> int:
        return self.world.app.bill(self.customer).outstanding.minor

    def _pay_bill(self, percent: int) -> None:
        self.world.pay_bill(self.customer, self._part(self._outstanding(), percent))

    def _borrow(self, hundreds: int, term: int, method: Method) -> None:
        self.world.borrow(self.customer, f"{hundreds}00.00", term, method)

    def _running(self, nth: int) -> UUID | None:
        running = self.world.look(lambda books: [loan.id for loan in loans.running_loans(books, self.customer)])
        return running[nth % len(running)] if running else None

    def _repay_loan(self, nth: int, percent: int) -> None:
        if (loan := self._running(nth)) is not None:
            whole = self.world.schedule(self.customer, loan).payoff_today.minor
            self.world.pay_loan(self.customer, loan, self._part(whole, percent))

    def _repay_row(self, nth: int) -> None:
        if (loan := self._running(nth)) is not None:
            self.world.pay_loan(self.customer, loan, yuan(self.world.schedule(self.customer, loan).next_due.minor))

    def _split(self, percent: int, term: int) -> None:
        self.world.split_bill(self.customer, self._part(self._outstanding(), percent), term)

    def _bridge(self, percent: int, term: int) -> None:
        self.world.bridge(self.customer, self._part(self._outstanding(), percent), term)

    def _limit(self, product: str, thousands: int) -> None:
        self.world.change_limit(self.customer, f"{thousands}000.00", product=product)

    def _close(self, days: int) -> None:
        self.world.go(days)


def check_promises(books: Books, customer: UUID) -> None:
    _check_limits(books, customer)
    _check_accounts(books)
    _check_paylater(books, customer)
    for loan in books.session.scalars(select(Loan)):
        _check_loan(books, loan)


def _check_limits(books: Books, customer: UUID) -> None:
    debts = {
        lines.PAYLATER: principal_owed(owed(books, lines.require_line(books, customer, lines.PAYLATER))).minor,
        lines.CASHLOAN: loans.principal_owed(books, customer).minor,
    }
    for product, debt in debts.items():
        line = lines.require_line(books, customer, product)
        free, used, granted = (
            books.ledger.balance(lines.account(line, part)).minor for part in ("available", "used", "granted")
        )
        assert free + used == line.limit_minor == -granted
        assert used == min(line.limit_minor, debt)
        assert free >= 0


def _check_accounts(books: Books) -> None:
    """No receivable is ever negative, and what is owed to the customer is never a debt of theirs."""
    found = books.session.execute(
        select(Account.kind, Balance.balance_minor).join(Balance, Balance.account_id == Account.id)
    )
    for kind, balance in found:
        if kind in {"limit_granted", "paylater_credit"}:
            assert balance <= 0, kind
        else:
            assert balance >= 0, kind


def _check_paylater(books: Books, customer: UUID) -> None:
    line = lines.require_line(books, customer, lines.PAYLATER)
    parts, standing = owed(books, line), paylater.standing_of(books, line)
    for bill in books.session.scalars(select(Statement).where(Statement.line_id == line.id)):
        assert bill.total_minor == (
            bill.previous_minor
            + bill.purchases_minor
            + bill.refunds_minor
            + bill.installments_minor
            + bill.interest_minor
            + bill.fees_minor
            + bill.penalty_minor
            + bill.payments_minor
        )
        assert 0 <= bill.minimum_minor <= bill.total_minor
        assert bill.previous_minor + bill.penalty_minor == _billed(books, line, before=bill.statement_on)
        assert bill.total_minor == _billed(books, line, before=bill.statement_on) + _billed_by(books, line, bill)
    assert 0 <= standing.past_due_minor <= parts["billed"]
    assert standing.overdue_minor >= 0
    # Nobody is overdue who owes nothing: there would be nothing to pay to get out of it.
    if standing.overdue_since is not None:
        assert payable_now(parts)
        assert standing.overdue_minor > 0


def _billed(books: Books, line: Line, *, before: date) -> int:
    """What stood on the bill's accounts before a day, from the postings."""
    accounts = [account_id(f"paylater/{line.id}/{part}") for part in BILLED_PARTS]
    moved = select(func.sum(Posting.amount_minor)).where(
        Posting.account_id.in_(accounts), Posting.effective_on < before
    )
    return int(books.session.scalar(moved) or 0)


def _billed_by(books: Books, line: Line, bill: Statement) -> int:
    """What the statement's own journals put on the bill's accounts."""
    accounts = [account_id(f"paylater/{line.id}/{part}") for part in BILLED_PARTS]
    moved = (
        select(func.sum(Posting.amount_minor))
        .join(Journal, Journal.id == Posting.journal_id)
        .where(
            Posting.account_id.in_(accounts),
            Journal.kind == "statement",
            Journal.customer_id == line.customer_id,
            Journal.effective_on == bill.statement_on,
        )
    )
    return int(books.session.scalar(moved) or 0)


def _check_loan(books: Books, loan: Loan) -> None:
    """Principal repaid and principal owed are what was lent; the rows still ask for exactly what is owed."""
    parts, rows = loan_owed(books, loan), loans.rows_of(books, loan)
    asked = sum(row.principal_minor - row.principal_paid for row in rows if row.paid_on is None)
    assert asked == parts["principal"]
    late_interest = sum(
        row.interest_minor - row.interest_paid for row in rows if row.paid_on is None and row.due_on <= books.today
    )
    assert late_interest <= parts["interest"]
    if loan.settled_on is not None:
        assert parts == {"principal": 0, "interest": 0, "penalty": 0}
        assert all(row.paid_on for row in rows)
    else:
        assert parts["principal"] > 0 or parts["interest"] > 0 or parts["penalty"] > 0
    lent, repaid = _moved(books, f"loan/{loan.id}/principal")
    assert (lent, lent - repaid) == (loan.principal_minor, parts["principal"])


def _moved(books: Books, code: str) -> tuple[int, int]:
    """All debits and all credits of an account."""
    amounts = books.session.scalars(select(Posting.amount_minor).where(Posting.account_id == account_id(code))).all()
    return sum(amount for amount in amounts if amount > 0), -sum(amount for amount in amounts if amount < 0)


def live(world: World, life: list[tuple[Any, ...]], *, autopay: bool) -> None:
    someone = Life(world, autopay=autopay)
    for move in life:
        someone.make(move)
        world.look(lambda books: check_promises(books, someone.customer))
    for loan in world.loans(someone.customer):
        if loan.settled_on is None:
            world.pay_loan(someone.customer, loan.id)
    world.look(lambda books: check_promises(books, someone.customer))
    assert world.available(someone.customer, "cashloan") == world.limit(someone.customer, "cashloan").limit.minor
    assert world.problems() == []


def calm(examples: int) -> Callable[[Any], Any]:
    return settings(
        max_examples=examples,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
    )


@pytest.mark.timeout(600)
@calm(20)
@given(st.lists(moves, min_size=5, max_size=20), st.booleans())
def test_any_life_keeps_the_promises_on_sqlite(
    new_sqlite: NewDatabase, tmp_path: Path, life: list[tuple[Any, ...]], autopay: bool
) -> None:
    world = World(new_sqlite(), tmp_path)
    try:
        live(world, life, autopay=autopay)
    finally:
        world.close()


@pytest.mark.timeout(600)
@calm(6)
@given(st.lists(moves, min_size=5, max_size=15), st.booleans())
def test_any_life_keeps_the_promises_on_postgresql(
    postgresql_worlds: PostgresqlWorlds, tmp_path: Path, life: list[tuple[Any, ...]], autopay: bool
) -> None:
    url = postgresql_worlds.take()
    world = World(url, tmp_path)
    try:
        live(world, life, autopay=autopay)
    finally:
        world.close()
        postgresql_worlds.give_back(url)


early_payments = st.lists(st.tuples(st.integers(1, 45), st.sampled_from([5, 33, 70, 100])), min_size=1, max_size=3)


@pytest.mark.timeout(600)
@calm(5)
@given(hundreds=st.integers(1, 150), method=st.sampled_from(list(Method)), early=early_payments)
def test_paying_a_loan_early_never_costs_more(
    new_sqlite: NewDatabase, tmp_path: Path, hundreds: int, method: Method, early: list[tuple[int, int]]
) -> None:
    world = World(new_sqlite(), tmp_path)
    try:
        _pay_early(world, hundreds, method, early)
    finally:
        world.close()


def _pay_early(world: World, hundreds: int, method: Method, early: list[tuple[int, int]]) -> None:
    """Pay parts early, every row on its day, and compare with what the plan asked for when the loan was opened."""
    customer = world.borrower(autopay=True)
    loan = world.borrow(customer, f"{hundreds}00.00", 3, method)
    planned, last_due = world.rows(loan), world.rows(loan)[-1].due_on
    for days, percent in early:
        if world.loan(loan).settled_on is None and world.today < last_due:
            world.go_to(min(last_due, world.today + timedelta(days=days)))
            owed = sum(world.loan_owed(loan).values())
            if amount := owed * percent // 100:
                world.pay_loan(customer, loan, yuan(amount))
    world.go_to(last_due + timedelta(days=1))
    settled = world.loan(loan)
    assert settled.settled_on is not None
    assert settled.settled_on <= last_due
    assert settled.interest_posted <= sum(row.interest_minor for row in planned)
    assert settled.penalty_posted == 0
    assert world.balance("house/cash") == settled.interest_posted
    assert world.problems() == []
