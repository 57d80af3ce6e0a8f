"""What the policy file says under `watching:`: which signs are looked for, how grave they are, and what follows."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from credit.kernel.errors import CatalogueError
from credit.kernel.money import PPM

Share = Annotated[int, Field(strict=True, ge=0, le=PPM)]
Days = Annotated[int, Field(strict=True, ge=1, le=366)]
Months = Annotated[int, Field(strict=True, ge=1, le=6)]
Number = Annotated[int, Field(strict=True, ge=1, le=1_000)]
Product = Literal["paylater", "cashloan"]
Severity = Literal["info", "warning", "severe"]
RuleName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class _Checked(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


# ── what follows from a sign ────────────────────────────────────────────────────────────────────────────────


class Hold(_Checked):
    """No new credit on these lines until the sign is gone."""

    do: Literal["hold"]
    products: list[Product] = Field(min_length=1)


class Freeze(_Checked):
    """No new credit on any line until the sign is gone."""

    do: Literal["freeze"]

    @property
    def products(self) -> list[Product]:
        return ["paylater", "cashloan"]


class Cut(_Checked):
    """The limit falls to a share of what it was; with `restore` it comes back with the release."""

    do: Literal["cut"]
    products: list[Product] = Field(min_length=1)
    to_ppm: Share
    restore: bool

    @model_validator(mode="after")
    def lower(self) -> Cut:
        if self.to_ppm == PPM:
            raise ValueError("a cut to the whole limit is none")
        return self


class Review(_Checked):
    """A person is asked to look at the customer and to talk to them."""

    do: Literal["review"]


Action = Annotated[Hold | Freeze | Cut | Review, Field(discriminator="do")]


# ── signs ───────────────────────────────────────────────────────────────────────────────────────────────────


class _Rule(_Checked):
    severity: Severity
    actions: list[Action]
    cure_days: Annotated[int, Field(strict=True, ge=0, le=366)]
    """How many days the sign must be gone, and nothing be late, before what followed from it is undone."""

    @model_validator(mode="after")
    def each_action_once(self) -> _Rule:
        done = [(action.do, product) for action in self.actions for product in getattr(action, "products", ("",))]
        if len(set(done)) != len(done):
            raise ValueError("an action stands twice")
        return self


class DaysLate(_Rule):
    """The oldest due day missed lies at least so many days back."""

    looks_at: Literal["days_late"]
    from_day: Days


class FirstPayment(_Rule):
    """The very first due day of a loan or of a line's bills was missed, and for so many days nothing came."""

    looks_at: Literal["first_payment"]
    from_day: Days


class NewLoans(_Rule):
    """So many loans opened within so many days."""

    looks_at: Literal["new_loans"]
    loans: Number
    days: Days


class ReturnedPayments(_Rule):
    """On so many days within the last `days` a payment bounced or autopay took nothing of what was due."""

    looks_at: Literal["returned_payments"]
    payments: Number
    days: Days


class Utilisation(_Rule):
    """The bill took a larger share of the limit from statement to statement, by `rise_ppm` over all of them, and takes
    at least `least_ppm` now."""

    looks_at: Literal["utilisation"]
    statements: Annotated[int, Field(strict=True, ge=2, le=6)]
    rise_ppm: Share
    least_ppm: Annotated[int, Field(strict=True, ge=0, le=2 * PPM)]


class MinimumPayment(_Rule):
    """So many bills in a row were paid in time, but of each no more than `most_ppm`."""

    looks_at: Literal["minimum_payment"]
    statements: Annotated[int, Field(strict=True, ge=2, le=5)]
    most_ppm: Share


class ScoreFall(_Rule):
    """The score is at least `fall` points below its best of the last `days`, and below `below`."""

    looks_at: Literal["score"]
    fall: Annotated[int, Field(strict=True, ge=1, le=600)]
    days: Days
    below: Annotated[int, Field(strict=True, ge=350, le=951)]


Rule = Annotated[
    DaysLate | FirstPayment | NewLoans | ReturnedPayments | Utilisation | MinimumPayment | ScoreFall,
    Field(discriminator="looks_at"),
]
SIGNS = ("days_late", "first_payment", "new_loans", "returned_payments", "utilisation", "minimum_payment", "score")
"""What rules look at. The wording of each is `utter_word_reason_watch_<sign>`."""
NIGHTLY = SIGNS[:4]
"""Looked at every night; the others when a customer is scored anew."""


# ── figures ─────────────────────────────────────────────────────────────────────────────────────────────────


class Stability(_Checked):
    """From which index on a shift is watched, and from which on it is an alarm (ppm: 0.10 is 100000)."""

    watch_ppm: Share
    alarm_ppm: Share
    least_customers: Number
    """With fewer customers no index is given."""

    @model_validator(mode="after")
    def ordered(self) -> Stability:
        if not 0 < self.watch_ppm < self.alarm_ppm:
            raise ValueError("watch_ppm must be above 0 and below alarm_ppm")
        return self


class Outcome(_Checked):
    """A score turned out badly when the customer was late for so many days at least once within so many days."""

    late_days: Days
    horizon_days: Annotated[int, Field(strict=True, ge=1, le=1_100)]

    @model_validator(mode="after")
    def can_happen(self) -> Outcome:
        if self.late_days > self.horizon_days:
            raise ValueError("nobody can be late for so long within the horizon")
        return self


class Performance(_Checked):
    """Which outcomes the model is measured on."""

    outcomes: dict[RuleName, Outcome] = Field(min_length=1)
    calibrated_on: RuleName
    """The outcome that the scorecard's probability is about; for the others only the order is judged."""
    least_bad: Number
    least_good: Number

    @model_validator(mode="after")
    def names_an_outcome(self) -> Performance:
        if self.calibrated_on not in self.outcomes:
            raise ValueError(f"calibrated_on: {self.calibrated_on} is none of the outcomes")
        return self


class Portfolio(_Checked):
    months: Annotated[int, Field(strict=True, ge=2, le=60)]
    """How many month ends the figures go back."""
    vintage_days: list[Days] = Field(min_length=1)
    """For vintages: late for so many days at least once."""

    @model_validator(mode="after")
    def rising(self) -> Portfolio:
        if any(one >= after for one, after in pairwise(self.vintage_days)):
            raise ValueError("vintage_days must rise")
        return self


class Watching(_Checked):
    """All of `watching:`."""

    rescore_after: list[Literal["statement", "loan_due_day"]] = Field(min_length=1)
    limit_step: Annotated[int, Field(strict=True, ge=1, le=10_000_000)]
    """A cut limit is rounded down to a multiple of this, minor units."""
    rules: dict[RuleName, Rule]
    stability: Stability
    performance: Performance
    portfolio: Portfolio

    @model_validator(mode="after")
    def graver_is_later(self) -> Watching:
        """Of two rules about lateness the later one must not be milder: else somebody's limit would rise by paying
        later."""
        late = sorted((rule for rule in self.rules.values() if rule.looks_at == "days_late"), key=_from_day)
        order = ["info", "warning", "severe"]
        if any(order.index(one.severity) > order.index(after.severity) for one, after in pairwise(late)):
            raise ValueError("rules: a rule for more days late must not be milder than one for fewer")
        return self


def _from_day(rule: DaysLate) -> int:
    return rule.from_day


def read_watching(content: Any, name: str) -> Watching:
    """The checked `watching:` of a policy file called `name`. Raises CatalogueError naming the place of every fault."""
    if content is None:
        raise CatalogueError(f"{name}: watching: is missing")
    try:
        return Watching.model_validate(content)
    except ValidationError as error:
        faults = (f"{'.'.join(map(str, ('watching', *fault['loc'])))}: {fault['msg']}" for fault in error.errors())
        raise CatalogueError(f"{name}: " + "; ".join(faults)) from error
