"""A loan is paid out in two phases: limit held, bank asked, loan opened; whatever the bank does, both or neither."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from credit.kernel.errors import CreditError, ErrorCode
from credit.offers.service import start
from credit.payments import demo, orders
from credit.payments.demo import Behaviour
from credit.payments.models import PaymentOrder
from credit.payments.port import Answer, Direction, Status
from credit.repayments import settling
from credit.repayments.settling import Settled
from tests.credit.world import START, World, minor

AMOUNT = minor("5000")
LIMIT = minor("20000")


def bank_does(world: World, customer: UUID, behaviour: Behaviour) -> None:
    world.do(lambda books: demo.choose(books.session, customer, Direction.PAYOUT, behaviour))


def confirmed(world: World, behaviour: Behaviour) -> tuple[UUID, UUID]:
    """A customer whose loan of 5,000 was confirmed, and the order to the bank."""
    customer = world.borrower()
    bank_does(world, customer, behaviour)
    offer = world.propose(customer, "borrow", "5000.00", term=6)
    if behaviour is Behaviour.FAIL:
        with pytest.raises(CreditError) as refusal:
            world.confirm(customer, offer)
        assert refusal.value.code is ErrorCode.PAYOUT_FAILED
    else:
        world.confirm(customer, offer)
    order = world.look(lambda books: orders.of_offer(books, offer.id))
    assert order is not None
    return customer, order.id


def order(world: World, order_id: UUID) -> PaymentOrder:
    return world.look(lambda books: books.session.get_one(PaymentOrder, order_id))


def held(world: World, customer: UUID) -> int:
    return world.balance(f"line/{world.line(customer, 'cashloan').id}/held")


def settle(world: World) -> Settled:
    """What the closing does before it lets holds expire."""
    return world.do(lambda books: settling.settle_pending(books, books.today))


def pass_day(world: World) -> None:
    settle(world)
    world.go(1)


def state(world: World, customer: UUID) -> tuple[int, int, int, int]:
    """Loans, what is available, what is held, and cash."""
    loans = len(world.loans(customer))
    return loans, world.available(customer, "cashloan"), held(world, customer), world.balance("house/cash")


NOTHING = (0, LIMIT, 0, 0)
HELD = (0, LIMIT - AMOUNT, AMOUNT, 0)
PAID = (1, LIMIT - AMOUNT, 0, -AMOUNT)


def test_a_bank_that_accepts_at_once_opens_the_loan_in_one_go(world: World) -> None:
    customer, order_id = confirmed(world, Behaviour.ACCEPT)
    assert state(world, customer) == PAID
    assert order(world, order_id).loan_id == world.loans(customer)[0].id
    assert [journal.kind for journal in (*world.journals("limit_held"), *world.journals("loan_opened"))] == [
        "limit_held",
        "loan_opened",
    ]


def test_a_bank_that_refuses_leaves_no_loan_and_the_whole_limit(world: World) -> None:
    customer, order_id = confirmed(world, Behaviour.FAIL)
    assert state(world, customer) == NOTHING
    assert (order(world, order_id).state, order(world, order_id).reason) == ("failed", "account_refused")


def test_while_the_bank_waits_the_limit_is_held_and_cannot_be_used_twice(world: World) -> None:
    customer, _ = confirmed(world, Behaviour.DELAY)
    assert state(world, customer) == HELD
    with pytest.raises(CreditError) as refusal:
        world.propose(customer, "borrow", "16000.00", term=6)
    assert refusal.value.code is ErrorCode.LIMIT_EXCEEDED
    assert refusal.value.facts["available"].minor == LIMIT - AMOUNT  # type: ignore[attr-defined]


def test_orders_that_wait_count_as_loans_that_run(world: World) -> None:
    customer = world.borrower()
    bank_does(world, customer, Behaviour.DELAY)
    for _ in range(world.catalogue.cashloan.most_open_loans):
        world.execute(customer, world.propose(customer, "borrow", "1000.00", term=3))
    with pytest.raises(CreditError) as refusal:
        world.propose(customer, "borrow", "1000.00", term=3)
    assert refusal.value.code is ErrorCode.TOO_MANY_LOANS


def test_a_loan_paid_out_later_bears_interest_from_that_day_on_the_days_that_were_shown(world: World) -> None:
    customer = world.borrower()
    bank_does(world, customer, Behaviour.DELAY)
    offer = world.propose(customer, "borrow", "5000.00", term=6)
    receipt = world.confirm(customer, offer)
    assert receipt.loan_id is None
    world.go(1)  # the closing asks, and the bank does not know yet
    assert world.loans(customer) == []
    assert len(settle(world).done) == 1
    (loan,) = world.loans(customer)
    rows = world.rows(loan.id)
    assert loan.opened_on == START + timedelta(days=1)
    assert [row.due_on for row in rows] == [row.due_on for row in offer.rows]
    assert sum(row.principal_minor for row in rows) == AMOUNT
    saved = offer.total_interest.minor - sum(row.interest_minor for row in rows)
    assert minor("1.50") <= saved < minor("1.60")  # a day on 5,000, and what the level amount gains by it
    assert state(world, customer) == PAID


def test_an_answer_that_arrives_twice_changes_nothing(world: World) -> None:
    customer, order_id = confirmed(world, Behaviour.TWICE)
    assert state(world, customer) == PAID
    before = world.everything()
    said = Answer(Status.PAID, reference=order(world, order_id).reference)
    world.app.bank_says(order_id, (said, said))
    assert world.everything() == before
    assert settle(world) == Settled()


def test_a_lost_answer_is_found_out_by_asking_at_the_closing(world: World) -> None:
    customer, order_id = confirmed(world, Behaviour.LOSE)
    assert state(world, customer) == HELD
    assert settle(world).done == [order_id]
    assert state(world, customer) == PAID


def test_a_bank_that_never_answers_gets_no_more_than_its_days(world: World) -> None:
    customer, order_id = confirmed(world, Behaviour.NEVER)
    for _ in range(world.catalogue.repayments.bank_wait_days):
        assert state(world, customer) == HELD
        pass_day(world)
    assert settle(world).expired == [order_id]
    assert state(world, customer) == NOTHING
    world.go(1)
    assert state(world, customer) == NOTHING


def test_a_bank_that_paid_after_all_is_looked_for_and_makes_no_loan(world: World) -> None:
    """The customer was told that there is no loan; the money is the lender's to find, and not lost."""
    customer, order_id = confirmed(world, Behaviour.NEVER)
    for _ in range(world.catalogue.repayments.bank_wait_days):
        pass_day(world)
    settle(world)
    world.app.bank_says(order_id, (Answer(Status.PAID, reference="late-1"),))
    world.app.bank_says(order_id, (Answer(Status.PAID, reference="late-1"),))
    assert state(world, customer) == (0, LIMIT, 0, -AMOUNT)
    assert world.balance("house/suspense") == AMOUNT


def test_a_hold_that_expired_before_the_bank_was_asked_makes_no_loan_either(world: World) -> None:
    customer, order_id = confirmed(world, Behaviour.NEVER)
    world.go(world.catalogue.repayments.bank_wait_days + 1)  # closings that never asked
    assert state(world, customer) == NOTHING
    world.app.bank_says(order_id, (Answer(Status.PAID, reference="late-1"),))
    assert world.loans(customer) == []
    assert world.balance("house/suspense") == AMOUNT


def test_a_refusal_after_the_money_was_paid_is_refused_itself(world: World) -> None:
    customer, order_id = confirmed(world, Behaviour.ACCEPT)
    before = world.everything()
    with pytest.raises(CreditError) as refusal:
        world.app.bank_says(order_id, (Answer(Status.REFUSED, reason="account_refused"),))
    assert refusal.value.code is ErrorCode.BANK_ANSWER_CONTRADICTS
    assert world.everything() == before
    assert state(world, customer) == PAID


def test_an_answer_about_no_order_of_ours_is_refused(world: World) -> None:
    customer = world.borrower()
    with pytest.raises(CreditError) as refusal:
        world.app.bank_says(customer, (Answer(Status.PAID, reference="x"),))
    assert refusal.value.code is ErrorCode.PAYMENT_UNKNOWN


def test_an_order_that_never_reached_the_bank_is_sent_at_the_closing(world: World) -> None:
    """As if the process had died between writing the order and sending it."""
    customer = world.borrower()
    offer = world.propose(customer, "borrow", "5000.00", term=6)
    order_id = world.do(lambda books: start(books, customer, offer.id))
    assert state(world, customer) == HELD
    assert settle(world).done == [order_id]
    assert state(world, customer) == PAID
