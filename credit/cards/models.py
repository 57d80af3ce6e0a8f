"""Cards as pydantic models: facts and codes only; words belong to whoever draws them.

Amounts are `{"minor": 500000, "currency": "CNY"}` (分), rates integers in parts per million
(`109500` is 10.95 %), days ISO dates, instants ISO with offset."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from credit.kernel.money import Currency, Money


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MoneyOut(_Part):
    """An amount on its way out, in the smallest unit."""

    minor: int
    currency: Currency = Currency.CNY

    def money(self) -> Money:
        return Money(self.minor, self.currency)


def money_out(amount: Money) -> MoneyOut:
    return MoneyOut(minor=amount.minor, currency=amount.currency)


Product = Literal["paylater", "cashloan"]
LineStatus = Literal["open", "frozen", "closed", "not_open"]
RowStatus = Literal["planned", "due", "overdue", "paid"]
OfferKind = Literal[
    "borrow", "repay_bill", "repay_loan", "repay_with_loan", "installment", "settle_plan", "pay_out_credit"
]


class LimitLine(_Part):
    product: Product
    name: str
    status: LineStatus
    limit: MoneyOut
    used: MoneyOut
    available: MoneyOut
    single_cap: MoneyOut | None = None
    """The most one loan may be, whatever the limit."""
    daily_rate_ppm: int | None = None
    simple_yearly_ppm: int | None = None
    frozen_reason: str | None = None
    """Code of the reason, e.g. `overdue`."""


class LimitCard(_Part):
    kind: Literal["limit"] = "limit"
    lines: list[LimitLine]


class BillPart(_Part):
    part: Literal["previous", "purchases", "installments", "interest", "fees", "penalty", "refunds", "payments"]
    amount: MoneyOut


class BillEntry(_Part):
    on: date
    merchant: str
    amount: MoneyOut
    kind: Literal["purchase", "refund", "payment", "installment"] = "purchase"


class BillCard(_Part):
    kind: Literal["bill"] = "bill"
    name: str
    statement_on: date
    due_on: date
    total: MoneyOut
    paid: MoneyOut
    """Everything that has lowered the bill since the statement: payments, refunds, splitting."""
    outstanding: MoneyOut
    minimum: MoneyOut
    minimum_outstanding: MoneyOut
    days_overdue: int
    penalty: MoneyOut
    parts: list[BillPart]
    entries: list[BillEntry]
    previous_total: MoneyOut | None
    unbilled: MoneyOut
    """Spent since the statement; falls on the next one."""
    next_statement_on: date
    autopay: bool


class ScheduleRow(_Part):
    number: int
    due_on: date
    principal: MoneyOut
    interest: MoneyOut
    fee: MoneyOut
    total: MoneyOut
    status: RowStatus


class ScheduleLoan(_Part):
    loan_id: UUID
    kind: Literal["loan", "installment_plan"]
    opened_on: date
    principal: MoneyOut
    remaining: MoneyOut
    """Principal not yet repaid."""
    payoff_today: MoneyOut
    method: str
    term: int
    daily_rate_ppm: int | None
    simple_yearly_ppm: int
    compound_yearly_ppm: int
    days_overdue: int
    penalty: MoneyOut
    next_due_on: date | None
    next_due: MoneyOut
    rows: list[ScheduleRow]


class ScheduleCard(_Part):
    kind: Literal["schedule"] = "schedule"
    loans: list[ScheduleLoan]


class OfferRow(_Part):
    number: int
    due_on: date
    principal: MoneyOut
    interest: MoneyOut
    fee: MoneyOut
    total: MoneyOut


class CostItem(_Part):
    """One line of the mandatory cost table."""

    item: Literal[
        "interest",
        "installment_fee",
        "guarantee_fee",
        "other_fee",
        "overdue_penalty",
        "misuse_penalty",
        "early_settlement",
    ]
    when: Literal["normal", "contingent"]
    amount: MoneyOut | None = None
    daily_rate_ppm: int | None = None
    collected_by: str


class OfferCard(_Part):
    """The written offer: what is shown here is what confirming executes."""

    kind: Literal["offer"] = "offer"
    id: UUID
    offer_kind: OfferKind
    status: Literal["open", "executed", "declined", "expired"]
    created_at: datetime
    expires_at: datetime
    business_date: date
    product_name: str
    lender: str
    amount: MoneyOut
    term: int | None = None
    method: str | None = None
    daily_rate_ppm: int | None = None
    simple_yearly_ppm: int | None = None
    """12 × monthly rate of return of all payments."""
    compound_yearly_ppm: int | None = None
    """Effective yearly rate over the actual days (XIRR)."""
    total_interest: MoneyOut
    total_fee: MoneyOut
    total_repayment: MoneyOut
    rows: list[OfferRow] = []
    cost_table: list[CostItem] = []
    purpose: str | None = None
    pays: list[BillPart] = []
    """For a repayment: what the money settles."""
    pays_into: str
    """Code of where the money goes: `debit_card`, `paylater_bill`, `lender`."""
    account_tail: str | None = None
    """Last four digits of the bound card that receives or pays."""
    limit_after: MoneyOut | None = None
    bill_after: MoneyOut | None = None
    reading_seconds: int
    fingerprint: str


class Way(_Part):
    """One way to settle a bill."""

    way: Literal["pay_now", "pay_minimum", "installment", "borrow"]
    possible: bool
    refusal: str | None = None
    """Error code when not possible."""
    term: int | None = None
    method: str | None = None
    pay_today: MoneyOut
    later_payments: int
    largest_later_payment: MoneyOut
    total_paid: MoneyOut
    cost: MoneyOut
    simple_yearly_ppm: int | None = None
    compound_yearly_ppm: int | None = None


class ComparisonCard(_Part):
    kind: Literal["comparison"] = "comparison"
    name: str
    outstanding: MoneyOut
    due_on: date
    ways: list[Way]


class ReceiptCard(_Part):
    kind: Literal["receipt"] = "receipt"
    offer_id: UUID
    offer_kind: OfferKind
    journal_id: UUID
    executed_at: datetime
    business_date: date
    amount: MoneyOut
    loan_id: UUID | None = None
    first_due_on: date | None = None
    bill_outstanding: MoneyOut | None = None
    limits: list[LimitLine]


class ListItem(_Part):
    on: date | None = None
    title: str
    amount: MoneyOut | None = None
    note: str | None = None


class ListCard(_Part):
    kind: Literal["list"] = "list"
    title: str
    items: list[ListItem]


class NoticeCard(_Part):
    kind: Literal["notice"] = "notice"
    level: Literal["info", "warning", "critical"]
    code: str
    facts: dict[str, str | int] = {}


AnyCard = Annotated[
    LimitCard | BillCard | ScheduleCard | OfferCard | ComparisonCard | ReceiptCard | ListCard | NoticeCard,
    Field(discriminator="kind"),
]


def card_schema() -> dict[str, Any]:
    """JSON schema of all card kinds."""
    return TypeAdapter(AnyCard).json_schema(mode="serialization")
