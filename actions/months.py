"""What is to be paid in a month that was named: known for the coming ones as far as it is planned or spent."""

from __future__ import annotations

from datetime import date

from actions import choices
from actions.choices import ask
from actions.customer import CASHLOAN, PAYLATER
from actions.turn import Reply, Turn
from actions.wording import Facts, Lines, Word
from credit.cards import ScheduleLoan
from credit.kernel.money import Money, total

MONTHS_IN_YEAR = 12
NEXT = "next_month"


def named_month(turn: Turn) -> date | None:
    """The first day of a coming month that the message names; None for this one, a past one or none."""
    period, today = turn.heard.period, turn.account.today
    if period == NEXT:
        return _month_after(today)
    if period is None or not period.isdecimal() or not 1 <= int(period) <= MONTHS_IN_YEAR:
        return None
    # A month that has gone by this year may be next year's: 「一月要还多少」, asked in November.
    ahead = (int(period) - today.month) % MONTHS_IN_YEAR
    if not 0 < ahead <= MONTHS_IN_YEAR // 2:
        return None
    month = today
    for _ in range(ahead):
        month = _month_after(month)
    return month


def coming_reply(turn: Turn, month: date) -> Reply:
    """Everything that is known to be due in a coming month, and that new purchases come on top."""
    named = turn.heard.product
    words: list[tuple[Word, Money]] = []
    if named != CASHLOAN:
        words += _unbilled(turn, month)
        words += [each for plan in turn.account.plans for each in _rows(plan, month, "coming_plan")]
    if named != PAYLATER:
        words += [each for loan in turn.account.loans for each in _rows(loan, month, "coming_loan")]
    facts: Facts = {"month": month.month}
    if not words:
        return Reply("utter_coming_nothing", facts, choices=(choices.CHECK_BILL, choices.LOAN_SCHEDULE))
    facts |= {"lines": Lines(tuple(word for word, _ in words)), "total": total([amount for _, amount in words])}
    return Reply("utter_coming", facts, choices=(choices.CHECK_BILL, choices.LOAN_SCHEDULE, ask("bill_dates")))


def _unbilled(turn: Turn, month: date) -> list[tuple[Word, Money]]:
    bill = turn.account.bill_if_any
    if bill is None or not bill.unbilled.minor or not _within(bill.next_statement_on, month):
        return []
    facts: Facts = {"amount": bill.unbilled.money(), "on": bill.next_statement_on}
    return [(Word("coming_unbilled", facts=facts), bill.unbilled.money())]


def _rows(loan: ScheduleLoan, month: date, name: str) -> list[tuple[Word, Money]]:
    due = [row for row in loan.rows if row.status != "paid" and _within(row.due_on, month)]
    return [
        (
            Word(name, facts={"amount": row.total.money(), "on": row.due_on, "principal": loan.principal.money()}),
            row.total.money(),
        )
        for row in due
    ]


def _within(day: date, month: date) -> bool:
    return (day.year, day.month) == (month.year, month.month)


def _month_after(day: date) -> date:
    years, month = divmod(day.month, MONTHS_IN_YEAR)
    return date(day.year + years, month + 1, 1)
