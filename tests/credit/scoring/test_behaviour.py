"""Features from the ledger, on both databases, and the same for many as for one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event

from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.ids import new_id
from credit.kernel.money import from_yuan
from credit.scoring.behaviour import Bill, Features, MissedRow, Source, months_late, months_of
from credit.scoring.history import History
from credit.scoring.repository import features_of, features_of_many
from tests.credit.world import World, minor

VERSION = "2026-11"


def seen(world: World, customer: UUID) -> Features:
    return world.look(lambda books: features_of(books, customer))


def lateness(features: Features) -> list[int]:
    """Newest first."""
    return [month.lateness for month in features.months]


# ── months from bills, pure ─────────────────────────────────────────────────────────────────────────────────


def bill(month: int, total: int, *, previous: int = 0, minimum: int = 0, penalty: int = 0) -> Bill:
    return Bill(date(2026, month, 1), previous, penalty, total, minimum)


def lates(*bills: Bill, missed: tuple[MissedRow, ...] = (), overdue_now: int = 0) -> list[int]:
    """Bills oldest first, lateness oldest first."""
    found = months_of(bills[::-1], {}, missed, overdue_now=overdue_now)
    return [month.lateness for month in found][::-1]


def test_lateness_counts_as_uci_does() -> None:
    unused, used = bill(1, 0), bill(2, 1000, minimum=100)
    paid = bill(3, 500, minimum=50)
    revolving = bill(4, 800, previous=400, minimum=440)
    late = bill(5, 900, previous=800, minimum=900)
    later = bill(6, 950, previous=900, minimum=950)
    assert lates(unused, used, paid, revolving, late, later) == [-2, -1, -1, 0, 1, 2]


def test_after_paying_the_minimum_again_nothing_is_late() -> None:
    late = bill(2, 1000, previous=1000, minimum=1000)
    assert lates(bill(1, 1000, minimum=100), late, bill(3, 200), bill(4, 0)) == [-1, 1, -1, -1]


def test_penalty_left_over_is_a_part_of_the_bill_that_was_not_paid() -> None:
    first = bill(1, 1000, minimum=1000, penalty=10)
    assert lates(first, bill(2, 20, previous=0, penalty=10)) == [-1, 1]


def test_at_most_six_months_are_seen_and_the_seventh_only_says_what_the_sixth_was_paid_against() -> None:
    bills = [bill(month, 1000, previous=1000, minimum=1000) for month in range(1, 8)]
    assert lates(*bills) == [1, 2, 3, 4, 5, 6]


def test_what_is_overdue_today_counts_in_the_newest_month() -> None:
    assert lates(bill(1, 500, minimum=50), bill(2, 500, minimum=50), overdue_now=31) == [-1, 2]
    assert lates(overdue_now=31) == []


def test_a_late_loan_row_makes_its_months_late() -> None:
    bills = (bill(1, 0), bill(2, 0), bill(3, 0), bill(4, 0))
    assert lates(*bills, missed=(MissedRow(date(2026, 1, 20), date(2026, 3, 15)),)) == [-2, 1, 2, -2]
    assert lates(*bills, missed=(MissedRow(date(2026, 3, 31), None),)) == [-2, -2, -2, -2], "due yesterday is not late"


@pytest.mark.parametrize(("days", "late"), [(1, 1), (30, 1), (31, 2), (60, 2), (61, 3)])
def test_thirty_days_are_a_month(days: int, late: int) -> None:
    assert months_late(days) == late


# ── from the ledger ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_customer_without_products_has_no_behaviour(world: World) -> None:
    found = seen(world, world.join())
    assert found.months == ()
    assert (found.paylater_limit, found.cashloan_limit, found.exposure, found.utilisation_ppm) == (0, 0, 0, 0)
    assert found.to_history(unit=100) is None
    with pytest.raises(CreditError) as refusal:
        seen(world, new_id())
    assert refusal.value.code is ErrorCode.CUSTOMER_UNKNOWN


def test_bills_payments_and_lateness_come_from_statements_and_payments(world: World) -> None:
    customer = world.borrower()
    world.buy(customer, "1000.00")
    world.go_to(date(2026, 11, 5))
    world.pay_bill(customer, "100.00")  # the minimum
    world.buy(customer, "50.00")
    world.go_to(date(2026, 12, 9))
    world.pay_bill(customer)
    world.go_to(date(2027, 1, 2))
    newest, middle, oldest = seen(world, customer).months
    assert (oldest.on, oldest.bill, oldest.minimum, oldest.payment, oldest.lateness) == (
        date(2026, 11, 1), minor("1000"), minor("100"), 0, -1,
    )  # fmt: skip
    assert (middle.payment, middle.lateness) == (minor("100"), 0)
    assert (newest.payment, newest.lateness) == (middle.bill, -1)
    assert 0 < newest.bill < minor("10"), "interest since the due day"


def test_a_missed_minimum_is_a_month_late_and_then_two(world: World) -> None:
    customer = world.borrower()
    world.buy(customer, "1000.00")
    world.go_to(date(2026, 11, 5))
    assert lateness(seen(world, customer)) == [-1]
    world.go_to(date(2026, 11, 12))
    assert (seen(world, customer).days_overdue, lateness(seen(world, customer))) == (2, [1])
    world.go_to(date(2026, 12, 3))
    assert lateness(seen(world, customer)) == [1, -1]
    world.go_to(date(2027, 1, 2))
    assert lateness(seen(world, customer)) == [2, 1, -1]


def test_splitting_the_bill_pays_it(world: World) -> None:
    customer = world.borrower()
    world.buy(customer, "900.00")
    world.go_to(date(2026, 11, 5))
    world.split_bill(customer, "900.00", 3)
    found = seen(world, customer)
    assert (found.plans_owed, found.paylater_owed) == (minor("900"), minor("900"))
    world.go_to(date(2026, 12, 2))
    newest = seen(world, customer).months[0]
    assert (newest.lateness, newest.payment) == (-1, 0), "nothing was paid, and nothing is late"


def test_loans_count_by_age_and_share_the_exposure(world: World) -> None:
    customer = world.borrower()
    loan = world.borrow(customer, "4000.00", 3)
    world.buy(customer, "1000.00")
    found = seen(world, customer)
    assert (found.loans_running, found.loans_in_week, found.loans_in_quarter) == (1, 1, 1)
    assert (found.cashloan_owed, found.exposure) == (minor("4000"), minor("5000"))
    assert (found.utilisation_ppm, found.cash_utilisation_ppm) == (100_000, 200_000)
    world.pay_loan(customer, loan)
    world.go(8)
    found = seen(world, customer)
    assert (found.loans_running, found.loans_in_week, found.loans_in_quarter, found.cashloan_owed) == (0, 0, 1, 0)


def test_a_loan_row_paid_late_makes_the_month_late_and_is_cured_afterwards(world: World) -> None:
    customer = world.borrower()
    loan = world.borrow(customer, "3000.00", 3)
    world.go_to(date(2026, 12, 5))
    assert (seen(world, customer).days_overdue, lateness(seen(world, customer))) == (7, [1, -2])
    world.pay_loan(customer, loan)
    world.go_to(date(2027, 1, 3))
    found = seen(world, customer)
    assert (found.days_overdue, lateness(found)) == (0, [-2, 1, -2])


def test_a_closed_line_is_no_line_and_a_cut_below_the_debt_is_above_full_use(world: World) -> None:
    customer = world.borrower()
    world.buy(customer, "1000.00")
    world.change_limit(customer, "500.00")
    assert seen(world, customer).utilisation_ppm == 2_000_000
    other = world.join()
    world.open_paylater(other)
    world.app.close_product(other, "paylater", request_id=world.request())
    assert seen(world, other).paylater_limit == 0


def test_tenure_counts_full_months(world: World) -> None:
    customer = world.join()
    world.go_to(date(2026, 11, 27))
    assert seen(world, customer).tenure_months == 0
    world.go_to(date(2026, 11, 28))
    assert seen(world, customer).tenure_months == 1


def test_missing_months_are_missing_and_not_zero(world: World) -> None:
    customer = world.borrower()
    world.buy(customer, "1000.00")
    world.go_to(date(2026, 11, 5))
    history = seen(world, customer).to_history(unit=100)
    assert history == History(
        10_000, (-1, None, None, None, None, None), (1_000, None, None, None, None, None),
        (None, None, None, None, None, None),
    )  # fmt: skip


# ── consent ─────────────────────────────────────────────────────────────────────────────────────────────────


def wages(world: World, customer: UUID, source: Source, amount: str, *, ago: int = 30) -> None:
    reference = world.request()
    on = world.today - timedelta(days=ago)
    world.app.record_pay_in(customer, source, on=on, amount=from_yuan(amount), reference=reference)


def test_pay_ins_are_not_even_kept_without_consent(world: World) -> None:
    customer = world.borrower()
    assert world.app.data_sources(customer) == set()
    for source in Source:
        with pytest.raises(CreditError) as refusal:
            wages(world, customer, source, "9000.00")
        assert refusal.value.code is ErrorCode.DATA_CONSENT_MISSING
    assert (seen(world, customer).income, seen(world, customer).transfers) == (None, None)


def test_each_source_is_let_in_by_its_own_consent(world: World) -> None:
    customer = world.borrower()
    world.app.set_data_consent(customer, Source.INCOME, given=True, version=VERSION)
    wages(world, customer, Source.INCOME, "9000.00")
    wages(world, customer, Source.INCOME, "9000.00", ago=60)
    wages(world, customer, Source.INCOME, "500.00", ago=0)  # this month is not full yet
    with pytest.raises(CreditError):
        wages(world, customer, Source.TRANSFERS, "100.00")
    assert (seen(world, customer).income, seen(world, customer).transfers) == (minor("6000"), None)


def test_a_withdrawn_consent_switches_the_source_off_and_deletes_what_it_told(world: World) -> None:
    customer, other = world.borrower(), world.borrower()
    for who in (customer, other):
        for source in Source:
            world.app.set_data_consent(who, source, given=True, version=VERSION)
            wages(world, who, source, "3000.00")
    world.app.set_data_consent(customer, Source.INCOME, given=False, version=VERSION)
    assert (seen(world, customer).income, seen(world, customer).transfers) == (None, minor("1000"))
    assert seen(world, other).income == minor("1000")
    world.app.set_data_consent(customer, Source.INCOME, given=True, version=VERSION)
    assert seen(world, customer).income is None, "a new yes brings nothing back"


def test_a_pay_in_counts_once_by_its_reference(world: World) -> None:
    customer = world.borrower()
    world.app.set_data_consent(customer, Source.INCOME, given=True, version=VERSION)
    for _ in range(2):
        world.app.record_pay_in(
            customer, Source.INCOME, on=date(2026, 9, 10), amount=from_yuan("3000.00"), reference="bank-1"
        )
    assert seen(world, customer).income == minor("1000")


# ── many at once ────────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def counted(world: World) -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    engine = world.app.database.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_many_are_read_in_as_few_statements_as_one_and_come_out_the_same(world: World) -> None:
    customers = [world.borrower() for _ in range(4)]
    for nth, customer in enumerate(customers):
        world.buy(customer, f"{nth + 1}00.00")
        world.borrow(customer, "1000.00", 3)
        world.app.set_data_consent(customer, Source.INCOME, given=True, version=VERSION)
        wages(world, customer, Source.INCOME, f"{nth + 1}000.00")
    world.go_to(date(2026, 11, 5))
    world.pay_bill(customers[1], "50.00")
    world.go_to(date(2026, 12, 3))
    with counted(world) as one:
        alone = {customer: seen(world, customer) for customer in customers}
    with counted(world) as many:
        together = world.look(lambda books: features_of_many(books, [*customers, new_id()]))
    assert together == alone
    assert len(set(map(repr, together.values()))) == 4, "they are four different customers"
    assert len(many) == len(one) / 4
    assert len(many) <= 12
    assert world.look(lambda books: features_of_many(books, [])) == {}
