"""What a statement is made of, when it comes and when it is due."""

from __future__ import annotations

from datetime import date

import pytest

from credit.kernel.errors import CreditError, ErrorCode
from tests.credit.world import World, minor

NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)


def parts(world: World, customer: object) -> dict[str, int]:
    """The parts of the newest statement that are not zero."""
    statement = world.statements(customer)[-1]  # type: ignore[arg-type]
    names = ("previous", "purchases", "refunds", "installments", "interest", "fees", "penalty", "payments")
    found = {name: getattr(statement, f"{name}_minor") for name in names}
    assert statement.total_minor == sum(found.values())
    return {name: amount for name, amount in found.items() if amount}


def test_a_statement_collects_what_was_spent_since_the_last(world: World) -> None:
    customer = world.borrower()
    world.buy(customer, "700.00")
    world.go(2)
    world.buy(customer, "300.00")
    world.go_to(NOVEMBER)
    (statement,) = world.statements(customer)
    assert (statement.statement_on, statement.due_on) == (NOVEMBER, date(2026, 11, 10))
    assert parts(world, customer) == {"purchases": minor("1000")}
    assert statement.minimum_minor == minor("100")


def test_a_purchase_on_the_statement_day_falls_on_the_next_statement(world: World) -> None:
    customer = world.borrower()
    world.buy(customer, "700.00")
    world.go_to(NOVEMBER)
    world.buy(customer, "300.00")
    assert world.app.bill(customer).unbilled.minor == minor("300")
    world.pay_bill(customer)
    world.go_to(DECEMBER)
    assert parts(world, customer) == {"purchases": minor("300")}


@pytest.mark.parametrize(("cycle", "on"), [((1, 10), 1), ((6, 15), 6), ((11, 20), 11)])
def test_each_cycle_has_its_own_statement_and_due_day(world: World, cycle: tuple[int, int], on: int) -> None:
    customer = world.join()
    world.open_paylater(customer, cycle=cycle)
    world.buy(customer, "100.00")
    world.go_to(date(2026, 11, 12))
    (statement,) = world.statements(customer)
    assert (statement.statement_on.day, statement.due_on.day) == (on, cycle[1])


def test_an_unpaid_rest_stands_on_the_next_statement_and_is_due_whole(world: World) -> None:
    customer = world.borrower()
    world.buy(customer, "1000.00")
    world.go_to(date(2026, 11, 10))
    world.pay_bill(customer, "100.00")
    world.buy(customer, "500.00")
    world.go_to(DECEMBER)
    assert parts(world, customer) == {
        "previous": minor("900"),
        "purchases": minor("500"),
        "interest": minor("5.40"),  # 900 × 0.0003 × the 20 days from 11 to 30 November
    }
    assert world.statements(customer)[-1].minimum_minor == minor("955.40")


def test_a_month_without_anything_has_a_statement_of_zero_and_no_open_bill(world: World) -> None:
    customer = world.borrower()
    world.go_to(NOVEMBER)
    card = world.app.bill(customer)
    assert (card.total.minor, card.outstanding.minor, card.minimum.minor, card.parts) == (0, 0, 0, [])
    with pytest.raises(CreditError) as refusal:
        world.propose(customer, "repay_bill")
    assert refusal.value.code is ErrorCode.NO_OPEN_BILL


def test_before_the_first_statement_there_is_no_bill(world: World) -> None:
    customer = world.borrower()
    world.buy(customer, "100.00")
    with pytest.raises(CreditError) as refusal:
        world.app.bill(customer)
    assert refusal.value.code is ErrorCode.NO_OPEN_BILL


def test_the_bill_card_says_what_the_statement_says_and_what_is_left_of_it(world: World) -> None:
    customer = world.borrower(autopay=True)
    world.buy(customer, "700.00", merchant="big")
    world.buy(customer, "300.00", merchant="small")
    world.go_to(NOVEMBER)
    world.pay_bill(customer, "400.00")
    world.buy(customer, "50.00")
    card = world.app.bill(customer)
    assert card.total.minor == sum(part.amount.minor for part in card.parts) == minor("1000")
    assert (card.paid.minor, card.outstanding.minor) == (minor("400"), minor("600"))
    assert (card.minimum.minor, card.minimum_outstanding.minor) == (minor("100"), 0)
    assert [(entry.merchant, entry.amount.minor) for entry in card.entries if entry.kind == "purchase"] == [
        ("big", minor("700")),
        ("small", minor("300")),
    ]
    assert [entry.amount.minor for entry in card.entries if entry.kind == "payment"] == [minor("-400")]
    assert (card.unbilled.minor, card.next_statement_on, card.autopay) == (minor("50"), DECEMBER, True)
    assert card.previous_total is None


def test_the_spending_list_has_the_newest_first_and_no_more_than_asked_for(world: World) -> None:
    customer = world.borrower()
    for nth in range(1, 5):
        world.buy(customer, f"{nth}.00", merchant=f"shop {nth}")
        world.go(1)
    listed = world.app.spending(customer, limit=3)
    assert [item.title for item in listed.items] == ["shop 4", "shop 3", "shop 2"]


def test_paying_a_bill_moves_money_from_cash_and_nothing_else(world: World) -> None:
    customer = world.borrower()
    world.buy(customer, "1000.00")
    world.go_to(NOVEMBER)
    line = world.line(customer)
    receipt = world.pay_bill(customer, "600.00")
    assert world.postings(receipt.journal_id) == {
        "house/cash": minor("600"),
        f"paylater/{line.id}/billed": minor("-600"),
        f"line/{line.id}/available": minor("600"),
        f"line/{line.id}/used": minor("-600"),
    }
    assert receipt.bill_outstanding is not None
    assert receipt.bill_outstanding.minor == minor("400")


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ("0.00", ErrorCode.AMOUNT_NOT_POSITIVE),
        ("-0.01", ErrorCode.AMOUNT_NOT_POSITIVE),
        ("1000.01", ErrorCode.REPAYMENT_EXCEEDS_DEBT),
        ("99999999999.00", ErrorCode.REPAYMENT_EXCEEDS_DEBT),
    ],
)
def test_a_payment_that_does_not_fit_the_bill_moves_nothing(world: World, amount: str, code: ErrorCode) -> None:
    customer = world.borrower()
    world.buy(customer, "1000.00")
    world.go_to(NOVEMBER)
    before = world.everything()
    with pytest.raises(CreditError) as refusal:
        world.propose(customer, "repay_bill", amount)
    assert refusal.value.code is code
    assert world.everything() == before
