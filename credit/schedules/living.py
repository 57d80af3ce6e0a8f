"""A schedule as events change it: drawn in parts, paid early, paid ahead or paid late.

Amounts are exact fractions of a currency's main unit, as in `general`. Interest runs on what is really owed, day by
day; every stretch of constant balance inside a period is rounded by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from credit.schedules.annuity import level_amount
from credit.schedules.general import Row
from credit.schedules.rounding import CENTS, Rounding

NOTHING = Fraction(0)


class Surplus(StrEnum):
    """What principal paid beyond the row's own share does to the rows that follow."""

    LOWER_LEVEL = "lower_level"
    FEWER_ROWS = "fewer_rows"
    SKIP_NEXT = "skip_next"


@dataclass(frozen=True, slots=True)
class Draw:
    """Money lent on a day; on a due day it starts with the next period. The level amount is solved anew."""

    on: date
    amount: Fraction


@dataclass(frozen=True, slots=True)
class Prepayment:
    """An amount paid inside a period, all of it principal, or in place of the row when paid on its due day.

    It counts towards the row of its period, which still owes its interest; what is beyond the row is surplus."""

    on: date
    amount: Fraction
    surplus: Surplus = Surplus.FEWER_ROWS


@dataclass(frozen=True, slots=True)
class PaidAhead:
    """The level amount of a row paid before its period ends: interest so far, the rest principal.

    Interest that the remaining balance earns until the due day is collected with the next unpaid row."""

    on: date
    number: int


@dataclass(frozen=True, slots=True)
class PaidLate:
    """The principal of a row that was paid after its due day; until then it bears interest, without a penalty."""

    on: date
    number: int


type Event = Draw | Prepayment | PaidAhead | PaidLate


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """The frame of a level-payment loan: the opening day and the due days, and one simple rate a period.

    `level_rates` replace the rates the level amount is solved over, where a convention ignores uneven days.
    With `evens_out` the rounded level moves by the last row's difference, spread over the rows, when that brings the
    last row closer to the others."""

    boundaries: tuple[date, ...]
    rates: tuple[Fraction, ...]
    level_rates: tuple[Fraction, ...] | None = None
    level_rounding: Rounding = CENTS
    interest_rounding: Rounding = CENTS
    evens_out: bool = False

    def __post_init__(self) -> None:
        if list(self.boundaries) != sorted(set(self.boundaries)) or len(self.boundaries) != len(self.rates) + 1:
            raise ValueError("a course needs rising boundaries and one rate between each two")


def follow(course: Course, events: Sequence[Event]) -> tuple[Row, ...]:
    """The rows after all events; the balance of a row is what is owed on its due day when that day is over.

    The first event must be a draw on the opening day. Raises ValueError for events outside the course."""
    opening, end = course.boundaries[0], course.boundaries[-1]
    waiting = sorted(events, key=lambda event: event.on)
    if not waiting or not isinstance(waiting[0], Draw) or waiting[0].on != opening or waiting[-1].on > end:
        raise ValueError("events must start with a draw on the opening day and end with the course")
    run = _Run(course, late=frozenset(event.number for event in events if isinstance(event, PaidLate)))
    for due in course.boundaries[1:]:
        # On the due day itself a prepayment pays the row; everything else finds the row settled.
        while waiting and (waiting[0].on < due or (waiting[0].on == due and isinstance(waiting[0], Prepayment))):
            run.meet(waiting.pop(0))
        run.settle_row()
        while waiting and waiting[0].on == due:
            run.meet(waiting.pop(0))
        run.close_row()
        if run.is_over() and not waiting:
            break
    return tuple(run.rows)


class _Run:
    """Where a loan stands on a day, moved forward by events and due days."""

    def __init__(self, course: Course, late: frozenset[int]) -> None:
        self.course, self.late = course, late
        self.today = course.boundaries[0]
        self.period = 1  # the number of the row whose period is running
        self.owed = self.accrued = self.level = NOTHING
        self.early = self.on_due_day = self.credit = NOTHING
        self.surplus = Surplus.FEWER_ROWS
        self.overdue: dict[int, Fraction] = {}
        self.paid: dict[int, tuple[Fraction, Fraction]] = {}  # principal and interest by row
        self.rows: list[Row] = []

    def meet(self, event: Event) -> None:
        """Let interest run up to the event, then change what is owed."""
        self._pass_time(event.on)
        match event:
            case Draw():
                self.owed += event.amount
                self._solve_level()
            case Prepayment():
                self.surplus = event.surplus
                if event.on == self.course.boundaries[self.period]:
                    self.on_due_day += event.amount
                else:
                    self.early += event.amount
                    self.owed -= event.amount
            case PaidAhead():
                self._pay_ahead(event.number)
            case PaidLate():
                self.overdue.pop(event.number)

    def settle_row(self) -> None:
        """The due day of the running period: collect its row, unless it was paid ahead, and start the next period."""
        number, rows = self.period, len(self.course.rates)
        self._pass_time(self.course.boundaries[number])
        self.period += 1
        if number in self.paid:
            return
        interest = self._collect()
        planned = max(NOTHING, self.level - interest)
        wanted = self.owed + self.early if number == rows else max(NOTHING, planned - self.credit)
        offered = self.early + max(NOTHING, self.on_due_day - interest)
        principal = min(self.owed + self.early, max(wanted, offered))
        self.paid[number] = (principal, interest)
        self.owed -= principal - self.early
        if number in self.late:
            self.overdue[number] = principal - self.early
        self.credit = max(NOTHING, self.credit - planned)
        self.early = self.on_due_day = NOTHING
        if principal > wanted:
            self._apply_surplus(principal - wanted)

    def close_row(self) -> None:
        """Write down the row whose due day is over."""
        number = self.period - 1
        principal, interest = self.paid[number]
        self.rows.append(Row(number, principal, interest, self.owed))

    def is_over(self) -> bool:
        """Whether nothing is owed and no row that was paid ahead is still to come."""
        return not (self.owed or self.accrued or self.overdue or max(self.paid, default=0) >= self.period)

    def _pay_ahead(self, number: int) -> None:
        if number in self.paid:  # on its own due day there is nothing ahead
            return
        interest = self._collect()
        principal = min(self.owed, self.level - interest)
        self.owed -= principal
        self.paid[number] = (principal, interest)

    def _collect(self) -> Fraction:
        interest, self.accrued = self.accrued, NOTHING
        return interest

    def _pass_time(self, day: date) -> None:
        bearing = self.owed + sum(self.overdue.values())
        rate = self.course.rates[self.period - 1] if day > self.today else NOTHING
        self.accrued += self.course.interest_rounding(bearing * rate * self._share(self.today, day))
        self.today = day

    def _share(self, start: date, end: date) -> Fraction:
        """Days as a part of the running period; the period's rate already says what the period is worth."""
        if end <= start:
            return NOTHING
        opened, due = self.course.boundaries[self.period - 1 : self.period + 1]
        return Fraction((end - start).days, (due - opened).days)

    def _apply_surplus(self, amount: Fraction) -> None:
        match self.surplus:
            case Surplus.LOWER_LEVEL:
                self._solve_level()
            case Surplus.SKIP_NEXT:
                self.credit += amount
            case Surplus.FEWER_ROWS:
                pass

    def _solve_level(self) -> None:
        done = self.period - 1
        if not self.owed or done >= len(self.course.rates):
            return
        if self.course.level_rates is not None:
            exact = level_amount(self.owed, self.course.level_rates[done:])
        else:
            interest = self.accrued + self._rest_of_period()
            exact = level_amount(self.owed, [interest / self.owed, *self.course.rates[done + 1 :]])
        self.level = self.course.level_rounding(exact)
        if self.course.evens_out:
            self._even_out(len(self.course.rates) - done)

    def _even_out(self, rows_left: int) -> None:
        difference = self._last_total(self.level) - self.level
        moved = self.course.level_rounding(self.level + difference / rows_left)
        if abs(self._last_total(moved) - moved) < abs(difference):
            self.level = moved

    def _last_total(self, level: Fraction) -> Fraction:
        """What the last row would come to if nothing else happened."""
        owed, interest = self.owed, self.accrued + self.course.interest_rounding(self._rest_of_period())
        for rate in self.course.rates[self.period :]:
            owed -= level - interest
            interest = self.course.interest_rounding(owed * rate)
        return owed + interest

    def _rest_of_period(self) -> Fraction:
        """Exact interest that today's balance still earns in the running period."""
        to_come = self._share(self.today, self.course.boundaries[self.period])
        return self.owed * self.course.rates[self.period - 1] * to_come
