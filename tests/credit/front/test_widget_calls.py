"""What the web page asks of the books: the shop, and a receipt's proof."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from credit.evidence.sealer import Sealer
from credit.front.widget import Bought
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.money import Money, from_yuan
from tests.credit.world import World, minor


def buy(world: World, customer: object, yuan: str, request_id: str) -> Bought:
    return world.app.buy(  # type: ignore[arg-type]
        customer, from_yuan(yuan), merchant="山谷咖啡", category="food", request_id=request_id
    )


def test_what_is_bought_lowers_the_limit_and_what_is_given_back_raises_it(world: World) -> None:
    customer = world.borrower()
    before = world.available(customer)
    bought = buy(world, customer, "68.00", "shop-1")
    assert world.available(customer) == before - minor("68.00")
    assert world.app.purchases(customer) == [bought]
    back = world.app.give_back(customer, bought.id, request_id="back-1")
    assert (back.refunded, world.available(customer)) == (from_yuan("68.00"), before)


def test_more_than_the_limit_is_refused_and_nothing_moves(world: World) -> None:
    customer = world.borrower()
    before = world.everything()
    with pytest.raises(CreditError) as refusal:
        world.app.buy(customer, Money(10**9), merchant="山谷咖啡", category="food", request_id="shop-1")
    assert refusal.value.code is ErrorCode.LIMIT_EXCEEDED
    assert world.everything() == before


def test_a_purchase_is_given_back_once_and_only_by_its_customer(world: World) -> None:
    customer, other = world.borrower(), world.borrower()
    bought = buy(world, customer, "68.00", "shop-1")
    for who, purchase in ((other, bought.id), (customer, uuid4())):
        with pytest.raises(CreditError) as refusal:
            world.app.give_back(who, purchase, request_id=f"back-{uuid4()}")
        assert refusal.value.code is ErrorCode.PURCHASE_NOT_FOUND
    world.app.give_back(customer, bought.id, request_id="back-1")
    with pytest.raises(CreditError) as refusal:
        world.app.give_back(customer, bought.id, request_id="back-2")
    assert refusal.value.code is ErrorCode.AMOUNT_NOT_POSITIVE


def test_a_receipts_proof_is_handed_to_its_customer_once_the_journal_is_sealed(world: World) -> None:
    customer, other = world.borrower(), world.borrower()
    receipt = world.execute(customer, world.propose(customer, "borrow", "1000.00", term=3))
    with pytest.raises(CreditError) as refusal:
        world.app.receipt_proof(customer, receipt.journal_id)
    assert refusal.value.code is ErrorCode.PROOF_NOT_READY
    Sealer(world.app.database, world.folder, world.clock).seal()
    proof = world.app.receipt_proof(customer, receipt.journal_id)
    assert UUID(proof["journal"]["id"]) == receipt.journal_id
    for who, journal in ((other, receipt.journal_id), (customer, uuid4())):
        with pytest.raises(CreditError) as refusal:
            world.app.receipt_proof(who, journal)
        assert refusal.value.code is ErrorCode.JOURNAL_NOT_FOUND


def test_the_same_click_pays_once(world: World) -> None:
    customer = world.borrower()
    before = world.available(customer)
    first = buy(world, customer, "68.00", "shop-1")
    assert buy(world, customer, "68.00", "shop-1") == first
    assert world.available(customer) == before - minor("68.00")
    with pytest.raises(CreditError) as refusal:
        buy(world, customer, "69.00", "shop-1")
    assert refusal.value.code is ErrorCode.REQUEST_ID_REUSED
