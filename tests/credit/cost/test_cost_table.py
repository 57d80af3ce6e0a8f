"""The cost table of every offer of credit, and the guard in front of it, through the services."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
import pyxirr

from credit.cards import OfferCard
from credit.kernel.errors import CreditError, ErrorCode
from tests.credit.conftest import NewDatabase
from tests.credit.products import products
from tests.credit.world import World

ITEMS = {
    "interest": "normal",
    "installment_fee": "normal",
    "guarantee_fee": "normal",
    "other_fee": "normal",
    "overdue_penalty": "contingent",
    "misuse_penalty": "contingent",
    "early_settlement": "contingent",
}
"""What the rule on showing the whole cost of credit lists (fact sheet, 3.1), and when each is charged."""

WISHES = {
    "borrow": {"amount": "6000.00", "term": 6, "method": "level_payment"},
    "installment": {"amount": "3000.00", "term": 6},
    "repay_with_loan": {"amount": "3000.00", "term": 6},
}
KINDS = pytest.mark.parametrize("kind", WISHES)


def with_a_bill(world: World) -> UUID:
    """Somebody with both lines and an open bill of 3,000."""
    customer = world.borrower()
    world.buy(customer, "3000.00")
    world.go(5)
    return customer


def offer(world: World, kind: str) -> OfferCard:
    """An offer of credit to them."""
    return world.propose(with_a_bill(world), kind, **WISHES[kind])


@KINDS
def test_every_item_is_named_with_its_amount_or_rate_and_who_collects_it(world: World, kind: str) -> None:
    shown = offer(world, kind)
    assert {item.item: item.when for item in shown.cost_table} == ITEMS
    assert {item.collected_by for item in shown.cost_table} == {world.catalogue.lender.name}
    amounts = {item.item: item.amount.minor for item in shown.cost_table if item.amount is not None}
    rates = {item.item: item.daily_rate_ppm for item in shown.cost_table if item.daily_rate_ppm is not None}
    assert set(amounts) | set(rates) == set(ITEMS)
    assert amounts["interest"] == sum(row.interest.minor for row in shown.rows) == shown.total_interest.minor
    assert amounts["installment_fee"] == sum(row.fee.minor for row in shown.rows) == shown.total_fee.minor
    normal = sum(amounts[item] for item, when in ITEMS.items() if when == "normal")
    assert shown.total_repayment.minor == shown.amount.minor + normal == sum(row.total.minor for row in shown.rows)


@KINDS
def test_the_yearly_cost_shown_is_that_of_what_is_received_and_paid(world: World, kind: str) -> None:
    """Another implementation, given only what the customer can read on the offer."""
    shown = offer(world, kind)
    days = [shown.business_date, *(row.due_on for row in shown.rows)]
    amounts = [-float(shown.amount.minor), *(float(row.total.minor) for row in shown.rows)]
    theirs = pyxirr.xirr(days, amounts)
    assert theirs is not None
    assert shown.compound_yearly_ppm is not None
    assert shown.simple_yearly_ppm is not None
    assert abs(shown.compound_yearly_ppm - theirs * 1_000_000) <= 1
    assert 0 < shown.simple_yearly_ppm < shown.compound_yearly_ppm <= world.catalogue.cost.cap


@KINDS
@pytest.mark.parametrize("strict", [False, True], ids=["24 percent", "strict 12 percent"])
def test_an_offer_at_the_cap_is_made_and_one_a_ppm_above_it_is_not(
    new_sqlite: NewDatabase, tmp_path: Path, kind: str, strict: bool
) -> None:
    """The cap is moved to the offer's own cost, once under each setting: no rate has to be found for it."""
    world = World(new_sqlite(), tmp_path)
    try:
        customer = with_a_bill(world)
        costs = world.propose(customer, kind, **WISHES[kind]).compound_yearly_ppm
        assert costs is not None
        for cap, refused in ((costs, False), (costs - 1, True)):
            caps = {"cost__strict_cap_ppm": cap} if strict else {"cost__cap_ppm": cap, "cost__strict_cap_ppm": 1}
            world.app.catalogue = products(cost__strict=strict, **caps)
            if not refused:
                assert world.propose(customer, kind, **WISHES[kind]).compound_yearly_ppm == costs
                continue
            with pytest.raises(CreditError) as refusal:
                world.propose(customer, kind, **WISHES[kind])
            assert refusal.value.code is ErrorCode.COST_ABOVE_CAP
    finally:
        world.close()
