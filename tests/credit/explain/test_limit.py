"""Why a limit changed or is not back: every cause by table, and its figures against the ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.books import Books
from credit.explain.facts import ChangeFact
from credit.explain.findings import Code, Finding, codes
from credit.explain.limit import (
    GivenBackFact,
    HeldFact,
    LimitFacts,
    OwnCapFact,
    TemporaryFact,
    WaitingFact,
    limit_findings,
)
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.ids import new_id
from credit.kernel.money import ZERO, Money, total
from credit.lines import service as lines
from credit.lines import temporary
from credit.paylater import life
from credit.payments.demo import Behaviour
from credit.payments.port import Direction
from tests.credit.repayments.acting import bank_does
from tests.credit.world import World, minor

DAY = date(2026, 11, 8)
ID = uuid5(UUID(int=0), "some row")
NOTHING = LimitFacts(
    next_statement_on=DAY,
    product="paylater", status="open", frozen_reason=None, released_on=None,
    limit=Money(100_000), available=Money(100_000), changes=(ChangeFact(DAY, "opened", "application", ZERO, Money(100_000)),),
)  # fmt: skip


def change(kind: str, reason: str, before: int, after: int) -> tuple[ChangeFact, ...]:
    return (ChangeFact(DAY, kind, reason, Money(before), Money(after)), *NOTHING.changes)


CUT = change("cut", "usage_review", 150_000, 100_000)
HELD = HeldFact(ID, Money(3_000), DAY, DAY + timedelta(days=7), "hotel")

CASES = {
    "nothing": ({}, [Code.LIMIT_NOTHING_FOUND]),
    "closed": ({"status": "closed", "changes": change("closed", "closed_by_customer", 1, 0)}, [Code.LIMIT_CLOSED]),
    "frozen": ({"status": "frozen", "frozen_reason": "student"}, [Code.LIMIT_FROZEN]),
    "released soon": (
        {"status": "frozen", "frozen_reason": "overdue", "released_on": DAY},
        [Code.LIMIT_FROZEN_UNTIL],
    ),
    "cut": ({"changes": CUT}, [Code.LIMIT_CUT]),
    "cut and raised since": (
        {"changes": (*change("raised", "usage_review", 100_000, 120_000)[:1], *CUT)},
        [Code.LIMIT_RAISED],
    ),
    "lowered on request": (
        {"changes": change("cut", "asked_for", 150_000, 100_000)},
        [Code.LIMIT_LOWERED_ON_REQUEST],
    ),
    "temporary over": (
        {"changes": change("cut", "temporary_limit_ended", 120_000, 100_000)},
        [Code.LIMIT_TEMPORARY_ENDED],
    ),
    "temporary running": (
        {
            "changes": change("raised", "temporary_limit", 80_000, 100_000),
            "temporary": TemporaryFact(Money(20_000), DAY),
        },
        [Code.LIMIT_TEMPORARY_RUNNING],
    ),
    "more owed than the limit": (
        {"billed": Money(120_000), "available": ZERO},
        [Code.LIMIT_BELOW_DEBT, Code.LIMIT_OWED_ON_BILL],
    ),
    "payment at the bank": (
        {"waiting": (WaitingFact(ID, Money(500), DAY, DAY),), "billed": Money(500), "available": Money(99_500)},
        [Code.LIMIT_PAYMENT_WAITING, Code.LIMIT_OWED_ON_BILL],
    ),
    "held by a merchant": ({"held": (HELD,), "available": Money(97_000)}, [Code.LIMIT_HELD_BY_MERCHANT]),
    "held for a loan": (
        {"held": (replace(HELD, merchant=None),), "available": Money(97_000)},
        [Code.LIMIT_HELD_FOR_LOAN],
    ),
    "given back": (
        {"given_back": GivenBackFact(DAY, Money(900), Money(900), ID), "unbilled": Money(100)},
        [Code.LIMIT_GIVEN_BACK, Code.LIMIT_OWED_UNBILLED],
    ),
    "interest took a part": (
        {"given_back": GivenBackFact(DAY, Money(900), Money(850), ID), "unbilled": Money(100)},
        [Code.LIMIT_PARTLY_GIVEN_BACK, Code.LIMIT_OWED_UNBILLED],
    ),
    "installments": ({"plan": Money(6_000), "available": Money(94_000)}, [Code.LIMIT_IN_INSTALLMENTS]),
    "loans": ({"product": "cashloan", "loans": Money(7_000), "loan_count": 1}, [Code.LIMIT_OWED_LOANS]),
    "own cap": (
        {"own_cap": OwnCapFact(Money(5_000), None, Money(1_000), Money(4_000), DAY)},
        [Code.LIMIT_OWN_CAP],
    ),
    "everything at once, by weight": (
        {
            "status": "frozen", "frozen_reason": "overdue", "changes": CUT, "billed": Money(90_000),
            "unbilled": Money(5_000), "plan": Money(1_000), "held": (HELD,), "available": Money(1_000),
            "waiting": (WaitingFact(ID, Money(500), DAY, DAY),),
        },
        [
            Code.LIMIT_FROZEN, Code.LIMIT_CUT, Code.LIMIT_PAYMENT_WAITING, Code.LIMIT_HELD_BY_MERCHANT,
            Code.LIMIT_IN_INSTALLMENTS, Code.LIMIT_OWED_ON_BILL, Code.LIMIT_OWED_UNBILLED,
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_each_cause_is_found_in_its_place(case: str) -> None:
    facts, expected = CASES[case]
    assert codes(limit_findings(replace(NOTHING, **facts))) == expected


def test_every_code_about_limits_is_reached() -> None:
    reached = {code for _, expected in CASES.values() for code in expected}
    assert reached == {code for code in Code if code.startswith("limit_")}


AMOUNTS = st.integers(min_value=0, max_value=10**7)


@given(billed=AMOUNTS, unbilled=AMOUNTS, plan=AMOUNTS, held=st.lists(AMOUNTS.filter(bool), max_size=3), free=AMOUNTS)
def test_what_is_owed_and_held_adds_up_to_what_is_missing(
    billed: int, unbilled: int, plan: int, held: list[int], free: int
) -> None:
    limit = billed + unbilled + plan + sum(held) + free
    facts = replace(
        NOTHING, limit=Money(limit), available=Money(free), billed=Money(billed), unbilled=Money(unbilled),
        plan=Money(plan), held=tuple(replace(HELD, amount=Money(each)) for each in held),
    )  # fmt: skip
    takes = {Code.LIMIT_HELD_BY_MERCHANT, Code.LIMIT_IN_INSTALLMENTS, Code.LIMIT_OWED_ON_BILL, Code.LIMIT_OWED_UNBILLED}
    taken = [each.money("amount") for each in limit_findings(facts) if each.code in takes]
    assert total(taken) == facts.limit - facts.available


# ── against the ledger ──────────────────────────────────────────────────────────────────────────────────────


def findings(world: World, customer: UUID, product: str = "paylater") -> dict[Code, Finding]:
    facts = next(each for each in world.app.limit_facts(customer) if each.product == product)
    return {each.code: each for each in limit_findings(facts)}


def test_a_bill_an_unbilled_purchase_an_authorisation_and_a_plan_are_each_named(world: World) -> None:
    customer = world.borrower()
    world.buy(customer, "1200.00")
    world.go_to(date(2026, 11, 2))
    world.split_bill(customer, "300.00", 3)
    world.pay_bill(customer, "400.00")
    world.buy(customer, "50.01")
    held = world.app.authorise(
        customer, Money(minor("99.99")), merchant="hotel", category="travel", request_id=world.request()
    )
    told = findings(world, customer)
    assert list(told) == [
        Code.LIMIT_HELD_BY_MERCHANT, Code.LIMIT_GIVEN_BACK, Code.LIMIT_IN_INSTALLMENTS, Code.LIMIT_OWED_ON_BILL,
        Code.LIMIT_OWED_UNBILLED,
    ]  # fmt: skip
    assert told[Code.LIMIT_HELD_BY_MERCHANT].evidence["hold"] == held
    assert told[Code.LIMIT_HELD_BY_MERCHANT].money("amount").minor == minor("99.99")
    assert told[Code.LIMIT_GIVEN_BACK].money("freed").minor == minor("400.00")
    assert told[Code.LIMIT_IN_INSTALLMENTS].money("amount").minor == minor("300.00")
    assert told[Code.LIMIT_OWED_ON_BILL].money("amount").minor == minor("500.00")
    assert told[Code.LIMIT_OWED_UNBILLED].evidence["next_statement_on"] == date(2026, 12, 1)
    missing = minor("10000.00") - world.available(customer)
    taken = [each.money("amount").minor for code, each in told.items() if code is not Code.LIMIT_GIVEN_BACK]
    assert sum(taken) == missing


def test_a_payment_that_waits_for_the_bank_is_why_the_limit_is_not_back(world: World) -> None:
    customer = world.borrower()
    world.buy(customer, "800.00")
    world.go_to(date(2026, 11, 2))
    bank_does(world, customer, Direction.PAYIN, Behaviour.DELAY)
    with pytest.raises(CreditError) as refusal:
        world.pay_bill(customer, "800.00")
    assert refusal.value.code is ErrorCode.PAYMENT_PENDING
    # the order was written by a transaction that `execute` takes back; the front door keeps it
    offer = world.propose(customer, "repay_bill", "800.00")
    with pytest.raises(CreditError):
        world.confirm(customer, offer)
    told = findings(world, customer)
    assert list(told) == [Code.LIMIT_PAYMENT_WAITING, Code.LIMIT_OWED_ON_BILL]
    waiting = told[Code.LIMIT_PAYMENT_WAITING]
    assert waiting.money("amount").minor == minor("800.00")
    assert (waiting.evidence["on"], waiting.evidence["until"]) == (date(2026, 11, 2), date(2026, 11, 5))
    assert Code.LIMIT_PAYMENT_WAITING not in findings(world, customer, "cashloan")


def test_interest_in_a_payment_gives_no_limit_back(world: World) -> None:
    customer = world.borrower()
    loan = world.borrow(customer, "1000.00", 3)
    world.go(20)
    paid = world.pay_loan(customer, loan, "500.00")
    interest = world.postings(paid.journal_id)[f"loan/{loan}/interest"]
    told = findings(world, customer, "cashloan")
    assert list(told) == [Code.LIMIT_PARTLY_GIVEN_BACK, Code.LIMIT_OWED_LOANS]
    part = told[Code.LIMIT_PARTLY_GIVEN_BACK]
    assert part.money("kept").minor == -interest > 0
    assert part.money("freed") + part.money("kept") == part.money("amount")
    assert part.evidence["journal"] == paid.journal_id
    assert told[Code.LIMIT_OWED_LOANS].money("amount").minor == world.loan_owed(loan)["principal"]


def test_a_cut_below_the_debt_says_how_much_must_go_first(world: World) -> None:
    customer = world.borrower()
    world.buy(customer, "5000.00")
    world.change_limit(customer, "3000.00")
    told = findings(world, customer)
    assert list(told)[:2] == [Code.LIMIT_CUT, Code.LIMIT_BELOW_DEBT]
    assert told[Code.LIMIT_BELOW_DEBT].money("amount").minor == minor("2000.00")
    assert told[Code.LIMIT_CUT].evidence["reason"] == "usage_review"


def granted(world: World, customer: UUID, extra: str) -> None:
    """A temporary limit without a decision: who gets one is not asked here."""
    request_id = world.request()

    def work(books: Books) -> None:
        books.lock_customer(customer)
        line = lines.require_line(books, customer, lines.PAYLATER)
        owed = life.principal_of(books, line)
        temporary.grant(books, line, Money(minor(extra)), owed=owed, request_id=request_id)

    world.do(work)


def test_a_temporary_limit_runs_and_ends(world: World) -> None:
    customer = world.borrower()
    granted(world, customer, "1000.00")
    assert list(findings(world, customer)) == [Code.LIMIT_TEMPORARY_RUNNING]
    world.go(30)
    told = findings(world, customer)
    assert list(told) == [Code.LIMIT_TEMPORARY_ENDED]
    assert told[Code.LIMIT_TEMPORARY_ENDED].money("amount").minor == minor("1000.00")


def test_a_cap_of_ones_own_is_named_while_it_lets_less_through_than_the_limit(world: World) -> None:
    customer = world.borrower()
    world.app.set_own_cap(customer, monthly=Money(minor("200.00")), payment=None)
    world.buy(customer, "30.00")
    cap = findings(world, customer)[Code.LIMIT_OWN_CAP]
    assert (cap.money("left").minor, cap.money("spent").minor) == (minor("170.00"), minor("30.00"))


def test_who_does_not_exist_has_no_facts(world: World) -> None:
    with pytest.raises(CreditError) as refusal:
        world.app.limit_facts(new_id())
    assert refusal.value.code is ErrorCode.CUSTOMER_UNKNOWN
