"""Plays the demo customers' history through the services, day by day, in one transaction: all of it or nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from credit.app import CreditApp
from credit.books import HOUSE, Books
from credit.catalogue import Catalogue
from credit.closing.service import close_day
from credit.customers.models import BusinessDay
from credit.customers.service import NewCustomer, join
from credit.kernel.clock import midday
from credit.kernel.money import Money, from_yuan
from credit.lines import service as lines
from credit.lines import temporary
from credit.loans import repaying
from credit.loans import service as loans
from credit.offers import service as offers
from credit.offers.terms import Wish
from credit.paylater import refunds, spending
from credit.paylater import service as paylater
from credit.paylater.accounts import owed, payable_now, principal_owed
from credit.paylater.models import Purchase
from credit.payments import demo
from credit.payments.demo import Behaviour
from credit.payments.port import Direction, Source
from credit.repayments import settling

FILE = Path(__file__).with_name("customers.yml")
Progress = Callable[[date], None]


def is_seeded(app: CreditApp) -> bool:
    """Whether this database has a business day already."""
    return app.reading(lambda books: books.session.scalar(select(BusinessDay.id)) is not None)


def seed(app: CreditApp, *, file: Path = FILE, progress: Progress = lambda _day: None) -> bool:
    """Fill an empty database. Returns False, changing nothing, when there is something in it."""
    if is_seeded(app):
        return False
    story = yaml.safe_load(file.read_text("utf-8"))
    app.database.attempt(lambda session: _Player(session, app.catalogue, story, progress).play())
    return True


class _Player:
    def __init__(self, session: Session, catalogue: Catalogue, story: dict[str, Any], progress: Progress) -> None:
        self._session, self._catalogue, self._story, self._progress = session, catalogue, story, progress
        self._day: date = story["start_on"]
        self._step = 0

    def play(self) -> None:
        self._session.add(BusinessDay(id=1, on=self._day))
        self._session.flush()
        books = self._books()
        for code, kind in HOUSE.items():
            books.ledger.open_account(code, kind=kind, opened_on=self._day)
        for person in self._story["customers"]:
            join(books, _new_customer(person, self._story["pin"]))
        by_day = _by_day(self._story)
        while self._day < self._story["business_date"]:
            for customer_id, event in by_day[self._day]:
                self._happen(customer_id, event)
            self._close()
        for customer_id, event in by_day[self._day]:
            self._happen(customer_id, event)

    def _books(self, *, closing: bool = False) -> Books:
        return Books(self._session, self._catalogue, self._now(), closing=closing)

    def _now(self) -> datetime:
        return midday(self._day) + timedelta(seconds=self._step)

    def _close(self) -> None:
        self._day = close_day(self._books(closing=True), self._day)
        self._step = 0
        if self._day.day == 1:
            self._progress(self._day)

    def _happen(self, customer_id: UUID, event: dict[str, Any]) -> None:
        self._step += 1
        (name, content), *_ = [(key, value) for key, value in event.items() if key != "day"]
        request_id = f"seed:{customer_id}:{self._day}:{self._step}"
        _EVENTS[name](self._books(), customer_id, content, request_id)
        self._session.flush()


def _new_customer(person: dict[str, Any], pin: str) -> NewCustomer:
    return NewCustomer(
        id=UUID(person["id"]),
        name=person["name"],
        born_on=person["born_on"],
        is_student=False,
        card_tail=person["card_tail"],
        autopay=person["autopay"],
        pin=pin,
    )


def _by_day(story: dict[str, Any]) -> dict[date, list[tuple[UUID, dict[str, Any]]]]:
    """Events and monthly habits in the order of days; habits begin in the month after the start."""
    found: dict[date, list[tuple[UUID, dict[str, Any]]]] = defaultdict(list)
    for person in story["customers"]:
        customer_id = UUID(person["id"])
        for event in person["events"]:
            found[event["day"]].append((customer_id, event))
        for habit in person.get("habits", []):
            for nth, amount in enumerate(habit["amounts"]):
                day = date(story["start_on"].year, story["start_on"].month + 1 + nth, habit["day"])
                if from_yuan(amount) and day <= story["business_date"]:
                    found[day].append((customer_id, {"buy": {**habit, "amount": amount}}))
    return found


def _open_paylater(books: Books, customer_id: UUID, content: dict[str, Any], request_id: str) -> None:
    cycle = next(c for c in books.catalogue.paylater.cycles if c.statement_day == content["statement_day"])
    paylater.open_paylater(books, books.customer(customer_id), limit=from_yuan(content["limit"]), cycle=cycle)


def _open_cashloan(books: Books, customer_id: UUID, content: dict[str, Any], request_id: str) -> None:
    lines.open_line(
        books,
        books.customer(customer_id),
        lines.CASHLOAN,
        limit=from_yuan(content["limit"]),
        daily_rate_ppm=content["daily_rate_ppm"],
    )


def _buy(books: Books, customer_id: UUID, content: dict[str, Any], request_id: str) -> None:
    spending.purchase(
        books,
        customer_id,
        from_yuan(content["amount"]),
        merchant=content["merchant"],
        category=content["category"],
        request_id=request_id,
    )


def _refund(books: Books, customer_id: UUID, content: dict[str, Any], request_id: str) -> None:
    line = lines.require_line(books, customer_id, lines.PAYLATER)
    bought = books.session.scalars(
        select(Purchase)
        .where(Purchase.line_id == line.id, Purchase.merchant == content["merchant"])
        .order_by(Purchase.on.desc())
        .limit(1)
    ).one()
    refunds.refund(books, customer_id, bought.id, from_yuan(content["amount"]), request_id=request_id)


def _repay_bill(books: Books, customer_id: UUID, content: str, request_id: str) -> None:
    line = lines.require_line(books, customer_id, lines.PAYLATER)
    statement = paylater.require_open_bill(books, line)
    amount = payable_now(owed(books, line))
    if content == "minimum":
        amount = paylater.minimum_left(statement, paylater.standing_of(books, line), amount)
    _through_offer(books, customer_id, Wish(kind="repay_bill", amount=amount.minor), request_id)


def _repay_loans(books: Books, customer_id: UUID, content: str, request_id: str) -> None:
    for nth, loan in enumerate(loans.running_loans(books, customer_id)):
        due = repaying.due_now(books, loan)
        if due:
            wish = Wish(kind="repay_loan", amount=due.minor, loan_id=loan.id)
            _through_offer(books, customer_id, wish, f"{request_id}:{nth}")


def _borrow(books: Books, customer_id: UUID, content: dict[str, Any], request_id: str) -> None:
    amount = from_yuan(content["amount"]).minor
    wish = Wish(kind="borrow", amount=amount, term=content["term"], method=content.get("method"))
    _through_offer(books, customer_id, wish, request_id)


def _split_bill(books: Books, customer_id: UUID, content: dict[str, Any], request_id: str) -> None:
    amount = from_yuan(content["amount"]).minor if "amount" in content else None
    _through_offer(books, customer_id, Wish(kind="installment", amount=amount, term=content["term"]), request_id)


def _through_offer(books: Books, customer_id: UUID, wish: Wish, request_id: str) -> None:
    """The same way a customer goes; only the PIN, which nobody is there to type, is left out."""
    offer = offers.propose(books, customer_id, wish, request_id=request_id)
    offers.execute(books, customer_id, offer.id)


def _change_limit(books: Books, customer_id: UUID, content: dict[str, Any], request_id: str) -> None:
    line = lines.require_line(books, customer_id, content["product"])
    cash = content["product"] == lines.CASHLOAN
    debt: Money = loans.principal_owed(books, customer_id) if cash else principal_owed(owed(books, line))
    limit = from_yuan(content["to"])
    lines.change_limit(books, line, limit, owed=debt, reason=content["reason"], request_id=request_id)


def _becomes_student(books: Books, customer_id: UUID, content: bool, request_id: str) -> None:
    books.customer(customer_id).is_student = content
    for product in (lines.PAYLATER, lines.CASHLOAN):
        if line := lines.find_line(books, customer_id, product):
            lines.freeze(books, line, "student")


def _authorise(books: Books, customer_id: UUID, content: dict[str, Any], request_id: str) -> None:
    spending.authorise(
        books,
        customer_id,
        from_yuan(content["amount"]),
        merchant=content["merchant"],
        category=content["category"],
        request_id=request_id,
    )


def _temporary_limit(books: Books, customer_id: UUID, content: str, request_id: str) -> None:
    line = lines.require_line(books, customer_id, lines.PAYLATER)
    owed_now = principal_owed(owed(books, line))
    temporary.grant(books, line, from_yuan(content), owed=owed_now, request_id=request_id)


def _bank(books: Books, customer_id: UUID, content: dict[str, Any], request_id: str) -> None:
    """How the demo bank treats the customer from now on, and what is on an account there."""
    if "behaviour" in content:
        demo.choose(books.session, customer_id, Direction(content["direction"]), Behaviour(content["behaviour"]))
    else:
        demo.fill(books.session, customer_id, Source(content["source"]), from_yuan(content["balance"]))


def _try_to_repay_bill(books: Books, customer_id: UUID, content: str, request_id: str) -> None:
    """A repayment that the bank refuses, or has not answered: the order stays on file, the debt where it is."""
    _try(books, customer_id, Wish(kind="repay_bill", amount=from_yuan(content).minor), request_id)


def _try_to_borrow(books: Books, customer_id: UUID, content: dict[str, Any], request_id: str) -> None:
    """A loan that the bank has not paid out yet."""
    amount = from_yuan(content["amount"]).minor
    _try(books, customer_id, Wish(kind="borrow", amount=amount, term=content["term"]), request_id)


def _try(books: Books, customer_id: UUID, wish: Wish, request_id: str) -> None:
    card = offers.propose(books, customer_id, wish, request_id=request_id)
    order_id = offers.start(books, customer_id, card.id)
    assert order_id is not None
    settling.send_and_settle(books, order_id)


_EVENTS: dict[str, Callable[[Books, UUID, Any, str], None]] = {
    "open_paylater": _open_paylater,
    "open_cashloan": _open_cashloan,
    "buy": _buy,
    "refund": _refund,
    "repay_bill": _repay_bill,
    "repay_loans": _repay_loans,
    "borrow": _borrow,
    "split_bill": _split_bill,
    "change_limit": _change_limit,
    "becomes_student": _becomes_student,
    "authorise": _authorise,
    "temporary_limit": _temporary_limit,
    "bank": _bank,
    "try_to_repay_bill": _try_to_repay_bill,
    "try_to_borrow": _try_to_borrow,
}
