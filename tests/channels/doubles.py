"""Stand-ins for the account service and the assistant: small, in memory, with real cards."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from channels.replies import Payload, Reply
from credit.app import DemoCustomer
from credit.cards import CostItem, LimitCard, LimitLine, MoneyOut, OfferCard, OfferRow, ReceiptCard, ScheduleCard
from credit.front.widget import Bought
from credit.kernel.clock import Clock
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.ids import new_id
from credit.kernel.money import Money
from credit.notices.service import PendingNotice
from credit.people.service import TicketView
from credit.people.summary import Summary

LIN = UUID("019db000-0000-7000-8000-000000000001")
ZHAO = UUID("019db000-0000-7000-8000-000000000002")
STRANGER = UUID("019db000-0000-7000-8000-0000000000ff")
PIN = "123456"
TODAY = date(2026, 11, 8)
PIN_ATTEMPTS = 5
PIN_LOCK = timedelta(minutes=30)


def yuan(whole: int) -> MoneyOut:
    return MoneyOut(minor=whole * 100)


def limit_lines(available: int = 15_000) -> list[LimitLine]:
    paylater = {
        "product": "paylater",
        "name": "信用付",
        "limit": yuan(8000),
        "used": yuan(1200),
        "available": yuan(6800),
    }
    cashloan = {
        "product": "cashloan",
        "name": "现金借",
        "limit": yuan(20_000),
        "used": yuan(20_000 - available),
        "available": yuan(available),
        "single_cap": yuan(20_000),
        "daily_rate_ppm": 300,
        "simple_yearly_ppm": 109_500,
    }
    return [LimitLine.model_validate({"status": "open", **line}) for line in (paylater, cashloan)]


def offer_card(now: datetime, **changes: Any) -> OfferCard:
    """A loan of 5,000 yuan over 12 months, with its dated rows and its cost table."""
    months = [date(2026 + (11 + nth) // 12, (11 + nth) % 12 + 1, 8) for nth in range(12)]
    rows = [
        OfferRow(
            number=nth + 1,
            due_on=due_on,
            principal=MoneyOut(minor=41_600 if nth < 11 else 42_400),
            interest=MoneyOut(minor=4_500 - 360 * nth),
            fee=yuan(0),
            total=MoneyOut(minor=46_100 - 360 * nth if nth < 11 else 42_940),
        )
        for nth, due_on in enumerate(months)
    ]
    costs: list[dict[str, Any]] = [
        {"item": "interest", "when": "normal", "amount": MoneyOut(minor=30_240), "daily_rate_ppm": 300},
        {"item": "guarantee_fee", "when": "normal", "amount": yuan(0)},
        {"item": "overdue_penalty", "when": "contingent", "daily_rate_ppm": 450},
        {"item": "early_settlement", "when": "contingent", "amount": yuan(0)},
    ]
    offer = OfferCard(
        id=new_id(),
        offer_kind="borrow",
        status="open",
        created_at=now,
        expires_at=now + timedelta(minutes=30),
        business_date=TODAY,
        product_name="现金借",
        lender="示例消金",
        amount=yuan(5000),
        term=12,
        method="level_payment",
        daily_rate_ppm=300,
        simple_yearly_ppm=109_500,
        compound_yearly_ppm=115_170,
        total_interest=MoneyOut(minor=30_240),
        total_fee=yuan(0),
        total_repayment=MoneyOut(minor=530_240),
        rows=rows,
        cost_table=[CostItem(**cost, collected_by="示例消金") for cost in costs],
        purpose="consumption",
        pays_into="debit_card",
        account_tail="3301",
        limit_after=yuan(10_000),
        reading_seconds=10,
        fingerprint="f" * 64,
    )
    return offer.model_copy(update=changes)


class FakeCredit:
    """The part of the facade that the gateway uses."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.today = TODAY
        self.down: CreditError | Exception | None = None
        self.offers: dict[UUID, tuple[UUID, OfferCard]] = {}
        self.attempts: dict[UUID, int] = {}
        self.locked_until: dict[UUID, datetime] = {}
        self.confirmed: list[UUID] = []
        self.receipt_changes: dict[str, Any] = {}
        self.bought: list[Bought] = []
        self.notices: list[PendingNotice] = []
        self.sent: list[UUID] = []
        self.tickets: dict[UUID, TicketView] = {}
        """By customer; the last one, closed or not."""

    def _reach(self) -> None:
        if self.down is not None:
            raise self.down

    def ping(self) -> None:
        self._reach()

    def business_date(self) -> date:
        self._reach()
        return self.today

    def close_days(self, until: date) -> list[date]:
        self._reach()
        days = (until - self.today).days
        if not 0 < days <= 366:
            raise CreditError(ErrorCode.CLOSING_WRONG_DAY)
        closed = [self.today + timedelta(days=nth) for nth in range(days)]
        self.today = until
        return closed

    def demo_customers(self) -> list[DemoCustomer]:
        return [
            DemoCustomer(LIN, "林晓月", "信用良好，两个产品都开通了，本月账单待还（已开自动还款）"),
            DemoCustomer(ZHAO, "赵启明", "账单后天到期，自动还款没有开"),
        ]

    def has_customer(self, customer_id: UUID) -> bool:
        self._reach()
        return customer_id in {LIN, ZHAO}

    def receipt_proof(self, _customer_id: UUID, _journal_id: UUID) -> dict[str, Any]:
        raise CreditError(ErrorCode.JOURNAL_NOT_FOUND)

    def limits(self, _customer_id: UUID) -> LimitCard:
        return LimitCard(lines=limit_lines())

    def bill(self, _customer_id: UUID) -> Any:
        raise CreditError(ErrorCode.NO_OPEN_BILL)

    def customer_name(self, _customer_id: UUID) -> str:
        return self.demo_customers()[0].name

    def purchases(self, _customer_id: UUID, limit: int = 20) -> list[Bought]:
        return self.bought[-limit:]

    def buy(self, _customer_id: UUID, amount: Money, *, merchant: str, category: str, request_id: str) -> Bought:
        self.bought.append(Bought(new_id(), self.today, merchant, category, amount, Money(0)))
        return self.bought[-1]

    def give_back(self, _customer_id: UUID, purchase_id: UUID, *, request_id: str) -> Bought:
        raise CreditError(ErrorCode.PURCHASE_NOT_FOUND)

    def pending_notices(self, *, most: int = 100) -> list[PendingNotice]:
        self._reach()
        return [notice for notice in self.notices if notice.id not in self.sent][:most]

    def mark_notice_sent(self, notice_id: UUID) -> bool:
        self._reach()
        self.sent.append(notice_id)
        return True

    def withdraw_stale_notices(self) -> int:
        self._reach()
        return 0

    def ticket_of(self, customer_id: UUID) -> TicketView | None:
        self._reach()
        ticket = self.tickets.get(customer_id)
        return ticket if ticket is not None and ticket.state != "closed" else None

    def open_ticket(self, customer_id: UUID, reason: str = "human") -> TicketView:
        name = {customer.id: customer.name for customer in self.demo_customers()}[customer_id]
        key, now = new_id(), self.clock.now()
        ticket = TicketView(key, key.hex[-8:].upper(), customer_id, name, reason, False, "waiting", now, None, 0)
        self.tickets[customer_id] = ticket
        return ticket

    def withdraw_ticket(self, customer_id: UUID) -> TicketView | None:
        ticket = self.ticket_of(customer_id)
        if ticket is None or ticket.state != "waiting":
            return None
        return self._move(ticket.id, "", "closed")

    def ticket_queue(self) -> list[TicketView]:
        return [ticket for ticket in self.tickets.values() if ticket.state != "closed"]

    def ticket(self, ticket_id: UUID) -> TicketView:
        for ticket in self.tickets.values():
            if ticket.id == ticket_id:
                return ticket
        raise CreditError(ErrorCode.TICKET_NOT_FOUND)

    def take_ticket(self, ticket_id: UUID, staff: str) -> TicketView:
        return self._move(ticket_id, staff, "taken")

    def close_ticket(self, ticket_id: UUID, staff: str, note: str) -> TicketView:
        return self._move(ticket_id, staff, "closed")

    def _move(self, ticket_id: UUID, staff: str, state: str) -> TicketView:
        ticket = self.ticket(ticket_id)
        if ticket.state == "closed":
            raise CreditError(ErrorCode.TICKET_CLOSED)
        if ticket.staff not in (None, staff):
            raise CreditError(ErrorCode.TICKET_TAKEN, staff=ticket.staff)
        self.tickets[ticket.customer_id] = replace(ticket, state=state, staff=staff)
        return self.tickets[ticket.customer_id]

    def customer_summary(self, customer_id: UUID) -> Summary:
        return Summary(
            name="",
            is_student=False,
            autopay=True,
            days_overdue=0,
            limits=LimitCard(lines=limit_lines()),
            bill=None,
            schedules=ScheduleCard(loans=[]),
        )

    def put_offer(self, owner: UUID, **changes: Any) -> OfferCard:
        """Give a customer an offer."""
        card = offer_card(self.clock.now(), **changes)
        self.offers[card.id] = (owner, card)
        return card

    def offer(self, customer_id: UUID, offer_id: UUID) -> OfferCard:
        self._reach()
        owner, card = self.offers.get(offer_id, (None, None))
        if card is None or owner != customer_id:
            raise CreditError(ErrorCode.OFFER_NOT_FOUND)
        return card

    def decline_offer(self, customer_id: UUID, offer_id: UUID) -> OfferCard:
        return self._set_status(customer_id, self._open_offer(customer_id, offer_id), "declined")

    def confirm_offer(self, customer_id: UUID, offer_id: UUID, pin: str) -> ReceiptCard:
        card = self._open_offer(customer_id, offer_id)
        self._check_pin(customer_id, pin)
        self._set_status(customer_id, card, "executed")
        self.confirmed.append(card.id)
        receipt = ReceiptCard(
            offer_id=card.id,
            offer_kind=card.offer_kind,
            journal_id=new_id(),
            executed_at=self.clock.now(),
            business_date=self.today,
            amount=card.amount,
            loan_id=new_id(),
            first_due_on=date(2026, 12, 8),
            limits=limit_lines(10_000),
        )
        return receipt.model_copy(update=self.receipt_changes)

    def _open_offer(self, customer_id: UUID, offer_id: UUID) -> OfferCard:
        card = self.offer(customer_id, offer_id)
        if card.status == "executed":
            raise CreditError(ErrorCode.OFFER_ALREADY_EXECUTED)
        if card.status == "declined":
            raise CreditError(ErrorCode.OFFER_DECLINED)
        if self.clock.now() >= card.expires_at:
            raise CreditError(ErrorCode.OFFER_EXPIRED)
        return card

    def _set_status(self, owner: UUID, card: OfferCard, status: str) -> OfferCard:
        changed = card.model_copy(update={"status": status})
        self.offers[card.id] = (owner, changed)
        return changed

    def _check_pin(self, customer_id: UUID, pin: str) -> None:
        until = self.locked_until.get(customer_id)
        if until is not None and self.clock.now() < until:
            raise CreditError(ErrorCode.PIN_LOCKED, until=until)
        if pin == PIN:
            self.attempts.pop(customer_id, None)
            return
        wrong = self.attempts[customer_id] = self.attempts.get(customer_id, 0) + 1
        if wrong >= PIN_ATTEMPTS:
            self.locked_until[customer_id] = self.clock.now() + PIN_LOCK
            raise CreditError(ErrorCode.PIN_LOCKED, until=self.locked_until[customer_id])
        raise CreditError(ErrorCode.PIN_WRONG, left=PIN_ATTEMPTS - wrong)


@dataclass(frozen=True)
class Asked:
    """What the assistant was given."""

    customer_id: UUID
    text: str
    payload: Payload | None
    correlation_id: str
    thread: str = "web"


@dataclass
class FakeAssistant:
    """Answers what it is told to, or repeats what it heard."""

    answer: Callable[[str], list[Reply]] = lambda text: [Reply(text=f"听到：{text}")]
    asked: list[Asked] = field(default_factory=list)
    fails: Exception | None = None
    missing: list[str] = field(default_factory=list)
    gate: asyncio.Event | None = None
    """When set, an answer waits for it."""
    at_once: int = 0
    most_at_once: int = 0
    entered: asyncio.Event = field(default_factory=asyncio.Event)
    closed: bool = False

    async def turn(
        self, customer_id: UUID, text: str, payload: Payload | None, correlation_id: str, thread: str = "web"
    ) -> list[Reply]:
        self.asked.append(Asked(customer_id, text, payload, correlation_id, thread))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.entered.set()
        try:
            if self.gate is not None:
                await self.gate.wait()
            if self.fails is not None:
                raise self.fails
            return self.answer(text)
        finally:
            self.at_once -= 1

    async def away(self) -> list[str]:
        return self.missing

    async def aclose(self) -> None:
        self.closed = True
