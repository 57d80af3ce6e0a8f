from __future__ import annotations

from typing import Any

import pytest

from tests.harness.cards import differences

OFFER: dict[str, Any] = {
    "kind": "offer",
    "term": 2,
    "amount": {"minor": 500000, "currency": "CNY"},
    "rows": [{"number": 1, "due_on": "2026-12-08"}, {"number": 2, "due_on": "2027-01-08"}],
    "pays": [],
    "purpose": None,
}


@pytest.mark.parametrize(
    "expected",
    [
        {"kind": "offer"},
        {"amount": "5000.00"},
        {"amount": 5000},
        {"amount": {"minor": 500000}},
        {"rows": 2, "pays": 0},
        {"rows": [{"due_on": "2027-01-08"}]},
        {"rows": [{"number": 2}, {"number": 1}]},
        {"purpose": None},
    ],
)
def test_a_true_part_fits(expected: dict[str, Any]) -> None:
    assert differences(expected, OFFER) == []


@pytest.mark.parametrize(
    ("expected", "problem"),
    [
        ({"amount": "5000.01"}, "card.amount is 5000.00 CNY, not 5000.01"),
        ({"amount": "all"}, "card.amount is 5000.00 CNY, not all"),
        ({"rows": 12}, "card.rows has 2 elements, not 12"),
        ({"rows": [{"number": 3}]}, "card.rows has nothing like {'number': 3}"),
        ({"term": 12}, "card.term is 2, not 12"),
        ({"purpose": "None"}, "card.purpose is None, not 'None'"),
        ({"trem": 2}, "card has no trem"),
    ],
)
def test_what_does_not_fit_is_named_with_its_place(expected: dict[str, Any], problem: str) -> None:
    assert differences(expected, OFFER) == [problem]
