"""Chinese business days, with an error where the holidays are not known yet."""

from __future__ import annotations

from datetime import date

import chinese_calendar
import pytest

from credit.closing.calendar import business_day_after, is_business_day
from credit.kernel.errors import CreditError, ErrorCode

HORIZON = max(chinese_calendar.holidays).year


def test_holidays_and_working_weekends_are_known() -> None:
    assert not is_business_day(date(2026, 10, 1))
    assert not is_business_day(date(2026, 11, 7))  # an ordinary Saturday
    assert is_business_day(date(2026, 11, 9))
    assert is_business_day(date(2025, 9, 28))  # a Sunday worked for the national holiday


@pytest.mark.parametrize(
    ("count", "found"),
    [(0, date(2026, 11, 9)), (1, date(2026, 11, 9)), (5, date(2026, 11, 13)), (6, date(2026, 11, 16))],
)
def test_business_days_are_counted_over_a_weekend(count: int, found: date) -> None:
    assert business_day_after(date(2026, 11, 7), count) == found


@pytest.mark.parametrize("look", [is_business_day, lambda day: business_day_after(day.replace(day=31, month=12), 0)])
def test_beyond_the_horizon_there_is_an_error_and_no_guess(look: object) -> None:
    with pytest.raises(CreditError) as refusal:
        look(date(HORIZON + 1, 1, 4))  # type: ignore[operator]
    assert refusal.value.code is ErrorCode.CALENDAR_HORIZON


def test_counting_over_the_horizon_names_the_first_unknown_day() -> None:
    with pytest.raises(CreditError) as refusal:
        business_day_after(date(HORIZON, 12, 31), 1)
    assert refusal.value.facts == {"day": date(HORIZON + 1, 1, 1)}
    with pytest.raises(ValueError, match="ahead"):
        business_day_after(date(HORIZON, 1, 5), -1)
