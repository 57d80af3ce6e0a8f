"""What the product file says about closing: classes of debts, provisions, write-off, reminders, the run itself."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from credit.kernel.money import PPM

Rate = Annotated[int, Field(ge=0, le=PPM)]
Day = Annotated[int, Field(ge=0, le=3660)]
CLASSES = ("normal", "special_mention", "substandard", "doubtful", "loss")
"""正常, 关注, 次级, 可疑, 损失."""
ReminderKind = Literal[
    "bill_issued", "bill_due", "loan_due", "overdue",
    "limit_raised", "credit_held", "limit_cut", "credit_released", "limit_restored",
]  # fmt: skip


class _Checked(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Classification(_Checked):
    """The first day past due of each class."""

    normal: Day
    special_mention: Day
    substandard: Day
    doubtful: Day
    loss: Day

    @model_validator(mode="after")
    def rising(self) -> Classification:
        days = [getattr(self, name) for name in CLASSES]
        if days[0] != 0 or days != sorted(set(days)):
            raise ValueError("classes begin at day 0 and each starts later than the one before")
        return self


class Provisions(_Checked):
    """Share of the principal owed that is set aside, by class."""

    normal: Rate
    special_mention: Rate
    substandard: Rate
    doubtful: Rate
    loss: Rate

    @model_validator(mode="after")
    def rising(self) -> Provisions:
        rates = [getattr(self, name) for name in CLASSES]
        if rates != sorted(rates):
            raise ValueError("a worse class cannot have a smaller provision")
        return self


class WriteOff(_Checked):
    from_day: Annotated[int, Field(ge=1, le=3660)]
    review_business_days: Annotated[int, Field(ge=0, le=60)]


class Reminders(_Checked):
    """Hours are Beijing time. Nothing is delivered from `quiet_from` to `quiet_to`."""

    quiet_from: time
    quiet_to: time
    at: time
    due_in_days: list[Annotated[int, Field(ge=0, le=28)]]
    overdue_days: list[Annotated[int, Field(ge=1, le=366)]]
    always: list[ReminderKind]
    """Kinds that cannot be opted out of."""

    @model_validator(mode="after")
    def sensible(self) -> Reminders:
        if not self.quiet_to <= self.at < self.quiet_from:
            raise ValueError("reminders are sent outside of the quiet hours, which pass midnight")
        if any(len(set(days)) != len(days) for days in (self.due_in_days, self.overdue_days)):
            raise ValueError("a day stands twice")
        return self


class Closing(_Checked):
    customers_a_step: Annotated[int, Field(ge=1, le=10_000)]
