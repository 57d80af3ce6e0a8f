"""One customer's account, as the dialogue asks about it. Reads are kept for the turn; writes are only offers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

from credit.app import CreditApp
from credit.books import Books
from credit.cards import BillCard, ComparisonCard, LimitCard, LimitLine, ListCard, OfferCard, ScheduleCard, ScheduleLoan
from credit.catalogue import Catalogue
from credit.catalogue.models import Cycle
from credit.explain.facts import CustomerFacts, LineFacts
from credit.explain.limit import LimitFacts
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.money import Money
from credit.lines import service as lines
from credit.loans import service as loans
from credit.loans.service import LoanTerms
from credit.offers.early import EarlyEffect
from credit.paylater import installments
from credit.paylater import life as paylater_life
from credit.refinance import service as refinance
from credit.schedules.rules import PlannedRow
from credit.scoring.asking import DecisionView
from credit.scoring.decide import Decision, Product, Purpose
from credit.scoring.policy import Policy, present_policy

PAYLATER, CASHLOAN = lines.PAYLATER, lines.CASHLOAN


@dataclass(frozen=True, slots=True)
class InstallmentQuote:
    """Rows and yearly cost of a split that nobody has asked for yet."""

    rows: tuple[PlannedRow, ...]
    simple_ppm: int
    compound_ppm: int

    @property
    def fee(self) -> Money:
        return Money(sum(row.fee.minor for row in self.rows))


class CustomerAccount:
    """Everything an action may know of its customer. Raises CreditError as the facade does, also when it is away."""

    def __init__(self, open_app: Callable[[], CreditApp], customer_id: UUID) -> None:
        self._open_app = open_app
        self.customer_id = customer_id

    @cached_property
    def app(self) -> CreditApp:
        return self._open_app()

    @property
    def catalogue(self) -> Catalogue:
        return self.app.catalogue

    @cached_property
    def today(self) -> date:
        return self.app.business_date()

    @cached_property
    def limits(self) -> LimitCard:
        return self.app.limits(self.customer_id)

    @cached_property
    def limit_facts(self) -> tuple[LimitFacts, ...]:
        return self.app.limit_facts(self.customer_id)

    @cached_property
    def facts(self) -> CustomerFacts:
        return self.app.facts(self.customer_id)

    @property
    def policy(self) -> Policy:
        return present_policy()

    def look_at_decision(self, product: str, purpose: Purpose) -> Decision:
        """What would be decided today; nothing is kept."""
        return self.app.look_at_decision(self.customer_id, _named(product), purpose)

    def request_raise(self, product: str, *, request_id: str) -> DecisionView:
        """Raises PRODUCT_NOT_OPEN."""
        return self.app.request_raise(self.customer_id, _named(product), request_id=request_id)

    def open_product(self, product: str, *, consent_version: str, request_id: str) -> DecisionView:
        """Pay-later comes with the statement day that the line had, or the first one sold; it can be moved later.

        Raises PRODUCT_ALREADY_OPEN, CONSENT_OUTDATED."""

        def look(books: Books) -> Cycle:
            line, cycles = lines.find_line(books, self.customer_id, PAYLATER), books.catalogue.paylater.cycles
            had = (cycle for cycle in cycles if line is not None and cycle.statement_day == line.statement_day)
            return next(had, cycles[0])

        return self.app.open_product(
            self.customer_id,
            _named(product),
            cycle=self.app.reading(look) if product == PAYLATER else None,
            consent_version=consent_version,
            request_id=request_id,
        )

    @cached_property
    def schedules(self) -> ScheduleCard:
        return self.app.schedules(self.customer_id)

    @cached_property
    def bill(self) -> BillCard:
        """Raises PRODUCT_NOT_OPEN, NO_OPEN_BILL."""
        return self.app.bill(self.customer_id)

    @property
    def bill_if_any(self) -> BillCard | None:
        """The newest bill, settled or not; None when there never was one."""
        try:
            return self.bill
        except CreditError as refusal:
            if refusal.code in {ErrorCode.PRODUCT_NOT_OPEN, ErrorCode.NO_OPEN_BILL}:
                return None
            raise

    @property
    def open_bill(self) -> BillCard | None:
        """The bill while something on it is owed."""
        bill = self.bill_if_any
        return bill if bill is not None and bill.outstanding.minor > 0 else None

    @property
    def loans(self) -> list[ScheduleLoan]:
        """Running loans, the one due next first."""
        running = [loan for loan in self.schedules.loans if loan.kind == "loan"]
        return sorted(running, key=lambda loan: (loan.next_due_on or date.max, loan.opened_on, str(loan.loan_id)))

    @property
    def plans(self) -> list[ScheduleLoan]:
        """Running installment plans."""
        return [loan for loan in self.schedules.loans if loan.kind == "installment_plan"]

    def loan(self, loan_id: str) -> ScheduleLoan:
        """A running loan by the text of its id. Raises LOAN_NOT_FOUND for every other text."""
        for loan in self.loans:
            if str(loan.loan_id) == loan_id:
                return loan
        raise CreditError(ErrorCode.LOAN_NOT_FOUND)

    def line(self, product: str) -> LimitLine | None:
        return next((line for line in self.limits.lines if line.product == product), None)

    def line_facts(self, product: str) -> LineFacts | None:
        return next((line for line in self.facts.lines if line.product == product), None)

    def compare(self, term: int | None = None) -> ComparisonCard:
        """Raises PRODUCT_NOT_OPEN, NO_OPEN_BILL."""
        return self.app.compare_ways(self.customer_id, term=term)

    def spending(self, most: int) -> ListCard:
        """Raises PRODUCT_NOT_OPEN."""
        return self.app.spending(self.customer_id, most)

    def pin_state(self) -> tuple[int, datetime | None]:
        """Wrong PINs in a row, and until when the PIN is locked, if it is."""

        def look(books: Books) -> tuple[int, datetime | None]:
            customer = books.customer(self.customer_id)
            until = customer.pin_locked_until
            if until is None:
                return customer.pin_failures, None
            return (customer.pin_failures, until) if books.now < until else (0, None)

        return self.app.reading(look)

    def cycle(self) -> Cycle:
        """The statement day and the due day that hold now. Raises PRODUCT_NOT_OPEN."""

        def look(books: Books) -> Cycle:
            line = lines.require_line(books, self.customer_id, PAYLATER)
            cycles = books.catalogue.paylater.cycles
            return next(cycle for cycle in cycles if cycle.statement_day == line.statement_day)

        return self.app.reading(look)

    def cycle_refusal(self) -> CreditError | None:
        """Why the statement day cannot be moved today: OVERDUE_BLOCKS_CREDIT, CYCLE_CHANGE_NOT_YET(from_on)."""

        def look(books: Books) -> CreditError | None:
            line = lines.require_line(books, self.customer_id, PAYLATER)
            try:
                paylater_life.require_may_move(books, line)
            except CreditError as refusal:
                return refusal
            return None

        return self.app.reading(look)

    # ── would it be possible? ───────────────────────────────────────────────────────────────────────────

    def borrowing_refusal(self) -> CreditError | None:
        """Why no loan is possible at all, whatever the amount."""
        try:
            self.largest_loan()
        except CreditError as refusal:
            if refusal.code is ErrorCode.ACCOUNT_SERVICE_UNREACHABLE:
                raise
            return refusal
        return None

    def largest_loan(self) -> Money:
        """The most one loan may be now, whole steps only. Raises what forbids a loan."""
        product = self.catalogue.cashloan
        most = min(self.app.reading(lambda books: _free_cash(books, self.customer_id)), product.largest_loan)
        return Money(most.minor - most.minor % product.step.minor)

    def check_loan_amount(self, amount: Money) -> None:
        """Raises AMOUNT_NOT_POSITIVE, AMOUNT_BELOW_MINIMUM, AMOUNT_STEP, LIMIT_EXCEEDED, LOAN_ABOVE_CAP."""

        def look(books: Books) -> None:
            line = loans.require_may_borrow(books, books.customer(self.customer_id))
            loans.check_amount(books, line, amount)

        self.app.reading(look)

    def check_bridge(self, amount: Money | None = None) -> Money:
        """The amount a loan may settle of the open bill; None asks for all of it. Raises as `credit.refinance` does."""

        def look(books: Books) -> Money:
            _, cash, bill = refinance.require_bridge(books, books.customer(self.customer_id))
            wanted = amount or bill
            refinance.check_amount(books, cash, wanted, bill)
            return wanted

        return self.app.reading(look)

    def check_installment(self, amount: Money | None = None) -> Money:
        """The amount of the bill that may be split; None asks for all. Raises as `paylater.installments` does."""

        def look(books: Books) -> Money:
            line = lines.require_line(books, self.customer_id, PAYLATER)
            _, most = installments.splittable(books, line)
            wanted = amount or most
            installments.check_amount(books, wanted, most)
            return wanted

        return self.app.reading(look)

    # ── what would it cost? ─────────────────────────────────────────────────────────────────────────────

    def quote_loan(self, amount: Money, term: int, method: str | None = None) -> LoanTerms:
        """Raises PRODUCT_NOT_OPEN, TERM_NOT_SOLD, METHOD_NOT_SOLD, COST_ABOVE_CAP."""
        return self.app.quote_loan(self.customer_id, amount=amount, term=term, method=method)

    def quote_installment(self, amount: Money, term: int) -> InstallmentQuote:
        """Raises PRODUCT_NOT_OPEN, TERM_NOT_SOLD."""

        def look(books: Books) -> InstallmentQuote:
            line = lines.require_line(books, self.customer_id, PAYLATER)
            _, rows = installments.plan(books, line, amount, term)
            cost = loans.cost_of(books.today, amount, rows)
            return InstallmentQuote(rows, cost.simple_ppm, cost.compound_ppm)

        return self.app.reading(look)

    def early_effects(self, loan_id: str, amount: Money) -> list[EarlyEffect]:
        """What paying a part of a loan early could do, the shorter plan first. Raises LOAN_NOT_FOUND."""
        return self.app.early_effects(self.customer_id, self.loan(loan_id).loan_id, amount)

    # ── offers ──────────────────────────────────────────────────────────────────────────────────────────

    def offer(self, offer_id: str) -> OfferCard | None:
        """The offer as it stands, None when there is none of that id."""
        try:
            return self.app.offer(self.customer_id, UUID(offer_id))
        except CreditError as refusal:
            if refusal.code is ErrorCode.OFFER_NOT_FOUND:
                return None
            raise


def _free_cash(books: Books, customer_id: UUID) -> Money:
    line = loans.require_may_borrow(books, books.customer(customer_id))
    return lines.available(books, line)


def _named(product: str) -> Product:
    return "paylater" if product == PAYLATER else "cashloan"
