"""The calculators for any convention: what must hold whatever the convention."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.kernel.money import PPM, Money
from credit.schedules.daycount import DayCount, period_rates
from credit.schedules.general import Level, Odd, Repay, Terms, equal_rates, plan, total_interest
from credit.schedules.living import Course, Draw, Event, PaidAhead, PaidLate, Prepayment, Surplus, follow
from credit.schedules.minimum import MinimumRule, pay_minimum
from credit.schedules.rounding import EXACT, Mode, Rounding
from credit.schedules.rules import Method, due_dates, plan_loan

AMOUNTS = st.integers(100, 10_000_000).map(Fraction)
YEARLY = st.integers(0, 3_600).map(lambda basis_points: Fraction(basis_points, 10_000))
ROUNDINGS = st.builds(Rounding, st.sampled_from([Fraction(1, 100), Fraction(1, 10), None]), st.sampled_from(Mode))


@given(principal=AMOUNTS, yearly=YEARLY, rows=st.integers(1, 24), repay=st.sampled_from(Repay), rounding=ROUNDINGS)
def test_every_plan_repays_the_loan(
    principal: Fraction, yearly: Fraction, rows: int, repay: Repay, rounding: Rounding
) -> None:
    found = plan(
        Terms(
            principal=principal,
            rates=equal_rates(yearly, rows),
            repay=repay,
            interest_rounding=rounding,
            principal_rounding=rounding,
        )
    )
    assert sum(row.principal for row in found) == principal
    assert found[-1].balance == 0
    assert all(part >= 0 for row in found for part in (row.principal, row.interest, row.balance))


@given(principal=st.integers(10_000, 30_000_000), rate=st.integers(0, 1_000), repayment_day=st.integers(1, 31))
def test_what_we_sell_is_one_of_the_conventions(principal: int, rate: int, repayment_day: int) -> None:
    """The lender's own schedule and the general one, carried exactly, differ by what rounding to fen explains."""
    opened_on = date(2026, 11, 8)
    due_on = due_dates(opened_on, 12, repayment_day)
    ours = plan_loan(
        principal=Money(principal), daily_rate_ppm=rate, opened_on=opened_on, due_on=due_on, method=Method.LEVEL_PAYMENT
    )
    rates = period_rates(Fraction(365 * rate, PPM), [opened_on, *due_on], DayCount.ACTUAL_365)
    general = plan(
        Terms(
            principal=Fraction(principal),
            rates=rates,
            repay=Repay.LEVEL_PAYMENT,
            levels=(Level(rounding=EXACT),),
            interest_rounding=EXACT,
        )
    )
    for own, row in zip(ours, general, strict=True):
        assert abs(own.balance.minor - row.balance) <= own.number
        assert abs(own.interest.minor - row.interest) <= 2


def test_flat_interest_is_charged_on_the_whole_loan() -> None:
    rows = plan(
        Terms(principal=Fraction(1200), rates=equal_rates(Fraction(12, 100), 12), repay=Repay.LEVEL_PAYMENT, flat=True)
    )
    assert {row.total for row in rows} == {Fraction(112)}
    assert total_interest(rows) == 144


@pytest.mark.parametrize(
    ("odd", "principal"),
    [
        (Odd.LAST, ["16.66", "16.66", "16.66", "16.66", "16.66", "16.70"]),
        (Odd.FIRST, ["16.70", "16.66", "16.66", "16.66", "16.66", "16.66"]),
        (Odd.SPREAD, ["16.67", "16.67", "16.67", "16.67", "16.66", "16.66"]),
    ],
)
def test_odd_amounts_of_level_principal_go_where_the_convention_says(odd: Odd, principal: list[str]) -> None:
    rows = plan(
        Terms(
            principal=Fraction(100),
            rates=(Fraction(0),) * 6,
            repay=Repay.LEVEL_PRINCIPAL,
            principal_rounding=Rounding(mode=Mode.DOWN),
            odd=odd,
        )
    )
    assert [row.principal for row in rows] == [Fraction(text) for text in principal]
    assert rows[-1].balance == 0


def test_odd_amounts_need_a_unit_to_be_odd_in() -> None:
    with pytest.raises(ValueError, match="unit"):
        Terms(
            principal=Fraction(100),
            rates=(Fraction(0),) * 6,
            repay=Repay.LEVEL_PRINCIPAL,
            principal_rounding=EXACT,
            odd=Odd.FIRST,
        )


def test_a_payment_that_does_not_cover_its_interest_is_refused() -> None:
    with pytest.raises(ValueError, match="does not cover"):
        plan(
            Terms(
                principal=Fraction(1000),
                rates=equal_rates(Fraction(12, 100), 12),
                repay=Repay.LEVEL_PAYMENT,
                levels=(Level(fixed=Fraction(9)),),
            )
        )


@pytest.mark.parametrize(
    "wrong",
    [
        {"principal": Fraction(0)},
        {"rates": ()},
        {"rates": (Fraction(-1, 100),)},
        {"principal_grace": 12},
        {"interest_deferred": 12},
    ],
)
def test_impossible_terms_are_refused(wrong: dict[str, object]) -> None:
    terms: dict[str, object] = {
        "principal": Fraction(1000),
        "rates": equal_rates(Fraction(12, 100), 12),
        "repay": Repay.LEVEL_PAYMENT,
    }
    with pytest.raises(ValueError):
        Terms(**{**terms, **wrong})  # type: ignore[arg-type]


# ── rounding ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("mode", "amounts"),
    [
        (Mode.HALF_UP, ["1.01", "1.02", "1.03", "-1.02"]),
        (Mode.HALF_EVEN, ["1.01", "1.02", "1.02", "-1.02"]),
        (Mode.UP, ["1.02", "1.02", "1.03", "-1.02"]),
        (Mode.HALF_DOWN, ["1.01", "1.01", "1.02", "-1.01"]),
        (Mode.DOWN, ["1.01", "1.01", "1.02", "-1.01"]),
        (Mode.CEILING, ["1.02", "1.02", "1.03", "-1.01"]),
        (Mode.FLOOR, ["1.01", "1.01", "1.02", "-1.02"]),
    ],
)
def test_each_mode_rounds_its_way(mode: Mode, amounts: list[str]) -> None:
    rounding = Rounding(Fraction(1, 100), mode)
    exact = [Fraction(text) for text in ("1.014", "1.015", "1.025", "-1.015")]
    assert [rounding(amount) for amount in exact] == [Fraction(text) for text in amounts]


@given(fen_tenths=st.integers(-(10**6), 10**6), mode=st.sampled_from(Mode))
def test_every_mode_rounds_as_the_standard_library_does(fen_tenths: int, mode: Mode) -> None:
    exact = Decimal(fen_tenths) / 1000
    theirs = exact.quantize(Decimal("0.01"), rounding=f"ROUND_{mode}")
    assert Rounding(mode=mode)(Fraction(exact)) == Fraction(theirs)


def test_a_unit_must_be_positive() -> None:
    with pytest.raises(ValueError, match="multiples"):
        Rounding(Fraction(0))


# ── events ──────────────────────────────────────────────────────────────────────────────────────────────────

BOUNDARIES = (date(2026, 11, 8), *due_dates(date(2026, 11, 8), 6, 8))
COURSE = Course(boundaries=BOUNDARIES, rates=period_rates(Fraction(1095, 10_000), BOUNDARIES, DayCount.ACTUAL_365))
LENT = Draw(BOUNDARIES[0], Fraction(6000))


def test_nothing_happening_is_the_plain_plan() -> None:
    assert follow(COURSE, [LENT]) == plan(Terms(principal=LENT.amount, rates=COURSE.rates, repay=Repay.LEVEL_PAYMENT))


@given(
    amount=st.integers(1, 5_000).map(Fraction),
    on=st.dates(date(2026, 11, 9), date(2027, 4, 8)),
    surplus=st.sampled_from(Surplus),
)
def test_paying_early_never_costs_more_and_still_repays_everything(
    amount: Fraction, on: date, surplus: Surplus
) -> None:
    rows = follow(COURSE, [LENT, Prepayment(on, amount, surplus)])
    assert sum(row.principal for row in rows) == 6000
    assert rows[-1].balance == 0
    cents_of_rounding = Fraction(len(COURSE.rates) + 1, 100)
    assert total_interest(rows) <= total_interest(follow(COURSE, [LENT])) + cents_of_rounding


def test_paying_everything_off_ends_the_schedule() -> None:
    rows = follow(COURSE, [LENT, Prepayment(date(2026, 11, 23), Fraction(6000))])
    assert [(row.principal, row.interest, row.balance) for row in rows] == [(Fraction(6000), Fraction(27), Fraction(0))]


def test_a_late_row_costs_interest_for_the_days_it_was_late() -> None:
    on_time, late = follow(COURSE, [LENT]), follow(COURSE, [LENT, PaidLate(date(2026, 12, 18), 1)])
    assert late[0] == on_time[0]
    for_ten_days = on_time[0].principal * 10 * Fraction(3, 10_000)
    # both stretches of the period are rounded by themselves
    assert abs(late[1].interest - on_time[1].interest - for_ten_days) <= Fraction(1, 100)


def test_rows_paid_ahead_together_leave_no_row_out() -> None:
    ahead: list[Event] = [PaidAhead(date(2026, 11, 8), number) for number in range(1, 7)]
    rows = follow(COURSE, [LENT, *ahead])
    assert [row.number for row in rows] == [1, 2, 3, 4, 5, 6]
    assert sum(row.principal for row in rows) == 6000


@pytest.mark.parametrize(
    "events",
    [
        [],
        [Prepayment(BOUNDARIES[0], Fraction(1))],
        [Draw(BOUNDARIES[1], Fraction(1))],
        [LENT, Draw(date(2028, 1, 1), Fraction(1))],
    ],
    ids=["none", "not lent", "lent later", "after the end"],
)
def test_events_outside_the_course_are_refused(events: list[Event]) -> None:
    with pytest.raises(ValueError, match="events must"):
        follow(COURSE, events)


def test_a_course_needs_a_rate_for_every_period() -> None:
    with pytest.raises(ValueError, match="rising"):
        Course(boundaries=BOUNDARIES, rates=COURSE.rates[1:])


# ── paying the minimum ──────────────────────────────────────────────────────────────────────────────────────


@given(balance=st.integers(1, 50_000).map(Fraction), share=st.integers(5, 100))
def test_paying_the_minimum_with_a_floor_ends(balance: Fraction, share: int) -> None:
    rows = pay_minimum(balance, Fraction(1, 100), MinimumRule(share=Fraction(share, 100), floor=Fraction(10)))
    assert rows[-1].balance == 0
    assert sum(row.payment - row.interest for row in rows) == balance
    assert all(earlier.balance > later.balance for earlier, later in pairwise(rows))


@pytest.mark.parametrize(
    ("rule", "minimum"),
    [
        # 1,000 owed of which 15 is interest
        (MinimumRule(share=Fraction(2, 100)), "20"),
        (MinimumRule(share=Fraction(2, 100), of_balance=True), "19.7"),
        (MinimumRule(share=Fraction(1, 100), of_balance=True, plus_interest=True), "24.85"),
        (MinimumRule(share=Fraction(1, 100), of_balance=True, plus_interest=True, plus=Fraction(40)), "64.85"),
        (MinimumRule(share=Fraction(2, 100), floor=Fraction(25)), "25"),
        (MinimumRule(share=Fraction(2, 100), floor=Fraction(2000)), "1000"),
        (MinimumRule(share=Fraction(197, 10000), payment_rounding=Rounding(Fraction(1), Mode.UP)), "20"),
    ],
)
def test_each_minimum_formula_is_a_rule(rule: MinimumRule, minimum: str) -> None:
    assert rule.payment(Fraction(1000), Fraction(15)) == Fraction(minimum)


def test_a_minimum_of_negative_parts_is_refused() -> None:
    with pytest.raises(ValueError, match="not negative"):
        MinimumRule(share=Fraction(-1, 100))


def test_paying_the_minimum_needs_a_balance() -> None:
    with pytest.raises(ValueError, match="nothing to pay"):
        pay_minimum(Fraction(0), Fraction(1, 100), MinimumRule(share=Fraction(1, 10)))
