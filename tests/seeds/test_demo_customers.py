"""Each demo customer is in the situation that the demo's login page says, by the figures of the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
import yaml
from sqlalchemy import select

from credit.app import CreditApp, open_app
from credit.cards import LimitLine, ScheduleLoan
from credit.customers.service import check_pin
from credit.explain.findings import Code, codes
from credit.explain.limit import limit_findings
from credit.explain.whereabouts import disbursement_findings, refund_findings, repay_findings
from credit.kernel.clock import ManualClock, midday
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.money import Money
from credit.ledger.audit import check_books
from credit.ledger.models import Journal
from credit.lines import service as lines
from seeds.loader import FILE, seed
from tests.credit.world import minor, settings_for
from tests.harness.databases import BOTH, PostgresqlServer
from tests.harness.processes import Seeded

STORY: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
IDS = {person["key"]: UUID(person["id"]) for person in STORY["customers"]}
TODAY = date(2026, 11, 8)


@dataclass
class Demo:
    """The seeded lender."""

    app: CreditApp

    def line(self, key: str, product: str) -> LimitLine:
        return next(line for line in self.app.limits(IDS[key]).lines if line.product == product)

    def plans(self, key: str, kind: str) -> list[ScheduleLoan]:
        return [loan for loan in self.app.schedules(IDS[key]).loans if loan.kind == kind]

    def refusal(self, key: str, **wish: Any) -> CreditError:
        content = {"amount": Money(minor("500")), "term": 3, "request_id": f"seed-test-{key}"} | wish
        with pytest.raises(CreditError) as refusal:
            self.app.propose_borrow(IDS[key], **content)
        return refusal.value


@pytest.fixture(scope="module", params=BOTH)
def demo(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """SQLite: a copy of what the run has seeded once. PostgreSQL: seeded here, since nothing can be copied across."""
    folder = tmp_path_factory.mktemp("demo")
    clock = ManualClock(midday(TODAY))
    if request.param == "sqlite":
        seeded: Seeded = request.getfixturevalue("seeded")
        app = open_app(settings_for(seeded.new_sqlite(folder), folder), clock)
    else:
        server: PostgresqlServer = request.getfixturevalue("postgresql_server")
        app = open_app(settings_for(server.create(), folder), clock)
        seed(app)
    yield Demo(app)
    app.close()


def test_the_books_are_right(demo: Demo) -> None:
    assert check_books(demo.app.database.engine) == []


def test_the_business_date_is_the_demos(demo: Demo) -> None:
    assert demo.app.business_date() == TODAY == STORY["business_date"]


def test_all_can_log_in_under_their_names(demo: Demo) -> None:
    listed = demo.app.demo_customers()
    assert [(person.id, person.name, person.situation) for person in listed] == [
        (UUID(row["id"]), row["name"], row["situation"]) for row in STORY["customers"]
    ]
    assert len(listed) == len(STORY["customers"]) == 9


@pytest.mark.parametrize("key", IDS)
def test_each_has_at_least_six_months_of_history(demo: Demo, key: str) -> None:
    """Counted from joining; whoever has products also has something in every month between."""
    months = {(TODAY.year, TODAY.month - back) for back in range(7)}
    joined = demo.app.reading(lambda books: books.customer(IDS[key]).joined_on)
    assert joined <= date(2026, 5, 8)
    if key == "newcomer":
        return
    query = select(Journal.effective_on).where(Journal.customer_id == IDS[key])
    days = demo.app.reading(lambda books: list(books.session.scalars(query)))
    assert months <= {(day.year, day.month) for day in days}


def test_the_good_customer_has_both_products_and_an_open_bill_on_autopay(demo: Demo) -> None:
    assert [line.status for line in demo.app.limits(IDS["good"]).lines] == ["open", "open"]
    bill = demo.app.bill(IDS["good"])
    assert (bill.statement_on, bill.due_on, bill.autopay) == (date(2026, 11, 1), date(2026, 11, 10), True)
    assert bill.outstanding.minor == bill.total.minor > 0
    assert (bill.days_overdue, bill.penalty.minor) == (0, 0)


def test_the_good_customer_can_borrow_5000_over_12_months(demo: Demo) -> None:
    offer = demo.app.propose_borrow(IDS["good"], amount=Money(minor("5000")), term=12, request_id="seed-test-5000")
    assert len(offer.rows) == 12
    demo.app.decline_offer(IDS["good"], offer.id)


def test_the_good_customer_can_repay_the_bill_with_a_loan(demo: Demo) -> None:
    ways = {way.way: way for way in demo.app.compare_ways(IDS["good"]).ways}
    assert all(way.possible for way in ways.values())


def test_the_bill_that_is_due_soon_is_due_the_day_after_tomorrow_without_autopay(demo: Demo) -> None:
    bill = demo.app.bill(IDS["due_soon"])
    assert (bill.due_on - TODAY).days == 2
    assert (bill.autopay, bill.days_overdue) == (False, 0)
    assert bill.minimum_outstanding.minor > 0


def test_the_overdue_customer_is_twelve_days_late_with_a_loan(demo: Demo) -> None:
    (loan,) = demo.plans("overdue", "loan")
    assert loan.days_overdue == 12
    assert loan.penalty.minor > 0
    assert [row.status for row in loan.rows].count("overdue") == 1
    assert {line.status for line in demo.app.limits(IDS["overdue"]).lines} == {"frozen"}
    assert demo.refusal("overdue").code is ErrorCode.OVERDUE_BLOCKS_CREDIT
    assert demo.app.bill(IDS["overdue"]).days_overdue == 0


def test_the_frozen_customer_has_repaid_and_still_waits(demo: Demo) -> None:
    lines = demo.app.limits(IDS["frozen"]).lines
    assert [(line.status, line.frozen_reason) for line in lines] == [("frozen", "overdue")] * 2
    assert demo.app.bill(IDS["frozen"]).days_overdue == 0
    assert demo.plans("frozen", "loan") == []
    refusal = demo.refusal("frozen")
    assert (refusal.code, refusal.facts["reason"]) == (ErrorCode.LINE_FROZEN, "overdue")
    cured = demo.app.reading(lambda books: books.customer(IDS["frozen"]).overdue_cured_on)
    assert cured is not None
    assert 0 < (TODAY - cured).days < demo.app.catalogue.overdue.unfreeze_after_days


def test_the_newcomer_has_no_products(demo: Demo) -> None:
    assert demo.app.limits(IDS["newcomer"]).lines == []
    for call in (demo.app.bill, demo.app.spending, demo.app.compare_ways):
        with pytest.raises(CreditError) as refusal:
            call(IDS["newcomer"])
        assert refusal.value.code is ErrorCode.PRODUCT_NOT_OPEN
    assert demo.refusal("newcomer").code is ErrorCode.PRODUCT_NOT_OPEN


def test_the_student_may_not_borrow_and_still_owes_an_old_bill(demo: Demo) -> None:
    assert demo.refusal("student").code is ErrorCode.STUDENT_MAY_NOT_BORROW
    line = demo.line("student", "paylater")
    assert (line.status, line.frozen_reason) == ("frozen", "student")
    assert line.used.minor > 0
    assert demo.app.bill(IDS["student"]).outstanding.minor > 0


def test_one_customer_has_a_refund_after_the_statement_and_a_recent_cut(demo: Demo) -> None:
    bill = demo.app.bill(IDS["refund_and_cut"])
    refunds = [entry for entry in bill.entries if entry.kind == "refund"]
    assert [(entry.on > bill.statement_on, entry.amount.minor < 0) for entry in refunds] == [(True, True)]
    assert bill.outstanding.minor < bill.total.minor
    line = demo.line("refund_and_cut", "paylater")
    assert line.limit.minor == minor("6000")
    changes = demo.app.reading(
        lambda books: [
            (change.kind, change.on, change.before_minor, change.after_minor)
            for change in lines.changes(books, lines.require_line(books, IDS["refund_and_cut"], "paylater"))
        ]
    )
    assert changes[0][0] == "cut"
    assert TODAY - changes[0][1] < timedelta(days=30)
    assert changes[0][2] > changes[0][3] == line.limit.minor


def test_one_customer_has_two_running_loans_and_an_installment_plan(demo: Demo) -> None:
    loans, plans = demo.plans("two_loans", "loan"), demo.plans("two_loans", "installment_plan")
    assert (len(loans), len(plans)) == (2, 1)
    assert len({row.due_on.day for loan in loans for row in loan.rows}) == 1
    assert all(loan.days_overdue == 0 and loan.remaining.minor > 0 for loan in loans)
    assert all(loan.next_due_on is not None and loan.next_due_on >= TODAY for loan in loans)


@pytest.mark.parametrize("key", [key for key in IDS if key != "overdue"])
def test_nobody_else_is_overdue(demo: Demo, key: str) -> None:
    assert all(loan.days_overdue == 0 for loan in demo.app.schedules(IDS[key]).loans)
    if any(line.product == "paylater" for line in demo.app.limits(IDS[key]).lines):
        assert demo.app.bill(IDS[key]).days_overdue == 0


@pytest.mark.parametrize("key", IDS)
def test_every_figure_of_a_limit_adds_up(demo: Demo, key: str) -> None:
    held = {facts.product: sum(each.amount.minor for each in facts.held) for facts in demo.app.limit_facts(IDS[key])}
    for line in demo.app.limits(IDS[key]).lines:
        assert line.used.minor + held[line.product] + line.available.minor == line.limit.minor


def test_the_pin_of_the_demo_works_for_everybody(demo: Demo) -> None:
    for key in IDS:
        kept = demo.app.reading(lambda books, key=key: books.customer(IDS[key]).pin_hash)
        assert check_pin(kept, STORY["pin"]), key


def test_money_is_under_way_for_one_of_them(demo: Demo) -> None:
    """A refused repayment, one that waits for the bank, a loan that waits too, a posted refund, and limit in use."""
    key = IDS["in_transit"]
    repaid = repay_findings(demo.app.repaid_facts(key), "bill")
    assert codes(repaid)[:2] == [Code.REPAY_WAITING, Code.REPAY_FAILED]
    assert [each.money("amount").minor for each in repaid[:2]] == [minor("1200.00"), minor("600.00")]
    assert repaid[1].evidence["bank_reason"] == "insufficient_funds"
    assert codes(disbursement_findings(demo.app.lent_facts(key))) == [Code.PAYOUT_WAITING]
    assert codes(refund_findings(demo.app.refund_facts(key))) == [Code.REFUND_LOWERED_UNBILLED]
    paylater, cash = demo.app.limit_facts(key)
    assert codes(limit_findings(paylater)) == [
        Code.LIMIT_TEMPORARY_ENDED, Code.LIMIT_PAYMENT_WAITING, Code.LIMIT_HELD_BY_MERCHANT,
        Code.LIMIT_PARTLY_GIVEN_BACK, Code.LIMIT_IN_INSTALLMENTS, Code.LIMIT_OWED_ON_BILL, Code.LIMIT_OWED_UNBILLED,
    ]  # fmt: skip
    assert codes(limit_findings(cash)) == [Code.LIMIT_HELD_FOR_LOAN]
