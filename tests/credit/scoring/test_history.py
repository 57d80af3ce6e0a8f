"""A history is whole and possible, or it is refused with the field."""

from __future__ import annotations

from typing import Any

import pytest

from credit.kernel.errors import CreditError, ErrorCode
from credit.scoring.history import History

GOOD: dict[str, Any] = {
    "limit": 20_000,
    "lateness": (2, 0, -1, -2, None, None),
    "bills": (5_000, -300, 0, None, None, None),
    "payments": (0, 200, None, None, None, None),
}


def test_months_may_be_missing_and_bills_may_be_negative() -> None:
    history = History(**GOOD)
    assert history.known_months == 4


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("limit", 0, "limit"),
        ("limit", -1, "limit"),
        ("limit", 10**16, "limit"),
        ("limit", 20_000.0, "limit"),
        ("limit", True, "limit"),
        ("limit", None, "limit"),
        ("lateness", (0,) * 5, "lateness"),
        ("lateness", (0,) * 7, "lateness"),
        ("lateness", [0] * 6, "lateness"),
        ("lateness", (0, 0, 10, 0, 0, 0), "lateness[2]"),
        ("lateness", (0, 0, 0, 0, 0, -3), "lateness[5]"),
        ("lateness", ("2", 0, 0, 0, 0, 0), "lateness[0]"),
        ("bills", (0, 0, 0, 0, 0, 10**16), "bills[5]"),
        ("bills", (0.5, 0, 0, 0, 0, 0), "bills[0]"),
        ("payments", (0, -1, 0, 0, 0, 0), "payments[1]"),
        ("payments", (0, False, 0, 0, 0, 0), "payments[1]"),
        ("payments", (), "payments"),
    ],
)
def test_what_cannot_be_is_refused_by_name(field: str, value: object, named: str) -> None:
    with pytest.raises(CreditError) as refusal:
        History(**{**GOOD, field: value})
    assert refusal.value.code is ErrorCode.SCORING_INPUT_INVALID
    assert refusal.value.facts == {"field": named, "value": repr(value[int(named[-2])] if "[" in named else value)}  # type: ignore[index]


def test_minor_units_become_units_of_the_card_towards_zero() -> None:
    history = History.of_minor(1_000_019, (0,) * 6, (199, -199, None, 20, 0, -20), (19, 40, None, 0, 0, 0), unit=20)
    assert history.limit == 50_000
    assert history.bills == (9, -9, None, 1, 0, -1)
    assert history.payments == (0, 2, None, 0, 0, 0)


def test_a_limit_below_one_unit_still_is_a_limit() -> None:
    assert History.of_minor(5, (0,) * 6, (0,) * 6, (0,) * 6, unit=20).limit == 1
    with pytest.raises(CreditError):
        History.of_minor(0, (0,) * 6, (0,) * 6, (0,) * 6, unit=20)
