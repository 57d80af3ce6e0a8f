"""The queue for people: one place a customer, urgent ones first, one member of staff a ticket."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest

from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.ids import new_id
from credit.people.service import TicketView
from tests.credit.world import World


def later(world: World) -> None:
    world.clock.advance(minutes=1)


def wait(world: World, reason: str = "human") -> tuple[UUID, TicketView]:
    customer = world.borrower()
    ticket = world.app.open_ticket(customer, reason)
    later(world)
    return customer, ticket


def test_who_asks_again_keeps_the_place_and_the_reference(world: World) -> None:
    customer, first = wait(world)
    _, second = wait(world)
    assert (first.ahead, second.ahead) == (0, 1)
    assert world.app.open_ticket(customer, "human") == first


def test_two_devices_that_ask_at_once_get_one_ticket(world: World) -> None:
    customer = world.borrower()
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: world.app.open_ticket(customer, "human").id, range(4)))
    assert len(set(found)) == 1
    assert len(world.app.ticket_queue()) == 1


def test_a_fraud_report_freezes_both_lines_and_goes_before_the_others(world: World) -> None:
    _, ordinary = wait(world)
    robbed = world.borrower()
    ticket = world.app.report_fraud(robbed)
    assert (ticket.urgent, ticket.ahead) == (True, 0)
    assert [each.id for each in world.app.ticket_queue()] == [ticket.id, ordinary.id]
    assert [line.status for line in world.app.limits(robbed).lines] == ["frozen", "frozen"]
    with pytest.raises(CreditError) as refusal:
        world.buy(robbed, "10.00")
    assert refusal.value.code is ErrorCode.LINE_FROZEN


def test_a_report_by_one_who_waits_already_makes_the_ticket_urgent(world: World) -> None:
    _, first = wait(world)
    robbed, second = wait(world)
    moved = world.app.report_fraud(robbed)
    assert (moved.id, moved.reason, moved.ahead) == (second.id, "fraud", 0)
    assert world.app.ticket(first.id).ahead == 1


def test_a_ticket_is_one_members_and_taking_it_again_changes_nothing(world: World) -> None:
    customer, ticket = wait(world)
    assert world.app.take_ticket(ticket.id, "zhou").state == "taken"
    assert world.app.take_ticket(ticket.id, "zhou").staff == "zhou"
    for move in (world.app.take_ticket, lambda key, name: world.app.close_ticket(key, name, "")):
        with pytest.raises(CreditError) as refusal:
            move(ticket.id, "wu")
        assert refusal.value.code is ErrorCode.TICKET_TAKEN
        assert refusal.value.facts == {"staff": "zhou"}
    assert world.app.withdraw_ticket(customer) is None, "whom a person talks to stays"


def test_of_two_members_who_take_at_once_one_has_it(world: World) -> None:
    _, ticket = wait(world)

    def take(name: str) -> str | ErrorCode:
        try:
            return world.app.take_ticket(ticket.id, name).staff or ""
        except CreditError as refusal:
            return refusal.code

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(take, ("zhou", "wu")))
    assert len(set(found) & {"zhou", "wu"}) == 1
    assert ErrorCode.TICKET_TAKEN in found


def test_after_the_end_the_customer_may_queue_anew(world: World) -> None:
    customer, ticket = wait(world)
    world.app.take_ticket(ticket.id, "zhou")
    assert world.app.close_ticket(ticket.id, "zhou", "explained").state == "closed"
    assert world.app.ticket_of(customer) is None
    with pytest.raises(CreditError) as refusal:
        world.app.take_ticket(ticket.id, "zhou")
    assert refusal.value.code is ErrorCode.TICKET_CLOSED
    assert world.app.open_ticket(customer, "human").id != ticket.id


def test_leaving_the_queue_lets_the_next_one_forward(world: World) -> None:
    customer, _ = wait(world)
    _, second = wait(world)
    assert world.app.withdraw_ticket(customer) is not None
    assert world.app.ticket(second.id).ahead == 0
    assert world.app.withdraw_ticket(customer) is None


def test_missing_tickets_and_customers_are_refused(world: World) -> None:
    with pytest.raises(CreditError) as refusal:
        world.app.ticket(new_id())
    assert refusal.value.code is ErrorCode.TICKET_NOT_FOUND
    with pytest.raises(CreditError) as refusal:
        world.app.open_ticket(new_id(), "human")
    assert refusal.value.code is ErrorCode.CUSTOMER_UNKNOWN


def test_the_summary_is_what_the_customer_sees(world: World) -> None:
    customer, _ = wait(world)
    world.borrow(customer, "3000.00", 6)
    summary = world.app.customer_summary(customer)
    assert summary.limits == world.app.limits(customer)
    assert summary.schedules == world.app.schedules(customer)
    assert summary.bill is None
