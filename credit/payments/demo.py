"""A bank for the demo and for tests, which behaves as a table says: for each customer and direction.

It keeps its own books in tables of its own, in whatever transaction it is called in; nothing in it is random."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from credit.kernel.money import Money
from credit.payments.models import DemoBankMove, DemoBankRule, DemoBankSource
from credit.payments.port import Answer, Direction, Order, Source, Status


class Behaviour(StrEnum):
    """What the bank does with an order."""

    ACCEPT = "accept"
    FAIL = "fail"
    DELAY = "delay"
    """Waits, and has paid when it is asked for the second time."""
    TWICE = "twice"
    """Pays once and says so twice."""
    LOSE = "lose"
    """Pays, but the answer never arrives; a question finds out."""
    NEVER = "never"
    """Does nothing and answers nothing, not even a question."""


ASKED_BEFORE_PAID = 2
NO_ACCOUNT, NO_FUNDS, CANCELLED = "account_refused", "insufficient_funds", "cancelled"


class DemoBank:
    """The port `credit.payments.port.Bank`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def send(self, order: Order) -> tuple[Answer, ...]:
        move = self._session.get(DemoBankMove, order.id)
        if move is None:
            rule = self._session.get(DemoBankRule, (order.customer_id, order.direction))
            move = DemoBankMove(
                order_id=order.id,
                customer_id=order.customer_id,
                direction=order.direction,
                source=order.source,
                amount_minor=order.amount.minor,
                behaviour=rule.behaviour if rule else Behaviour.ACCEPT,
                status=Status.WAITING,
                reason=None,
                asked=0,
            )
            self._start(move)
            self._session.add(move)
            self._session.flush()
        if move.behaviour in {Behaviour.LOSE, Behaviour.NEVER}:
            return ()
        return (_say(move),) * (2 if move.behaviour == Behaviour.TWICE else 1)

    def ask(self, order_id: UUID) -> tuple[Answer, ...]:
        move = self._session.get(DemoBankMove, order_id)
        if move is None:
            return (Answer(Status.UNKNOWN),)
        move.asked += 1
        if move.behaviour == Behaviour.NEVER:
            return ()
        if move.status == Status.WAITING and move.asked >= ASKED_BEFORE_PAID:
            self._pay(move)
        self._session.flush()
        return (_say(move),)

    def cancel(self, order_id: UUID) -> tuple[Answer, ...]:
        move = self._session.get(DemoBankMove, order_id)
        if move is None:
            return (Answer(Status.UNKNOWN),)
        if move.behaviour == Behaviour.NEVER:
            return ()
        if move.status == Status.WAITING:
            move.status, move.reason = Status.REFUSED, CANCELLED
            self._session.flush()
        return (_say(move),)

    def has(self, customer_id: UUID, source: Source) -> Money | None:
        """A debit card without a row of its own covers everything."""
        account = self._session.get(DemoBankSource, (customer_id, source))
        if account is not None:
            return Money(account.balance_minor)
        return None if source is Source.DEBIT_CARD else Money(0)

    def _start(self, move: DemoBankMove) -> None:
        if move.behaviour == Behaviour.FAIL:
            move.status, move.reason = Status.REFUSED, NO_ACCOUNT
        elif move.behaviour not in {Behaviour.DELAY, Behaviour.NEVER}:
            self._pay(move)

    def _pay(self, move: DemoBankMove) -> None:
        """Move the money on the customer's account, if there is enough."""
        account = self._session.get(DemoBankSource, (move.customer_id, move.source))
        inward = move.direction == Direction.PAYIN
        have = account.balance_minor if account else None
        if have is None and move.source != Source.DEBIT_CARD:
            have = 0
        if inward and have is not None and have < move.amount_minor:
            move.status, move.reason = Status.REFUSED, NO_FUNDS
            return
        if account is not None:
            account.balance_minor += -move.amount_minor if inward else move.amount_minor
        move.status = Status.PAID


def _say(move: DemoBankMove) -> Answer:
    if move.status == Status.PAID:
        return Answer(Status.PAID, reference=f"demo-{move.order_id.hex}")
    return Answer(Status(move.status), reason=move.reason)


def choose(session: Session, customer_id: UUID, direction: Direction, behaviour: Behaviour) -> None:
    """Let the bank treat a customer's orders so from now on."""
    session.merge(DemoBankRule(customer_id=customer_id, direction=direction, behaviour=behaviour))
    session.flush()


def fill(session: Session, customer_id: UUID, source: Source, amount: Money) -> None:
    """Set what a customer has on one of the accounts a repayment may come from."""
    session.merge(DemoBankSource(customer_id=customer_id, source=source, balance_minor=amount.minor))
    session.flush()
