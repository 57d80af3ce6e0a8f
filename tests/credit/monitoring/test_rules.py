"""Each sign by itself: just seen, just not seen."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter

from credit.monitoring.policy import Rule
from credit.monitoring.rules import Finding, Scored, Seen, applies, find
from credit.scoring.behaviour import Month

DAY = date(2026, 11, 10)
RULE: TypeAdapter[Any] = TypeAdapter(Rule)


def rule(looks_at: str, **content: int) -> Any:
    return RULE.validate_python(
        {"looks_at": looks_at, "severity": "warning", "cure_days": 10, "actions": [], **content}
    )


def ago(days: int) -> date:
    return DAY - timedelta(days=days)


def months(*bills: int, paid: tuple[int, ...] = (), lateness: int = -1) -> list[Month]:
    """Newest first; what is not given was paid in full."""
    return [
        Month(
            on=date(2026, 11, 1) - timedelta(days=30 * nth),
            bill=bill,
            minimum=bill // 10,
            payment=paid[nth] if nth < len(paid) else 0,
            lateness=lateness,
        )
        for nth, bill in enumerate(bills)
    ]


def seen(sign: Any, facts: Seen) -> Finding | None:
    assert applies(sign, facts)
    return find(sign, facts)


def test_days_late_count_from_the_missed_due_day() -> None:
    sign = rule("days_late", from_day=15)
    assert seen(sign, Seen(DAY, late_since=ago(14))) is None
    assert seen(sign, Seen(DAY, late_since=ago(15))) == {"days": 15, "since": "2026-10-26"}
    assert seen(sign, Seen(DAY)) is None


def test_only_the_very_first_due_day_counts_as_first_payment() -> None:
    sign = rule("first_payment", from_day=5)
    assert seen(sign, Seen(DAY, late_since=ago(9))) is None
    assert seen(sign, Seen(DAY, late_since=ago(9), first_missed=ago(5))) == {"days": 5, "since": "2026-11-05"}


@pytest.mark.parametrize(("days", "found"), [((0, 3, 6), 3), ((0, 3, 7), None), ((1, 2), None)])
def test_loans_are_counted_in_a_window_that_ends_with_the_day(days: tuple[int, ...], found: int | None) -> None:
    finding = seen(rule("new_loans", loans=3, days=7), Seen(DAY, loans_opened=[ago(one) for one in days]))
    assert (finding or {}).get("loans") == found


@pytest.mark.parametrize(("days", "found"), [((0, 29), 2), ((0, 30), None)])
def test_days_with_returned_payments_are_counted_alike(days: tuple[int, ...], found: int | None) -> None:
    finding = seen(rule("returned_payments", payments=2, days=30), Seen(DAY, returned_on=[ago(one) for one in days]))
    assert (finding or {}).get("returned") == found


UTILISATION = rule("utilisation", statements=3, rise_ppm=400_000, least_ppm=800_000)
"""Of a limit of 1000."""


@pytest.mark.parametrize(
    ("bills", "found"),
    [
        ((800, 600, 400), True),
        ((799, 600, 300), False),  # not full enough
        ((800, 600, 401), False),  # did not rise enough
        ((900, 300, 400), False),  # not from month to month
        ((900, 300), False),  # too young
        ((1_200, 600, 400, 0), True),  # above a limit that was cut
    ],
)
def test_utilisation_rises_from_statement_to_statement(bills: tuple[int, ...], found: bool) -> None:
    facts = Seen(DAY, scored=Scored(1_000, months(*bills)))
    assert (seen(UTILISATION, facts) is not None) is found


def test_without_a_line_there_is_no_utilisation() -> None:
    assert seen(UTILISATION, Seen(DAY, scored=Scored(0, months(3, 2, 1)))) is None


MINIMUM = rule("minimum_payment", statements=2, most_ppm=200_000)


@pytest.mark.parametrize(
    ("paid", "lateness", "found"),
    [
        ((100, 200), 0, True),  # of bills of 1000 each
        ((100, 201), 0, False),
        ((100, 200), -1, False),  # little, but all that was left
        ((100, 200), 1, False),  # not even in time: that is another sign
    ],
)
def test_little_was_paid_in_time_bill_after_bill(paid: tuple[int, ...], lateness: int, found: bool) -> None:
    facts = Seen(DAY, scored=Scored(10_000, months(1_000, 1_000, 1_000, paid=paid, lateness=lateness)))
    assert (seen(MINIMUM, facts) is not None) is found


def test_a_bill_of_nothing_ends_the_row_of_minimum_payments() -> None:
    facts = Seen(DAY, scored=Scored(10_000, months(1_000, 0, 1_000, paid=(0, 100), lateness=0)))
    assert seen(MINIMUM, facts) is None


FALL = rule("score", fall=80, days=100, below=540)


@pytest.mark.parametrize(
    ("points", "earlier", "found"),
    [
        (520, [(ago(31), 600), (ago(60), 560)], True),
        (521, [(ago(31), 600)], False),
        (540, [(ago(31), 700)], False),
        (500, [(ago(100), 700)], False),
        (500, [], False),
        (None, [(ago(31), 600)], False),
    ],
)
def test_a_score_falls_from_its_best_of_some_days(
    points: int | None, earlier: list[tuple[date, int]], found: bool
) -> None:
    facts = Seen(DAY, scored=Scored(1_000, (), points, earlier))
    assert (seen(FALL, facts) is not None) is found


@pytest.mark.parametrize("sign", [UTILISATION, MINIMUM, FALL], ids=lambda sign: sign.looks_at)
def test_signs_of_a_statement_say_nothing_on_other_nights(sign: Any) -> None:
    assert not applies(sign, Seen(DAY))
    assert find(sign, Seen(DAY)) is None
