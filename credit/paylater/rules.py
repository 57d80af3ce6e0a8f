"""Pay-later arithmetic: pure, in minor units, no database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from credit.catalogue.models import Cycle, MinimumPayment
from credit.kernel.money import PPM, round_half_up
from credit.schedules.daycount import month_after

BILLED_PARTS = ("penalty", "interest", "fee", "billed")
"""Accounts that make up what is payable now, in the order in which a payment settles them."""
PRINCIPAL_FIRST = ("billed", "penalty", "interest", "fee")
"""The order once an amount is long overdue (fact sheet: from the 91st day)."""


@dataclass(frozen=True, slots=True)
class Composition:
    """What a statement is made of, minor units; `refunds` and `payments` are negative."""

    previous: int
    purchases: int
    refunds: int
    installments: int
    interest: int
    fees: int
    penalty: int
    payments: int

    @property
    def total(self) -> int:
        return (
            self.previous
            + self.purchases
            + self.refunds
            + self.installments
            + self.interest
            + self.fees
            + self.penalty
            + self.payments
        )


def minimum_payment(bill: Composition, rule: MinimumPayment) -> int:
    """A share of the new spending, and all of: installments due, interest, fees, penalty, earlier unpaid rests.

    Never below the floor, never above the bill (fact sheet, section 6: it cannot be rolled twice)."""
    new_spending = max(0, bill.purchases + bill.refunds + bill.payments)
    whole = bill.previous + bill.installments + bill.interest + bill.fees + bill.penalty
    wanted = round_half_up(new_spending * rule.share_ppm, PPM) + whole
    return min(bill.total, max(wanted, rule.floor.minor))


def allocate(amount: int, owed: Mapping[str, int], order: Sequence[str]) -> dict[str, int]:
    """Spread a payment over what is owed in the given order; what is left over is not in the result."""
    shares: dict[str, int] = {}
    for part in order:
        share = min(amount, owed.get(part, 0))
        if share:
            shares[part] = share
            amount -= share
    return shares


def day_of_accrual(
    *, past_due: int, overdue: int, late_days: int, grace_days: int, daily_ppm: int, penalty_ppm: int
) -> tuple[int, int]:
    """Interest and penalty of one closed day, minor units × PPM.

    `past_due` is billed principal whose due day has passed, `overdue` the part of it that was due as minimum payment
    and missed, `late_days` for how long. The overdue part bears penalty instead of interest; in the grace days
    nothing. The night after a due day is free on this line, of interest and of penalty: without grace days, too, the
    first that counts is the next one."""
    late = min(overdue, past_due)
    interest = (past_due - late) * daily_ppm
    penalty = late * penalty_ppm if late_days >= max(1, grace_days) else 0
    return interest, penalty


def next_statement(cycle: Cycle, day: date) -> date:
    """The first statement day after `day`."""
    this_month = day.replace(day=cycle.statement_day)
    return this_month if this_month > day else month_after(this_month, day=cycle.statement_day)


def due_day_of(cycle: Cycle, statement_on: date) -> date:
    return statement_on.replace(day=cycle.due_day)
