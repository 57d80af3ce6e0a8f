"""What the scorecard sees of a customer: a limit and six months of bills, payments and lateness. Nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from credit.kernel.errors import CreditError, ErrorCode

MONTHS = 6
FEWEST_KNOWN = 3
"""With fewer known months a file is thin: no score is made up for it."""
LATENESS = range(-2, 10)
LARGEST_AMOUNT = 10**15
"""Beyond any card: what is larger is a mistake of units, not a customer."""

Months = tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class History:
    """Six months of one card, newest first; None is a month that is missing (before the card, or lost).

    `limit`, `bills` and `payments` are integers in the scorecard's own money unit; `of_minor` makes them from 分.
    `lateness[i]` at the end of month i: -2 no use, -1 paid in full, 0 at least the minimum, from 1 on months late.
    `bills[i]` is the statement of month i, negative when the customer was owed; `payments[i]` is what was paid in month
    i against the bill of the month before, `bills[i + 1]`.
    Raises CreditError SCORING_INPUT_INVALID with the facts `field` and `value`."""

    limit: int
    lateness: Months
    bills: Months
    payments: Months

    def __post_init__(self) -> None:
        if not _whole(self.limit) or not 0 < self.limit <= LARGEST_AMOUNT:
            raise _invalid("limit", self.limit, f"not a positive whole amount up to {LARGEST_AMOUNT}")
        for field in ("lateness", "bills", "payments"):
            months = getattr(self, field)
            if not isinstance(months, tuple) or len(months) != MONTHS:
                raise _invalid(field, months, f"not a tuple of {MONTHS} months")
        _check("lateness", self.lateness, LATENESS[0], LATENESS[-1])
        _check("bills", self.bills, -LARGEST_AMOUNT, LARGEST_AMOUNT)
        _check("payments", self.payments, 0, LARGEST_AMOUNT)

    @classmethod
    def of_minor(cls, limit: int, lateness: Months, bills: Months, payments: Months, *, unit: int) -> History:
        """A history from amounts in minor units (分); `unit` is `Scorecard.money_unit`, how many of them make one.

        Rounded towards zero; a limit of less than one unit counts as one. Raises as the constructor does."""
        if not _whole(limit) or limit <= 0:
            raise _invalid("limit", limit, "not a positive whole amount")
        return cls(max(limit // unit, 1), lateness, _in_units(bills, unit), _in_units(payments, unit))

    @property
    def known_months(self) -> int:
        """Months whose lateness is known."""
        return MONTHS - self.lateness.count(None)


def _in_units(amounts: Months, unit: int) -> Months:
    return tuple(a if a is None else (abs(a) // unit) * (1 if a >= 0 else -1) for a in amounts)


def _check(field: str, months: Months, lowest: int, highest: int) -> None:
    for index, value in enumerate(months):
        if value is not None and (not _whole(value) or not lowest <= value <= highest):
            raise _invalid(f"{field}[{index}]", value, f"not a whole number from {lowest} to {highest}")


def _whole(value: object) -> bool:
    return type(value) is int  # True is an int to isinstance, and not an amount


def _invalid(field: str, value: object, why: str) -> CreditError:
    return CreditError(ErrorCode.SCORING_INPUT_INVALID, f"{field} is {value!r}: {why}", field=field, value=repr(value))
