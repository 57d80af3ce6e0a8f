"""A customer's behaviour as the ledger shows it: pure values and arithmetic. docs/scoring-features.md defines each.

Amounts are minor units. Nothing here says who somebody is: age, sex, education, marriage, contacts are no features."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from credit.kernel.money import PPM
from credit.schedules.daycount import months_between
from credit.scoring.history import LATENESS, MONTHS, History

DAYS_A_MONTH = 30
"""A month late is thirty days or a part of them (M1: 1 to 30 days, fact sheet, section 5)."""


class Source(StrEnum):
    """Data that counts only with the customer's consent. The lender's own ledger needs none; contacts and social data
    are no source at all."""

    INCOME = "income"
    TRANSFERS = "transfers"


@dataclass(frozen=True, slots=True)
class Month:
    """One statement and how the bill before it was paid by then."""

    on: date
    bill: int
    minimum: int
    payment: int
    """Paid since the statement before, without refunds, bounced payments and what a cash loan paid."""
    lateness: int
    """In months, as UCI counts: -2 not used, -1 paid in full, 0 at least the minimum, from 1 on months late."""
    first: bool = False
    """The line's first statement: there was no bill that could be paid before it."""


@dataclass(frozen=True, slots=True)
class Features:
    """What is known of one customer on one business day."""

    on: date
    months: tuple[Month, ...]
    """Newest first, at most six; fewer when the pay-later line is younger."""
    paylater_limit: int
    """0 without a line, as for the cash loan."""
    paylater_owed: int
    """Principal: unbilled, in installment plans and billed."""
    plans_owed: int
    """The part of it that stands in installment plans."""
    cashloan_limit: int
    cashloan_owed: int
    loans_running: int
    loans_in_week: int
    """Cash loans taken within seven days, settled ones too."""
    loans_in_quarter: int
    """The same within ninety days."""
    tenure_months: int
    days_overdue: int
    """Of the oldest missed due day on either product; 0 within the grace days."""
    bounced: int
    """Payments of the last 180 days that the bank took back."""
    income: int | None
    """Wages a month, on average over the last three full months; None without consent or without any."""
    transfers: int | None
    """What other people sent, alike."""

    @property
    def exposure(self) -> int:
        """Principal owed on both products."""
        return self.paylater_owed + self.cashloan_owed

    @property
    def utilisation_ppm(self) -> int:
        """Share of the pay-later limit in use; above PPM while more is owed than a cut limit."""
        return _share(self.paylater_owed, self.paylater_limit)

    @property
    def cash_utilisation_ppm(self) -> int:
        return _share(self.cashloan_owed, self.cashloan_limit)

    def to_history(self, *, unit: int) -> History | None:
        """What the scorecard reads; None without a pay-later limit, since a bill means nothing without one.

        `unit` is `Scorecard.money_unit`. Months before the line are missing, not zero."""
        if not self.paylater_limit:
            return None

        missing = [None] * (MONTHS - len(self.months))
        # Nothing to pay yet is no payment of nothing: the card would take it for a month left out.
        payments = [None if month.first else month.payment for month in self.months]
        return History.of_minor(
            self.paylater_limit,
            (*(month.lateness for month in self.months), *missing),
            (*(month.bill for month in self.months), *missing),
            (*payments, *missing),
            unit=unit,
        )


def _share(part: int, whole: int) -> int:
    return part * PPM // whole if whole else 0


@dataclass(frozen=True, slots=True)
class Bill:
    """A statement, as far as lateness needs it; minor units."""

    on: date
    previous: int
    """What was left of the bill before when this one was made, penalty aside."""
    penalty: int
    total: int
    minimum: int


@dataclass(frozen=True, slots=True)
class MissedRow:
    """A loan's due day that was not met on time."""

    due_on: date
    paid_on: date | None


def months_of(
    bills: Sequence[Bill], payments: Mapping[date, int], missed: Sequence[MissedRow], *, overdue_now: int
) -> tuple[Month, ...]:
    """Six months from up to seven bills, newest first; the seventh only says what the sixth was paid against.

    `payments` is what came in by day. `overdue_now`, days, counts in the newest month: a due day missed since the
    statement is known today, and waiting for the next statement would hide it."""
    pairs = _with_the_one_before(bills)
    late: list[int] = []
    for bill, before in reversed(pairs):
        own = _lateness(bill, before, late[-1] if late else 0)
        late.append(max(own, _loans_late(missed, bill.on)))
    late.reverse()
    if late and overdue_now:
        late[0] = max(late[0], months_late(overdue_now))
    return tuple(
        Month(
            on=bill.on,
            bill=bill.total,
            minimum=bill.minimum,
            payment=sum(
                amount for day, amount in payments.items() if (before is None or before.on <= day) and day < bill.on
            ),
            lateness=min(months, LATENESS[-1]),
            first=before is None,
        )
        for (bill, before), months in [*zip(pairs, late, strict=True)][:MONTHS]
    )


def _with_the_one_before(bills: Sequence[Bill]) -> list[tuple[Bill, Bill | None]]:
    return list(zip(bills, [*bills[1:], None], strict=True)) if bills else []


def _lateness(bill: Bill, before: Bill | None, earlier: int) -> int:
    """How the bill `before` was paid when `bill` was made; `earlier` is the lateness at that one."""
    if before is None or before.total == 0:
        return -1 if bill.total else -2
    left = bill.previous + min(bill.penalty, before.penalty)
    if left == 0:
        return -1
    if before.total - left >= before.minimum:
        return 0
    return max(earlier, 0) + 1


def _loans_late(missed: Sequence[MissedRow], on: date) -> int:
    """Months of the oldest loan row that was due and unpaid on the evening before `on`; -2 when there is none."""
    open_then = [row.due_on for row in missed if row.due_on < on and (row.paid_on is None or row.paid_on >= on)]
    days = (on - min(open_then)).days - 1 if open_then else 0
    return months_late(days) if days else -2


def months_late(days: int) -> int:
    """Thirty days or a part of them are a month."""
    return -(-days // DAYS_A_MONTH)


def monthly_average(amounts: Mapping[date, int], today: date, months: int = 3) -> int | None:
    """Sum of the last full calendar months, divided by their number, rounded down; None when there is nothing."""
    seen = [amount for day, amount in amounts.items() if 1 <= months_between(day, today) <= months]
    return sum(seen) // months if seen else None
