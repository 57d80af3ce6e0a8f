"""The outbox: what closing writes into it, when it may be delivered, and what a customer can refuse."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
import yaml
from sqlalchemy import select

from channels.wording import Wording
from credit.books import Books
from credit.kernel.clock import BUSINESS_ZONE, ManualClock, midday
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.ids import new_id
from credit.kernel.money import from_yuan
from credit.notices.models import Notice
from credit.notices.rules import earliest, is_quiet, sending_time
from credit.notices.service import KINDS, NewNotice, PendingNotice, enqueue, withdraw, withdraw_stale
from tests.credit.products import products
from tests.credit.world import World
from tools.console import ROOT

RULE = products().reminders


def beijing(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=BUSINESS_ZONE)


@pytest.mark.parametrize(
    ("wanted", "delivered"),
    [
        (beijing(5, 21, 59), beijing(5, 21, 59)),
        (beijing(5, 22), beijing(6, 8)),
        (beijing(5, 23, 59), beijing(6, 8)),
        (beijing(6, 0), beijing(6, 8)),
        (beijing(6, 7, 59), beijing(6, 8)),
        (beijing(6, 8), beijing(6, 8)),
    ],
)
def test_the_quiet_hours_push_a_reminder_to_the_morning(wanted: datetime, delivered: datetime) -> None:
    assert earliest(wanted, RULE) == delivered
    assert is_quiet(wanted, RULE) == (wanted != delivered)


def pending(world: World, at: datetime) -> list[PendingNotice]:
    world.app.clock = ManualClock(at)
    return world.app.pending_notices()


def kinds(world: World, at: datetime) -> list[str]:
    return sorted(notice.kind for notice in pending(world, at))


def test_closing_reminds_of_bills_and_loans_before_and_after_their_due_day(world: World) -> None:
    customer = world.borrower()
    world.buy(customer, "1000.00")
    world.go_to(date(2026, 11, 1))
    assert kinds(world, beijing(1, 8, 59)) == []  # due at nine
    (bill,) = pending(world, beijing(1, 9))
    assert bill.customer_id == customer
    assert bill.facts == {"left": from_yuan("1000.00"), "minimum": from_yuan("100.00"), "due_on": date(2026, 11, 10)}
    assert world.app.mark_notice_sent(bill.id)
    assert not world.app.mark_notice_sent(bill.id)
    world.go_to(date(2026, 11, 14))
    found = pending(world, beijing(14, 9))
    assert [(notice.kind, notice.due_at.astimezone(BUSINESS_ZONE).day) for notice in found] == [
        ("bill_due", 7), ("bill_due", 10), ("overdue", 11), ("overdue", 13),
    ]  # fmt: skip
    assert found[-1].facts == {"product": world.catalogue.paylater.name, "days": 3, "since": date(2026, 11, 10)}
    assert kinds(world, beijing(14, 22)) == []  # nothing in the night
    assert len(kinds(world, beijing(15, 8))) == 4


def test_whoever_has_paid_is_not_reminded(world: World) -> None:
    customer = world.borrower()
    world.buy(customer, "1000.00")
    loan = world.borrow(customer, "2000.00", 3)
    world.go_to(date(2026, 11, 2))
    world.pay_bill(customer)
    world.pay_loan(customer, loan)
    world.go_to(date(2026, 11, 14))
    assert kinds(world, beijing(14, 9)) == ["bill_issued"]


def test_a_loan_is_reminded_of_three_days_before_and_on_the_day(world: World) -> None:
    customer = world.borrower()
    due_on = world.rows(world.borrow(customer, "2000.00", 3))[0].due_on
    world.go_to(due_on)
    found = pending(world, midday(due_on))
    assert [notice.kind for notice in found] == ["loan_due", "loan_due"]
    assert {notice.facts["due_on"] for notice in found} == {due_on}


def test_opting_out_withdraws_what_waits_and_keeps_out_what_comes(world: World) -> None:
    customer, other = world.borrower(), world.borrower()
    for one in (customer, other):
        world.buy(one, "1000.00")
    world.go_to(date(2026, 11, 1))
    world.app.opt_out_of_notices(customer, "bill_issued")
    world.app.opt_out_of_notices(customer, "bill_due")
    world.go_to(date(2026, 11, 11))
    by_customer = {
        one: [n.kind for n in pending(world, beijing(11, 9)) if n.customer_id == one] for one in (customer, other)
    }
    assert by_customer == {customer: ["overdue"], other: ["bill_issued", "bill_due", "bill_due", "overdue"]}
    world.app.opt_in_to_notices(customer, "bill_issued")
    world.go_to(date(2026, 12, 1))
    assert "bill_issued" in [n.kind for n in pending(world, midday(date(2026, 12, 1))) if n.customer_id == customer]


def test_one_key_is_one_notice_and_a_withdrawn_one_is_not_delivered(world: World) -> None:
    customer = world.borrower()
    new = NewNotice(
        customer, "overdue", "once", beijing(1, 23), {"days": 1, "product": "paylater", "since": "2026-10-30"}
    )

    def put(books: Books) -> int:
        return enqueue(books, [new, new])

    assert [world.do(put), world.do(put)] == [1, 0]
    (notice,) = pending(world, beijing(2, 8))
    assert notice.due_at == beijing(2, 8)
    assert world.do(lambda books: withdraw(books, notice.id))
    assert not world.app.mark_notice_sent(notice.id)
    assert pending(world, beijing(2, 9)) == []


@pytest.mark.parametrize(
    ("what", "code"),
    [
        (lambda app, customer: app.opt_out_of_notices(customer, "overdue"), ErrorCode.NOTICE_CANNOT_BE_REFUSED),
        (lambda app, customer: app.opt_out_of_notices(customer, "weather"), ErrorCode.NOTICE_KIND_UNKNOWN),
        (lambda app, customer: app.opt_in_to_notices(customer, "weather"), ErrorCode.NOTICE_KIND_UNKNOWN),
        (lambda app, _: app.mark_notice_sent(UUID(int=1)), ErrorCode.NOTICE_NOT_FOUND),
        (lambda app, _: app.opt_out_of_notices(new_id(), "bill_due"), ErrorCode.CUSTOMER_UNKNOWN),
    ],
)
def test_what_is_not_there_is_refused_by_its_code(world: World, what: object, code: ErrorCode) -> None:
    customer = world.borrower()
    with pytest.raises(CreditError) as refusal:
        what(world.app, customer)  # type: ignore[operator]
    assert refusal.value.code is code


def test_every_kind_has_words_for_its_facts() -> None:
    folder = ROOT / "bot" / "domain"
    worded = yaml.safe_load((folder / "notices.yml").read_text("utf-8"))["responses"]
    assert set(worded) == {f"utter_notice_{kind}" for kind in KINDS}
    amount, day = from_yuan("12.00"), date(2026, 11, 10)
    bill = {"left": amount, "minimum": amount, "due_on": day}
    facts = {
        "bill_issued": bill, "bill_due": bill, "loan_due": {"left": amount, "number": 1, "due_on": day},
        "overdue": {"product": "x", "days": 3, "since": day - timedelta(days=3)},
        "credit_held": {"product": "x", "reason": "y"}, "credit_released": {"product": "x"},
        "limit_cut": {"product": "x", "reason": "y", "before": amount, "after": amount},
        "limit_restored": {"product": "x", "after": amount},
        "limit_raised": {"product": "x", "before": amount, "limit": amount},
    }  # fmt: skip
    wording = Wording.load(folder)
    for kind in KINDS:
        assert "{" not in wording.say(f"utter_notice_{kind}", **facts[kind])


def test_what_happened_to_a_limit_is_told_later_too(world: World) -> None:
    """A reminder's figures grow old; that a limit was cut does not."""
    customer, day = world.join(), world.today
    facts = {"product": "paylater", "reason": "watch_score", "before_minor": 200, "after_minor": 100}
    both = [
        NewNotice(customer, "limit_cut", "cut-1", sending_time(day, world.catalogue.reminders), facts),
        NewNotice(customer, "overdue", "overdue-1", sending_time(day, world.catalogue.reminders), {}),
    ]
    world.do(lambda books: enqueue(books, both))
    world.go(1)
    assert world.do(withdraw_stale) == 1
    kept = select(Notice.kind).where(Notice.state == "pending")
    assert world.look(lambda books: books.session.scalars(kept).all()) == ["limit_cut"]
