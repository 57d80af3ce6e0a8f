"""What is granted, what is used and what is left."""

from __future__ import annotations

from datetime import date

import pytest

from credit.kernel.errors import CreditError, ErrorCode
from tests.credit.world import World, minor


def figures(world: World, customer: object, product: str = "paylater") -> tuple[int, int, int]:
    line = world.limit(customer, product)  # type: ignore[arg-type]
    return line.limit.minor, line.used.minor, line.available.minor


def test_a_new_line_is_all_available(world: World) -> None:
    customer = world.borrower()
    assert figures(world, customer) == (minor("10000"), 0, minor("10000"))
    assert figures(world, customer, "cashloan") == (minor("20000"), 0, minor("20000"))


def test_a_purchase_takes_its_amount_from_the_limit_and_a_payment_gives_it_back(world: World) -> None:
    customer = world.borrower()
    world.buy(customer, "1234.56")
    assert figures(world, customer) == (minor("10000"), minor("1234.56"), minor("8765.44"))
    world.go_to(date(2026, 11, 2))
    world.pay_bill(customer, "1000.00")
    assert figures(world, customer) == (minor("10000"), minor("234.56"), minor("9765.44"))


def test_the_two_products_do_not_share_a_limit(world: World) -> None:
    customer = world.borrower()
    world.borrow(customer, "5000.00", 12)
    assert figures(world, customer) == (minor("10000"), 0, minor("10000"))
    assert figures(world, customer, "cashloan") == (minor("20000"), minor("5000"), minor("15000"))


def test_a_cut_below_what_is_owed_leaves_nothing_and_gives_nothing_back_until_enough_is_repaid(world: World) -> None:
    customer = world.borrower()
    world.buy(customer, "3000.00")
    world.go_to(date(2026, 11, 2))
    world.change_limit(customer, "2000.00")
    assert figures(world, customer) == (minor("2000"), minor("2000"), 0)

    world.pay_bill(customer, "1000.00")
    assert figures(world, customer) == (minor("2000"), minor("2000"), 0)
    world.pay_bill(customer, "0.01")
    assert figures(world, customer) == (minor("2000"), minor("1999.99"), 1)
    world.pay_bill(customer)
    assert figures(world, customer) == (minor("2000"), 0, minor("2000"))


def test_nothing_can_be_bought_on_a_limit_that_was_cut_below_what_is_owed(world: World) -> None:
    customer = world.borrower()
    world.buy(customer, "3000.00")
    world.change_limit(customer, "2000.00")
    before = world.everything()
    with pytest.raises(CreditError) as refusal:
        world.buy(customer, "0.01")
    assert refusal.value.code is ErrorCode.LIMIT_EXCEEDED
    assert world.everything() == before


def test_a_refund_on_a_cut_limit_first_lowers_what_is_owed_above_it(world: World) -> None:
    customer = world.borrower()
    bought = world.buy(customer, "3000.00")
    world.change_limit(customer, "2500.00")
    world.refund(customer, bought, "400.00")
    assert figures(world, customer) == (minor("2500"), minor("2500"), 0)
    world.refund(customer, bought, "600.00")
    assert figures(world, customer) == (minor("2500"), minor("2000"), minor("500"))


def test_a_raise_after_a_cut_gives_room_above_what_is_owed(world: World) -> None:
    customer = world.borrower()
    world.buy(customer, "3000.00")
    world.change_limit(customer, "2000.00")
    world.change_limit(customer, "3500.00")
    assert figures(world, customer) == (minor("3500"), minor("3000"), minor("500"))


def test_a_cash_limit_cut_below_the_loans_gives_back_only_what_is_repaid_below_it(world: World) -> None:
    customer = world.borrower()
    loan = world.borrow(customer, "6000.00", 6)
    world.change_limit(customer, "4000.00", product="cashloan")
    world.pay_loan(customer, loan, "1000.00")
    assert figures(world, customer, "cashloan") == (minor("4000"), minor("4000"), 0)
    world.pay_loan(customer, loan, "2000.00")
    assert figures(world, customer, "cashloan") == (minor("4000"), minor("3000"), minor("1000"))


def test_both_lines_together_may_not_pass_the_exposure(world: World) -> None:
    customer = world.join()
    world.open_paylater(customer, "20000.00")
    with pytest.raises(CreditError) as refusal:
        world.open_cashloan(customer, "30000.01")
    assert refusal.value.code is ErrorCode.EXPOSURE_EXCEEDED
    world.open_cashloan(customer, "30000.00")


def test_a_raise_may_not_pass_the_exposure_either(world: World) -> None:
    customer = world.join()
    world.open_paylater(customer, "20000.00")
    world.open_cashloan(customer, "30000.00")
    with pytest.raises(CreditError) as refusal:
        world.change_limit(customer, "20000.01")
    assert refusal.value.code is ErrorCode.EXPOSURE_EXCEEDED
    assert figures(world, customer) == (minor("20000"), 0, minor("20000"))


@pytest.mark.parametrize("amount", ["0.01", "9999.99", "10000.00"])
def test_a_purchase_up_to_the_limit_is_allowed(world: World, amount: str) -> None:
    customer = world.borrower()
    world.buy(customer, amount)
    assert world.available(customer) == minor("10000") - minor(amount)


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ("0.00", ErrorCode.AMOUNT_NOT_POSITIVE),
        ("-1.00", ErrorCode.AMOUNT_NOT_POSITIVE),
        ("10000.01", ErrorCode.LIMIT_EXCEEDED),
    ],
)
def test_a_purchase_that_is_not_possible_moves_nothing(world: World, amount: str, code: ErrorCode) -> None:
    customer = world.borrower()
    before = world.everything()
    with pytest.raises(CreditError) as refusal:
        world.buy(customer, amount)
    assert refusal.value.code is code
    assert world.everything() == before


def test_a_product_that_was_never_opened_is_not_in_the_list(world: World) -> None:
    customer = world.join()
    assert world.app.limits(customer).lines == []
    with pytest.raises(CreditError) as refusal:
        world.buy(customer, "1.00")
    assert refusal.value.code is ErrorCode.PRODUCT_NOT_OPEN
