"""Pay-later arithmetic, without a database."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.catalogue.models import Cycle, MinimumPayment
from credit.paylater import rules
from credit.paylater.rules import Composition
from tests.credit.world import minor

RULE = MinimumPayment.model_validate({"share_ppm": 100_000, "floor": "10.00"})


def bill(**parts: str) -> Composition:
    """Amounts in yuan; what is not named is zero."""
    names = ("previous", "purchases", "refunds", "installments", "interest", "fees", "penalty", "payments")
    return Composition(**{name: minor(parts.get(name, "0")) for name in names})


@pytest.mark.parametrize(
    ("parts", "minimum"),
    [
        ({"purchases": "1000"}, "100.00"),
        ({"purchases": "1000.05"}, "100.01"),  # half a fen up
        ({"purchases": "1000.04"}, "100.00"),
        ({"purchases": "99"}, "10.00"),  # the floor
        ({"purchases": "9.99"}, "9.99"),  # never above the bill
        ({"purchases": "100"}, "10.00"),
        ({"purchases": "1000", "refunds": "-400"}, "60.00"),
        ({"purchases": "1000", "payments": "-500"}, "50.00"),
        ({"purchases": "1000", "previous": "900"}, "1000.00"),  # an earlier rest cannot be rolled again
        ({"purchases": "1000", "installments": "333.33", "fees": "5.00"}, "438.33"),
        ({"interest": "5.40", "previous": "900"}, "905.40"),
        ({"purchases": "200", "penalty": "0.05", "interest": "0.10"}, "20.15"),
        ({"installments": "3.00", "fees": "0.50"}, "3.50"),  # floor above the bill
        ({"purchases": "50", "installments": "2.00"}, "10.00"),  # 5 + 2 is below the floor
        ({"purchases": "50", "installments": "100", "payments": "-120"}, "30.00"),
        ({}, "0.00"),
    ],
)
def test_the_minimum_payment(parts: dict[str, str], minimum: str) -> None:
    assert rules.minimum_payment(bill(**parts), RULE) == minor(minimum)


amounts = st.integers(0, 10**8)


@given(amounts, amounts, amounts, amounts, amounts, amounts, st.integers(0, 10**6), st.data())
def test_the_minimum_is_never_negative_and_never_above_the_bill(
    previous: int,
    purchases: int,
    installments: int,
    interest: int,
    fees: int,
    penalty: int,
    share: int,
    data: st.DataObject,
) -> None:
    refunds = -data.draw(st.integers(0, purchases))
    open_total = previous + purchases + refunds + installments + interest + fees + penalty
    payments = -data.draw(st.integers(0, open_total))
    whole = Composition(previous, purchases, refunds, installments, interest, fees, penalty, payments)
    rule = MinimumPayment.model_validate({"share_ppm": share, "floor": "10.00"})
    assert whole.total == open_total + payments
    assert 0 <= rules.minimum_payment(whole, rule) <= whole.total


owed_parts = st.fixed_dictionaries(dict.fromkeys(rules.BILLED_PARTS, amounts))


@given(amounts, owed_parts, st.sampled_from([rules.BILLED_PARTS, rules.PRINCIPAL_FIRST]))
def test_a_payment_is_spread_whole_and_in_order(amount: int, owed: dict[str, int], order: tuple[str, ...]) -> None:
    shares = rules.allocate(amount, owed, order)
    assert sum(shares.values()) == min(amount, sum(owed.values()))
    assert all(0 < share <= owed[part] for part, share in shares.items())
    full = [shares.get(part, 0) == owed[part] for part in order]
    last = max((order.index(part) for part in shares), default=0)
    assert all(full[:last])  # nothing goes to a later part while an earlier one is open


@pytest.mark.parametrize(
    ("day", "statement"),
    [
        (date(2026, 10, 31), date(2026, 11, 1)),
        (date(2026, 11, 1), date(2026, 12, 1)),
        (date(2026, 12, 31), date(2027, 1, 1)),
        (date(2027, 1, 1), date(2027, 2, 1)),
    ],
)
def test_the_next_statement_is_the_first_statement_day_after_today(day: date, statement: date) -> None:
    assert rules.next_statement(Cycle(statement_day=1, due_day=10), day) == statement


@pytest.mark.parametrize(("statement_day", "due_day"), [(1, 10), (6, 15), (11, 20), (28, 28)][:3])
def test_a_statement_is_due_in_its_own_month(statement_day: int, due_day: int) -> None:
    cycle = Cycle(statement_day=statement_day, due_day=due_day)
    assert rules.due_day_of(cycle, date(2026, 11, statement_day)) == date(2026, 11, due_day)


@pytest.mark.parametrize(
    ("late_days", "grace_days", "penalised"),
    [(1, 1, True), (1, 2, False), (2, 2, True), (3, 3, True), (2, 3, False), (0, 1, False)],
)
def test_no_penalty_is_counted_within_the_grace_days(late_days: int, grace_days: int, penalised: bool) -> None:
    """Whoever pays on the last grace day pays before that day is closed, so its closing is the first that counts."""
    interest, penalty = rules.day_of_accrual(
        past_due=90_000, overdue=10_000, late_days=late_days, grace_days=grace_days, daily_ppm=300, penalty_ppm=450
    )
    assert interest == 80_000 * 300
    assert penalty == (10_000 * 450 if penalised else 0)


def test_penalty_takes_the_place_of_interest_on_the_same_money() -> None:
    interest, penalty = rules.day_of_accrual(
        past_due=5_000, overdue=10_000, late_days=5, grace_days=1, daily_ppm=300, penalty_ppm=450
    )
    assert (interest, penalty) == (0, 5_000 * 450)
