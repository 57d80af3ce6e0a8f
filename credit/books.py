"""What a feature needs to work inside one transaction: the session, the ledger, the day and the products."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from credit.catalogue import Catalogue
from credit.closing.models import CUSTOMERS, ClosingStep
from credit.customers.models import BusinessDay, Customer
from credit.kernel.database import lock_name
from credit.kernel.errors import CreditError, ErrorCode
from credit.ledger.chart import chart
from credit.ledger.service import Event, Ledger, Lines

CLOSING_LOCK = 7_110_001
"""Held shared by whoever writes on a business day and alone by the run that closes it; guards/postgresql.sql repeats
the number."""

HOUSE = dict(chart().house)
"""The lender's own accounts and their kinds, from seeds/chart.yml. They are in every journal, so they keep no locked
balance row; see docs/decisions/0007-house-accounts.md."""


class Books:
    """One transaction's view of the world."""

    def __init__(self, session: Session, catalogue: Catalogue, now: datetime, *, closing: bool = False) -> None:
        self.session = session
        self.catalogue = catalogue
        self.now = now
        self.ledger = Ledger(session, now)
        self._closing = closing
        self._today: date | None = None
        self._pinned = False

    @property
    def today(self) -> date:
        """The business date; it cannot move while this transaction writes.

        After `lock_customer` it is that customer's: while a day is being closed, some still live on it."""
        if self._today is None:
            self._today = self.session.scalars(select(BusinessDay.on)).one()
        return self._today

    def hold_the_day(self) -> None:
        """Keep the day from being closed under a writing transaction."""
        lock_name(self.session, CLOSING_LOCK, shared=not self._closing)

    def forget_the_day(self) -> None:
        """After the date was moved: read it anew."""
        self._today, self._pinned = None, False

    def stand_on(self, day: date) -> None:
        """For the closing, which acts on the day it closes and then on the next, whatever a customer's day is."""
        self._today, self._pinned = day, True

    def lock_customer(self, customer_id: UUID) -> Customer:
        """The customer, with every other command of theirs waiting. Raises CUSTOMER_UNKNOWN."""
        self.hold_the_day()
        self._share_the_day_of(customer_id)
        query = select(Customer).where(Customer.id == customer_id).with_for_update()
        customer = self.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
        if customer is None:
            raise CreditError(ErrorCode.CUSTOMER_UNKNOWN, str(customer_id))
        return customer

    def _share_the_day_of(self, customer_id: UUID) -> None:
        """While a day is closed range by range: stay on it as long as the customer's range is open, and keep the range
        from being closed under this transaction. See docs/decisions/0010-closing.md."""
        if self._pinned or self._closing:
            return
        still_open = select(ClosingStep.day).where(
            ClosingStep.step == CUSTOMERS,
            ClosingStep.state == "open",
            ClosingStep.first_id <= customer_id,
            ClosingStep.last_id >= customer_id,
        )
        self._today = self.session.scalars(still_open.with_for_update(read=True)).one_or_none()

    def customer(self, customer_id: UUID) -> Customer:
        """The customer, to look at. Raises CUSTOMER_UNKNOWN."""
        customer = self.session.get(Customer, customer_id)
        if customer is None:
            raise CreditError(ErrorCode.CUSTOMER_UNKNOWN, str(customer_id))
        return customer

    def post(
        self,
        kind: str,
        request_id: str,
        lines: Lines,
        *,
        customer_id: UUID | None,
        facts: dict[str, object] | None = None,
        effective_on: date | None = None,
    ) -> UUID:
        """Post one journal, on the present business day or an earlier one that is not final yet."""
        return self.ledger.post(Event(kind, request_id, customer_id, effective_on or self.today, facts or {}), lines)
