"""What the tests of repayments do and look at."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from credit.kernel.money import Money
from credit.payments import demo
from credit.payments.demo import Behaviour
from credit.payments.models import DemoBankMove
from credit.payments.port import Direction, Source
from credit.repayments import bouncing, receiving
from credit.repayments.debts import Origin
from credit.repayments.models import Repayment
from tests.credit.world import World, minor


def bank_does(world: World, customer: UUID, direction: Direction, behaviour: Behaviour) -> None:
    world.do(lambda books: demo.choose(books.session, customer, direction, behaviour))


def has(world: World, customer: UUID, source: Source, amount: str) -> None:
    world.do(lambda books: demo.fill(books.session, customer, source, Money(minor(amount))))


def arrives(world: World, customer: UUID, amount: str, reference: str, **how: Any) -> list[Repayment]:
    """Money comes in by itself, with a bank's reference."""
    origin = Origin(reference=reference, payer=how.pop("payer", None))

    def work(books: Any) -> list[Repayment]:
        return receiving.receive(
            books, customer, Money(minor(amount)), origin, request_id=f"test-payment-{reference}", **how
        )

    return world.do(work)


def bounces(world: World, reference: str) -> None:
    world.do(lambda books: bouncing.bounce(books, reference, reason="account_closed"))


def bank_moved(world: World) -> int:
    """What the bank's own books say has come in less what has gone out, minor units."""
    query = select(DemoBankMove.direction, DemoBankMove.amount_minor).where(DemoBankMove.status == "paid")
    rows = world.look(lambda books: list(books.session.execute(query)))
    return sum(amount if direction == Direction.PAYIN else -amount for direction, amount in rows)
