"""The process is killed while a loan repays a bill: afterwards there are both the loan and the settled bill, or neither."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, select

from credit.books import Books
from credit.cards import OfferCard
from credit.payments.models import DemoBankMove
from credit.repayments.settling import settle_pending
from tests.credit.world import World, minor
from tools.console import ROOT

pytestmark = pytest.mark.long

BILL = minor("1000.00")


def statements_of_a_confirmation(world: World, kind: str = "repay_with_loan", **wish: Any) -> int:
    """How many statements confirming takes up to its last commit, counted on a customer of its own."""
    customer = world.borrower()
    world.buy(customer, "1000.00")
    world.go_to(date(2026, 11, 2))
    offer = world.propose(customer, kind, term=6, **wish)
    seen: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    committed: list[int] = []

    def note(_connection: object) -> None:
        committed.append(len(seen))

    engine = world.app.database.engine
    event.listen(engine, "before_cursor_execute", count)
    event.listen(engine, "commit", note)
    world.confirm(customer, offer)
    event.remove(engine, "before_cursor_execute", count)
    event.remove(engine, "commit", note)
    return committed[-1]


def die_while_confirming(world: World, deaths: list[tuple[UUID, OfferCard, str]]) -> list[str]:
    """What became of each process."""
    task = {
        "url": world.url,
        "folder": str(world.folder),
        "deaths": [
            {"customer": str(customer), "offer": str(offer.id), "moment": moment} for customer, offer, moment in deaths
        ],
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.credit.crashing"],
        input=json.dumps(task),
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    fates: list[str] = json.loads(done.stdout.splitlines()[-1])
    assert "failed" not in fates, done.stderr
    return fates


@pytest.mark.timeout(240)
def test_death_at_any_moment_of_repaying_with_a_loan_leaves_both_or_neither(world: World) -> None:
    customers = [world.borrower() for _ in range(14)]
    for customer in customers:
        world.buy(customer, "1000.00")
    count = statements_of_a_confirmation(world)
    assert count > 20
    # At random, but the same in every run; the named moments are those between two things that belong together.
    at_random = random.Random(20261102).sample(range(8, count), 10)
    moments = ["between journal and rest", "before the commit", "after the commit"]
    moments += [f"before {nth} statements" for nth in sorted(at_random)]
    moments.append(f"before {count * 10} statements")  # never comes: the child finishes
    offers = [world.propose(customer, "repay_with_loan", term=6) for customer in customers]

    fates = die_while_confirming(world, list(zip(customers, offers, moments, strict=True)))
    assert fates == ["killed"] * 13 + ["finished"]

    ends = []
    for customer, offer, moment in zip(customers, offers, moments, strict=True):
        settled = world.app.bill(customer).outstanding.minor == 0
        borrowed = [loan.principal_minor for loan in world.loans(customer)] == [BILL]
        drawn = world.available(customer, "cashloan") == minor("20000") - BILL
        executed = world.app.offer(customer, offer.id).status == "executed"
        assert len({settled, borrowed, drawn, executed}) == 1, (moment, settled, borrowed, drawn, executed)
        assert len(world.loans(customer)) == int(borrowed)
        ends.append(borrowed)
    assert ends[:3] == [False, False, True]  # the commit decides, and nothing else
    assert not any(ends[3:-1])
    assert ends[-1]
    assert world.problems() == []

    for customer, offer, borrowed in zip(customers, offers, ends, strict=True):
        if not borrowed:
            world.execute(customer, offer)  # what was not done can still be done, once
        assert world.app.bill(customer).outstanding.minor == 0
        assert len(world.loans(customer)) == 1


@pytest.mark.timeout(240)
def test_death_at_any_moment_of_paying_a_loan_out_leaves_loan_and_money_or_neither(world: World) -> None:
    """Three transactions: the hold and the order, the bank, the loan. The next closing finds out what became of them."""
    customers = [world.borrower() for _ in range(10)]
    count = statements_of_a_confirmation(world, "borrow", amount="1000.00")
    at_random = random.Random(20261103).sample(range(8, count), 8)
    moments = [f"before {nth} statements" for nth in sorted(at_random)]
    moments += ["between journal and rest", f"before {count * 10} statements"]
    offers = [world.propose(customer, "borrow", "1000.00", term=6) for customer in customers]
    fates = die_while_confirming(world, list(zip(customers, offers, moments, strict=True)))
    assert fates == ["killed"] * 9 + ["finished"]

    world.do(lambda books: settle_pending(books, books.today))
    ends = []
    for customer, offer, moment in zip(customers, offers, moments, strict=True):
        lent = [loan.principal_minor for loan in world.loans(customer)] == [BILL]
        drawn = world.available(customer, "cashloan") == minor("20000") - BILL
        paid = world.look(lambda books, who=customer: _paid_by_the_bank(books, who)) == BILL
        confirmed = world.app.offer(customer, offer.id).status == "executed"
        held = world.balance(f"line/{world.line(customer, 'cashloan').id}/held")
        assert (len({lent, drawn, paid, confirmed}), held) == (1, 0), (moment, lent, drawn, paid, confirmed)
        ends.append(lent)
    assert ends[-1]
    assert set(ends) == {True, False}  # some died before the first commit, some after
    assert world.problems() == []


def _paid_by_the_bank(books: Books, customer: UUID) -> int:
    moves = select(DemoBankMove.amount_minor).where(DemoBankMove.customer_id == customer, DemoBankMove.status == "paid")
    return sum(books.session.scalars(moves))
