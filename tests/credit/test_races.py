"""Several hands at once on one account: what happens twice in time happens once in the books."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import update

from credit.books import Books
from credit.cards import OfferCard
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.money import Money
from credit.lines import life as line_life
from credit.lines import service as lines
from credit.loans import service as loans
from credit.loans.disbursing import order_payout
from credit.offers.models import Offer
from credit.offers.service import pay_bill
from credit.repayments.settling import send_and_settle
from credit.schedules.rules import Method
from credit.scoring import asking
from credit.scoring.decide import Product
from credit.scoring.service import decisions_of
from tests.credit.scoring.people import small_rules
from tests.credit.world import World, minor

pytestmark = pytest.mark.timeout(120)
HANDS = 6


def at_once(*work: Callable[[], object]) -> Counter[str]:
    """Run all at the same moment; how often each outcome came: `done`, or the code of the refusal.

    Anything else that escapes fails the test."""
    together = threading.Barrier(len(work))
    outcomes: list[str] = []
    defects: list[BaseException] = []

    def begin(what: Callable[[], object]) -> None:
        together.wait()
        try:
            what()
            outcomes.append("done")
        except CreditError as refusal:
            outcomes.append(refusal.code)
        except BaseException as error:  # noqa: BLE001  (told to the test, which runs in another thread)
            defects.append(error)

    threads = [threading.Thread(target=begin, args=(what,)) for what in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert defects == []
    return Counter(outcomes)


def test_simultaneous_confirmations_of_one_offer_execute_it_once(world: World) -> None:
    customer = world.borrower()
    offer = world.propose(customer, "borrow", "5000.00", term=12)
    found = at_once(*[lambda: world.confirm(customer, offer)] * 2)
    assert found == {"done": 1, ErrorCode.OFFER_ALREADY_EXECUTED: 1}
    assert len(world.loans(customer)) == 1
    assert world.available(customer, "cashloan") == minor("15000")


@pytest.mark.parametrize("kind", ["borrow", "repay_bill", "repay_loan", "repay_with_loan", "installment"])
def test_an_offer_of_any_kind_is_executed_once_by_many_hands(world: World, kind: str) -> None:
    customer = world.borrower()
    world.borrow(customer, "1000.00", 3)
    world.buy(customer, "1000.00")
    world.go_to(date(2026, 11, 2))
    amount = "500.00" if kind == "borrow" else None
    term = {} if kind.startswith("repay_") and kind != "repay_with_loan" else {"term": 3}
    offer = world.propose(customer, kind, amount, **term)
    before = len(world.everything()["journals"])
    found = at_once(*[lambda: world.execute(customer, offer)] * HANDS)
    assert found == {"done": 1, ErrorCode.OFFER_ALREADY_EXECUTED: HANDS - 1}
    # Borrowing takes two: the limit is held before the bank is asked, the loan is opened once it has paid.
    assert len(world.everything()["journals"]) == before + (2 if kind == "borrow" else 1)


def test_confirming_and_declining_at_once_ends_in_one_of_the_two(world: World) -> None:
    customer = world.borrower()
    offer = world.propose(customer, "borrow", "5000.00", term=12)
    at_once(lambda: world.execute(customer, offer), lambda: world.app.decline_offer(customer, offer.id))
    status = world.app.offer(customer, offer.id).status
    assert (status, len(world.loans(customer))) in {("executed", 1), ("declined", 0)}


def open_again(world: World, offer: OfferCard) -> None:
    """Take back that a newer offer has replaced this one, so that two can be confirmed at the same moment."""
    world.do(lambda books: books.session.execute(update(Offer).where(Offer.id == offer.id).values(status="open")))


def test_two_offers_racing_for_the_last_of_a_limit_never_overdraw_it(world: World) -> None:
    customer = world.join()
    world.open_cashloan(customer, "8000.00")
    first = world.propose(customer, "borrow", "5000.00", term=12)
    second = world.propose(customer, "borrow", "6000.00", term=6)
    open_again(world, first)
    found = at_once(lambda: world.execute(customer, first), lambda: world.execute(customer, second))
    assert found == {"done": 1, ErrorCode.OFFER_OUTDATED: 1}
    (loan,) = world.loans(customer)
    assert world.available(customer, "cashloan") == minor("8000") - loan.principal_minor


def draw_without_asking(world: World, customer: UUID, amount: str, nth: int) -> Callable[[], object]:
    """Disburse a loan with no lock on the customer and no look at the limit: only the database can say no."""

    def work() -> object:
        def inside(books: Books) -> object:
            line = lines.require_line(books, customer, lines.CASHLOAN)
            terms = loans.work_out(books, line, Money(minor(amount)), 3, Method.LEVEL_PAYMENT)
            order = order_payout(books, line, terms, request_id=f"race-{nth}")
            return send_and_settle(books, order.id)

        return world.do(inside)

    return work


def test_loans_racing_past_every_check_of_ours_are_still_stopped_by_the_floor(world: World) -> None:
    customer = world.join()
    world.open_cashloan(customer, "8000.00")
    found = at_once(*[draw_without_asking(world, customer, "3000.00", nth) for nth in range(HANDS)])
    assert found == {"done": 2, ErrorCode.BALANCE_OUT_OF_BOUNDS: HANDS - 2}
    assert world.available(customer, "cashloan") == minor("2000")
    assert len(world.loans(customer)) == 2


def test_purchases_racing_for_the_last_of_a_limit_never_overdraw_it(world: World) -> None:
    customer = world.join()
    world.open_paylater(customer, "1000.00")
    found = at_once(*[lambda: world.buy(customer, "300.00")] * HANDS)
    assert found == {"done": 3, ErrorCode.LIMIT_EXCEEDED: HANDS - 3}
    assert world.available(customer) == minor("100")


def test_repayments_racing_for_one_bill_never_pay_more_than_is_owed(world: World) -> None:
    customer = world.borrower()
    world.buy(customer, "1000.00")
    world.go_to(date(2026, 11, 2))

    def pay(nth: int) -> Callable[[], object]:
        def inside(books: Books) -> object:
            books.lock_customer(customer)
            return pay_bill(books, customer, Money(minor("400")), request_id=f"race-{nth}")

        return lambda: world.do(inside)

    found = at_once(*[pay(nth) for nth in range(HANDS)])
    assert found == {"done": 2, ErrorCode.REPAYMENT_EXCEEDS_DEBT: HANDS - 2}
    assert world.app.bill(customer).outstanding.minor == minor("200")


def test_refunds_racing_for_one_purchase_never_give_back_more_than_was_paid(world: World) -> None:
    customer = world.borrower()
    bought = world.buy(customer, "1000.00")
    found = at_once(*[lambda: world.refund(customer, bought, "400.00")] * HANDS)
    assert found == {"done": 2, ErrorCode.REFUND_EXCEEDS_PURCHASE: HANDS - 2}
    assert world.available(customer) == minor("9800")


def test_one_request_sent_twice_at_once_makes_one_offer(world: World) -> None:
    customer = world.borrower()
    cards: list[OfferCard] = []

    def ask() -> None:
        cards.append(
            world.app.propose_borrow(customer, amount=Money(minor("5000")), term=12, request_id="borrow-twice")
        )

    assert at_once(*[ask] * HANDS) == {"done": HANDS}
    assert len({card.id for card in cards}) == 1


def test_customers_do_not_wait_for_each_other_for_ever(world: World) -> None:
    """Many customers over the same house accounts: nobody is refused, nobody deadlocks, and the books are right."""
    customers = [world.borrower() for _ in range(HANDS)]

    def live(customer: UUID) -> Callable[[], object]:
        def work() -> None:
            for _ in range(3):
                world.buy(customer, "100.00")
                world.borrow(customer, "500.00", 3)

        return work

    assert at_once(*[live(customer) for customer in customers]) == {"done": HANDS}
    assert world.balance("house/clearing") == -minor("300") * HANDS
    assert world.balance("house/cash") == -minor("1500") * HANDS


def test_a_confirmation_racing_with_the_closing_of_the_day_falls_on_one_day_or_is_outdated(world: World) -> None:
    customer = world.borrower()
    offer = world.propose(customer, "borrow", "5000.00", term=12)
    found = at_once(lambda: world.execute(customer, offer), lambda: world.go(1))
    assert found["done"] + found[ErrorCode.OFFER_OUTDATED] == 2
    for loan in world.loans(customer):
        assert loan.opened_on == offer.business_date
        assert world.loan_owed(loan.id)["interest"] == minor("1.50")  # the night it was closed over


@pytest.mark.parametrize("product", ["paylater", "cashloan"])
def test_a_product_is_opened_once_by_many_devices(world: World, product: Product) -> None:
    customer = world.join()
    if product == "cashloan":  # nobody gets one without a history
        world.open_paylater(customer, "10000.00")
        world.go_to(date(2027, 1, 2))
    cycle = world.catalogue.paylater.cycles[0] if product == "paylater" else None
    rules = small_rules()
    version = world.catalogue.borrowers.consent_version

    def press(nth: int) -> Callable[[], object]:
        def work(books: Books) -> object:
            return asking.request_opening(
                books,
                customer,
                product,
                cycle=cycle,
                consent_version=version,
                request_id=f"device-{nth}",
                rules=rules,
            )

        return lambda: world.do(work)

    found = at_once(*map(press, range(HANDS)))
    assert found == {"done": 1, ErrorCode.PRODUCT_ALREADY_OPEN: HANDS - 1}
    kept = world.look(lambda books: (decisions_of(books, customer), line_life.consents_of(books, customer)))
    decided, consents = kept
    assert [(row.outcome, row.product) for row in decided] == [("approved", product)]
    assert len(consents) == 1
    assert world.line(customer, product).limit_minor == decided[0].limit_minor
    assert world.problems() == []


def test_one_press_that_arrives_many_times_is_one_opening_with_one_answer(world: World) -> None:
    customer = world.join()
    cycle = world.catalogue.paylater.cycles[0]
    version = world.catalogue.borrowers.consent_version

    def press() -> object:
        return world.app.open_product(
            customer, "paylater", cycle=cycle, consent_version=version, request_id="one press"
        )

    assert at_once(*[press] * HANDS) == {"done": HANDS}
    assert len(world.app.decisions(customer)) == 1
    assert len(world.look(lambda books: line_life.consents_of(books, customer))) == 1
