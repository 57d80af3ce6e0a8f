"""Shape and sense of the product file. A contradiction is refused at start, by its place in the file."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from credit.catalogue.closing import Classification, Closing, Provisions, Reminders, WriteOff
from credit.kernel.money import PPM, Currency, Money, from_yuan
from credit.payments.port import Source
from credit.schedules.rules import Method


def _yuan(value: Any) -> Any:
    # A bare YAML number would have been through float already.
    if not isinstance(value, str):
        raise ValueError('write amounts as text, such as "500.00"')
    return from_yuan(value)


def _not_negative(value: Money) -> Money:
    if value.minor < 0:
        raise ValueError("must not be negative")
    return value


Yuan = Annotated[Money, BeforeValidator(_yuan), AfterValidator(_not_negative)]
Rate = Annotated[int, Field(ge=0, le=PPM)]
Days = Annotated[int, Field(ge=0, le=366)]


class _Checked(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Lender(_Checked):
    name: str
    currency: Currency
    helpline: str = Field(min_length=3, max_length=20)


class Bounds(_Checked):
    smallest: Yuan
    largest: Yuan

    @model_validator(mode="after")
    def ordered(self) -> Bounds:
        if not Money(0) < self.smallest <= self.largest:
            raise ValueError("smallest must be positive and not above largest")
        return self


class Cycle(_Checked):
    statement_day: int = Field(ge=1, le=28)
    due_day: int = Field(ge=1, le=28)

    @model_validator(mode="after")
    def due_after_statement(self) -> Cycle:
        if self.due_day <= self.statement_day:
            raise ValueError("due_day must come after statement_day")
        return self


class MinimumPayment(_Checked):
    share_ppm: Rate
    floor: Yuan


class Installments(_Checked):
    smallest: Yuan
    fee_ppm_by_term: dict[Annotated[int, Field(ge=1)], Rate] = Field(min_length=1)
    purchase_terms: list[Annotated[int, Field(ge=1)]]
    smallest_purchase: Yuan
    purchase_first_days: Days
    waive_later_fees: bool

    @model_validator(mode="after")
    def terms_have_fees(self) -> Installments:
        if missing := [term for term in self.purchase_terms if term not in self.fee_ppm_by_term]:
            raise ValueError(f"purchase_terms without a fee in fee_ppm_by_term: {missing}")
        return self


class Spending(_Checked):
    """What a payment with the line is checked for, besides its limit."""

    largest_payment: Yuan
    refused_categories: list[Annotated[str, Field(min_length=1, max_length=40)]]
    authorisation_days: Annotated[int, Field(ge=1, le=60)]


class Temporary(_Checked):
    """A temporary addition to the limit: at most this share of it, for so many days."""

    largest_share_ppm: Rate
    days: Annotated[int, Field(ge=1, le=366)]


class Paylater(_Checked):
    name: str
    line: Bounds
    cycles: list[Cycle] = Field(min_length=1)
    minimum_payment: MinimumPayment
    revolving_daily_ppm: Rate
    installments: Installments
    spending: Spending
    temporary_limit: Temporary
    cycle_change_days: Days

    @model_validator(mode="after")
    def each_cycle_once(self) -> Paylater:
        days = [cycle.statement_day for cycle in self.cycles]
        if len(set(days)) < len(days):
            raise ValueError("cycles: a statement_day stands twice")
        return self

    @model_validator(mode="after")
    def caps_fit_the_line(self) -> Paylater:
        if not Money(0) < self.spending.largest_payment <= self.line.largest:
            raise ValueError("spending.largest_payment must be positive and not above line.largest")
        return self


class RateBand(_Checked):
    lowest: Rate
    highest: Rate

    @model_validator(mode="after")
    def ordered(self) -> RateBand:
        if self.lowest > self.highest:
            raise ValueError("lowest must not be above highest")
        return self


class CashLoan(_Checked):
    name: str
    line: Bounds
    smallest_loan: Yuan
    largest_loan: Yuan
    step: Yuan
    most_open_loans: int = Field(ge=1)
    daily_rate_ppm: RateBand
    terms: list[int] = Field(min_length=1)
    methods: list[Method] = Field(min_length=1)
    shortest_first_period_days: int = Field(ge=1, le=28)

    @model_validator(mode="after")
    def ordered(self) -> CashLoan:
        if not Money(0) < self.smallest_loan <= self.largest_loan:
            raise ValueError("smallest_loan must be positive and not above largest_loan")
        if not self.step:
            raise ValueError("step must be positive")
        if any(term < 1 for term in self.terms):
            raise ValueError("terms are positive numbers of months")
        return self

    @property
    def default_method(self) -> Method:
        return self.methods[0]


class Overdue(_Checked):
    grace_days: Days
    penalty_multiple_ppm: int = Field(ge=0, le=3 * PPM)
    principal_first_from_day: int = Field(ge=1)
    unfreeze_after_days: Days

    def penalty_ppm(self, daily_rate_ppm: int) -> int:
        """The daily penalty rate that belongs to a daily rate."""
        return daily_rate_ppm * self.penalty_multiple_ppm // PPM


class Bridge(_Checked):
    allowed: bool
    days_between: Days


class Cost(_Checked):
    cap_ppm: Rate
    strict_cap_ppm: Rate
    strict: bool

    @model_validator(mode="after")
    def ordered(self) -> Cost:
        if self.strict_cap_ppm > self.cap_ppm:
            raise ValueError("strict_cap_ppm must not be above cap_ppm")
        return self

    @property
    def cap(self) -> int:
        return self.strict_cap_ppm if self.strict else self.cap_ppm


class Borrowers(_Checked):
    youngest: int = Field(ge=18)
    students_may_borrow: bool
    consent_version: str = Field(min_length=1, max_length=40)


class Exposure(_Checked):
    both_lines: Yuan


class ReadingSeconds(_Checked):
    credit: int = Field(ge=0)
    repayment: int = Field(ge=0)


class Offers(_Checked):
    valid_minutes: int = Field(ge=1)
    reading_seconds: ReadingSeconds
    pin_attempts: int = Field(ge=1)
    pin_lock_minutes: int = Field(ge=1)


class Autopay(_Checked):
    """When, in which order of sources, and what part of a debt may be taken alone."""

    attempts: list[Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]] = Field(min_length=1)
    sources: list[Source] = Field(min_length=1)
    partial: list[Source]
    """Sources that may pay less than all that is due; the others pay the whole rest or nothing."""
    smallest: Yuan
    """A smaller part is not worth a booking."""

    @model_validator(mode="after")
    def sensible(self) -> Autopay:
        if self.attempts != sorted(set(self.attempts)):
            raise ValueError("attempts must be different times, earliest first")
        if len(set(self.sources)) != len(self.sources):
            raise ValueError("sources must be different")
        if not set(self.partial) <= set(self.sources):
            raise ValueError("partial names a source that is not tried")
        return self


class Repayments(_Checked):
    """Money in and out."""

    sources: list[Source] = Field(min_length=1)
    bank_wait_days: int = Field(ge=0, le=10)
    """How many business days the bank has to answer; less than any first period of a loan."""
    counts_ahead_days: int = Field(ge=0, le=27)
    """So many days before its due day a payment counts as that day's installment."""
    autopay: Autopay

    @model_validator(mode="after")
    def autopay_uses_sources(self) -> Repayments:
        if not set(self.autopay.sources) <= set(self.sources):
            raise ValueError("autopay uses a source that is not allowed")
        return self


class Catalogue(_Checked):
    """Everything a product decision may depend on."""

    lender: Lender
    paylater: Paylater
    cashloan: CashLoan
    overdue: Overdue
    bridge: Bridge
    cost: Cost
    borrowers: Borrowers
    exposure: Exposure
    offers: Offers
    repayments: Repayments
    # closing a day
    classification: Classification
    provisions: Provisions
    write_off: WriteOff
    reminders: Reminders
    closing: Closing

    def product_name(self, product: str) -> str:
        return self.paylater.name if product == "paylater" else self.cashloan.name
