"""The behaviour features by name: a history in, one number out, None where its months are missing. Pure.

Each is defined once, here, for training and for scoring alike. Only months that are known count; ratios have no unit,
amounts are in the scorecard's money unit. Lateness below 1 (no use, paid in full, minimum paid) is not late and counts
0: a month that is more late can only raise the features that begin with `lateness` or `months_two_late`, and no other
feature sees lateness at all."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from statistics import fmean

from credit.scoring.history import History

Feature = Callable[[History], float | None]

WEIGHTS = (6, 5, 4, 3, 2, 1)
"""The newest month counts six times what the oldest does."""


def lateness_now(history: History) -> float | None:
    """Months late at the end of the newest month."""
    newest = history.lateness[0]
    return None if newest is None else max(newest, 0)


def lateness_before(history: History) -> float | None:
    """Months late, added up over the five months before the newest."""
    late = [max(months, 0) for months in history.lateness[1:] if months is not None]
    return sum(late) if late else None


def lateness_recent(history: History) -> float | None:
    """Months late, added up with the weights 6, 5, 4, 3, 2, 1 from the newest month back.

    Where months are missing, the sum is stretched to what it would be if they were like the known ones."""
    total = weights = 0
    for months, weight in zip(history.lateness, WEIGHTS, strict=True):
        if months is not None:
            weights += weight
            if months > 0:
                total += months * weight
    return total * sum(WEIGHTS) / weights if weights else None


def months_two_late(history: History) -> float | None:
    """How many months ended two or more months late."""
    known = [months for months in history.lateness if months is not None]
    return sum(months >= 2 for months in known) if known else None


def limit(history: History) -> float | None:
    """The limit itself."""
    return history.limit


def room_now(history: History) -> float | None:
    """What the newest bill leaves free of the limit; negative above the limit."""
    newest = history.bills[0]
    return None if newest is None else history.limit - newest


def utilisation_highest(history: History) -> float | None:
    """The highest bill as a share of the limit."""
    bills = _known(history.bills)
    return max(bills) / history.limit if bills else None


def utilisation_change(history: History) -> float | None:
    """The newest bill less the one before, as a share of the limit."""
    newest, before = history.bills[:2]
    return None if newest is None or before is None else (newest - before) / history.limit


def utilisation_spread(history: History) -> float | None:
    """The standard deviation of the bills as a share of the limit; needs two bills."""
    bills = _known(history.bills)
    if len(bills) < 2:
        return None
    mean = sum(bills) / len(bills)
    return math.sqrt(sum((bill - mean) ** 2 for bill in bills) / len(bills)) / history.limit


def months_over_limit(history: History) -> float | None:
    """How many bills were above the limit."""
    bills = _known(history.bills)
    return sum(bill > history.limit for bill in bills) if bills else None


def spend_average(history: History) -> float | None:
    """New spending a month on average: the bill less the bill before plus what was paid in between."""
    bills, payments = history.bills, history.payments
    total = months = 0
    for new, old, paid in zip(bills, bills[1:], payments, strict=False):
        if new is not None and old is not None and paid is not None:
            total += new - old + paid
            months += 1
    return total / months if months else None


def spend_to_limit(history: History) -> float | None:
    """`spend_average` as a share of the limit."""
    spend = spend_average(history)
    return None if spend is None else spend / history.limit


def payment_total(history: History) -> float | None:
    """What was paid in the known months, stretched to six."""
    payments = _known(history.payments)
    return sum(payments) * len(history.payments) / len(payments) if payments else None


def payment_least(history: History) -> float | None:
    """The smallest payment of a month, 0 when one was left out."""
    payments = _known(history.payments)
    return min(payments) if payments else None


def payment_typical(history: History) -> float | None:
    """The lower median of the payments: the third smallest of six."""
    payments = sorted(_known(history.payments))
    return payments[(len(payments) - 1) // 2] if payments else None


def payment_share_least(history: History) -> float | None:
    """The smallest share of a bill that was paid in the month after it; 1 for a month without a bill."""
    shares = list(_shares_paid(history))
    return min(shares) if shares else None


def payment_share_average(history: History) -> float | None:
    """The average share of a bill that was paid in the month after it, no share above 1."""
    shares = list(_shares_paid(history))
    return fmean(shares) if shares else None


def _shares_paid(history: History) -> Iterator[float]:
    for bill, paid in zip(history.bills[1:], history.payments, strict=False):
        if bill is not None and paid is not None:
            yield min(paid / bill, 1.0) if bill > 0 else 1.0


def _known(months: tuple[int | None, ...]) -> list[int]:
    return [amount for amount in months if amount is not None]


FEATURES: dict[str, Feature] = {
    feature.__name__: feature
    for feature in (
        lateness_now,
        lateness_before,
        lateness_recent,
        months_two_late,
        limit,
        room_now,
        utilisation_highest,
        utilisation_change,
        utilisation_spread,
        months_over_limit,
        spend_average,
        spend_to_limit,
        payment_total,
        payment_least,
        payment_typical,
        payment_share_least,
        payment_share_average,
    )
}
