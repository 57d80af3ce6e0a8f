"""What one closed day costs a loan: a table by hand."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from credit.catalogue.models import Overdue
from credit.closing.accrual import day_of_loan

DUE = date(2026, 11, 10)


@pytest.mark.parametrize(
    ("grace_days", "late_days", "penalised"),
    [(0, 0, True), (0, 1, True), (1, 0, False), (1, 1, True), (3, 2, False), (3, 3, True)],
)
def test_a_row_bears_penalty_from_the_night_that_ends_its_grace(
    grace_days: int, late_days: int, penalised: bool
) -> None:
    overdue = Overdue(
        grace_days=grace_days, penalty_multiple_ppm=1_500_000, principal_first_from_day=91, unfreeze_after_days=30
    )
    interest, penalty = day_of_loan(90_000, [(DUE, 10_000)], DUE + timedelta(days=late_days), 300, overdue)
    assert interest == 80_000 * 300, "what is late bears no interest beside it"
    assert penalty == (10_000 * 450 if penalised else 0)
