"""Calendar arithmetic that the schedules stand on."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
import pyxirr
from hypothesis import assume, given
from hypothesis import strategies as st

from credit.schedules.daycount import (
    DayCount,
    add_months,
    lie_on_one_monthly_day,
    months_between,
    on_day,
    period_rates,
    year_fraction,
)

DAYS = st.dates(date(2000, 1, 1), date(2060, 12, 31))


@pytest.mark.parametrize(
    ("start", "months", "day", "end"),
    [
        (date(2027, 1, 31), 1, None, date(2027, 2, 28)),
        (date(2028, 1, 31), 1, None, date(2028, 2, 29)),
        (date(2027, 2, 28), 1, 31, date(2027, 3, 31)),
        (date(2026, 11, 8), 14, None, date(2028, 1, 8)),
        (date(2027, 3, 31), -1, None, date(2027, 2, 28)),
    ],
)
def test_months_are_added_without_leaving_the_month(start: date, months: int, day: int | None, end: date) -> None:
    assert add_months(start, months, day=day) == end


@given(start=DAYS, months=st.integers(-120, 120))
def test_adding_months_and_counting_them_agree(start: date, months: int) -> None:
    end = add_months(start, months)
    assert months_between(start, end) == months
    assert end.day == min(start.day, on_day(end.year, end.month, 31).day)


@pytest.mark.parametrize(
    ("days", "one_day"),
    [
        (["2027-01-31", "2027-02-28", "2027-04-30"], True),
        (["2027-02-28", "2027-03-31"], True),
        (["2027-01-30", "2027-02-28", "2027-03-30"], True),
        (["2027-01-30", "2027-02-28", "2027-03-31"], False),
        (["2026-11-20", "2026-12-08"], False),
    ],
)
def test_dates_on_one_day_of_the_month_are_recognised(days: list[str], one_day: bool) -> None:
    assert lie_on_one_monthly_day([date.fromisoformat(day) for day in days]) is one_day


@pytest.mark.parametrize(
    ("start", "end", "count", "years"),
    [
        ("2026-11-08", "2026-12-08", DayCount.ACTUAL_365, Fraction(30, 365)),
        ("2026-11-08", "2026-12-08", DayCount.ACTUAL_360, Fraction(30, 360)),
        ("2026-11-08", "2026-11-15", DayCount.ACTUAL_364, Fraction(7, 364)),
        ("2023-12-12", "2024-01-12", DayCount.ACTUAL_ACTUAL, Fraction(19, 365) + Fraction(12, 366)),
        ("2023-12-12", "2026-01-12", DayCount.ACTUAL_ACTUAL, Fraction(19, 365) + 2 + Fraction(12, 365)),
        ("2024-02-01", "2024-03-01", DayCount.ACTUAL_ACTUAL, Fraction(29, 366)),
        ("2027-01-31", "2027-02-28", DayCount.WHOLE_MONTHS, Fraction(1, 12)),
        ("2027-01-31", "2027-02-28", DayCount.THIRTY_360, Fraction(28, 360)),
        ("2027-01-30", "2027-03-31", DayCount.THIRTY_360, Fraction(60, 360)),
        ("2027-01-15", "2027-03-31", DayCount.THIRTY_360, Fraction(76, 360)),
        ("2027-02-28", "2027-03-28", DayCount.THIRTY_360, Fraction(30, 360)),
        # the example of the ISDA's own memorandum on actual/actual
        ("2003-11-01", "2004-05-01", DayCount.ACTUAL_ACTUAL_ISDA, Fraction(61, 365) + Fraction(121, 366)),
        ("2007-01-15", "2007-03-31", DayCount.THIRTY_E_360, Fraction(75, 360)),
        ("2007-02-28", "2007-08-31", DayCount.THIRTY_360, Fraction(183, 360)),
        ("2007-02-28", "2007-08-31", DayCount.THIRTY_E_360, Fraction(182, 360)),
        ("2007-02-28", "2007-08-31", DayCount.THIRTY_E_360_ISDA, Fraction(180, 360)),
        ("2007-02-28", "2007-08-31", DayCount.THIRTY_US_360, Fraction(180, 360)),
        ("2007-08-31", "2008-02-29", DayCount.THIRTY_E_360_ISDA, Fraction(180, 360)),
        ("2007-08-31", "2008-02-29", DayCount.THIRTY_US_360, Fraction(179, 360)),
        ("2024-02-01", "2024-03-01", DayCount.NO_LEAP_365, Fraction(28, 365)),
        ("2024-02-29", "2024-03-01", DayCount.NO_LEAP_365, Fraction(1, 365)),
        ("2024-02-01", "2024-03-01", DayCount.ACTUAL_366, Fraction(29, 366)),
        ("2024-01-31", "2024-02-29", DayCount.MONTHS_OF_30_365, Fraction(30, 365)),
    ],
)
def test_time_becomes_a_part_of_a_year(start: str, end: str, count: DayCount, years: Fraction) -> None:
    assert year_fraction(date.fromisoformat(start), date.fromisoformat(end), count) == years


BY_ANOTHER_NAME = {
    DayCount.ACTUAL_360: pyxirr.DayCount.ACT_360,
    DayCount.ACTUAL_364: pyxirr.DayCount.ACT_364,
    DayCount.ACTUAL_365: pyxirr.DayCount.ACT_365F,
    DayCount.ACTUAL_365_25: pyxirr.DayCount.ACT_365_25,
    DayCount.NO_LEAP_365: pyxirr.DayCount.NL_365,
    DayCount.ACTUAL_ACTUAL_ISDA: pyxirr.DayCount.ACT_ACT_ISDA,
    DayCount.THIRTY_360: pyxirr.DayCount.THIRTY_360_ISDA,
    DayCount.THIRTY_E_360: pyxirr.DayCount.THIRTY_E_360,
    DayCount.THIRTY_E_360_ISDA: pyxirr.DayCount.THIRTY_E_360_ISDA,
    DayCount.THIRTY_US_360: pyxirr.DayCount.THIRTY_U_360,
}
MONTH_ENDS = DAYS.map(lambda day: on_day(day.year, day.month, 31))


@given(ends=st.lists(st.one_of(DAYS, MONTH_ENDS), min_size=2, max_size=2))
@pytest.mark.parametrize("count", BY_ANOTHER_NAME)
def test_day_counts_agree_with_another_implementation(count: DayCount, ends: list[date]) -> None:
    start, end = sorted(ends)
    # A period that starts on 29 February has no 29 February in it for us: its first day is the night before March.
    assume(count is not DayCount.NO_LEAP_365 or (start.month, start.day) != (2, 29))
    theirs = pyxirr.year_fraction(start, end, BY_ANOTHER_NAME[count])
    assert float(year_fraction(start, end, count)) == pytest.approx(theirs, abs=1e-12)


@given(start=DAYS, end=DAYS, middle=DAYS)
@pytest.mark.parametrize(
    "count", [DayCount.ACTUAL_360, DayCount.ACTUAL_365, DayCount.NO_LEAP_365, DayCount.ACTUAL_ACTUAL_ISDA]
)
def test_counting_days_can_be_cut_anywhere(count: DayCount, start: date, end: date, middle: date) -> None:
    first, second, third = sorted((start, middle, end))
    parts = year_fraction(first, second, count) + year_fraction(second, third, count)
    assert parts == year_fraction(first, third, count)


@pytest.mark.parametrize("count", DayCount)
def test_time_does_not_run_backwards(count: DayCount) -> None:
    with pytest.raises(ValueError, match="before"):
        year_fraction(date(2026, 12, 8), date(2026, 11, 8), count)


def test_each_period_gets_the_rate_of_its_own_days() -> None:
    boundaries = [date(2027, 1, 1), date(2027, 2, 1), date(2027, 3, 1)]
    rates = period_rates(Fraction(365, 1000), boundaries, DayCount.ACTUAL_365)
    assert rates == (Fraction(31, 1000), Fraction(28, 1000))
