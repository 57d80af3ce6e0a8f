"""The ways in which a part of a loan can be repaid early, beside each other, before anything is offered."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from credit.books import Books
from credit.cards import BillPart, OfferRow
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.money import ZERO, Money, total
from credit.loans import service as loans_service
from credit.loans.replanning import Effect
from credit.offers import terms
from credit.offers.terms import Wish


@dataclass(frozen=True, slots=True)
class EarlyEffect:
    """One way: the rows that would be left, and the interest that falls away against the plan as it is."""

    effect: Effect
    rows: tuple[OfferRow, ...]
    saved: Money

    @property
    def interest(self) -> Money:
        return total([row.interest.money() for row in self.rows])


def early_effects(books: Books, customer_id: UUID, loan_id: UUID, amount: Money) -> list[EarlyEffect]:
    """The shorter plan first. Empty when nothing of the amount goes beyond what is due.

    Raises LOAN_NOT_FOUND, AMOUNT_NOT_POSITIVE, REPAYMENT_EXCEEDS_DEBT."""
    customer = books.lock_customer(customer_id)
    loan = terms.loan_to_repay(books, customer_id, loan_id)
    planned = Money(sum(row.interest_minor - row.interest_paid for row in loans_service.unpaid_rows(books, loan)))
    found: list[EarlyEffect] = []
    for effect in (Effect.REDUCE_TERM, Effect.REDUCE_INSTALLMENT):
        wish = Wish(kind="repay_loan", amount=amount.minor, loan_id=loan_id, effect=effect)
        try:
            body = terms.build(books, customer, wish)
        except CreditError as refusal:
            if refusal.code is not ErrorCode.EARLY_EFFECT_NOT_POSSIBLE:
                raise
            continue
        rows = tuple(body.get("rows", ()))
        if rows:
            left = total([row.interest.money() for row in rows])
            saved = planned - left - _interest_paid(body["pays"])
            found.append(EarlyEffect(effect, rows, max(saved, ZERO)))
    return found


def _interest_paid(pays: list[BillPart]) -> Money:
    return total([part.amount.money() for part in pays if part.part == "interest"])
