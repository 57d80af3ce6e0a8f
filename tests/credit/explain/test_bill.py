"""Why a bill is what it is: every finding by table, sums that come out exact, and figures against the ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.explain.bill import (
    PARTS,
    BillFacts,
    BoughtFact,
    NextFacts,
    RowFact,
    SinceFact,
    StatementFact,
    bill_findings,
    change,
    checks,
    composition,
    next_bill,
    since_issued,
)
from credit.explain.findings import Code, Finding, codes
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.money import ZERO, Money, total
from tests.credit.world import World, minor

DAY, NEXT = date(2026, 11, 1), date(2026, 12, 1)
ID = uuid5(UUID(int=0), "some row")


def statement(**parts: int) -> StatementFact:
    return StatementFact(ID, DAY, date(2026, 11, 10), {part: Money(amount) for part, amount in parts.items()})


def bought(merchant: str, amount: int, day: int = 3) -> BoughtFact:
    return BoughtFact(
        uuid5(ID, f"{merchant}{amount}{day}"), DAY.replace(month=10, day=day), merchant, Money(amount), ID
    )


def facts(now: StatementFact, **more: object) -> BillFacts:
    return replace(BillFacts(statement=now, outstanding=now.total, coming=NextFacts(NEXT)), **more)  # type: ignore[arg-type]


ROW = RowFact(ID, DAY, 2, 6, Money(700), Money(21))

PLAIN = facts(statement(purchases=300), bought=(bought("shop", 300),))
CASES = {
    "the first bill": (
        PLAIN,
        [Code.BILL_PART, Code.BILL_FIRST, Code.BILL_ADDS_UP, Code.BILL_NOW_OWED, Code.NEXT_NOTHING],
    ),
    "nothing at all": (
        facts(statement(), previous=statement()),
        [Code.BILL_EMPTY, Code.BILL_SAME, Code.BILL_ADDS_UP, Code.BILL_SETTLED, Code.NEXT_NOTHING],
    ),
    "more, because of a new shop, another that took more, and installments": (
        facts(
            statement(purchases=900, installments=700, fees=21),
            previous=statement(purchases=200, interest=5),
            bought=(bought("sofa", 600), bought("shop", 300)),
            bought_before=(bought("shop", 150), bought("taxi", 50)),
            rows=(ROW, replace(ROW, merchant="sofa")),
        ),
        [
            Code.BILL_PART, Code.BILL_PART, Code.BILL_PART, Code.BILL_FROM_PLAN, Code.BILL_FROM_PURCHASE_PLAN,
            Code.BILL_MORE, Code.BILL_PART_MORE, Code.BILL_MERCHANT_NEW, Code.BILL_MERCHANT_MORE, Code.BILL_PART_MORE,
            Code.BILL_MERCHANT_GONE, Code.BILL_PART_LESS, Code.BILL_ADDS_UP, Code.BILL_NOW_OWED, Code.NEXT_NOTHING,
        ],
    ),
    "less, without a purchase": (
        facts(statement(interest=40), previous=statement(purchases=200, interest=5), bought_before=(bought("a", 200),)),
        [
            Code.BILL_PART, Code.BILL_NOTHING_BOUGHT, Code.BILL_LESS, Code.BILL_MERCHANT_GONE, Code.BILL_PART_MORE,
            Code.BILL_ADDS_UP, Code.BILL_NOW_OWED, Code.NEXT_NOTHING,
        ],
    ),
    "one shop less": (
        facts(
            statement(purchases=100), previous=statement(purchases=150),
            bought=(bought("a", 100),), bought_before=(bought("a", 150),),
        ),
        [
            Code.BILL_PART, Code.BILL_LESS, Code.BILL_MERCHANT_LESS, Code.BILL_ADDS_UP, Code.BILL_NOW_OWED,
            Code.NEXT_NOTHING,
        ],
    ),
    "twice on one day": (
        facts(statement(purchases=600), bought=(bought("shop", 300), bought("shop", 300))),
        [Code.BILL_PART, Code.BILL_FIRST, Code.BILL_BOUGHT_TWICE, Code.BILL_NOW_OWED, Code.NEXT_NOTHING],
    ),
    "purchases that are not what was billed": (
        facts(statement(purchases=600), bought=(bought("shop", 300),)),
        [Code.BILL_PART, Code.BILL_FIRST, Code.BILL_DIFFERS, Code.BILL_NOW_OWED, Code.NEXT_NOTHING],
    ),
    "lowered in every way and grown": (
        replace(
            PLAIN,
            outstanding=Money(201),
            since=tuple(SinceFact(kind, DAY, Money(25), ID, "shop") for kind in ("payment", "refund", "split", "bridge")),
        ),
        [
            Code.BILL_PART, Code.BILL_FIRST, Code.BILL_ADDS_UP, Code.BILL_PAID_SINCE, Code.BILL_REFUNDED_SINCE,
            Code.BILL_SPLIT_SINCE, Code.BILL_BRIDGED_SINCE, Code.BILL_GROWN_SINCE, Code.BILL_NOW_OWED, Code.NEXT_NOTHING,
        ],
    ),
    "paid, with a full next bill": (
        replace(
            PLAIN,
            outstanding=ZERO,
            since=(SinceFact("payment", DAY, Money(300), ID),),
            coming=NextFacts(NEXT, (bought("b", 50),), Money(5), (ROW,), Money(3), Money(9)),
        ),
        [
            Code.BILL_PART, Code.BILL_FIRST, Code.BILL_ADDS_UP, Code.BILL_PAID_SINCE, Code.BILL_SETTLED,
            Code.NEXT_BOUGHT, Code.NEXT_INSTALLMENTS, Code.NEXT_FEES, Code.NEXT_INTEREST, Code.NEXT_REFUNDED,
            Code.NEXT_CREDIT,
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_each_finding_comes_in_its_place(case: str) -> None:
    given_facts, expected = CASES[case]
    assert codes(bill_findings(given_facts)) == expected


def test_every_code_about_bills_is_reached() -> None:
    reached = {code for _, expected in CASES.values() for code in expected}
    assert reached == {code for code in Code if code.startswith(("bill_", "next_"))}


# ── sums ────────────────────────────────────────────────────────────────────────────────────────────────────

AMOUNT = st.integers(min_value=0, max_value=10**7)
SHOPS = st.lists(st.builds(bought, st.sampled_from("abcd"), AMOUNT.filter(bool), st.integers(1, 28)), max_size=6)


@st.composite
def bills(draw: st.DrawFn) -> tuple[StatementFact, tuple[BoughtFact, ...]]:
    shops = tuple(draw(SHOPS))
    parts = {part: draw(AMOUNT) for part in PARTS if part not in {"purchases", "refunds", "payments"}}
    parts["purchases"] = sum(each.amount.minor for each in shops)
    parts["refunds"] = -draw(st.integers(0, parts["purchases"]))
    parts["payments"] = -draw(st.integers(0, sum(parts.values())))
    return statement(**parts), shops


def of(findings: tuple[Finding, ...], *wanted: Code, name: str = "amount") -> Money:
    return total([finding.money(name) for finding in findings if finding.code in wanted])


@given(now=bills(), before=bills())
def test_composition_and_change_add_up(
    now: tuple[StatementFact, tuple[BoughtFact, ...]], before: tuple[StatementFact, tuple[BoughtFact, ...]]
) -> None:
    bill = facts(now[0], previous=before[0], bought=now[1], bought_before=before[1])
    assert of(composition(bill), Code.BILL_PART) == bill.statement.total
    head, *causes = change(bill)
    assert total([cause.money("change") for cause in causes]) == head.money("change") == now[0].total - before[0].total
    assert Code.BILL_DIFFERS not in codes(checks(bill))


# ── against the ledger ──────────────────────────────────────────────────────────────────────────────────────


def test_a_bill_is_taken_apart_to_the_last_fen(world: World) -> None:
    customer = world.borrower()
    world.buy(customer, "1200.00", merchant="sofa")
    world.go_to(date(2026, 11, 2))
    world.split_bill(customer, "600.00", 3)
    world.pay_bill(customer, "200.00")
    world.buy(customer, "80.10", merchant="taxi")
    world.go_to(date(2026, 12, 1))  # the rest of 400 has borne interest since the due day
    bill, issued = world.app.bill_facts(customer), world.statements(customer)[-1]
    assert bill.statement.total.minor == issued.total_minor
    assert of(composition(bill), Code.BILL_PART).minor == issued.total_minor
    plan = next(each for each in composition(bill) if each.code is Code.BILL_FROM_PLAN)
    assert (plan.evidence["number"], plan.evidence["term"], plan.evidence["opened_on"]) == (1, 3, date(2026, 11, 2))
    assert plan.money("amount").minor == issued.installments_minor + issued.fees_minor
    head, *causes = change(bill)
    assert head.money("change").minor == issued.total_minor - minor("1200.00")
    assert total([cause.money("change") for cause in causes]) == head.money("change")
    named = {
        cause.evidence.get("merchant", cause.evidence.get("part")): cause.money("change").minor for cause in causes
    }
    assert named["taxi"] == minor("80.10")
    assert named["sofa"] == -minor("1200.00")
    assert named["previous"] == issued.previous_minor
    assert named["interest"] == issued.interest_minor > 0


def test_what_lowered_the_bill_and_what_made_it_grow_ends_in_what_is_owed(world: World) -> None:
    customer = world.borrower()
    sofa = world.buy(customer, "1200.00", merchant="sofa")
    world.go_to(date(2026, 11, 2))
    paid = world.pay_bill(customer, "50.00")
    world.refund(customer, sofa, "100.00")
    split = world.split_bill(customer, "300.00", 3)
    world.go_to(date(2026, 11, 20))
    found = {each.code: each for each in since_issued(world.app.bill_facts(customer))}
    # splitting and the refund count towards the minimum, so nothing is overdue and nothing has grown on the bill
    assert list(found) == [Code.BILL_PAID_SINCE, Code.BILL_REFUNDED_SINCE, Code.BILL_SPLIT_SINCE, Code.BILL_NOW_OWED]
    assert found[Code.BILL_PAID_SINCE].evidence["journal"] == paid.journal_id
    assert found[Code.BILL_SPLIT_SINCE].evidence["journal"] == split.journal_id
    assert found[Code.BILL_REFUNDED_SINCE].evidence["merchant"] == "sofa"
    assert found[Code.BILL_NOW_OWED].money("amount").minor == minor("750.00")


def test_a_bill_that_was_missed_has_grown_by_its_penalty(world: World) -> None:
    customer = world.borrower()
    world.buy(customer, "5000.00")
    world.go_to(date(2026, 11, 25))
    grown = next(each for each in since_issued(world.app.bill_facts(customer)) if each.code is Code.BILL_GROWN_SINCE)
    assert grown.money("amount").minor == world.paylater_owed(customer)["penalty"] > 0


def test_a_bridge_is_named_among_what_lowered_the_bill(world: World) -> None:
    customer = world.borrower()
    world.buy(customer, "900.00")
    world.go_to(date(2026, 11, 2))
    world.bridge(customer, "500.00")
    found = since_issued(world.app.bill_facts(customer))
    assert codes(found) == [Code.BILL_BRIDGED_SINCE, Code.BILL_NOW_OWED]
    assert found[-1].money("amount").minor == minor("400.00")


def test_what_falls_on_the_next_bill_is_what_that_bill_will_be(world: World) -> None:
    customer = world.borrower()
    world.buy(customer, "900.00")
    world.go_to(date(2026, 11, 2))
    world.split_bill(customer, "600.00", 3)
    world.pay_bill(customer)
    taxi = world.buy(customer, "80.10", merchant="taxi")
    world.refund(customer, taxi, "10.00")
    coming = next_bill(world.app.bill_facts(customer))
    assert codes(coming) == [Code.NEXT_BOUGHT, Code.NEXT_INSTALLMENTS, Code.NEXT_FEES, Code.NEXT_REFUNDED]
    world.go_to(date(2026, 12, 1))
    assert total([each.money("amount") for each in coming]).minor == world.statements(customer)[-1].total_minor


def test_a_credit_balance_lowers_the_next_bill(world: World) -> None:
    customer = world.borrower()
    sofa = world.buy(customer, "900.00")
    world.go_to(date(2026, 11, 2))
    world.pay_bill(customer)
    world.refund(customer, sofa, "300.00")
    world.buy(customer, "80.10")
    coming = next_bill(world.app.bill_facts(customer))
    assert codes(coming) == [Code.NEXT_BOUGHT, Code.NEXT_CREDIT]
    assert total([each.money("amount") for each in coming]) == ZERO


def test_there_are_no_facts_without_a_bill(world: World) -> None:
    without, fresh = world.join(), world.borrower()
    for customer, code in ((without, ErrorCode.PRODUCT_NOT_OPEN), (fresh, ErrorCode.NO_OPEN_BILL)):
        with pytest.raises(CreditError) as refusal:
            world.app.bill_facts(customer)
        assert refusal.value.code is code
