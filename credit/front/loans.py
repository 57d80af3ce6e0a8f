"""What may be asked about money in and out: paying out, repaying, autopay, and the proof that a loan is settled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Protocol
from uuid import UUID

from credit.books import Books
from credit.cards import NoticeCard, OfferCard
from credit.kernel.money import Money
from credit.loans.certificate import SettledLoan, settled_loans, settlement_certificate
from credit.loans.replanning import Effect
from credit.offers.early import EarlyEffect, early_effects
from credit.offers.terms import Wish
from credit.payments import orders
from credit.payments.port import Answer
from credit.repayments import autopay, bouncing, receiving, settling
from credit.repayments.autopay import AutopayResult
from credit.repayments.debts import Origin
from credit.repayments.receiving import PayerReceipt


class Door(Protocol):
    """What these calls need of `CreditApp`."""

    def reading[T](self, look: Callable[[Books], T]) -> T: ...

    def writing[T](self, work: Callable[[Books], T]) -> T: ...

    def send_order(self, order_id: UUID) -> None: ...

    def receive_payment(
        self, customer_id: UUID, amount: Money, origin: Origin, *, request_id: str, chosen: UUID | None = None
    ) -> Money: ...

    def _propose(self, customer_id: UUID, wish: Wish, request_id: str) -> OfferCard: ...


class LoansFront:
    """Part of `CreditApp`."""

    def send_order(self: Door, order_id: UUID) -> None:
        """Send an order to the bank and take its answer: two transactions, as the bank's books are not ours.

        Whatever dies between them, the next closing asks the bank what became of the order."""
        answers = self.writing(lambda books: orders.send(books, orders.lock(books, order_id)))
        self.writing(lambda books: settling.take_answers(books, order_id, answers))

    def bank_says(self: Door, order_id: UUID, answers: Sequence[Answer]) -> None:
        """An answer that arrives by itself. Raises PAYMENT_UNKNOWN, BANK_ANSWER_CONTRADICTS."""
        self.writing(lambda books: settling.take_answers(books, order_id, answers))

    def receive_payment(
        self: Door, customer_id: UUID, amount: Money, origin: Origin, *, request_id: str, chosen: UUID | None = None
    ) -> Money:
        """Money that arrives without an order of ours; returns what of it goes back. Raises as `receiving.receive`."""

        def work(books: Books) -> tuple[Money, list[UUID]]:
            shares = receiving.receive(books, customer_id, amount, origin, request_id=request_id, chosen=chosen)
            kept = sum(share.amount_minor for share in shares if share.debt_id is None)
            refunds = orders.waiting(books, customer_id, orders.REFUND)
            return Money(kept), [order.id for order in refunds]

        kept, refunds = self.writing(work)
        for order_id in refunds:
            self.send_order(order_id)
        return kept

    def receive_from_other(
        self: Door, customer_id: UUID, amount: Money, *, reference: str, payer: str, request_id: str
    ) -> PayerReceipt:
        """Somebody else pays; the answer says nothing about the customer. Raises as `receiving.receive`."""
        origin = Origin(reference=reference, payer=payer)
        self.receive_payment(customer_id, amount, origin, request_id=request_id)
        return self.writing(lambda books: PayerReceipt(reference, amount, books.today))

    def payment_bounced(self: Door, reference: str, *, reason: str) -> None:
        """Raises PAYMENT_UNKNOWN, PAYMENT_ALREADY_BOUNCED, PAYMENT_CANNOT_BOUNCE."""
        self.writing(lambda books: bouncing.bounce(books, reference, reason=reason))

    def switch_autopay(self: Door, customer_id: UUID, *, on: bool) -> bool:
        """Returns what it was before. Raises CUSTOMER_UNKNOWN."""
        return self.writing(lambda books: autopay.switch(books, customer_id, on=on))

    def autopay_attempts(self: Door, customer_id: UUID, day: date) -> list[AutopayResult]:
        """What was tried on a day where something was due."""
        return self.reading(lambda books: autopay.attempts_of(books, customer_id, day))

    def settled_loans(self: Door, customer_id: UUID) -> list[SettledLoan]:
        """The last settled first."""
        return self.reading(lambda books: settled_loans(books, customer_id))

    def settlement_certificate(self: Door, customer_id: UUID, loan_id: UUID) -> NoticeCard:
        """Raises LOAN_NOT_FOUND, LOAN_NOT_SETTLED."""
        return self.reading(lambda books: settlement_certificate(books, customer_id, loan_id))

    def early_effects(self: Door, customer_id: UUID, loan_id: UUID, amount: Money) -> list[EarlyEffect]:
        """What paying a part of a loan early could do, each way as an offer would have it; empty when nothing of the
        amount is early. Nothing is kept. Raises as an offer does."""
        return self.writing(lambda books: early_effects(books, customer_id, loan_id, amount))

    def propose_early_repayment(
        self: Door,
        customer_id: UUID,
        *,
        loan_id: UUID | None,
        amount: Money,
        effect: Effect,
        request_id: str,
        source: str | None = None,
    ) -> OfferCard:
        """Part of a loan early, with the rows that will be left. Raises EARLY_EFFECT_NOT_POSSIBLE too."""
        wish = Wish(kind="repay_loan", amount=amount.minor, loan_id=loan_id, effect=effect, source=source)
        return self._propose(customer_id, wish, request_id)
