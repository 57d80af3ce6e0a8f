"""The schedules this lender sells: due dates, loans and bill installments."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.kernel.money import PPM, Money, from_yuan, round_half_up, share_of, total
from credit.schedules.daycount import DayCount, period_rates
from credit.schedules.general import Level, Odd, Repay, Terms, plan, total_interest
from credit.schedules.rounding import Mode, Rounding
from credit.schedules.rules import (
    Method,
    PlannedRow,
    due_dates,
    interest_exact,
    plan_installments,
    plan_loan,
)

OPENING_DAYS = st.dates(date(2024, 1, 1), date(2030, 12, 31))
TERMS = st.integers(1, 12)
REPAYMENT_DAYS = st.integers(1, 31)
METHODS = st.sampled_from(Method)


def lend(yuan: str, daily_rate_ppm: int, opened_on: date, due_on: tuple[date, ...], method: Method) -> list[PlannedRow]:
    rows = plan_loan(
        principal=from_yuan(yuan), daily_rate_ppm=daily_rate_ppm, opened_on=opened_on, due_on=due_on, method=method
    )
    return list(rows)


def interest_of(rows: list[PlannedRow]) -> Money:
    return total([row.interest for row in rows])


# ── due dates ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_loan_opened_on_its_repayment_day_is_first_due_a_month_later() -> None:
    assert due_dates(date(2026, 11, 8), 3, 8) == (date(2026, 12, 8), date(2027, 1, 8), date(2027, 2, 8))


def test_the_last_day_of_a_short_month_stands_for_a_day_it_does_not_have() -> None:
    assert due_dates(date(2027, 12, 31), 4, 31) == (
        date(2028, 1, 31),
        date(2028, 2, 29),
        date(2028, 3, 31),
        date(2028, 4, 30),
    )


@pytest.mark.parametrize(
    ("opened_on", "first"),
    [(date(2026, 11, 25), date(2026, 12, 10)), (date(2026, 11, 26), date(2027, 1, 10))],
    ids=["15 days are enough", "14 days are not"],
)
def test_a_repayment_day_that_comes_too_soon_waits_a_month(opened_on: date, first: date) -> None:
    assert due_dates(opened_on, 1, 10) == (first,)


def test_the_shortest_first_period_can_be_set() -> None:
    assert due_dates(date(2026, 11, 26), 1, 10, min_first_days=14) == (date(2026, 12, 10),)


@given(opened_on=OPENING_DAYS, term=TERMS, repayment_day=REPAYMENT_DAYS)
def test_due_dates_are_monthly_and_the_first_is_15_to_45_days_away(
    opened_on: date, term: int, repayment_day: int
) -> None:
    days = due_dates(opened_on, term, repayment_day)
    assert len(days) == term
    assert 15 <= (days[0] - opened_on).days <= 45
    for earlier, later in pairwise(days):
        assert (later.year * 12 + later.month) - (earlier.year * 12 + earlier.month) == 1
    for day in days:
        assert day.day == repayment_day or (day.day < repayment_day and (day + timedelta(days=1)).day == 1)


@pytest.mark.parametrize(("term", "day", "least"), [(0, 8, 15), (3, 0, 15), (3, 32, 15), (3, 8, 0), (3, 8, 29)])
def test_impossible_due_dates_are_refused(term: int, day: int, least: int) -> None:
    with pytest.raises(ValueError, match="no due dates"):
        due_dates(date(2026, 11, 8), term, day, min_first_days=least)


# ── published examples ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("daily_rate_ppm", "opened_on", "repayment_day", "days", "bullet", "level"),
    [
        (300, date(2015, 4, 1), 1, 366, "1098.00", "604.87"),
        (400, date(2015, 1, 1), 9, 373, "1492.00", "839.03"),
    ],
    ids=["0.03 percent a day", "0.04 percent a day"],
)
def test_published_loans_are_met_to_the_fen_when_fractions_are_dropped(
    daily_rate_ppm: int, opened_on: date, repayment_day: int, days: int, bullet: str, level: str
) -> None:
    """The sources give no dates; these are chosen to fit the total of interest first, as the fact sheet did.

    Both level totals are met exactly by dropping what is below a fen in the level amount and in every row. What we sell
    rounds half up instead, so it lies half a fen a row above."""
    due_on = due_dates(opened_on, 12, repayment_day)
    assert (due_on[-1] - opened_on).days == days
    assert interest_of(lend("10000", daily_rate_ppm, opened_on, due_on, Method.INTEREST_FIRST)) == from_yuan(bullet)
    dropped = Rounding(mode=Mode.DOWN)
    published = Terms(
        principal=Fraction(10_000),
        rates=period_rates(Fraction(365 * daily_rate_ppm, PPM), [opened_on, *due_on], DayCount.ACTUAL_365),
        repay=Repay.LEVEL_PAYMENT,
        levels=(Level(rounding=dropped),),
        interest_rounding=dropped,
    )
    assert total_interest(plan(published)) == Fraction(level)
    ours = interest_of(lend("10000", daily_rate_ppm, opened_on, due_on, Method.LEVEL_PAYMENT))
    assert 0 <= ours.minor - from_yuan(level).minor <= 6


# ── loans ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_interest_first_pays_principal_with_the_last_row() -> None:
    opened_on = date(2026, 11, 8)
    rows = lend("6000", 300, opened_on, due_dates(opened_on, 3, 8), Method.INTEREST_FIRST)
    assert [(row.number, row.days, str(row.principal), str(row.interest), str(row.balance)) for row in rows] == [
        (1, 30, "0.00 CNY", "54.00 CNY", "6,000.00 CNY"),
        (2, 31, "0.00 CNY", "55.80 CNY", "6,000.00 CNY"),
        (3, 31, "6,000.00 CNY", "55.80 CNY", "0.00 CNY"),
    ]
    assert rows[-1].total == from_yuan("6055.80")
    assert {row.fee for row in rows} == {Money(0)}


def test_level_principal_gives_the_odd_fen_to_the_last_row() -> None:
    opened_on = date(2026, 11, 8)
    rows = lend("1000", 300, opened_on, due_dates(opened_on, 3, 8), Method.LEVEL_PRINCIPAL)
    assert [row.principal.yuan() for row in rows] == ["333.33", "333.33", "333.34"]
    # 9.00, 6.20006… and 3.10003… exactly
    assert [row.interest.yuan() for row in rows] == ["9.00", "6.20", "3.10"]


def test_a_loan_without_interest_is_split_into_equal_parts() -> None:
    opened_on = date(2026, 11, 8)
    rows = lend("1000", 0, opened_on, due_dates(opened_on, 3, 8), Method.LEVEL_PAYMENT)
    assert [row.total.yuan() for row in rows] == ["333.33", "333.33", "333.34"]


def test_interest_never_drifts_by_rounding_each_row() -> None:
    """0.4 fen a row: rounded row by row it would never be charged."""
    opened_on = date(2027, 5, 1)
    due_on = tuple(opened_on + timedelta(days=10 * nth) for nth in range(1, 6))
    rows = lend("0.40", 1_000, opened_on, due_on, Method.INTEREST_FIRST)
    assert [row.interest.minor for row in rows] == [0, 1, 0, 1, 0]


def test_a_fen_can_be_lent() -> None:
    opened_on = date(2026, 11, 8)
    rows = lend("0.01", 310, opened_on, due_dates(opened_on, 12, 8), Method.LEVEL_PAYMENT)
    assert [row.total.minor for row in rows] == [0] * 11 + [1]


def test_exact_interest_is_counted_in_minor_units_times_ppm() -> None:
    assert interest_exact(1_000_000, 300, 366) == 109_800 * PPM


@given(
    principal=st.integers(1, 30_000_000),
    rate=st.integers(0, 1_000),
    opened_on=OPENING_DAYS,
    term=TERMS,
    repayment_day=REPAYMENT_DAYS,
    method=METHODS,
)
def test_every_schedule_repays_what_was_lent_and_charges_the_exact_interest_once(
    principal: int, rate: int, opened_on: date, term: int, repayment_day: int, method: Method
) -> None:
    due_on = due_dates(opened_on, term, repayment_day)
    rows = plan_loan(principal=Money(principal), daily_rate_ppm=rate, opened_on=opened_on, due_on=due_on, method=method)
    assert [row.due_on for row in rows] == list(due_on)
    assert total([row.principal for row in rows]) == Money(principal)
    assert rows[-1].balance == Money(0)
    assert all(part.minor >= 0 for row in rows for part in (row.principal, row.interest, row.fee, row.balance))
    before = [principal, *(row.balance.minor for row in rows)]
    exact = sum(interest_exact(owed, rate, row.days) for owed, row in zip(before, rows, strict=False))
    assert interest_of(list(rows)) == Money(round_half_up(exact, PPM))
    assert sum(row.days for row in rows) == (due_on[-1] - opened_on).days


@given(
    principal=st.integers(10_000, 30_000_000),
    rate=st.integers(0, 1_000),
    opened_on=OPENING_DAYS,
    term=TERMS,
    repayment_day=REPAYMENT_DAYS,
)
def test_level_payments_are_level(principal: int, rate: int, opened_on: date, term: int, repayment_day: int) -> None:
    rows = plan_loan(
        principal=Money(principal),
        daily_rate_ppm=rate,
        opened_on=opened_on,
        due_on=due_dates(opened_on, term, repayment_day),
        method=Method.LEVEL_PAYMENT,
    )
    level = rows[0].total.minor
    assert {row.total.minor for row in rows[:-1]} <= {level}
    assert abs(rows[-1].total.minor - level) <= term


@pytest.mark.parametrize(
    ("principal", "rate", "due_on"),
    [
        (0, 300, (date(2026, 12, 8),)),
        (-1, 300, (date(2026, 12, 8),)),
        (100, -1, (date(2026, 12, 8),)),
        (100, 300, ()),
        (100, 300, (date(2026, 11, 8),)),
        (100, 300, (date(2027, 1, 8), date(2026, 12, 8))),
        (100, 300, (date(2026, 12, 8), date(2026, 12, 8))),
    ],
    ids=["nothing", "negative", "negative rate", "no dates", "opening day", "unsorted", "twice"],
)
@pytest.mark.parametrize("method", Method)
def test_impossible_loans_are_refused(principal: int, rate: int, due_on: tuple[date, ...], method: Method) -> None:
    with pytest.raises(ValueError):
        plan_loan(
            principal=Money(principal), daily_rate_ppm=rate, opened_on=date(2026, 11, 8), due_on=due_on, method=method
        )


# ── bill installments ───────────────────────────────────────────────────────────────────────────────────────

MONTHS = due_dates(date(2026, 11, 10), 3, 10)


@pytest.mark.parametrize(
    ("odd_to_last", "parts", "fees"),
    [
        (True, ["333.33", "333.33", "333.35"], ["5.00", "5.00", "5.00"]),
        (False, ["333.34", "333.34", "333.33"], ["5.00", "5.00", "5.00"]),
    ],
    ids=["to the last", "to the first"],
)
def test_odd_fen_of_an_installment_go_where_the_product_says(
    odd_to_last: bool, parts: list[str], fees: list[str]
) -> None:
    rows = plan_installments(
        principal=from_yuan("1000.01"), fee_rate_ppm=15_000, due_on=MONTHS, odd_to_last=odd_to_last
    )
    assert [row.principal.yuan() for row in rows] == parts
    assert [row.fee.yuan() for row in rows] == fees
    assert {row.interest for row in rows} == {Money(0)}


def test_days_of_an_installment_count_from_the_opening_day_when_it_is_told() -> None:
    told = plan_installments(principal=from_yuan("900"), fee_rate_ppm=0, due_on=MONTHS, opened_on=date(2026, 11, 10))
    assert [row.days for row in told] == [30, 31, 31]
    untold = plan_installments(principal=from_yuan("900"), fee_rate_ppm=0, due_on=MONTHS)
    assert [row.days for row in untold] == [0, 31, 31]


@given(principal=st.integers(1, 10_000_000), rate=st.integers(0, 200_000), term=TERMS, odd_to_last=st.booleans())
def test_installments_add_up(principal: int, rate: int, term: int, odd_to_last: bool) -> None:
    rows = plan_installments(
        principal=Money(principal),
        fee_rate_ppm=rate,
        due_on=due_dates(date(2026, 11, 10), term, 10),
        odd_to_last=odd_to_last,
    )
    assert total([row.principal for row in rows]) == Money(principal)
    assert total([row.fee for row in rows]) == share_of(Money(principal), rate)
    assert rows[-1].balance == Money(0)
    assert all(part.minor >= 0 for row in rows for part in (row.principal, row.fee, row.balance))


@pytest.mark.parametrize(
    ("principal", "rate", "due_on"),
    [
        (0, 15_000, MONTHS),
        (100, -1, MONTHS),
        (100, 15_000, ()),
        (100, 15_000, MONTHS[::-1]),
    ],
    ids=["nothing", "negative rate", "no dates", "unsorted"],
)
def test_impossible_installments_are_refused(principal: int, rate: int, due_on: tuple[date, ...]) -> None:
    with pytest.raises(ValueError):
        plan_installments(principal=Money(principal), fee_rate_ppm=rate, due_on=due_on)


def test_all_odd_fen_can_go_to_the_first_row_and_the_fee_round_to_even() -> None:
    """How the fact sheet's platform does it: floor(total / n), leftover to period 1, whole fee half to even."""
    due_on = due_dates(date(2026, 11, 8), 6, 8)
    rows = plan_installments(
        principal=Money(10_001), fee_rate_ppm=45_000, due_on=due_on, odd=Odd.FIRST, fee_rounding=Mode.HALF_EVEN
    )
    assert [row.principal.minor for row in rows] == [1666 + 5, 1666, 1666, 1666, 1666, 1666]
    assert [row.fee.minor for row in rows] == [75, 75, 75, 75, 75, 75]  # 450.045 fen
    for mode, fee in ((Mode.HALF_EVEN, 142), (Mode.HALF_UP, 143)):  # a tie: 142.5 fen
        tied = plan_installments(principal=Money(9_500), fee_rate_ppm=15_000, due_on=due_on, fee_rounding=mode)
        assert sum(row.fee.minor for row in tied) == fee
