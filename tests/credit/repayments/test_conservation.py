"""Whatever sequence of payments, repeats and bounces: the bank, the cash account and the debts tell one story."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from credit.books import Books
from credit.kernel.errors import CreditError
from credit.ledger.models import Account, Balance
from credit.loans import service as loans
from credit.loans.accounts import owed
from credit.loans.models import Loan
from credit.payments import orders
from credit.payments.models import PaymentOrder
from credit.repayments import receiving
from tests.credit.conftest import NewDatabase
from tests.credit.repayments.acting import arrives, bounces
from tests.credit.world import World, yuan

acts = st.one_of(
    st.tuples(st.just("pay"), st.integers(1, 150_000)),
    st.tuples(st.just("pay"), st.integers(150_000, 500_000)),
    st.tuples(st.just("repeat"), st.integers(0, 5)),
    st.tuples(st.just("bounce"), st.integers(0, 5)),
    st.tuples(st.just("borrow"), st.integers(1, 60)),
    st.tuples(st.just("days"), st.integers(1, 20)),
)


def check(books: Books, came: int, lent: int) -> None:
    """Cash is what came in less what went out, refunds by the nightly run too; the rows of each loan ask for what the
    ledger says is owed."""
    cash = books.ledger.balance("house/cash").minor
    paid_back = select(func.coalesce(func.sum(PaymentOrder.amount_minor), 0)).where(
        PaymentOrder.purpose == orders.REFUND, PaymentOrder.state == "done"
    )
    assert cash == came - lent - int(books.session.scalars(paid_back).one())
    for balance, kind in books.session.execute(
        select(Balance.balance_minor, Account.kind).join(Account, Account.id == Balance.account_id)
    ):
        assert balance >= 0 or kind in {"limit_granted", "customer_return", "paylater_credit"}, kind
    for loan in books.session.scalars(select(Loan)):
        parts = owed(books, loan)
        unpaid = loans.unpaid_rows(books, loan)
        assert sum(row.principal_minor - row.principal_paid for row in unpaid) == parts["principal"]
        late = sum(row.interest_minor - row.interest_paid for row in unpaid if row.due_on <= books.today)
        assert late <= parts["interest"]
        assert (loan.settled_on is not None) == (sum(parts.values()) == 0)


@pytest.mark.timeout(300)
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(acts, min_size=4, max_size=12))
def test_any_sequence_of_payments_repeats_and_bounces_conserves_money(
    new_sqlite: NewDatabase, tmp_path: Path, life: list[tuple[str, int]]
) -> None:
    world = World(new_sqlite(), tmp_path)
    try:
        customer = world.borrower()
        world.borrow(customer, "3000.00", 3)
        came, lent, payments = 0, 300_000, list[tuple[str, int]]()
        for nth, (act, value) in enumerate(life):
            with contextlib.suppress(CreditError):
                if act == "pay":
                    arrives(world, customer, yuan(value), f"ref-{nth}")
                    payments.append((f"ref-{nth}", value))
                    came += value
                elif act == "borrow":
                    world.borrow(customer, f"{value}00.00", 3)
                    lent += value * 10_000
                elif act == "days":
                    world.go_to(world.today + timedelta(days=value))
                elif payments and act == "repeat":
                    reference, amount = payments[value % len(payments)]
                    arrives(world, customer, yuan(amount), reference)
                elif payments:
                    reference, amount = payments[value % len(payments)]
                    bounces(world, reference)
                    came -= amount
            world.look(lambda books, came=came, lent=lent: check(books, came, lent))
        kept = world.look(lambda books: receiving.owed_back(books, customer).minor)
        assert 0 <= kept <= came
        assert world.problems() == []
    finally:
        world.close()
