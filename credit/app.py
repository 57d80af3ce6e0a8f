"""The module's front door: every call is one transaction, every refusal a CreditError."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID

import structlog
import yaml
from sqlalchemy import text

from credit.books import Books
from credit.cards import BillCard, ComparisonCard, LimitCard, ListCard, OfferCard, ReceiptCard, ScheduleCard
from credit.catalogue import Catalogue, load_catalogue
from credit.customers import service as customers
from credit.customers.models import Customer
from credit.explain.facts import CustomerFacts, customer_facts
from credit.front.closing import ClosingCalls
from credit.front.loans import LoansFront
from credit.front.paylater import PaylaterCalls
from credit.front.people import PeopleCalls
from credit.front.scoring import ScoringCalls
from credit.front.widget import WidgetCalls
from credit.kernel.clock import Clock, SystemClock
from credit.kernel.database import Database, open_engine, seen_as_unreachable
from credit.kernel.errors import CreditError
from credit.kernel.money import Money
from credit.kernel.settings import Settings
from credit.lines.service import limit_card
from credit.loans.quotes import quote
from credit.loans.service import LoanTerms
from credit.loans.views import loan_schedules
from credit.offers import service as offers
from credit.offers.terms import Wish
from credit.paylater.views import bill_card, plan_schedules, spending_card
from credit.refinance.comparison import compare
from credit.schema import create_schema
from credit.scoring.service import present_rules

SEEDS = Path(__file__).resolve().parents[1] / "seeds" / "customers.yml"
log = structlog.get_logger("credit")


@dataclass(frozen=True, slots=True)
class DemoCustomer:
    """Who can log in at the demo, and in what situation they are."""

    id: UUID
    name: str
    situation: str


class CreditApp(ClosingCalls, LoansFront, PaylaterCalls, PeopleCalls, ScoringCalls, WidgetCalls):
    """All that dialogue and gateway may ask of the credit module. Blocking; thread-safe."""

    def __init__(self, database: Database, catalogue: Catalogue, clock: Clock) -> None:
        self.database = database
        self.catalogue = catalogue
        self.clock = clock

    def close(self) -> None:
        self.database.engine.dispose()

    def ping(self) -> None:
        """Raises ACCOUNT_SERVICE_UNREACHABLE when the database is away."""
        with self.database.read() as session:
            session.execute(text("SELECT 1 FROM business_day"))

    def reading[T](self, look: Callable[[Books], T]) -> T:
        """Run a read-only look at the books."""
        with self.database.read() as session:
            return look(Books(session, self.catalogue, self.clock.now()))

    def writing[T](self, work: Callable[[Books], T], *, closing: bool = False) -> T:
        """Run one transaction; again when the database says only "try again"."""
        return self.database.attempt(
            lambda session: work(Books(session, self.catalogue, self.clock.now(), closing=closing))
        )

    def business_date(self) -> date:
        return self.reading(lambda books: books.today)

    def demo_customers(self) -> list[DemoCustomer]:
        """The invented customers of the seeds that are in this database."""
        listed = yaml.safe_load(SEEDS.read_text("utf-8"))["customers"]
        found = [DemoCustomer(UUID(row["id"]), row["name"], row["situation"]) for row in listed]
        return [customer for customer in found if self.has_customer(customer.id)]

    def has_customer(self, customer_id: UUID) -> bool:
        return self.reading(lambda books: books.session.get(Customer, customer_id) is not None)

    def customer_name(self, customer_id: UUID) -> str:
        """Raises CUSTOMER_UNKNOWN."""
        return self.reading(lambda books: books.customer(customer_id).name)

    def limits(self, customer_id: UUID) -> LimitCard:
        """Raises CUSTOMER_UNKNOWN."""
        return self.reading(lambda books: limit_card(books, customer_id))

    def bill(self, customer_id: UUID) -> BillCard:
        """Raises PRODUCT_NOT_OPEN, NO_OPEN_BILL."""
        return self.reading(lambda books: bill_card(books, customer_id))

    def schedules(self, customer_id: UUID) -> ScheduleCard:
        """Running loans, then running installment plans."""
        return self.reading(
            lambda books: ScheduleCard(loans=loan_schedules(books, customer_id) + plan_schedules(books, customer_id))
        )

    def spending(self, customer_id: UUID, limit: int = 10) -> ListCard:
        """Raises PRODUCT_NOT_OPEN."""
        return self.reading(lambda books: spending_card(books, customer_id, most=limit))

    def facts(self, customer_id: UUID) -> CustomerFacts:
        """The customer's situation, for explanations. Raises CUSTOMER_UNKNOWN."""
        return self.reading(lambda books: customer_facts(books, customer_id))

    def quote_loan(self, customer_id: UUID, *, amount: Money, term: int, method: str | None = None) -> LoanTerms:
        """Schedule and cost of a loan at the customer's own rate; no offer, no look at the limit.

        Raises PRODUCT_NOT_OPEN, TERM_NOT_SOLD, METHOD_NOT_SOLD, AMOUNT_NOT_POSITIVE, COST_ABOVE_CAP."""
        return self.reading(lambda books: quote(books, customer_id, amount, term, method))

    def compare_ways(self, customer_id: UUID, *, term: int | None = None) -> ComparisonCard:
        """Raises PRODUCT_NOT_OPEN, NO_OPEN_BILL."""
        return self.reading(lambda books: compare(books, customer_id, term=term))

    def propose_borrow(
        self, customer_id: UUID, *, amount: Money | None, term: int, method: str | None = None, request_id: str
    ) -> OfferCard:
        """An offer of a cash loan; None borrows all that is available. Refusals: see `credit.loans.service`."""
        wish = Wish(kind="borrow", amount=_minor(amount), term=term, method=method)
        return self._propose(customer_id, wish, request_id)

    def propose_bill_repayment(self, customer_id: UUID, *, amount: Money | None, request_id: str) -> OfferCard:
        """None pays all of the open bill."""
        return self._propose(customer_id, Wish(kind="repay_bill", amount=_minor(amount)), request_id)

    def propose_loan_repayment(
        self, customer_id: UUID, *, loan_id: UUID | None, amount: Money | None, request_id: str
    ) -> OfferCard:
        """Without a loan: the one due next. None settles it today."""
        return self._propose(customer_id, Wish(kind="repay_loan", amount=_minor(amount), loan_id=loan_id), request_id)

    def propose_repay_with_loan(
        self, customer_id: UUID, *, amount: Money | None, term: int, method: str | None = None, request_id: str
    ) -> OfferCard:
        """None settles the whole open bill. Refusals: see `credit.refinance.service`."""
        wish = Wish(kind="repay_with_loan", amount=_minor(amount), term=term, method=method)
        return self._propose(customer_id, wish, request_id)

    def propose_installment(self, customer_id: UUID, *, amount: Money | None, term: int, request_id: str) -> OfferCard:
        """None splits all of the bill that can be split."""
        return self._propose(customer_id, Wish(kind="installment", amount=_minor(amount), term=term), request_id)

    def _propose(self, customer_id: UUID, wish: Wish, request_id: str) -> OfferCard:
        return self.writing(lambda books: offers.propose(books, customer_id, wish, request_id=request_id))

    def offer(self, customer_id: UUID, offer_id: UUID) -> OfferCard:
        """Raises OFFER_NOT_FOUND for missing and foreign alike."""
        return self.reading(lambda books: offers.card_of(books, offers.find(books, customer_id, offer_id)))

    def decline_offer(self, customer_id: UUID, offer_id: UUID) -> OfferCard:
        """Raises OFFER_NOT_FOUND, OFFER_ALREADY_EXECUTED."""
        return self.writing(lambda books: offers.decline(books, customer_id, offer_id))

    def confirm_offer(self, customer_id: UUID, offer_id: UUID, pin: str) -> ReceiptCard:
        """Execute an offer once, if the PIN is right.

        An attempt is counted before the PIN is looked at, and the slow check runs outside any transaction. Raises
        OFFER_NOT_FOUND, OFFER_ALREADY_EXECUTED, OFFER_DECLINED, OFFER_EXPIRED, OFFER_OUTDATED, PIN_WRONG(left),
        PIN_LOCKED(until), PAYOUT_FAILED, PAYMENT_FAILED, PAYMENT_PENDING (the bank has not answered yet)."""
        self.reading(lambda books: offers.require_open(books, offers.find(books, customer_id, offer_id)))
        pin_hash = self.writing(lambda books: customers.take_attempt(books, customer_id))
        if not customers.check_pin(pin_hash, pin):
            refusal = self.reading(lambda books: customers.refuse_pin(books, customer_id))
            log.warning("pin_refused", customer=str(customer_id), code=refusal.code)
            raise refusal
        self.writing(lambda books: customers.forgive_attempts(books, customer_id))
        try:
            order_id = self.writing(lambda books: offers.start(books, customer_id, offer_id))
            if order_id is not None:
                self.send_order(order_id)
            receipt = self.reading(lambda books: offers.finish(books, customer_id, offer_id))
        except CreditError as refusal:
            log.warning("offer_refused", offer=str(offer_id), code=refusal.code)
            raise
        log.info("offer_executed", offer=str(offer_id), journal=str(receipt.journal_id))
        return receipt


def _minor(amount: Money | None) -> int | None:
    return None if amount is None else amount.minor


def open_app(settings: Settings, clock: Clock | None = None) -> CreditApp:
    """Open the database, creating the schema in an empty one, and load the products, the policy and the scorecard.

    Raises CatalogueError, SCORECARD_DAMAGED, SCORECARD_VERSION, ACCOUNT_SERVICE_UNREACHABLE."""
    catalogue = load_catalogue()
    present_rules()  # a policy or a scorecard that is wrong is found now, not at the first decision
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    engine = open_engine(settings.database_url)
    try:
        with seen_as_unreachable():
            create_schema(engine)
    except BaseException:
        engine.dispose()
        raise
    return CreditApp(Database(engine), catalogue, clock or SystemClock())
