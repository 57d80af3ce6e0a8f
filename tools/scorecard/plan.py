"""What is trained: which features, which way each may run, which pairs get a grid. Chosen by cross-validation."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

SEED = 20051001
FOLDS = 5
RIDGE = 30.0
"""The weight of the squared coefficients against the log-likelihood of all rows."""


class Risk(IntEnum):
    """How the risk may run as a value rises."""

    FALLS = -1
    FREE = 0
    RISES = 1


@dataclass(frozen=True)
class Step:
    """One feature in bins."""

    feature: str
    risk: Risk
    bins: int = 8

    @property
    def code(self) -> str:
        return self.feature


@dataclass(frozen=True)
class Pair:
    """Two features in a grid: the risk may only rise along the rows, and along the columns too where `both`."""

    code: str
    rows: str
    columns: str
    both: bool = False
    row_bins: int = 5
    column_bins: int = 6


@dataclass(frozen=True)
class Plan:
    """A scorecard to be."""

    steps: tuple[Step, ...]
    pairs: tuple[Pair, ...]

    @property
    def needed(self) -> tuple[str, ...]:
        of_pairs = [name for pair in self.pairs for name in (pair.rows, pair.columns)]
        return tuple(dict.fromkeys([step.feature for step in self.steps] + of_pairs))


PLAN = Plan(
    steps=(
        Step("lateness_now", Risk.RISES),
        Step("lateness_recent", Risk.RISES),
        Step("months_two_late", Risk.RISES),
        Step("room_now", Risk.FALLS),
        Step("utilisation_highest", Risk.FREE),
        Step("utilisation_change", Risk.FREE),
        Step("utilisation_spread", Risk.FREE),
        Step("months_over_limit", Risk.FREE),
        Step("spend_average", Risk.FREE),
        Step("spend_to_limit", Risk.FREE),
        Step("payment_total", Risk.FALLS),
        Step("payment_least", Risk.FALLS),
        Step("payment_typical", Risk.FALLS),
        Step("payment_share_least", Risk.FALLS),
    ),
    pairs=(
        Pair("lateness_path", "lateness_now", "lateness_before", both=True),
        Pair("lateness_use", "lateness_recent", "utilisation_highest"),
        Pair("lateness_payments", "lateness_now", "payment_typical"),
        Pair("lateness_spending", "months_two_late", "spend_to_limit"),
    ),
)
