"""Which part of a debt a payment goes to, and how late a debt is."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.kernel.money import Money, total
from credit.schedules.allocation import AllocationOrder, Claim, Part, allocate
from credit.schedules.arrears import ArrearsClass, arrears_class, days_past_due

TODAY = date(2026, 11, 8)
HOUSE = AllocationOrder(due=(Part.COST, Part.PENALTY, Part.INTEREST, Part.FEE, Part.PRINCIPAL), ahead=(Part.PRINCIPAL,))
CLAIMS = st.lists(
    st.builds(
        Claim,
        st.sampled_from(Part),
        st.dates(date(2026, 10, 1), date(2026, 12, 31)),
        st.integers(0, 100_000).map(Money),
    )
)


def test_what_is_due_goes_before_what_is_not_and_older_before_newer() -> None:
    claims = [
        Claim(Part.PRINCIPAL, date(2026, 12, 8), Money(500)),
        Claim(Part.PRINCIPAL, date(2026, 11, 8), Money(400)),
        Claim(Part.PRINCIPAL, date(2026, 10, 8), Money(300)),
        Claim(Part.INTEREST, date(2026, 11, 8), Money(20)),
        Claim(Part.INTEREST, date(2026, 12, 8), Money(10)),
    ]
    paid = allocate(Money(1_000), claims, on=TODAY, order=HOUSE)
    assert [share.minor for share in paid] == [280, 400, 300, 20, 0]


@given(claims=CLAIMS, payment=st.integers(0, 500_000).map(Money))
def test_no_claim_gets_more_than_it_is_and_nothing_is_lost(claims: list[Claim], payment: Money) -> None:
    shares = allocate(payment, claims, on=TODAY, order=AllocationOrder(due=tuple(Part), ahead=tuple(Part)))
    assert all(Money(0) <= share <= claim.amount for share, claim in zip(shares, claims, strict=True))
    assert total(shares) == min(payment, total([claim.amount for claim in claims]))


def test_negative_payments_and_claims_are_refused() -> None:
    for payment, claim in [(Money(-1), Money(1)), (Money(1), Money(-1))]:
        with pytest.raises(ValueError, match="not negative"):
            allocate(payment, [Claim(Part.FEE, TODAY, claim)], on=TODAY, order=HOUSE)


def test_a_debt_is_late_from_the_day_after_its_due_day() -> None:
    assert [days_past_due(TODAY, date(2026, 11, day)) for day in (7, 8, 9)] == [0, 0, 1]
    assert days_past_due(None, TODAY) == 0


def test_the_class_is_the_highest_one_reached() -> None:
    classes = [ArrearsClass("late", 1), ArrearsClass("current", 0), ArrearsClass("lost", 361)]
    assert [arrears_class(days, classes).code for days in (0, 1, 360, 361)] == ["current", "late", "late", "lost"]
    with pytest.raises(ValueError, match="no class"):
        arrears_class(0, classes[:1])
