"""Everybody is scored anew: in pieces, by processes where the database allows, and again after a stop."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from credit.monitoring.batch import Progress, rescore_everybody, rescore_in_processes
from credit.monitoring.models import CustomerScore
from credit.monitoring.orders import present_orders
from tests.credit.conftest import NewDatabase
from tests.credit.monitoring.card import card
from tests.credit.monitoring.conftest import Watch
from tests.credit.world import World


def scored(world: World, on: date) -> list[object]:
    query = select(CustomerScore.customer_id).where(CustomerScore.on == on).order_by(CustomerScore.customer_id)
    return world.look(lambda books: list(books.session.scalars(query)))


def test_everybody_with_a_line_is_scored_once_in_pieces(world: World, watching: Watch) -> None:
    watching()
    people = sorted(world.borrower() for _ in range(5))
    world.join()  # without a line there is nothing to score
    told: list[Progress] = []
    assert rescore_everybody(world.app, card(), chunk=2, watch=told.append) == Progress(5, 5)
    assert [so_far.customers for so_far in told] == [2, 4, 5]
    assert scored(world, world.today) == people
    assert rescore_everybody(world.app, card(), chunk=2) == Progress(0, 0)


def test_a_run_that_was_stopped_goes_on_where_it_was(world: World, watching: Watch) -> None:
    watching()
    people = sorted(world.borrower() for _ in range(4))

    def stop(so_far: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rescore_everybody(world.app, card(), chunk=3, watch=stop)
    assert scored(world, world.today) == people[:3]
    assert rescore_everybody(world.app, card(), chunk=3) == Progress(1, 1)
    assert scored(world, world.today) == people


def test_the_closing_and_the_batch_keep_one_score_a_day(world: World, watching: Watch) -> None:
    watching()
    customer = world.borrower()
    world.buy(customer, "10.00")
    world.go_to(date(2026, 11, 1))
    assert scored(world, world.today) == [customer]
    assert rescore_everybody(world.app, card()) == Progress(0, 0)
    world.go(1)
    assert rescore_everybody(world.app, card()) == Progress(1, 1)
    assert scored(world, world.today - timedelta(days=1)) == [customer]


def test_processes_share_the_work(new_postgresql: NewDatabase, tmp_path: object, watching: Watch) -> None:
    watching()
    world = World(new_postgresql(), tmp_path)
    people = sorted(world.borrower() for _ in range(5))
    url = world.app.database.engine.url
    assert rescore_in_processes(world.app, url, workers=2, chunk=2) == Progress(5, 5)
    assert scored(world, world.today) == people
    versions = world.look(lambda books: set(books.session.scalars(select(CustomerScore.version))))
    assert versions == {present_orders().card.version}
    world.close()
