"""A small world to test the lender in: one database, a clock that stands still, and customers who act.

Amounts are yuan as text. What a customer does goes through an offer as in life; only where a test is about the
PIN does it use `confirm`, elsewhere `execute`, which leaves the slow PIN check out."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from credit.app import CreditApp, open_app
from credit.books import HOUSE, Books
from credit.cards import LimitLine, OfferCard, ReceiptCard, ScheduleLoan
from credit.catalogue import Catalogue
from credit.catalogue.models import Cycle
from credit.closing.service import close_day
from credit.customers.models import BusinessDay, Customer
from credit.customers.service import NewCustomer, join
from credit.kernel.clock import ManualClock, midday
from credit.kernel.ids import new_id
from credit.kernel.money import Money, from_yuan
from credit.kernel.settings import Settings
from credit.ledger.audit import check_books
from credit.ledger.models import Account, Balance, Journal, Posting
from credit.lines import service as lines
from credit.lines.models import Line
from credit.loans import service as loans
from credit.loans.accounts import owed as loan_owed
from credit.loans.models import Loan, LoanRow
from credit.offers import service as offers
from credit.offers.terms import Wish
from credit.paylater import refunds, spending
from credit.paylater import service as paylater
from credit.paylater.accounts import owed, principal_owed
from credit.paylater.models import InstallmentRow, Standing, Statement
from tests.harness.pin import PIN

START = date(2026, 10, 28)
"""The first business day of every world, a few days before a statement, so that few days need closing."""


def settings_for(url: str, folder: Any) -> Settings:
    return Settings.from_environment(
        {"DATA_DIR": str(folder), "DATABASE_URL": url, "JWT_SECRET": "-" * 32, "INTERNAL_SECRET": "-" * 32}
    )


def minor(yuan: str) -> int:
    """`"12.34"` → 1234."""
    return from_yuan(yuan).minor


class World:
    """One lender over one database."""

    def __init__(self, url: str, folder: Any, *, catalogue: Catalogue | None = None) -> None:
        self.url, self.folder = url, folder
        self.clock = ManualClock(midday(START))
        self.app: CreditApp = open_app(settings_for(url, folder), self.clock)
        if catalogue is not None:
            self.app.catalogue = catalogue
        self._numbers = itertools.count(1)

    def number_from(self, first: int) -> None:
        """Request ids count from here on."""
        self._numbers = itertools.count(first)

    def open_house(self) -> World:
        """The lender's own accounts and the first business day, once in a database."""

        def work(books: Books) -> None:
            books.session.add(BusinessDay(id=1, on=START))
            books.session.flush()
            for code, kind in HOUSE.items():
                books.ledger.open_account(code, kind=kind, opened_on=START)

        self.app.writing(work)
        return self

    def close(self) -> None:
        self.app.close()

    # ── looking ─────────────────────────────────────────────────────────────────────────────────────────

    @property
    def catalogue(self) -> Catalogue:
        return self.app.catalogue

    @property
    def today(self) -> date:
        return self.app.business_date()

    def look[T](self, how: Callable[[Books], T]) -> T:
        """A read; rows that come out keep their values after it."""

        def work(books: Books) -> T:
            found = how(books)
            books.session.expunge_all()
            return found

        return self.app.reading(work)

    def do[T](self, work: Callable[[Books], T]) -> T:
        return self.app.writing(work)

    def problems(self) -> list[str]:
        """What the audit finds wrong with the books."""
        return check_books(self.app.database.engine)

    def everything(self) -> dict[str, Any]:
        """All that must stand still when something is refused: balances, journals, loans and their rows."""

        def how(books: Books) -> dict[str, Any]:
            kept = books.session.execute(
                select(Account.code, Balance.balance_minor).join(Balance, Balance.account_id == Account.id)
            )
            journals = books.session.scalars(select(Journal.id).order_by(Journal.id)).all()
            rows = books.session.execute(
                select(LoanRow.loan_id, LoanRow.number, LoanRow.principal_paid, LoanRow.interest_paid, LoanRow.paid_on)
            )
            return {
                "balances": dict(kept.all()),
                "journals": list(journals),
                "rows": sorted(map(str, rows.all())),
                "lines": sorted(
                    map(str, books.session.execute(select(Line.id, Line.status, Line.limit_minor, Line.due_day)).all())
                ),
            }

        return self.look(how)

    def balance(self, code: str) -> int:
        """Minor units on an account, by its code."""
        return self.look(lambda books: books.ledger.balance(code).minor)

    def postings(self, journal_id: UUID) -> dict[str, int]:
        """The lines of a journal by account code, minor units."""
        query = (
            select(Account.code, Posting.amount_minor)
            .join(Account, Account.id == Posting.account_id)
            .where(Posting.journal_id == journal_id)
        )
        return self.look(lambda books: dict(books.session.execute(query).all()))

    def journals(self, kind: str) -> list[Journal]:
        query = select(Journal).where(Journal.kind == kind).order_by(Journal.id)
        return self.look(lambda books: list(books.session.scalars(query)))

    def limit(self, customer: UUID, product: str = "paylater") -> LimitLine:
        return next(line for line in self.app.limits(customer).lines if line.product == product)

    def available(self, customer: UUID, product: str = "paylater") -> int:
        return self.limit(customer, product).available.minor

    def line(self, customer: UUID, product: str = "paylater") -> Line:
        return self.look(lambda books: lines.require_line(books, customer, product))

    def paylater_owed(self, customer: UUID) -> dict[str, int]:
        """What stands on each pay-later account, minor units."""
        return self.look(lambda books: owed(books, lines.require_line(books, customer, lines.PAYLATER)))

    def standing(self, customer: UUID) -> Standing:
        return self.look(lambda books: paylater.standing_of(books, lines.require_line(books, customer, lines.PAYLATER)))

    def statements(self, customer: UUID) -> list[Statement]:
        """All statements of a customer, oldest first."""
        line = self.line(customer)
        query = select(Statement).where(Statement.line_id == line.id).order_by(Statement.statement_on)
        return self.look(lambda books: list(books.session.scalars(query)))

    def plan_rows(self) -> list[InstallmentRow]:
        query = select(InstallmentRow).order_by(InstallmentRow.number)
        return self.look(lambda books: list(books.session.scalars(query)))

    def loan(self, loan_id: UUID) -> Loan:
        return self.look(lambda books: books.session.get_one(Loan, loan_id))

    def loans(self, customer: UUID) -> list[Loan]:
        """All loans, settled ones too, oldest first."""
        query = select(Loan).where(Loan.customer_id == customer).order_by(Loan.opened_on, Loan.id)
        return self.look(lambda books: list(books.session.scalars(query)))

    def loan_owed(self, loan_id: UUID) -> dict[str, int]:
        """Principal, interest and penalty that stand on a loan, minor units."""
        return self.look(lambda books: loan_owed(books, books.session.get_one(Loan, loan_id)))

    def rows(self, loan_id: UUID) -> list[LoanRow]:
        query = select(LoanRow).where(LoanRow.loan_id == loan_id).order_by(LoanRow.number)
        return self.look(lambda books: list(books.session.scalars(query)))

    def schedule(self, customer: UUID, loan_id: UUID) -> ScheduleLoan:
        return next(loan for loan in self.app.schedules(customer).loans if loan.loan_id == loan_id)

    def customer_row(self, customer: UUID) -> Customer:
        return self.look(lambda books: books.customer(customer))

    # ── customers and their lines ───────────────────────────────────────────────────────────────────────

    def join(
        self, *, autopay: bool = False, student: bool = False, born_on: date = date(1990, 1, 1), pin: str = PIN
    ) -> UUID:
        """A customer without products."""
        new = NewCustomer(
            id=new_id(), name="Lin", born_on=born_on, is_student=student, card_tail="3301", autopay=autopay, pin=pin
        )
        self.do(lambda books: join(books, new))
        return new.id

    def open_paylater(self, customer: UUID, limit: str = "10000.00", *, cycle: tuple[int, int] = (1, 10)) -> UUID:
        days = Cycle(statement_day=cycle[0], due_day=cycle[1])
        return self.do(
            lambda books: (
                paylater.open_paylater(books, books.lock_customer(customer), limit=from_yuan(limit), cycle=days).id
            )
        )

    def open_cashloan(self, customer: UUID, limit: str = "20000.00", *, rate: int = 300) -> UUID:
        return self.do(
            lambda books: (
                lines.open_line(
                    books, books.lock_customer(customer), lines.CASHLOAN, limit=from_yuan(limit), daily_rate_ppm=rate
                ).id
            )
        )

    def borrower(self, **who: Any) -> UUID:
        """A customer with both products and nothing owed."""
        customer = self.join(**who)
        self.open_paylater(customer)
        self.open_cashloan(customer)
        return customer

    def change_limit(self, customer: UUID, to: str, *, product: str = "paylater") -> None:
        def work(books: Books) -> None:
            books.lock_customer(customer)
            line = lines.require_line(books, customer, product)
            debt = principal_owed(owed(books, line)) if product == "paylater" else loans.principal_owed(books, customer)
            lines.change_limit(books, line, from_yuan(to), owed=debt, reason="usage_review", request_id=self.request())

        self.do(work)

    # ── what customers do ───────────────────────────────────────────────────────────────────────────────

    def request(self) -> str:
        """A request id not used before in this world."""
        return f"test-request-{next(self._numbers)}"

    def buy(self, customer: UUID, amount: str, *, merchant: str = "shop") -> UUID:
        """Returns the purchase's id."""
        request_id = self.request()
        return self.do(
            lambda books: (
                spending.purchase(
                    books, customer, from_yuan(amount), merchant=merchant, category="goods", request_id=request_id
                ).id
            )
        )

    def refund(self, customer: UUID, purchase: UUID, amount: str) -> None:
        request_id = self.request()
        self.do(lambda books: refunds.refund(books, customer, purchase, from_yuan(amount), request_id=request_id))

    def propose(self, customer: UUID, kind: str, amount: str | None = None, **wish: Any) -> OfferCard:
        """An offer of any kind; None is all of it."""
        whole = Wish(kind=kind, amount=None if amount is None else minor(amount), **wish)
        request_id = self.request()
        return self.do(lambda books: offers.propose(books, customer, whole, request_id=request_id))

    def confirm(self, customer: UUID, offer: OfferCard, pin: str = PIN) -> ReceiptCard:
        return self.app.confirm_offer(customer, offer.id, pin)

    def execute(self, customer: UUID, offer: OfferCard) -> ReceiptCard:
        """Confirm without the PIN check."""
        return self.do(lambda books: offers.execute(books, customer, offer.id))

    def borrow(self, customer: UUID, amount: str, term: int, method: str | None = None) -> UUID:
        """Returns the loan's id."""
        receipt = self.execute(customer, self.propose(customer, "borrow", amount, term=term, method=method))
        assert receipt.loan_id is not None
        return receipt.loan_id

    def pay_bill(self, customer: UUID, amount: str | None = None) -> ReceiptCard:
        return self.execute(customer, self.propose(customer, "repay_bill", amount))

    def pay_loan(self, customer: UUID, loan_id: UUID, amount: str | None = None) -> ReceiptCard:
        return self.execute(customer, self.propose(customer, "repay_loan", amount, loan_id=loan_id))

    def split_bill(self, customer: UUID, amount: str | None, term: int) -> ReceiptCard:
        return self.execute(customer, self.propose(customer, "installment", amount, term=term))

    def bridge(self, customer: UUID, amount: str | None = None, term: int = 6) -> ReceiptCard:
        return self.execute(customer, self.propose(customer, "repay_with_loan", amount, term=term))

    # ── time ────────────────────────────────────────────────────────────────────────────────────────────

    def go_to(self, day: date) -> None:
        """Close every business day up to `day`, in one transaction: faster than the facade, the same service."""

        def work(books: Books) -> None:
            while books.today < day:
                close_day(books, books.today)

        self.app.writing(work, closing=True)

    def go(self, days: int) -> None:
        self.go_to(self.today + timedelta(days=days))


def yuan(amount: int) -> str:
    """1234 → `"12.34"`: what the helpers above take."""
    return str(Money(amount).yuan()).replace(",", "")
