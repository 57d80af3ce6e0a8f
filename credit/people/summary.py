"""The account in one look, for the person who answers."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel, ConfigDict

from credit.books import Books
from credit.cards import BillCard, LimitCard, ScheduleCard
from credit.explain.facts import customer_facts
from credit.kernel.errors import CreditError, ErrorCode
from credit.lines.service import limit_card
from credit.loans.views import loan_schedules
from credit.paylater.views import bill_card, plan_schedules


class Summary(BaseModel):
    """Cards as the customer sees them, and the situation in codes. No card number, no phone: the books hold none."""

    model_config = ConfigDict(frozen=True)
    name: str
    is_student: bool
    autopay: bool
    days_overdue: int
    limits: LimitCard
    bill: BillCard | None
    schedules: ScheduleCard


def of_customer(books: Books, customer_id: UUID) -> Summary:
    """Raises CUSTOMER_UNKNOWN."""
    facts = customer_facts(books, customer_id)
    return Summary(
        name=facts.name,
        is_student=facts.is_student,
        autopay=facts.autopay,
        days_overdue=facts.days_overdue,
        limits=limit_card(books, customer_id),
        bill=_bill(books, customer_id),
        schedules=ScheduleCard(loans=loan_schedules(books, customer_id) + plan_schedules(books, customer_id)),
    )


def _bill(books: Books, customer_id: UUID) -> BillCard | None:
    try:
        return bill_card(books, customer_id)
    except CreditError as refusal:
        if refusal.code in {ErrorCode.PRODUCT_NOT_OPEN, ErrorCode.NO_OPEN_BILL}:
            return None
        raise
