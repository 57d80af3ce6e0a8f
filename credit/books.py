"""What a feature needs to work inside one transaction: the session, the ledger, the day and the products."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import bindparam, select
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


# Made once: every command runs these, and making a statement costs as much as running it.
_TODAY = select(BusinessDay.on)
_LOCKED = (
    select(Customer)
    .where(Customer.id == bindparam("customer"))
    .with_for_update()
    .execution_options(populate_existing=True)
)
_STILL_OPEN = (
    select(ClosingStep.day)
    .where(
        ClosingStep.step == CUSTOMERS,
        ClosingStep.state == "open",
        ClosingStep.first_id <= bindparam("customer"),
        ClosingStep.last_id >= bindparam("customer"),
    )
    .with_for_update(read=True)
)


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
        self._holds_day = False
        self._locked: dict[UUID, tuple[Customer, date | None]] = {}
        self._last_locked: UUID | None = None
        self._kept: dict[object, object] = {}

    @property
    def today(self) -> date:
        """The business date; it cannot move while this transaction writes.

        After `lock_customer` it is that customer's: while a day is being closed, some still live on it."""
        if self._today is None:
            self._today = self.session.scalars(_TODAY).one()
        return self._today

    def hold_the_day(self) -> None:
        """Keep the day from being closed under a writing transaction."""
        if self._holds_day:
            return
        lock_name(self.session, CLOSING_LOCK, shared=not self._closing)
        # What is locked inside a savepoint is free again when that is rolled back.
        self._holds_day = not self.session.in_nested_transaction()

    def forget_the_day(self) -> None:
        """After the date was moved: read it anew."""
        self._today, self._pinned = None, False
        self._locked.clear()
        self._last_locked = None

    def stand_on(self, day: date) -> None:
        """For the closing, which acts on the day it closes and then on the next, whatever a customer's day is."""
        self._today, self._pinned = day, True

    def lock_customer(self, customer_id: UUID) -> Customer:
        """The customer, with every other command of theirs waiting. Raises CUSTOMER_UNKNOWN.

        Once in a transaction: nobody can change what is locked already, so it is not read again."""
        if (held := self._locked.get(customer_id)) is not None and held[0] in self.session:
            if customer_id != self._last_locked and not self._pinned and not self._closing:
                self._today = held[1]
            self._last_locked = customer_id
            return held[0]
        self.hold_the_day()
        self._share_the_day_of(customer_id)
        customer = self.session.scalars(_LOCKED, {"customer": customer_id}).one_or_none()
        if customer is None:
            raise CreditError(ErrorCode.CUSTOMER_UNKNOWN, str(customer_id))
        self._last_locked = customer_id
        if not self.session.in_nested_transaction():
            self._locked[customer_id] = customer, self._today
        return customer

    def holds(self, customer_id: UUID) -> bool:
        """Whether this transaction has locked the customer: what is theirs stays as it was read."""
        return customer_id in self._locked

    def keep[T](self, key: object, found: T) -> T:
        """Hold on to an object to the end of the transaction. The session does not, and reads it again for whoever asks
        next; see `kept`."""
        self._kept[key] = found
        return found

    def kept(self, key: object) -> object | None:
        """What was kept under the key, while the session still knows it."""
        found = self._kept.get(key)
        return found if found is not None and found in self.session else None

    def _share_the_day_of(self, customer_id: UUID) -> None:
        """While a day is closed range by range: stay on it as long as the customer's range is open, and keep the range
        from being closed under this transaction. See docs/decisions/0010-closing.md."""
        if self._pinned or self._closing:
            return
        self._today = self.session.scalars(_STILL_OPEN, {"customer": customer_id}).one_or_none()

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
