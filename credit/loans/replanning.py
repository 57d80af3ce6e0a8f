"""The rows that are left, after principal was repaid early or a payment bounced."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from itertools import pairwise

from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.money import PPM, Money, round_half_up
from credit.loans.models import Loan, LoanRow
from credit.schedules.rules import Method, interest_exact, plan_loan


class Effect(StrEnum):
    """What principal repaid early does to the rows that are left."""

    REDUCE_INSTALLMENT = "reduce_installment"
    REDUCE_TERM = "reduce_term"


type Planned = tuple[tuple[int, int], ...]
"""Principal and interest of each row, minor units."""


def plan_rest(
    loan: Loan, principal_left: int, rows: Sequence[LoanRow], *, on: date, effect: Effect = Effect.REDUCE_INSTALLMENT
) -> Planned:
    """The rest of the principal over the rows not yet due, from `on`; the due days stay.

    To reduce the installment, the method is applied anew. To reduce the term, a level payment or level principal stays
    as it was, and the last rows fall away: the answer has fewer rows then. Raises EARLY_EFFECT_NOT_POSSIBLE for an
    interest-first loan, whose principal has one day only."""
    method = Method(loan.method)
    days = [row.due_on for row in rows]
    if effect is Effect.REDUCE_INSTALLMENT:
        planned = plan_loan(
            principal=Money(principal_left),
            daily_rate_ppm=loan.daily_rate_ppm,
            opened_on=on,
            due_on=days,
            method=method,
        )
        return tuple((row.principal.minor, row.interest.minor) for row in planned)
    if method is Method.INTEREST_FIRST:
        raise CreditError(ErrorCode.EARLY_EFFECT_NOT_POSSIBLE, method=method)
    first = rows[0]
    kept = first.principal_minor if method is Method.LEVEL_PRINCIPAL else first.principal_minor + first.interest_minor
    return _shorter(loan, principal_left, [on, *days], kept, with_interest=method is Method.LEVEL_PAYMENT)


def _shorter(loan: Loan, owed: int, days: list[date], kept: int, *, with_interest: bool) -> Planned:
    found, accrued, posted = [], 0, 0
    for number, (start, end) in enumerate(pairwise(days), start=1):
        accrued += interest_exact(owed, loan.daily_rate_ppm, (end - start).days)
        interest = round_half_up(accrued, PPM) - posted
        posted += interest
        last = number == len(days) - 1
        repaid = owed if last else min(owed, max(0, kept - interest if with_interest else kept))
        owed -= repaid
        found.append((repaid, interest))
        if not owed:
            break
    return tuple(found)
