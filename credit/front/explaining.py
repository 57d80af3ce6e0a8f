"""The front door's facts for diagnoses: each call is one look at the books; the findings are worked out from it."""

from __future__ import annotations

from uuid import UUID

from credit.explain.bill import BillFacts
from credit.explain.late import LateFacts
from credit.explain.limit import LimitFacts
from credit.explain.reading.bill import bill_facts
from credit.explain.reading.late import late_facts
from credit.explain.reading.limit import limit_facts
from credit.explain.reading.usable import borrow_facts, late_state, line_states, opening_facts, pay_facts
from credit.explain.reading.ways import what_if_facts
from credit.explain.reading.whereabouts import lent_facts, refund_facts, repaid_facts
from credit.explain.usable import BorrowFacts, LateState, LineState, OpenFacts, PayFacts
from credit.explain.ways import WhatIfFacts
from credit.explain.whereabouts import LentFacts, RefundFacts, RepaidFacts
from credit.front.desk import Desk


class ExplainCalls:
    """Needs `reading` of the class it is mixed into. Every call raises CUSTOMER_UNKNOWN."""

    def limit_facts(self: Desk, customer_id: UUID) -> tuple[LimitFacts, ...]:
        """For `credit.explain.limit.limit_findings`, one of each line, pay-later first."""
        return self.reading(lambda books: limit_facts(books, customer_id))

    def bill_facts(self: Desk, customer_id: UUID) -> BillFacts:
        """For `credit.explain.bill`. Raises PRODUCT_NOT_OPEN, NO_OPEN_BILL when none was ever issued."""
        return self.reading(lambda books: bill_facts(books, customer_id))

    def repaid_facts(self: Desk, customer_id: UUID) -> RepaidFacts:
        """For `credit.explain.whereabouts.repay_findings`."""
        return self.reading(lambda books: repaid_facts(books, customer_id))

    def lent_facts(self: Desk, customer_id: UUID) -> LentFacts:
        """For `credit.explain.whereabouts.disbursement_findings`."""
        return self.reading(lambda books: lent_facts(books, customer_id))

    def refund_facts(self: Desk, customer_id: UUID) -> RefundFacts:
        """For `credit.explain.whereabouts.refund_findings`."""
        return self.reading(lambda books: refund_facts(books, customer_id))

    def pay_facts(self: Desk, customer_id: UUID) -> PayFacts:
        """For `credit.explain.usable.payment_findings`."""
        return self.reading(lambda books: pay_facts(books, customer_id))

    def borrow_facts(self: Desk, customer_id: UUID) -> BorrowFacts:
        """For `credit.explain.usable.borrow_findings`."""
        return self.reading(lambda books: borrow_facts(books, customer_id))

    def opening_facts(self: Desk, customer_id: UUID) -> tuple[OpenFacts, ...]:
        """For `credit.explain.usable.opening_findings`, one of each product, pay-later first."""
        return self.reading(lambda books: opening_facts(books, customer_id))

    def line_states(self: Desk, customer_id: UUID) -> tuple[tuple[LineState, ...], LateState]:
        """For `credit.explain.usable.frozen_findings`."""
        return self.reading(lambda books: (line_states(books, customer_id), late_state(books, customer_id)))

    def late_facts(self: Desk, customer_id: UUID) -> LateFacts:
        """For `credit.explain.late.late_findings`."""
        return self.reading(lambda books: late_facts(books, customer_id))

    def what_if_facts(
        self: Desk,
        customer_id: UUID,
        *,
        term: int | None = None,
        asked_to_borrow: bool = False,
        in_hardship: bool = False,
    ) -> WhatIfFacts:
        """For `credit.explain.ways.what_if_findings`; `asked_to_borrow` when the customer named it themself."""
        return self.reading(
            lambda books: what_if_facts(
                books, customer_id, term=term, asked_to_borrow=asked_to_borrow, in_hardship=in_hardship
            )
        )
