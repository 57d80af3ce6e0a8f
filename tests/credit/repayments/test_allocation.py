"""Which debt a payment goes to: the debtor's choice, else the order of the Civil Code."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.kernel.money import ZERO, Money, total
from credit.ledger.lines import ACCOUNTS
from credit.repayments.allocation import Debt, allocate

EARLY, LATER = date(2026, 11, 10), date(2026, 11, 28)


def debt(name: str, *, due: int, owed: int, due_on: date = EARLY, burden: int = 300) -> Debt:
    return Debt("loan", uuid5(ACCOUNTS, name), Money(due), Money(owed), due_on, burden)


def shares(payment: int, *debts: Debt, chosen: UUID | None = None) -> list[int]:
    return [share.minor for share in allocate(Money(payment), debts, chosen=chosen)]


def test_what_is_due_comes_before_what_is_not_however_heavy() -> None:
    heavy, due = debt("heavy", due=0, owed=900, burden=450), debt("due", due=500, owed=500)
    assert shares(600, heavy, due) == [100, 500]


def test_of_what_is_due_the_heavier_burden_comes_first() -> None:
    light, heavy = debt("light", due=500, owed=500), debt("heavy", due=500, owed=500, due_on=LATER, burden=450)
    assert shares(600, light, heavy) == [100, 500]


def test_of_equal_burdens_the_earlier_due_day_comes_first() -> None:
    later, early = debt("later", due=500, owed=500, due_on=LATER), debt("early", due=500, owed=500)
    assert shares(600, later, early) == [100, 500]


@pytest.mark.parametrize(("payment", "expected"), [(100, [25, 75]), (101, [26, 75]), (3, [1, 2]), (1, [1, 0])])
def test_debts_equal_in_everything_are_paid_in_proportion(payment: int, expected: list[int]) -> None:
    assert shares(payment, debt("a", due=100, owed=100), debt("b", due=300, owed=300)) == expected


def test_the_chosen_debt_gets_all_it_can_take_and_the_others_nothing() -> None:
    due, chosen = debt("due", due=500, owed=500), debt("chosen", due=0, owed=300)
    assert shares(400, due, chosen, chosen=chosen.id) == [0, 300]


def test_a_chosen_debt_that_is_no_more_takes_nothing() -> None:
    assert shares(400, debt("due", due=500, owed=500), chosen=uuid5(ACCOUNTS, "gone")) == [0]


def test_a_negative_payment_is_refused() -> None:
    with pytest.raises(ValueError, match="not negative"):
        allocate(Money(-1), [])


amounts = st.integers(0, 5_000)
debts = st.lists(
    st.builds(
        lambda name, due, more, day, burden: debt(str(name), due=due, owed=due + more, due_on=day, burden=burden),
        st.integers(),
        amounts,
        amounts,
        st.sampled_from([EARLY, LATER]),
        st.sampled_from([300, 450]),
    ),
    max_size=5,
)


@given(amounts, debts)
def test_no_fen_is_lost_and_no_debt_gets_more_than_it_is_owed(payment: int, owing: list[Debt]) -> None:
    found = allocate(Money(payment), owing)
    assert total(found).minor == min(payment, sum(each.owed.minor for each in owing))
    for share, each in zip(found, owing, strict=True):
        assert ZERO <= share <= each.owed
    # Nobody pays early while something is due.
    if any(share < each.due for share, each in zip(found, owing, strict=True)):
        assert all(share <= each.due for share, each in zip(found, owing, strict=True))
