"""The front door's calls about decisions: asking, looking, consent to data, a person who looks again."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from credit.catalogue.models import Cycle
from credit.front.desk import Desk
from credit.kernel.money import Money
from credit.people.service import TicketView
from credit.scoring import asking, consent, service
from credit.scoring.asking import DecisionView
from credit.scoring.behaviour import Features, Source
from credit.scoring.decide import Decision, Product, Purpose
from credit.scoring.repository import features_of


class ScoringCalls:
    """Needs `reading` and `writing` of the class it is mixed into."""

    def look_at_decision(self: Desk, customer_id: UUID, product: Product, purpose: Purpose) -> Decision:
        """What would be decided today; nothing is kept. Raises CUSTOMER_UNKNOWN."""
        return self.reading(lambda books: service.look(books, customer_id, product, purpose))

    def request_raise(
        self: Desk, customer_id: UUID, product: Product, *, asked: Money | None = None, request_id: str
    ) -> DecisionView:
        """Raises PRODUCT_NOT_OPEN, AMOUNT_NOT_POSITIVE."""
        return self.writing(
            lambda books: DecisionView.of(
                asking.request_raise(books, customer_id, product, asked=asked, request_id=request_id)
            )
        )

    def open_product(
        self: Desk,
        customer_id: UUID,
        product: Product,
        *,
        asked: Money | None = None,
        cycle: Cycle | None,
        consent_version: str,
        request_id: str,
    ) -> DecisionView:
        """Limit and rate come from the decision. Raises as `credit.scoring.asking.request_opening`."""
        return self.writing(
            lambda books: DecisionView.of(
                asking.request_opening(
                    books,
                    customer_id,
                    product,
                    asked=asked,
                    cycle=cycle,
                    consent_version=consent_version,
                    request_id=request_id,
                )
            )
        )

    def grant_temporary_limit(self: Desk, customer_id: UUID, extra: Money, *, request_id: str) -> DecisionView:
        """Raises PRODUCT_NOT_OPEN, AMOUNT_NOT_POSITIVE."""
        return self.writing(
            lambda books: DecisionView.of(asking.request_temporary(books, customer_id, extra, request_id=request_id))
        )

    def ask_for_review(self: Desk, customer_id: UUID) -> TicketView:
        """A person shall look at the newest decision. Raises CUSTOMER_UNKNOWN."""
        return self.writing(lambda books: asking.ask_for_review(books, customer_id))

    def decisions(self: Desk, customer_id: UUID) -> list[DecisionView]:
        """Newest first."""
        return self.reading(lambda books: [DecisionView.of(row) for row in service.decisions_of(books, customer_id)])

    def features(self: Desk, customer_id: UUID) -> Features:
        """Raises CUSTOMER_UNKNOWN."""
        return self.reading(lambda books: features_of(books, customer_id))

    def set_data_consent(self: Desk, customer_id: UUID, source: Source, *, given: bool, version: str) -> None:
        """Raises CUSTOMER_UNKNOWN."""
        self.writing(lambda books: consent.set_consent(books, customer_id, source, given=given, version=version))

    def data_sources(self: Desk, customer_id: UUID) -> set[Source]:
        """What the customer lets us look at now."""
        return self.reading(lambda books: consent.sources_of(books, customer_id))

    def record_pay_in(
        self: Desk, customer_id: UUID, source: Source, *, on: date, amount: Money, reference: str
    ) -> None:
        """Raises CUSTOMER_UNKNOWN, AMOUNT_NOT_POSITIVE, DATA_CONSENT_MISSING."""
        self.writing(
            lambda books: consent.record_pay_in(books, customer_id, source, on=on, amount=amount, reference=reference)
        )
