"""Where a repayment, a loan's money and a refund are: by table, and against what the bank and the ledger did."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from credit.explain.findings import Code, Finding, codes
from credit.explain.whereabouts import (
    BILL,
    KEPT,
    LOAN,
    AutopayFact,
    BorrowOfferFact,
    LentFact,
    LentFacts,
    OrderFact,
    OwedFact,
    PaidOutFact,
    ReceivedFact,
    RefundFact,
    RefundFacts,
    RepaidFacts,
    disbursement_findings,
    refund_findings,
    repay_findings,
)
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.money import ZERO, Money, total
from credit.payments import orders
from credit.payments.demo import Behaviour
from credit.payments.port import Answer, Direction, Source, Status
from credit.repayments import autopay, settling
from tests.credit.repayments.acting import arrives, bank_does, bounces, has
from tests.credit.world import World, minor

DAY = date(2026, 11, 8)
BEFORE = DAY - timedelta(days=2)
LOW, HIGH = UUID(int=1), UUID(int=2)
ORDER = OrderFact(HIGH, "repay", "sent", Money(500), DAY, DAY + timedelta(days=3), debt=BILL)
PAID = ReceivedFact(LOW, BILL, BEFORE, Money(700), LOW, {"billed": Money(600), "interest": Money(100)})
NOTHING = RepaidFacts(since=date(2026, 10, 8))
OWED = OwedFact(BILL, Money(300), Money(1_000), DAY)


def order(state: str, purpose: str = "repay") -> OrderFact:
    """As `settling` leaves it: a refused order has a day and the bank's reason."""
    over = {} if state == "sent" else {"settled_on": DAY, "bank_reason": "insufficient_funds"}
    return replace(ORDER, state=state, purpose=purpose, **over)


REPAYMENTS = {
    "nothing": (NOTHING, [Code.REPAY_NONE]),
    "nothing, and a bill": (replace(NOTHING, owed=(OWED,)), [Code.REPAY_NONE, Code.REPAY_BILL_LEFT]),
    "at the bank": (replace(NOTHING, orders=(ORDER,)), [Code.REPAY_WAITING]),
    "refused": (replace(NOTHING, orders=(order("failed"),)), [Code.REPAY_FAILED]),
    "given up": (replace(NOTHING, orders=(order("expired"),)), [Code.REPAY_EXPIRED]),
    "refused, then paid": (
        replace(NOTHING, orders=(order("failed"),), received=(replace(PAID, on=DAY + timedelta(days=1)),)),
        [Code.REPAY_ON_BILL],
    ),
    "taken back": (replace(NOTHING, received=(replace(PAID, bounced_on=DAY),)), [Code.REPAY_BOUNCED]),
    "twice": (
        replace(NOTHING, received=(PAID, PAID), owed=(replace(OWED, amount=ZERO),)),
        [Code.REPAY_TWICE, Code.REPAY_ON_BILL, Code.REPAY_ON_BILL, Code.REPAY_BILL_SETTLED],
    ),
    "autopay found nothing": (
        replace(NOTHING, autopay=AutopayFact(DAY, "22:00", "failed", Money(900), ZERO, "no_money")),
        [Code.REPAY_AUTOPAY_FAILED],
    ),
    "autopay found too little": (
        replace(NOTHING, autopay=AutopayFact(DAY, "22:00", "partial", Money(900), Money(100))),
        [Code.REPAY_AUTOPAY_PARTIAL],
    ),
    "autopay failed, paid since": (
        replace(
            NOTHING, autopay=AutopayFact(BEFORE, "22:00", "failed", Money(9), ZERO), received=(replace(PAID, on=DAY),)
        ),
        [Code.REPAY_ON_BILL],
    ),
    "nothing was owed": (
        replace(NOTHING, received=(replace(PAID, kind=KEPT),), orders=(order("sent", "refund"),)),
        [Code.REPAY_RETURNING],
    ),
    "sent back": (replace(NOTHING, orders=(order("done", "refund"),)), [Code.REPAY_RETURNED]),
    "onto a loan": (
        replace(NOTHING, received=(replace(PAID, kind=LOAN),), owed=(replace(OWED, kind=LOAN),)),
        [Code.REPAY_ON_LOAN, Code.REPAY_LOAN_LEFT],
    ),
    "a loan that is late": (
        replace(NOTHING, owed=(replace(OWED, kind=LOAN, is_late=True),)),
        [Code.REPAY_NONE, Code.REPAY_LOAN_LATE],
    ),
    "with a loan": (replace(NOTHING, received=(replace(PAID, by_loan=True),)), [Code.REPAY_WITH_LOAN]),
    "trouble before what arrived": (
        replace(NOTHING, orders=(ORDER, order("failed")), received=(PAID,), owed=(OWED,)),
        [Code.REPAY_WAITING, Code.REPAY_FAILED, Code.REPAY_ON_BILL, Code.REPAY_BILL_LEFT],
    ),
}

LENT = LentFact(LOW, Money(5_000), BEFORE, into_bill=False)
OFFER = BorrowOfferFact(HIGH, Money(9), DAY, datetime(2026, 11, 8, 13, tzinfo=UTC), expired=False)
PAYOUTS = {
    "nothing": (LentFacts(), [Code.PAYOUT_NONE]),
    "at the bank": (LentFacts(orders=(order("sent", "disburse"),)), [Code.PAYOUT_WAITING]),
    "refused": (LentFacts(orders=(order("failed", "disburse"),)), [Code.PAYOUT_FAILED]),
    "given up": (LentFacts(orders=(order("expired", "disburse"),)), [Code.PAYOUT_EXPIRED]),
    "refused, then paid out": (
        LentFacts(orders=(order("failed", "disburse"),), loans=(replace(LENT, on=DAY + timedelta(days=1)),)),
        [Code.PAYOUT_DONE],
    ),
    "not confirmed": (LentFacts(offer=OFFER, loans=(LENT,)), [Code.PAYOUT_UNCONFIRMED, Code.PAYOUT_DONE]),
    "expired": (LentFacts(offer=replace(OFFER, expired=True)), [Code.PAYOUT_OFFER_EXPIRED]),
    "an older offer": (LentFacts(offer=replace(OFFER, on=BEFORE, id=UUID(int=0)), loans=(LENT,)), [Code.PAYOUT_DONE]),
    "into the bill": (LentFacts(loans=(replace(LENT, into_bill=True), LENT)), [Code.PAYOUT_INTO_BILL]),
}

GIVEN = RefundFact(LOW, HIGH, "shop", DAY, BEFORE, Money(100), LOW)
NO_REFUND = RefundFacts(since=BEFORE, next_statement_on=date(2026, 12, 1))
REFUNDS = {
    "nothing": (NO_REFUND, [Code.REFUND_NONE]),
    "everywhere": (
        replace(
            NO_REFUND,
            refunds=(replace(GIVEN, billed=Money(40), plan=Money(30), unbilled=Money(20), credit=Money(10)),),
            credit=Money(10),
            paid_out=PaidOutFact(Money(5), DAY, LOW),
            orders=(order("sent", "refund"),),
        ),
        [
            Code.REFUND_LOWERED_BILL, Code.REFUND_SHORTENED_PLAN, Code.REFUND_LOWERED_UNBILLED,
            Code.REFUND_BECAME_CREDIT, Code.REFUND_CREDIT_BALANCE, Code.REFUND_CREDIT_PAID_OUT, Code.REPAY_RETURNING,
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REPAYMENTS)
def test_where_a_repayment_is(case: str) -> None:
    facts, expected = REPAYMENTS[case]
    assert codes(repay_findings(facts)) == expected


@pytest.mark.parametrize("case", PAYOUTS)
def test_where_a_loans_money_is(case: str) -> None:
    facts, expected = PAYOUTS[case]
    assert codes(disbursement_findings(facts)) == expected


@pytest.mark.parametrize("case", REFUNDS)
def test_where_a_refund_is(case: str) -> None:
    facts, expected = REFUNDS[case]
    assert codes(refund_findings(facts)) == expected


def test_every_code_about_money_on_its_way_is_reached() -> None:
    cases = (*REPAYMENTS.values(), *PAYOUTS.values(), *REFUNDS.values())
    reached = {code for _, expected in cases for code in expected}
    assert reached == {code for code in Code if code.startswith(("repay_", "payout_", "refund_"))}


def test_one_product_asked_for_leaves_the_other_out() -> None:
    facts = replace(
        NOTHING,
        orders=(ORDER, replace(ORDER, debt=LOAN)),
        received=(PAID, replace(PAID, kind=LOAN)),
        owed=(OWED, replace(OWED, kind=LOAN)),
    )
    assert codes(repay_findings(facts, LOAN)) == [Code.REPAY_WAITING, Code.REPAY_ON_LOAN, Code.REPAY_LOAN_LEFT]


# ── against the bank and the ledger ─────────────────────────────────────────────────────────────────────────

STATEMENT_DAY = date(2026, 11, 2)


def billed(world: World, amount: str = "1000.00") -> UUID:
    customer = world.borrower()
    world.buy(customer, amount)
    world.go_to(STATEMENT_DAY)
    return customer


def repaid(world: World, customer: UUID) -> dict[Code, Finding]:
    return {each.code: each for each in repay_findings(world.app.repaid_facts(customer))}


def tries(world: World, customer: UUID, amount: str, behaviour: Behaviour, expected: ErrorCode) -> None:
    """Confirm a repayment of the bill that the bank does not do at once."""
    bank_does(world, customer, Direction.PAYIN, behaviour)
    with pytest.raises(CreditError) as refusal:
        world.confirm(customer, world.propose(customer, "repay_bill", amount))
    assert refusal.value.code is expected


def test_a_repayment_at_the_bank_is_found_with_its_last_day_and_then_arrives(world: World) -> None:
    customer = billed(world)
    tries(world, customer, "400.00", Behaviour.DELAY, ErrorCode.PAYMENT_PENDING)
    waiting = repaid(world, customer)[Code.REPAY_WAITING]
    assert (waiting.money("amount").minor, waiting.evidence["on"], waiting.evidence["until"]) == (
        minor("400.00"),
        STATEMENT_DAY,
        STATEMENT_DAY + timedelta(days=3),
    )
    world.go(2)  # the demo bank has paid when it is asked for the second time
    told = repaid(world, customer)
    assert list(told) == [Code.REPAY_ON_BILL, Code.REPAY_BILL_LEFT]
    assert told[Code.REPAY_ON_BILL].money("amount").minor == minor("400.00")
    assert told[Code.REPAY_ON_BILL].evidence["journal"] == world.journals("bill_repaid")[-1].id
    assert told[Code.REPAY_BILL_LEFT].money("amount").minor == minor("600.00")


def test_a_refused_repayment_is_found_with_the_banks_reason(world: World) -> None:
    customer = billed(world)
    has(world, customer, Source.DEBIT_CARD, "1.00")
    tries(world, customer, "400.00", Behaviour.ACCEPT, ErrorCode.PAYMENT_FAILED)
    failed = repaid(world, customer)[Code.REPAY_FAILED]
    assert failed.evidence["bank_reason"] == "insufficient_funds"
    assert failed.money("amount").minor == minor("400.00")
    has(world, customer, Source.DEBIT_CARD, "5000.00")
    world.pay_bill(customer, "400.00")
    assert Code.REPAY_FAILED not in repaid(world, customer)


def test_a_payment_that_was_taken_back_has_not_arrived(world: World) -> None:
    customer = billed(world)
    arrives(world, customer, "250.00", "ref-1")
    bounces(world, "ref-1")
    told = repaid(world, customer)
    assert list(told) == [Code.REPAY_BOUNCED, Code.REPAY_BILL_LEFT]
    assert told[Code.REPAY_BOUNCED].money("amount").minor == minor("250.00")
    assert told[Code.REPAY_BILL_LEFT].money("amount").minor == minor("1000.00")


def test_a_payment_counted_twice_by_the_bank_goes_back(world: World) -> None:
    customer = billed(world)
    tries(world, customer, "400.00", Behaviour.DELAY, ErrorCode.PAYMENT_PENDING)
    (waiting,) = world.look(lambda books: orders.waiting(books, customer, orders.REPAY))
    both = (Answer(Status.PAID, "ref-a"), Answer(Status.PAID, "ref-b"))
    world.do(lambda books: settling.take_answers(books, waiting.id, both))
    told = repaid(world, customer)
    assert list(told) == [Code.REPAY_RETURNING, Code.REPAY_ON_BILL, Code.REPAY_BILL_LEFT]
    assert told[Code.REPAY_RETURNING].money("amount").minor == minor("400.00")


def test_autopay_without_money_is_found_until_something_is_paid(world: World) -> None:
    customer = world.borrower(autopay=True)
    world.buy(customer, "1000.00")
    world.go_to(date(2026, 11, 10))
    has(world, customer, Source.DEBIT_CARD, "20.00")
    has(world, customer, Source.BALANCE, "15.00")
    world.do(lambda books: autopay.attempt(books, books.lock_customer(customer), books.today, 1))
    told = repaid(world, customer)
    short = told[Code.REPAY_AUTOPAY_PARTIAL]
    assert (short.money("paid").minor, short.money("amount").minor) == (minor("15.00"), minor("985.00"))
    assert short.evidence["bank_reason"] == "insufficient_funds"
    assert short.evidence["at"] == "08:00"


def test_a_loan_payment_says_what_was_interest(world: World) -> None:
    customer = world.borrower()
    loan = world.borrow(customer, "3000.00", 3)
    world.go_to(date(2026, 11, 28))
    paid = world.pay_loan(customer, loan, "500.00")
    told = repaid(world, customer)
    assert list(told) == [Code.REPAY_ON_LOAN, Code.REPAY_LOAN_LEFT]
    on_loan = told[Code.REPAY_ON_LOAN]
    postings = world.postings(paid.journal_id)
    assert on_loan.money("principal").minor == -postings[f"loan/{loan}/principal"]
    assert on_loan.money("rest").minor == -postings[f"loan/{loan}/interest"] > 0
    assert told[Code.REPAY_LOAN_LEFT].money("amount").minor == world.loan_owed(loan)["principal"]


def test_a_bill_repaid_with_a_loan_and_where_that_money_went(world: World) -> None:
    customer = billed(world)
    world.bridge(customer, "500.00")
    assert list(repaid(world, customer)) == [Code.REPAY_WITH_LOAN, Code.REPAY_BILL_LEFT, Code.REPAY_LOAN_LEFT]
    (lent,) = disbursement_findings(world.app.lent_facts(customer))
    assert (lent.code, lent.money("amount").minor) == (Code.PAYOUT_INTO_BILL, minor("500.00"))


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        (Behaviour.DELAY, Code.PAYOUT_WAITING),
        (Behaviour.FAIL, Code.PAYOUT_FAILED),
        (Behaviour.ACCEPT, Code.PAYOUT_DONE),
    ],
)
def test_a_loans_money_is_where_the_bank_left_it(world: World, behaviour: Behaviour, code: Code) -> None:
    customer = world.borrower()
    bank_does(world, customer, Direction.PAYOUT, behaviour)
    offer = world.propose(customer, "borrow", "5000.00", term=6)
    told = disbursement_findings(world.app.lent_facts(customer))
    assert codes(told) == [Code.PAYOUT_UNCONFIRMED]
    assert told[0].evidence["offer"] == offer.id
    if behaviour is Behaviour.FAIL:
        with pytest.raises(CreditError):
            world.confirm(customer, offer)
    else:
        world.confirm(customer, offer)
    first = disbursement_findings(world.app.lent_facts(customer))[0]
    assert (first.code, first.money("amount").minor) == (code, minor("5000.00"))


def test_a_refund_is_split_by_what_it_lowered(world: World) -> None:
    customer = world.borrower()
    sofa = world.buy(customer, "900.00", merchant="sofa")
    world.go_to(STATEMENT_DAY)
    world.pay_bill(customer, "700.00")
    world.buy(customer, "50.00")
    world.refund(customer, sofa, "300.00")
    told = {each.code: each for each in refund_findings(world.app.refund_facts(customer))}
    assert list(told) == [
        Code.REFUND_LOWERED_BILL,
        Code.REFUND_LOWERED_UNBILLED,
        Code.REFUND_BECAME_CREDIT,
        Code.REFUND_CREDIT_BALANCE,
    ]
    shares = [told[code].money("amount") for code in list(told)[:3]]
    assert [share.minor for share in shares] == [minor("200.00"), minor("50.00"), minor("50.00")]
    assert total(shares) == told[Code.REFUND_LOWERED_BILL].money("whole")
    assert told[Code.REFUND_CREDIT_BALANCE].money("amount") == world.app.credit_balance(customer)
    world.execute(customer, world.propose(customer, "pay_out_credit"))
    after = {each.code: each for each in refund_findings(world.app.refund_facts(customer))}
    assert after[Code.REFUND_CREDIT_PAID_OUT].money("amount").minor == minor("50.00")
    assert Code.REFUND_CREDIT_BALANCE not in after
