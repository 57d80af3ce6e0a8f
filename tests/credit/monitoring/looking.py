"""What tests ask a world about its alerts."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from credit.monitoring.models import Alert, AlertAction, CustomerScore
from credit.notices.models import Notice
from tests.credit.world import World


def alerts(world: World, customer: UUID) -> list[Alert]:
    query = select(Alert).where(Alert.customer_id == customer).order_by(Alert.opened_on, Alert.rule)
    return world.look(lambda books: list(books.session.scalars(query)))


def actions(world: World, customer: UUID) -> list[AlertAction]:
    query = (
        select(AlertAction)
        .join(Alert, Alert.id == AlertAction.alert_id)
        .where(Alert.customer_id == customer)
        .order_by(Alert.opened_on, Alert.rule, AlertAction.number)
    )
    return world.look(lambda books: list(books.session.scalars(query)))


def told(world: World, customer: UUID) -> list[str]:
    """Kinds of notices about watching, in the order they were written."""
    kinds = ("credit_held", "limit_cut", "credit_released", "limit_restored")
    query = select(Notice.kind).where(Notice.customer_id == customer, Notice.kind.in_(kinds))
    return world.look(lambda books: list(books.session.scalars(query.order_by(Notice.business_date, Notice.id))))


def scores(world: World, customer: UUID) -> list[CustomerScore]:
    query = select(CustomerScore).where(CustomerScore.customer_id == customer).order_by(CustomerScore.on)
    return world.look(lambda books: list(books.session.scalars(query)))


def status(world: World, customer: UUID, product: str = "paylater") -> tuple[str, str | None]:
    """Of a line, with the reason of a freeze."""
    line = world.line(customer, product)
    return line.status, line.frozen_reason
