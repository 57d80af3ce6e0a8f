"""Which of several loans or plans is meant: by its size, as the other one, or by what tells it apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from actions.amounts import figure
from actions.memory import last_question
from actions.turn import Turn
from credit.cards import ScheduleLoan
from credit.kernel.errors import CreditError

OTHER, THIS, MONTH = "other", "this", "month:"
TOLD_APART: dict[str, Callable[[ScheduleLoan], int]] = {
    "cheap": lambda loan: _interest_ahead(loan),
    "dear": lambda loan: -_interest_ahead(loan),
    "larger": lambda loan: -loan.remaining.minor,
    "smaller": lambda loan: loan.remaining.minor,
    "earlier": lambda loan: loan.opened_on.toordinal(),
    "later": lambda loan: -loan.opened_on.toordinal(),
}
"""The one with the least of it is meant."""


def named_debt(turn: Turn) -> ScheduleLoan | None:
    """The loan or plan that the message points at; None when it points at none, or not at one alone."""
    said = turn.heard.one
    if said is None:
        return None
    loans = turn.account.loans
    if said == THIS:
        return debt_spoken_of(turn)
    if said == OTHER:
        return _other_than(debt_spoken_of(turn), turn)
    if said in TOLD_APART:
        return _first_alone(loans, TOLD_APART[said])
    if said.startswith(MONTH):
        return of_month(loans, int(said.removeprefix(MONTH)))
    return of_size(loans, said) or of_size(turn.account.plans, said)


def debt_spoken_of(turn: Turn) -> ScheduleLoan | None:
    """The one loan or plan that the last answer, or the repayment under way, was about."""
    question = last_question(turn)
    known = (question.debt if question else None) or turn.slot("repay_target")
    return next((each for each in _all(turn) if str(each.loan_id) == known), None)


def _all(turn: Turn) -> list[ScheduleLoan]:
    return [*turn.account.loans, *turn.account.plans]


def _other_than(known: ScheduleLoan | None, turn: Turn) -> ScheduleLoan | None:
    """Of its own kind first: who has two loans and a plan means the other loan."""
    if known is None:
        return None
    others = [each for each in _all(turn) if each.loan_id != known.loan_id]
    alike = [each for each in others if each.kind == known.kind]
    return next((found[0] for found in (alike, others) if len(found) == 1), None)


def of_size(debts: Sequence[ScheduleLoan], text: str, *, payoff: bool = True) -> ScheduleLoan | None:
    """The one of that principal, remainder or (unless `payoff` is false) payoff; None when there is none or several."""
    try:
        size = figure(text)
    except CreditError:
        return None
    sized = [
        each
        for each in debts
        if size in {each.principal.money(), each.remaining.money()} or (payoff and size == each.payoff_today.money())
    ]
    return sized[0] if len(sized) == 1 else None


def of_month(loans: Sequence[ScheduleLoan], month: int) -> ScheduleLoan | None:
    """The one that was lent in that month, the year before or now; None when there is none or several."""
    found = [loan for loan in loans if loan.opened_on.month == month]
    return found[0] if len(found) == 1 else None


def _first_alone(loans: Sequence[ScheduleLoan], by: Callable[[ScheduleLoan], int]) -> ScheduleLoan | None:
    ranked = sorted(loans, key=by)
    if not ranked or (len(ranked) > 1 and by(ranked[0]) == by(ranked[1])):
        return None
    return ranked[0]


def _interest_ahead(loan: ScheduleLoan) -> int:
    """What is still to come by the plan, in 分."""
    return sum(row.interest.minor for row in loan.rows if row.status != "paid")
