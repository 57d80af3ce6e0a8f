"""The front door's calls about the pay-later line and the life of both products."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from credit.cards import OfferCard
from credit.catalogue.models import Cycle
from credit.front.desk import Desk
from credit.kernel.money import Money
from credit.lines import service as lines_service
from credit.lines.life import Obstacle
from credit.offers.terms import Wish
from credit.paylater import life, plans, refunds, spending


class Proposing(Protocol):
    def _propose(self, customer_id: UUID, wish: Wish, request_id: str) -> OfferCard: ...


class PaylaterCalls:
    """What a merchant, the lender and the customer do with the line. Ids out, cards by the reading calls."""

    def purchase(
        self: Desk, customer_id: UUID, amount: Money, *, merchant: str, category: str, request_id: str
    ) -> UUID:
        """Returns the purchase. Raises as `credit.paylater.spending.purchase`."""
        return self.writing(
            lambda books: (
                spending.purchase(
                    books, customer_id, amount, merchant=merchant, category=category, request_id=request_id
                ).id
            )
        )

    def buy_in_installments(
        self: Desk,
        customer_id: UUID,
        amount: Money,
        term: int,
        *,
        merchant: str,
        category: str,
        seller_pays: bool,
        request_id: str,
    ) -> UUID:
        """Returns the purchase. Raises as `credit.paylater.plans.buy_in_installments`."""
        return self.writing(
            lambda books: (
                plans.buy_in_installments(
                    books,
                    customer_id,
                    amount,
                    term,
                    merchant=merchant,
                    category=category,
                    seller_pays=seller_pays,
                    request_id=request_id,
                ).id
            )
        )

    def authorise(
        self: Desk, customer_id: UUID, amount: Money, *, merchant: str, category: str, request_id: str
    ) -> UUID:
        """Returns the authorisation. Raises as `credit.paylater.spending.authorise`."""
        return self.writing(
            lambda books: (
                spending.authorise(
                    books, customer_id, amount, merchant=merchant, category=category, request_id=request_id
                ).id
            )
        )

    def capture(self: Desk, authorisation_id: UUID, amount: Money | None = None, *, request_id: str) -> UUID:
        """Returns the purchase. Raises as `credit.paylater.spending.capture`."""
        return self.writing(lambda books: spending.capture(books, authorisation_id, amount, request_id=request_id).id)

    def cancel_authorisation(self: Desk, authorisation_id: UUID, *, request_id: str) -> None:
        """Raises AUTHORISATION_NOT_FOUND, AUTHORISATION_OVER."""
        self.writing(lambda books: spending.cancel(books, authorisation_id, request_id=request_id))

    def refund(self: Desk, customer_id: UUID, purchase_id: UUID, amount: Money, *, request_id: str) -> UUID:
        """Returns the refund. Raises as `credit.paylater.refunds.refund`."""
        return self.writing(
            lambda books: refunds.refund(books, customer_id, purchase_id, amount, request_id=request_id).id
        )

    def set_own_cap(self: Desk, customer_id: UUID, *, monthly: Money | None, payment: Money | None) -> None:
        """Both None takes the cap away. Raises PRODUCT_NOT_OPEN, AMOUNT_NOT_POSITIVE."""
        self.writing(lambda books: spending.set_own_cap(books, customer_id, monthly=monthly, payment=payment))

    def change_cycle(self: Desk, customer_id: UUID, cycle: Cycle) -> None:
        """Raises as `credit.paylater.life.change_cycle`."""
        self.writing(lambda books: life.change_cycle(books, customer_id, cycle))

    def lower_limit(self: Desk, customer_id: UUID, product: str, limit: Money, *, request_id: str) -> None:
        """The customer wants less. Raises PRODUCT_NOT_OPEN, AMOUNT_NOT_POSITIVE, LIMIT_NOT_LOWER, LIMIT_HELD."""
        self.writing(lambda books: life.lower_limit(books, customer_id, product, limit, request_id=request_id))

    def credit_balance(self: Desk, customer_id: UUID) -> Money:
        """What the lender owes the customer on the pay-later line; zero without one."""
        return self.reading(lambda books: life.credit_balance(books, customer_id))

    def propose_plan_settlement(self: Proposing, customer_id: UUID, plan_id: UUID, *, request_id: str) -> OfferCard:
        """An offer that pays off what of a plan is not billed yet. Raises PLAN_NOT_FOUND."""
        return self._propose(customer_id, Wish(kind="settle_plan", loan_id=plan_id), request_id)

    def propose_credit_payout(self: Proposing, customer_id: UUID, *, request_id: str) -> OfferCard:
        """An offer that pays the credit balance to the bound card. Raises PRODUCT_NOT_OPEN, NO_CREDIT_BALANCE."""
        return self._propose(customer_id, Wish(kind="pay_out_credit"), request_id)

    def closing_obstacles(self: Desk, customer_id: UUID, product: str) -> list[Obstacle]:
        """Why the product cannot be closed yet; empty when it can. Raises PRODUCT_NOT_OPEN."""
        return self.reading(
            lambda books: life.obstacles(books, lines_service.require_line(books, customer_id, product))
        )

    def close_product(self: Desk, customer_id: UUID, product: str, *, request_id: str) -> None:
        """Raises PRODUCT_NOT_OPEN, CANNOT_CLOSE_YET(reasons)."""
        self.writing(lambda books: life.close_product(books, customer_id, product, request_id=request_id))
