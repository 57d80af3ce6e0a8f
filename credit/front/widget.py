"""The front door's calls of the web page: the demo's shop, and a receipt's proof."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from credit.books import Books
from credit.evidence.errors import EvidenceCode, EvidenceError
from credit.evidence.proofs import Proof, prove_journal
from credit.front.desk import Desk
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.money import Money
from credit.ledger.models import Journal
from credit.lines import service as lines
from credit.paylater import refunds, spending
from credit.paylater.models import Purchase


@dataclass(frozen=True, slots=True)
class Bought:
    """One purchase as its customer sees it."""

    id: UUID
    on: date
    merchant: str
    category: str
    amount: Money
    refunded: Money

    @classmethod
    def of(cls, row: Purchase) -> Bought:
        return cls(row.id, row.on, row.merchant, row.category, Money(row.amount_minor), Money(row.refunded_minor))


class WidgetCalls:
    """Buying, giving back, proving."""

    def purchases(self: Desk, customer_id: UUID, limit: int = 20) -> list[Bought]:
        """The newest first; none without a pay-later line."""
        return self.reading(lambda books: [Bought.of(row) for row in _newest(books, customer_id, limit)])

    def buy(self: Desk, customer_id: UUID, amount: Money, *, merchant: str, category: str, request_id: str) -> Bought:
        """Pay a merchant from the pay-later line; a repeat gets the first purchase again.

        Raises REQUEST_ID_REUSED when the id stood for something else, PRODUCT_NOT_OPEN, LINE_FROZEN,
        AMOUNT_NOT_POSITIVE, LIMIT_EXCEEDED."""
        return self.writing(lambda books: _buy(books, customer_id, amount, merchant, category, request_id))

    def give_back(self: Desk, customer_id: UUID, purchase_id: UUID, *, request_id: str) -> Bought:
        """Refund what is left of a purchase. Raises PURCHASE_NOT_FOUND, AMOUNT_NOT_POSITIVE when nothing is left."""
        return self.writing(lambda books: _give_back(books, customer_id, purchase_id, request_id))

    def receipt_proof(self: Desk, customer_id: UUID, journal_id: UUID) -> Proof:
        """The proof file of one of the customer's own journals.

        Raises JOURNAL_NOT_FOUND for missing and foreign alike, PROOF_NOT_READY until the journal is sealed."""
        return self.reading(lambda books: _proof(books, customer_id, journal_id))


def _newest(books: Books, customer_id: UUID, limit: int) -> list[Purchase]:
    line = lines.find_line(books, customer_id, lines.PAYLATER)
    if line is None:
        return []
    mine = select(Purchase).where(Purchase.line_id == line.id)
    return list(books.session.scalars(mine.order_by(Purchase.on.desc(), Purchase.id.desc()).limit(limit)))


def _buy(books: Books, customer_id: UUID, amount: Money, merchant: str, category: str, request_id: str) -> Bought:
    return Bought.of(
        spending.purchase(books, customer_id, amount, merchant=merchant, category=category, request_id=request_id)
    )


def _give_back(books: Books, customer_id: UUID, purchase_id: UUID, request_id: str) -> Bought:
    books.lock_customer(customer_id)
    bought = books.session.get(Purchase, purchase_id)
    # Whether it is the customer's own is asked where it is given back; a missing one is told there too.
    left = Money(bought.amount_minor - bought.refunded_minor) if bought is not None else Money(1)
    refunds.refund(books, customer_id, purchase_id, left, request_id=request_id)
    return Bought.of(books.session.get_one(Purchase, purchase_id))


def _proof(books: Books, customer_id: UUID, journal_id: UUID) -> Proof:
    owner = books.session.scalar(select(Journal.customer_id).where(Journal.id == journal_id))
    if owner != customer_id:
        raise CreditError(ErrorCode.JOURNAL_NOT_FOUND)
    try:
        return prove_journal(books.session, journal_id)
    except EvidenceError as fault:
        if fault.code is EvidenceCode.NOT_SEALED:
            raise CreditError(ErrorCode.PROOF_NOT_READY) from fault
        raise
