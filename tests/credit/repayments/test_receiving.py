"""Money that comes in: from whom, once, onto the right debt, and never lost."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.money import Money
from credit.payments import orders
from credit.payments.demo import Behaviour
from credit.payments.port import Answer, Direction, Source, Status
from credit.repayments import receiving, settling
from tests.credit.repayments.acting import arrives, bank_does, bank_moved, has
from tests.credit.world import World, minor, yuan

DUE = date(2026, 11, 28)


def kept(world: World, customer: UUID) -> int:
    return world.look(lambda books: receiving.owed_back(books, customer).minor)


def settle(world: World) -> settling.Settled:
    return world.do(lambda books: settling.settle_pending(books, books.today))


def refused(code: ErrorCode) -> pytest.RaisesExc[CreditError]:
    return pytest.RaisesExc(CreditError, check=lambda error: error.code is code)


@pytest.mark.parametrize("source", list(Source))
def test_a_loan_is_repaid_from_any_account_of_ones_own(world: World, source: Source) -> None:
    customer = world.borrower()
    loan = world.borrow(customer, "1000.00", 3)
    has(world, customer, source, "600.00")
    world.confirm(customer, world.propose(customer, "repay_loan", "600.00", loan_id=loan, source=source))
    assert world.loan_owed(loan)["principal"] == minor("400.00")
    assert bank_moved(world) == world.balance("house/cash") == minor("-400.00")


@pytest.mark.parametrize(
    ("source", "code"),
    [("credit_card", ErrorCode.SOURCE_IS_CREDIT_CARD), ("piggy_bank", ErrorCode.SOURCE_UNKNOWN)],
)
def test_a_credit_card_is_no_source(world: World, source: str, code: ErrorCode) -> None:
    customer = world.borrower()
    loan = world.borrow(customer, "1000.00", 3)
    before = world.everything()
    with refused(code):
        world.propose(customer, "repay_loan", "600.00", loan_id=loan, source=source)
    assert world.everything() == before


def test_too_little_on_the_account_leaves_the_debt_and_the_offer(world: World) -> None:
    customer = world.borrower()
    loan = world.borrow(customer, "1000.00", 3)
    has(world, customer, Source.DEBIT_CARD, "599.99")
    offer = world.propose(customer, "repay_loan", "600.00", loan_id=loan)
    before = world.everything()
    with refused(ErrorCode.PAYMENT_FAILED):
        world.confirm(customer, offer)
    assert world.everything() == before
    has(world, customer, Source.DEBIT_CARD, "600.00")
    world.confirm(customer, offer)
    assert world.loan_owed(loan)["principal"] == minor("400.00")


def test_while_the_bank_is_silent_the_same_offer_cannot_be_paid_again(world: World) -> None:
    customer = world.borrower()
    loan = world.borrow(customer, "1000.00", 3)
    bank_does(world, customer, Direction.PAYIN, Behaviour.LOSE)
    offer = world.propose(customer, "repay_loan", "600.00", loan_id=loan)
    for _ in range(2):
        with refused(ErrorCode.PAYMENT_PENDING):
            world.confirm(customer, offer)
    assert world.loan_owed(loan)["principal"] == minor("1000.00")
    assert len(settle(world).done) == 1
    assert world.loan_owed(loan)["principal"] == minor("400.00")
    assert world.app.offer(customer, offer.id).status == "executed"
    assert bank_moved(world) == world.balance("house/cash")


def test_the_same_bank_reference_again_changes_nothing(world: World) -> None:
    customer = world.borrower()
    loan = world.borrow(customer, "1000.00", 3)
    first = arrives(world, customer, "300.00", "ref-1", chosen=loan)
    before = world.everything()
    assert [share.id for share in arrives(world, customer, "300.00", "ref-1", chosen=loan)] == [first[0].id]
    assert world.everything() == before
    with refused(ErrorCode.BANK_REFERENCE_REUSED):
        arrives(world, customer, "300.01", "ref-1", chosen=loan)
    assert world.everything() == before


def test_money_that_came_twice_for_one_order_goes_back(world: World) -> None:
    customer = world.borrower()
    loan = world.borrow(customer, "1000.00", 3)
    receipt = world.pay_loan(customer, loan, "600.00")
    order = world.look(lambda books: orders.of_offer(books, receipt.offer_id))
    assert order is not None
    world.app.bank_says(order.id, (Answer(Status.PAID, reference="second"),))
    assert world.loan_owed(loan)["principal"] == minor("400.00")
    assert kept(world, customer) == minor("600.00")
    assert len(settle(world).done) == 1
    assert kept(world, customer) == 0


def test_a_payment_for_a_settled_loan_is_kept_and_given_back(world: World) -> None:
    customer = world.borrower()
    loan, other = world.borrow(customer, "1000.00", 3), world.borrow(customer, "2000.00", 3)
    world.pay_loan(customer, loan)
    cash = world.balance("house/cash")
    back = world.app.receive_payment(
        customer, Money(minor("50.00")), receiving.Origin(reference="late"), request_id="late-1", chosen=loan
    )
    assert back.minor == minor("50.00")
    assert world.loan_owed(other)["principal"] == minor("2000.00")  # nobody repays a debt that was not named
    assert kept(world, customer) == 0
    assert world.balance("house/cash") == cash
    assert [journal.kind for journal in (*world.journals("payment_kept"), *world.journals("payment_returned"))] == [
        "payment_kept",
        "payment_returned",
    ]


def test_what_cannot_be_given_back_yet_stays_the_customers(world: World) -> None:
    customer = world.borrower()
    bank_does(world, customer, Direction.PAYOUT, Behaviour.FAIL)
    arrives(world, customer, "50.00", "ref-1")
    assert settle(world).failed
    assert kept(world, customer) == minor("50.00")
    bank_does(world, customer, Direction.PAYOUT, Behaviour.ACCEPT)
    world.go(1)
    assert settle(world).done
    assert kept(world, customer) == 0


def test_another_person_may_pay_and_learns_nothing(world: World) -> None:
    debtor, free = world.borrower(), world.borrower()
    loan = world.borrow(debtor, "1000.00", 3)
    answers = [
        world.app.receive_from_other(
            who, Money(minor("200.00")), reference=f"other-{nth}", payer="token-7", request_id=f"other-{nth}"
        )
        for nth, who in enumerate((debtor, free))
    ]
    assert [(answer.amount, answer.received_on) for answer in answers] == [(Money(20_000), world.today)] * 2
    assert world.loan_owed(loan)["principal"] == minor("800.00")
    share = world.look(lambda books: receiving.of_reference(books, "other-0")[0])
    assert (share.payer, share.debt_id) == ("token-7", loan)
    assert kept(world, free) == 0  # given back


def test_without_a_choice_a_payment_follows_the_legal_order(world: World) -> None:
    customer = world.borrower()
    world.buy(customer, "1000.00")
    late = world.borrow(customer, "3000.00", 3)
    world.go_to(date(2026, 11, 30))  # the loan's row was due on the 28th, the bill on the 10th: both late
    due = world.schedule(customer, late).next_due.minor
    bill = world.app.bill(customer).outstanding.minor
    arrives(world, customer, yuan(bill + due - 100), "ref-1")
    # equal burden (both at the penalty rate of 300): the earlier due day first
    assert world.app.bill(customer).outstanding.minor == 0
    assert world.schedule(customer, late).next_due.minor == 100


def test_an_amount_that_is_nothing_is_refused(world: World) -> None:
    customer = world.borrower()
    with refused(ErrorCode.AMOUNT_NOT_POSITIVE):
        arrives(world, customer, "0.00", "ref-1")
