"""Seeding: once, whole, through the services."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import func, select

from credit.app import CreditApp, open_app
from credit.kernel.clock import ManualClock, midday
from credit.kernel.errors import CreditError
from credit.ledger.audit import check_books
from credit.ledger.models import Balance, Journal
from credit.offers.models import Offer
from credit.payments.models import PaymentOrder
from seeds.loader import FILE, is_seeded, seed
from tests.credit.world import settings_for

STORY: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))


@pytest.fixture
def empty(database_url: str, tmp_path: Path) -> Iterator[CreditApp]:
    app = open_app(settings_for(database_url, tmp_path), ManualClock(midday(STORY["business_date"])))
    yield app
    app.close()


def short_story(tmp_path: Path, **changes: Any) -> Path:
    """The first customers' first weeks: enough to see how seeding goes, without playing half a year."""
    people = [
        {**person, "habits": [], "events": [event for event in person["events"] if event["day"] < date(2026, 5, 25)]}
        for person in STORY["customers"][:3]
    ]
    people[1]["events"].append(
        {"day": date(2026, 4, 24), "buy": {"merchant": "shop", "category": "a", "amount": "9.90"}}
    )
    people[1]["events"].append({"day": date(2026, 5, 3), "repay_bill": "all"})
    file = tmp_path / "customers.yml"
    story = {**STORY, "business_date": date(2026, 5, 25), "customers": people} | changes
    file.write_text(yaml.safe_dump(story, allow_unicode=True), "utf-8")
    return file


def counts(app: CreditApp) -> list[Any]:
    def how(books: Any) -> list[Any]:
        balances = books.session.execute(select(func.count(), func.sum(Balance.balance_minor))).one()
        return [books.session.scalar(select(func.count()).select_from(Journal)), *balances, books.today]

    return app.reading(how)


def test_seeding_twice_changes_nothing(empty: CreditApp, tmp_path: Path) -> None:
    file = short_story(tmp_path)
    assert not is_seeded(empty)
    assert seed(empty, file=file) is True
    assert is_seeded(empty)
    before = counts(empty)
    assert seed(empty, file=file) is False
    assert counts(empty) == before
    assert check_books(empty.database.engine) == []
    assert empty.business_date() == date(2026, 5, 25)


def test_seeding_that_fails_leaves_an_empty_database(empty: CreditApp, tmp_path: Path) -> None:
    people = [{**STORY["customers"][0], "habits": [], "events": [
        {"day": date(2026, 4, 22), "open_paylater": {"limit": "100.00", "statement_day": 1}},
        {"day": date(2026, 4, 23), "buy": {"merchant": "shop", "category": "a", "amount": "100.01"}},
    ]}]  # fmt: skip
    with pytest.raises(CreditError):
        seed(empty, file=short_story(tmp_path, customers=people))
    assert not is_seeded(empty)
    assert empty.demo_customers() == []
    seed(empty, file=short_story(tmp_path))
    assert [person.name for person in empty.demo_customers()] == [row["name"] for row in STORY["customers"][:3]]


def test_progress_is_told_month_by_month(empty: CreditApp, tmp_path: Path) -> None:
    told: list[date] = []
    seed(empty, file=short_story(tmp_path), progress=told.append)
    assert told == [date(2026, 5, 1)]


def test_money_moves_in_seeds_go_through_offers_as_in_life(empty: CreditApp, tmp_path: Path) -> None:
    seed(empty, file=short_story(tmp_path))
    executed = empty.reading(
        lambda books: set(
            books.session.scalars(
                select(PaymentOrder.journal_id)
                .join(Offer, Offer.id == PaymentOrder.offer_id)
                .where(Offer.status == "executed")
            )
        )
    )
    paid = empty.reading(
        lambda books: set(
            books.session.scalars(select(Journal.id).where(Journal.kind.in_(("loan_opened", "bill_repaid"))))
        )
    )
    by_autopay = empty.reading(
        lambda books: set(books.session.scalars(select(Journal.id).where(Journal.request_id.like("autopay:%"))))
    )
    assert paid - by_autopay
    assert paid - by_autopay <= executed
