"""A book of two hundred customers, a tenth of whom stop paying: what watching sees, does, tells, and undoes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from credit.books import Books
from credit.catalogue.models import Cycle
from credit.customers.models import Customer
from credit.kernel.ids import new_id
from credit.kernel.money import from_yuan
from credit.lines.models import Line
from credit.monitoring import report
from credit.monitoring.figures import Figures, figures_of
from credit.monitoring.models import Alert
from credit.monitoring.orders import Orders
from credit.monitoring.stability import Reference
from credit.paylater import service as paylater
from credit.paylater import spending
from credit.payments.demo import Behaviour, choose
from credit.payments.port import Direction
from credit.people.models import Ticket
from tests.credit.monitoring import card
from tests.credit.monitoring.conftest import Watch, cut, sign
from tests.credit.monitoring.looking import told
from tests.credit.world import START, World, minor

pytestmark = pytest.mark.long

CUSTOMERS, STOP, CURED = 200, 20, 8
DUE = date(2027, 1, 10)
LIMIT = "10000.00"


def found(world: World) -> list[UUID]:
    """Everybody joins and gets a line; all pay by autopay."""
    people = [new_id() for _ in range(CUSTOMERS)]

    def work(books: Books) -> None:
        for customer in people:
            books.session.add(
                Customer(
                    id=customer, name="Lin", born_on=date(1990, 1, 1), is_student=False, joined_on=START, card_tail="3301",
                    autopay=True, pin_hash="-", pin_failures=0, identity_checked=True, is_blocked=False,
                )
            )  # fmt: skip
        books.session.flush()
        for customer in people:
            cycle = Cycle(statement_day=1, due_day=10)
            paylater.open_paylater(books, books.customer(customer), limit=from_yuan(LIMIT), cycle=cycle)

    world.do(work)
    return people


def spend(world: World, people: Iterable[UUID]) -> None:
    """Everybody buys something."""

    def work(books: Books) -> None:
        for number, customer in enumerate(people):
            amount = from_yuan(f"{200 + number * 7 % 300}.00")
            request_id = f"stress:{customer}"
            spending.purchase(books, customer, amount, merchant="shop", category="goods", request_id=request_id)

    world.do(work)


def bank(world: World, people: Iterable[UUID], behaviour: Behaviour) -> None:
    """How the bank answers when we ask it for the customers' money."""
    world.do(lambda books: [choose(books.session, customer, Direction.PAYIN, behaviour) for customer in people])


def by_rule(world: World) -> dict[str, set[UUID]]:
    """Who has an alert that lasts."""
    query = select(Alert.rule, Alert.customer_id).where(Alert.released_on.is_(None))
    found: dict[str, set[UUID]] = {}
    for rule, customer in world.look(lambda books: books.session.execute(query).all()):
        found.setdefault(rule, set()).add(customer)
    return found


def limits(world: World) -> dict[UUID, int]:
    query = select(Line.customer_id, Line.limit_minor)
    return world.look(lambda books: dict(books.session.execute(query).all()))


def figures(world: World, orders: Orders) -> Figures:
    reference = Reference.of(card.content())
    return world.look(lambda books: figures_of(books, orders, reference, months=5))


@pytest.mark.timeout(900)  # three and a half months of two hundred customers, perhaps on a busy machine
def test_a_tenth_of_the_customers_stops_paying(world: World, watching: Watch) -> None:
    orders = watching(
        missed=sign("days_late", from_day=1, severity="info"),
        late=sign("days_late", cut(500_000, "paylater"), {"do": "review"}, from_day=15, cure_days=5),
        fell=sign("score", fall=80, days=100, below=600),
    )
    people = found(world)
    world.go_to(date(2026, 12, 2))  # two statements of nothing, so that the third one makes a score
    spend(world, people)
    world.go_to(date(2027, 1, 2))
    assert by_rule(world) == {}
    calm = figures(world, orders)
    assert calm.ends[-1].accounts == (CUSTOMERS, 0, 0, 0, 0, 0, 0, 0)
    assert calm.scored is not None
    assert calm.scored.scores == Counter({700: CUSTOMERS})

    stopped, others = set(people[:: CUSTOMERS // STOP]), set(people) - set(people[:: CUSTOMERS // STOP])
    bank(world, stopped, Behaviour.FAIL)
    world.go_to(DUE + timedelta(days=1))
    assert by_rule(world) == {}
    world.go(1)  # the first closing of a day on which the bill was late
    assert by_rule(world) == {"missed": stopped}

    world.go_to(DUE + timedelta(days=16))
    assert by_rule(world) == {"missed": stopped, "late": stopped}
    now = limits(world)
    assert {now[customer] for customer in stopped} == {minor("5000.00")}
    assert {now[customer] for customer in others} == {minor(LIMIT)}
    tickets = world.look(lambda books: set(books.session.scalars(select(Ticket.customer_id))))
    assert tickets == stopped

    world.go_to(date(2027, 2, 6))
    assert by_rule(world)["fell"] == stopped
    _the_report_shows_the_shift(world, figures(world, orders), calm)

    cured = set(sorted(stopped)[:CURED])
    bank(world, cured, Behaviour.ACCEPT)
    for customer in sorted(cured):
        world.pay_bill(customer)
    world.go(5)
    assert by_rule(world)["late"] == stopped - cured
    now = limits(world)
    assert {now[customer] for customer in cured | others} == {minor(LIMIT)}
    assert {now[customer] for customer in stopped - cured} == {minor("5000.00")}
    assert told(world, min(cured)) == ["limit_cut", "limit_restored"]
    assert told(world, min(stopped - cured)) == ["limit_cut"]


def _the_report_shows_the_shift(world: World, shown: Figures, calm: Figures) -> None:
    end = shown.ends[-1]
    assert end.accounts == (CUSTOMERS - STOP, STOP, 0, 0, 0, 0, 0, 0)
    assert sum(end.principal_minor) == sum(calm.ends[-1].principal_minor) + _since(world, calm)
    [roll] = [one for one in shown.rolls if one.end == date(2027, 1, 31)]
    assert roll.moved[0][:2] == (CUSTOMERS - STOP, STOP)
    assert roll.flow[0] is not None
    assert 0.05 < roll.flow[0] < 0.5
    score, lateness = shown.shifts[0], shown.shifts[1]
    assert (score.name, score.verdict) == ("score", "alarm")
    assert score.to_last_month is not None
    assert score.to_last_month > 0.25
    assert (lateness.name, lateness.verdict) == ("lateness_now", "alarm")
    [vintage] = [one for one in shown.vintages if one.accounts == CUSTOMERS]
    assert vintage.ever[5][:3] == (0.0, 0.0, 0.0)
    assert vintage.ever[5][3] == STOP / CUSTOMERS
    [measured] = [one for one in shown.performance if one.outcome == "soon" and one.month == date(2027, 1, 1)]
    assert (measured.good, measured.bad) == (CUSTOMERS - STOP, STOP)
    assert measured.found is not None
    assert measured.found.auc == 0.5  # nobody's lateness was known when these scores were made
    assert [band.seen > 0 for band in measured.bands] != []
    [later] = [one for one in shown.performance if one.outcome == "later" and one.month is None]
    assert (later.bad, later.found) == (0, None)
    assert {one.rule: (one.opened, one.lasting) for one in shown.alerts} == dict.fromkeys(
        ("missed", "late", "fell"), (STOP, STOP)
    )
    page = report.html(shown, "Lender")
    assert "not enough outcomes" in page
    assert ">alarm<" in page
    assert "<script" not in page
    assert "http://" not in page
    assert "https://" not in page
    assert page.count("<svg") >= 6


def _since(world: World, calm: Figures) -> int:
    """Principal that changed hands since, as the general ledger has it."""
    from credit.monitoring.book import _all_principal

    return world.look(
        lambda books: _all_principal(books, books.today - timedelta(days=1)) - _all_principal(books, calm.day)
    )
