"""Paying with the line: checks, authorise and capture, the customer's own cap, and repeats."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from uuid import UUID

import pytest

from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.money import from_yuan
from credit.lines import service as lines
from credit.paylater import spending
from tests.credit.world import World, minor


def authorise(world: World, customer: UUID, amount: str, request_id: str | None = None) -> UUID:
    request_id = request_id or world.request()
    return world.do(
        lambda books: (
            spending.authorise(
                books, customer, from_yuan(amount), merchant="hotel", category="travel", request_id=request_id
            ).id
        )
    )


def capture(world: World, authorisation: UUID, amount: str | None = None) -> UUID:
    request_id, wanted = world.request(), None if amount is None else from_yuan(amount)
    return world.do(lambda books: spending.capture(books, authorisation, wanted, request_id=request_id).id)


def cancel(world: World, authorisation: UUID) -> None:
    request_id = world.request()
    world.do(lambda books: spending.cancel(books, authorisation, request_id=request_id))


def refused(code: ErrorCode, act: object) -> CreditError:
    with pytest.raises(CreditError) as refusal:
        act()  # type: ignore[operator]
    assert refusal.value.code is code
    return refusal.value


def figures(world: World, customer: UUID) -> tuple[int, int]:
    """Available limit and unbilled spending, minor units."""
    return world.available(customer), world.paylater_owed(customer)["unbilled"]


def test_an_authorised_payment_takes_the_limit_but_is_not_owed(world: World) -> None:
    customer = world.borrower()
    authorise(world, customer, "800.00")
    assert figures(world, customer) == (minor("9200"), 0)


def test_a_capture_of_less_gives_the_rest_back_and_comes_on_the_bill(world: World) -> None:
    customer = world.borrower()
    capture(world, authorise(world, customer, "800.00"), "650.00")
    assert figures(world, customer) == (minor("9350"), minor("650"))
    world.go_to(date(2026, 11, 2))
    assert world.statements(customer)[-1].purchases_minor == minor("650")


def test_a_cancelled_authorisation_leaves_nothing_and_cannot_be_used_again(world: World) -> None:
    customer = world.borrower()
    authorised = authorise(world, customer, "800.00")
    cancel(world, authorised)
    assert figures(world, customer) == (minor("10000"), 0)
    refused(ErrorCode.AUTHORISATION_OVER, lambda: capture(world, authorised))
    refused(ErrorCode.AUTHORISATION_OVER, lambda: cancel(world, authorised))


def test_an_authorisation_nobody_captures_expires_by_itself(world: World) -> None:
    customer = world.borrower()
    authorised = authorise(world, customer, "800.00")
    world.go(world.catalogue.paylater.spending.authorisation_days)
    assert world.available(customer) == minor("9200"), "its last day is not over"
    world.go(1)
    assert figures(world, customer) == (minor("10000"), 0)
    refused(ErrorCode.AUTHORISATION_OVER, lambda: capture(world, authorised))


def test_more_than_was_authorised_cannot_be_captured(world: World) -> None:
    authorised = authorise(world, world.borrower(), "800.00")
    refusal = refused(ErrorCode.CAPTURE_EXCEEDS_AUTHORISATION, lambda: capture(world, authorised, "800.01"))
    assert refusal.facts == {"amount": from_yuan("800.01"), "authorised": from_yuan("800.00")}


def test_of_two_captures_at_once_one_counts(world: World) -> None:
    customer = world.borrower()
    authorised = authorise(world, customer, "800.00")

    def take(_: int) -> ErrorCode | None:
        try:
            capture(world, authorised)
        except CreditError as refusal:
            return refusal.code
        return None

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(take, range(2)))
    assert sorted(found, key=str) == [None, ErrorCode.AUTHORISATION_OVER]
    assert figures(world, customer) == (minor("9200"), minor("800"))


def test_what_was_authorised_is_captured_although_the_line_is_frozen_since(world: World) -> None:
    customer = world.borrower()
    authorised = authorise(world, customer, "800.00")
    world.do(lambda books: lines.freeze(books, lines.require_line(books, customer, lines.PAYLATER), "overdue"))
    capture(world, authorised)
    assert figures(world, customer) == (minor("9200"), minor("800"))
    refused(ErrorCode.LINE_FROZEN, lambda: authorise(world, customer, "1.00"))


@pytest.mark.parametrize("category", ["cash_out", "gambling"])
def test_categories_the_lender_does_not_pay_for_are_refused(world: World, category: str) -> None:
    customer = world.borrower()

    def buy() -> None:
        world.do(
            lambda books: spending.purchase(
                books, customer, from_yuan("10.00"), merchant="shop", category=category, request_id="once"
            )
        )

    refused(ErrorCode.CATEGORY_NOT_ALLOWED, buy)
    assert figures(world, customer) == (minor("10000"), 0)


def test_one_payment_has_a_cap_below_the_limit(world: World) -> None:
    customer = world.join()
    world.open_paylater(customer, "20000.00")
    cap = world.catalogue.paylater.spending.largest_payment
    refusal = refused(ErrorCode.PAYMENT_ABOVE_CAP, lambda: world.buy(customer, "10000.01"))
    assert refusal.facts["cap"] == cap
    world.buy(customer, "10000.00")


def test_the_customers_own_cap_counts_purchases_authorisations_and_refunds_of_the_month(world: World) -> None:
    customer = world.borrower()
    world.do(lambda books: spending.set_own_cap(books, customer, monthly=from_yuan("1000.00"), payment=None))
    bought = world.buy(customer, "600.00")
    authorise(world, customer, "300.00")
    refusal = refused(ErrorCode.OWN_CAP_EXCEEDED, lambda: world.buy(customer, "100.01"))
    assert refusal.facts["left"] == from_yuan("100.00")
    world.refund(customer, bought, "200.00")
    world.buy(customer, "300.00")
    world.go_to(date(2026, 11, 2))
    world.buy(customer, "700.00")  # a new month; the authorisation of the old one still waits
    refused(ErrorCode.OWN_CAP_EXCEEDED, lambda: world.buy(customer, "0.01"))
    world.do(lambda books: spending.set_own_cap(books, customer, monthly=None, payment=None))
    world.buy(customer, "50.00")


def test_the_customers_own_cap_on_one_payment(world: World) -> None:
    customer = world.borrower()
    world.do(lambda books: spending.set_own_cap(books, customer, monthly=None, payment=from_yuan("50.00")))
    world.buy(customer, "50.00")
    refused(ErrorCode.OWN_CAP_EXCEEDED, lambda: world.buy(customer, "50.01"))


def test_a_repeated_request_buys_and_authorises_once(world: World) -> None:
    customer = world.borrower()
    assert authorise(world, customer, "80.00", "same") == authorise(world, customer, "80.00", "same")
    refused(ErrorCode.REQUEST_ID_REUSED, lambda: authorise(world, customer, "80.01", "same"))

    def buy(amount: str) -> UUID:
        return world.do(
            lambda books: (
                spending.purchase(
                    books, customer, from_yuan(amount), merchant="shop", category="goods", request_id="buy"
                ).id
            )
        )

    first = buy("20.00")
    world.go(1)
    assert buy("20.00") == first
    refused(ErrorCode.REQUEST_ID_REUSED, lambda: buy("21.00"))
    assert figures(world, customer) == (minor("9900"), minor("20"))
