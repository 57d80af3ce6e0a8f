"""Nothing moves money but a confirmed offer: shown once, executed once, refused with the reason."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest

from credit.cards import OfferCard
from credit.kernel.clock import midday
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.money import Money
from tests.credit.world import START, World, minor


def refused(world: World, customer: object, offer: OfferCard, code: ErrorCode) -> CreditError:
    """Confirming is refused with the code, and nothing moves."""
    before = world.everything()
    with pytest.raises(CreditError) as refusal:
        world.confirm(customer, offer)  # type: ignore[arg-type]
    assert refusal.value.code is code
    assert world.everything() == before
    return refusal.value


def test_borrowing_5000_over_12_months_is_offered_confirmed_and_in_the_schedule(world: World) -> None:
    customer = world.borrower()
    offer = world.app.propose_borrow(customer, amount=Money(minor("5000")), term=12, request_id="borrow-1")
    assert (offer.status, offer.offer_kind, offer.amount.minor, offer.term) == ("open", "borrow", minor("5000"), 12)
    assert [row.number for row in offer.rows] == list(range(1, 13))
    assert [row.due_on for row in offer.rows] == sorted({row.due_on for row in offer.rows})
    assert sum(row.principal.minor for row in offer.rows) == minor("5000")
    assert sum(row.interest.minor for row in offer.rows) == offer.total_interest.minor > 0
    assert offer.total_repayment.minor == minor("5000") + offer.total_interest.minor
    assert offer.simple_yearly_ppm is not None
    assert offer.compound_yearly_ppm is not None
    assert 100_000 < offer.simple_yearly_ppm < offer.compound_yearly_ppm < 120_000
    assert offer.limit_after is not None
    assert world.available(customer, "cashloan") == minor("20000")  # an offer alone moves nothing

    receipt = world.confirm(customer, offer)
    assert world.available(customer, "cashloan") == minor("15000") == offer.limit_after.minor
    assert sum(world.postings(receipt.journal_id).values()) == 0
    assert receipt.loan_id is not None
    loan = world.schedule(customer, receipt.loan_id)
    assert [(row.due_on, row.total) for row in loan.rows] == [(row.due_on, row.total) for row in offer.rows]
    assert world.app.offer(customer, offer.id).status == "executed"


def test_the_cost_table_of_an_offer_names_every_item_and_who_collects_it(world: World) -> None:
    customer = world.borrower()
    offer = world.propose(customer, "borrow", "5000.00", term=12)
    items = {item.item: item for item in offer.cost_table}
    assert set(items) == {
        "interest", "installment_fee", "guarantee_fee", "other_fee",
        "overdue_penalty", "misuse_penalty", "early_settlement",
    }  # fmt: skip
    assert items["interest"].amount == offer.total_interest
    assert items["overdue_penalty"].daily_rate_ppm == 450
    assert {item.collected_by for item in items.values()} == {world.catalogue.lender.name}
    assert offer.reading_seconds == 10


def test_confirming_twice_executes_once(world: World) -> None:
    customer = world.borrower()
    offer = world.propose(customer, "borrow", "5000.00", term=12)
    world.confirm(customer, offer)
    refusal = refused(world, customer, offer, ErrorCode.OFFER_ALREADY_EXECUTED)
    assert refusal.facts["executed_at"] == world.clock.now()
    assert len(world.loans(customer)) == 1


def test_an_offer_that_expired_is_refused(world: World) -> None:
    customer = world.borrower()
    offer = world.propose(customer, "borrow", "5000.00", term=12)
    world.clock.advance(minutes=world.catalogue.offers.valid_minutes)
    assert world.app.offer(customer, offer.id).status == "expired"
    refused(world, customer, offer, ErrorCode.OFFER_EXPIRED)


def test_an_offer_holds_to_the_last_second(world: World) -> None:
    customer = world.borrower()
    offer = world.propose(customer, "borrow", "5000.00", term=12)
    world.clock.advance(minutes=world.catalogue.offers.valid_minutes, seconds=-1)
    world.confirm(customer, offer)
    assert len(world.loans(customer)) == 1


def test_a_foreign_offer_and_a_missing_one_are_answered_alike(world: World) -> None:
    customer, other = world.borrower(), world.borrower()
    foreign = world.propose(other, "borrow", "5000.00", term=12).id
    missing = uuid4()
    for call in (
        lambda offer_id: world.app.offer(customer, offer_id),
        lambda offer_id: world.app.confirm_offer(customer, offer_id, "123456"),
        lambda offer_id: world.app.decline_offer(customer, offer_id),
    ):
        answers = []
        for offer_id in (foreign, missing):
            with pytest.raises(CreditError) as refusal:
                call(offer_id)
            answers.append((refusal.value.code, refusal.value.facts, str(refusal.value).replace(str(offer_id), "")))
        assert answers[0] == answers[1]
        assert answers[0][0] is ErrorCode.OFFER_NOT_FOUND
    assert world.loans(other) == []
    assert world.app.offer(other, foreign).status == "open"
    assert world.customer_row(customer).pin_failures == 0


def test_a_declined_offer_cannot_be_confirmed(world: World) -> None:
    customer = world.borrower()
    offer = world.propose(customer, "borrow", "5000.00", term=12)
    assert world.app.decline_offer(customer, offer.id).status == "declined"
    assert world.app.decline_offer(customer, offer.id).status == "declined"
    refused(world, customer, offer, ErrorCode.OFFER_DECLINED)


def test_an_executed_offer_cannot_be_declined(world: World) -> None:
    customer = world.borrower()
    offer = world.propose(customer, "borrow", "5000.00", term=12)
    world.execute(customer, offer)
    with pytest.raises(CreditError) as refusal:
        world.app.decline_offer(customer, offer.id)
    assert refusal.value.code is ErrorCode.OFFER_ALREADY_EXECUTED
    assert world.app.offer(customer, offer.id).status == "executed"


def test_a_new_offer_takes_the_place_of_an_older_open_one(world: World) -> None:
    customer, other = world.borrower(), world.borrower()
    others = world.propose(other, "borrow", "5000.00", term=12)
    older = world.propose(customer, "borrow", "5000.00", term=12)
    newer = world.propose(customer, "borrow", "6000.00", term=6)
    refused(world, customer, older, ErrorCode.OFFER_DECLINED)
    world.confirm(customer, newer)
    world.confirm(other, others)
    assert [loan.principal_minor for loan in world.loans(customer)] == [minor("6000")]


def test_a_repeated_request_gets_the_first_offer(world: World) -> None:
    customer = world.borrower()
    ask = {"amount": Money(minor("5000")), "term": 12, "request_id": "borrow-1"}
    first = world.app.propose_borrow(customer, **ask)  # type: ignore[arg-type]
    assert world.app.propose_borrow(customer, **ask) == first  # type: ignore[arg-type]
    world.confirm(customer, first)
    again = world.app.propose_borrow(customer, **ask)  # type: ignore[arg-type]
    assert (again.id, again.status) == (first.id, "executed")


def test_another_wish_under_the_same_request_is_refused(world: World) -> None:
    customer, other = world.borrower(), world.borrower()
    world.app.propose_borrow(customer, amount=Money(minor("5000")), term=12, request_id="borrow-1")
    for who, amount in ((customer, "5001"), (other, "5000")):
        with pytest.raises(CreditError) as refusal:
            world.app.propose_borrow(who, amount=Money(minor(amount)), term=12, request_id="borrow-1")
        assert refusal.value.code is ErrorCode.REQUEST_ID_REUSED


def test_an_offer_is_outdated_when_the_business_date_moved(world: World) -> None:
    customer = world.borrower()
    offer = world.propose(customer, "borrow", "5000.00", term=12)
    world.go(1)
    refused(world, customer, offer, ErrorCode.OFFER_OUTDATED)


def test_a_repayment_is_outdated_when_the_bill_changed(world: World) -> None:
    customer = world.borrower()
    bought = world.buy(customer, "1000.00")
    world.go_to(date(2026, 11, 2))
    offer = world.propose(customer, "repay_bill", "600.00")
    world.refund(customer, bought, "300.00")
    refused(world, customer, offer, ErrorCode.OFFER_OUTDATED)


def test_a_repayment_is_outdated_when_less_is_owed_than_it_pays(world: World) -> None:
    customer = world.borrower()
    bought = world.buy(customer, "1000.00")
    world.go_to(date(2026, 11, 2))
    offer = world.propose(customer, "repay_bill", None)
    world.refund(customer, bought, "1000.00")
    refused(world, customer, offer, ErrorCode.OFFER_OUTDATED)


def test_a_loan_is_outdated_when_the_limit_was_cut(world: World) -> None:
    customer = world.borrower()
    offer = world.propose(customer, "borrow", "5000.00", term=12)
    world.change_limit(customer, "19999.00", product="cashloan")
    refused(world, customer, offer, ErrorCode.OFFER_OUTDATED)


def test_a_purchase_does_not_touch_an_offer_that_says_nothing_of_it(world: World) -> None:
    customer = world.borrower()
    world.buy(customer, "1000.00")
    world.go_to(date(2026, 11, 2))
    offer = world.propose(customer, "repay_bill", None)
    world.buy(customer, "250.00")
    world.confirm(customer, offer)
    assert world.app.bill(customer).outstanding.minor == 0
    assert world.app.bill(customer).unbilled.minor == minor("250")


def test_the_receipt_names_what_was_done(world: World) -> None:
    customer = world.borrower()
    offer = world.propose(customer, "borrow", "5000.00", term=3)
    world.clock.advance(minutes=5)
    receipt = world.confirm(customer, offer)
    assert (receipt.offer_id, receipt.offer_kind, receipt.amount.minor) == (offer.id, "borrow", minor("5000"))
    assert (receipt.executed_at, receipt.business_date) == (midday(START) + timedelta(minutes=5), START)
    assert receipt.first_due_on == offer.rows[0].due_on
    cash = next(line for line in receipt.limits if line.product == "cashloan")
    assert cash.available.minor == minor("15000")


def test_borrowing_all_that_is_available_is_offered_in_whole_steps(world: World) -> None:
    """After some repayments the rest of a limit has odd fen; 「全部」 must still find something to borrow."""
    customer = world.borrower()
    world.borrow(customer, "5000.00", 12)
    world.pay_loan(customer, world.loans(customer)[0].id, "123.45")
    assert world.available(customer, "cashloan") == minor("15123.45")
    offer = world.app.propose_borrow(customer, amount=None, term=12, request_id="all-1")
    assert offer.amount.minor == minor("15123.00")
