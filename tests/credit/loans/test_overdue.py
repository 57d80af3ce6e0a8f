"""A missed row: grace, penalty, freezing, the order in which a late payment counts, and the way back."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest

from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.money import PPM, round_half_up
from credit.lines import service as lines
from tests.credit.world import World, minor, yuan

DUE = date(2026, 11, 28)


def late_loan(world: World, days: int, **who: bool) -> tuple[UUID, UUID]:
    """A loan of 3,000 over three months whose first row was missed, so many days after its due day."""
    customer = world.borrower(**who)
    loan = world.borrow(customer, "3000.00", 3)
    world.go_to(DUE + timedelta(days=days))
    return customer, loan


def test_paying_on_the_grace_day_costs_nothing_more(world: World) -> None:
    customer, loan = late_loan(world, 1)
    row = world.rows(loan)[0]
    schedule = world.schedule(customer, loan)
    assert (schedule.days_overdue, schedule.penalty.minor) == (0, 0)
    assert schedule.next_due.minor == row.principal_minor + row.interest_minor
    world.pay_loan(customer, loan, yuan(schedule.next_due.minor))
    world.go(5)
    assert world.loan_owed(loan)["penalty"] == 0
    assert world.limit(customer, "cashloan").status == "open"


@pytest.mark.parametrize("days", [2, 12])
def test_penalty_is_on_overdue_principal_only(world: World, days: int) -> None:
    customer, loan = late_loan(world, days)
    row = world.rows(loan)[0]
    charged = days - 1  # the night of the due day is the grace day's
    assert world.loan_owed(loan)["penalty"] == round_half_up(row.principal_minor * 450 * charged, PPM)
    assert world.schedule(customer, loan).days_overdue == days
    assert [row.status for row in world.schedule(customer, loan).rows] == ["overdue", "planned", "planned"]


def test_what_is_not_due_yet_goes_on_bearing_its_interest(world: World) -> None:
    _, loan = late_loan(world, 12)
    row = world.rows(loan)[0]
    rest = minor("3000") - row.principal_minor
    assert world.loan_owed(loan)["interest"] - row.interest_minor in {
        round_half_up(rest * 300 * 12, PPM) - 1,
        round_half_up(rest * 300 * 12, PPM),
        round_half_up(rest * 300 * 12, PPM) + 1,
    }


def test_a_late_payment_counts_for_penalty_then_interest_then_principal(world: World) -> None:
    customer, loan = late_loan(world, 12)
    row, owed = world.rows(loan)[0], world.loan_owed(loan)
    world.pay_loan(customer, loan, yuan(owed["penalty"]))
    assert world.loan_owed(loan) == {**owed, "penalty": 0}
    world.pay_loan(customer, loan, yuan(row.interest_minor))
    assert world.loan_owed(loan) == {**owed, "penalty": 0, "interest": owed["interest"] - row.interest_minor}
    world.pay_loan(customer, loan, "1.00")
    assert world.loan_owed(loan)["principal"] == minor("2999")
    assert world.schedule(customer, loan).days_overdue == 12


def test_the_oldest_row_is_paid_first(world: World) -> None:
    customer, loan = late_loan(world, 35)  # two rows missed
    first = world.rows(loan)[0]
    penalty = world.loan_owed(loan)["penalty"]
    second_interest = world.rows(loan)[1].interest_minor
    world.pay_loan(customer, loan, yuan(penalty + first.interest_minor + second_interest + first.principal_minor))
    assert world.rows(loan)[0].paid_on == world.today
    assert world.rows(loan)[1].paid_on is None
    assert world.schedule(customer, loan).days_overdue == 5


def test_from_the_91st_day_principal_is_repaid_first(world: World) -> None:
    customer, loan = late_loan(world, 90)
    for days, first in ((90, "penalty"), (91, "principal")):
        assert world.schedule(customer, loan).days_overdue == days
        before = world.loan_owed(loan)
        world.pay_loan(customer, loan, "0.50")
        after = world.loan_owed(loan)
        assert {part for part in before if before[part] != after[part]} == {first}
        world.go(1)
    world.pay_loan(customer, loan)
    assert world.loan_owed(loan) == {"principal": 0, "interest": 0, "penalty": 0}


def test_paying_a_late_loan_off_leaves_nothing(world: World) -> None:
    customer, loan = late_loan(world, 12)
    owed = world.loan_owed(loan)
    assert world.schedule(customer, loan).payoff_today.minor == sum(owed.values())
    world.pay_loan(customer, loan)
    assert world.loan_owed(loan) == {"principal": 0, "interest": 0, "penalty": 0}
    assert world.balance("house/cash") == owed["interest"] + owed["penalty"]


def test_an_overdue_customer_gets_no_new_credit_from_the_second_morning(world: World) -> None:
    customer, _ = late_loan(world, 1)
    assert {line.status for line in world.app.limits(customer).lines} == {"open"}
    world.go(1)
    assert {(line.status, line.frozen_reason) for line in world.app.limits(customer).lines} == {("frozen", "overdue")}
    before = world.everything()
    with pytest.raises(CreditError) as refusal:
        world.buy(customer, "1.00")
    assert refusal.value.code is ErrorCode.LINE_FROZEN
    with pytest.raises(CreditError) as refusal:
        world.propose(customer, "borrow", "1000.00", term=3)
    assert refusal.value.code is ErrorCode.OVERDUE_BLOCKS_CREDIT
    assert refusal.value.facts == {"days": 2}
    assert world.everything() == before


def pay_what_is_due(world: World, customer: UUID, loan: UUID) -> None:
    world.pay_loan(customer, loan, yuan(world.schedule(customer, loan).next_due.minor))


def test_the_lines_open_again_after_the_cooling_days_and_not_before(world: World) -> None:
    customer, loan = late_loan(world, 12)
    pay_what_is_due(world, customer, loan)
    cured = world.today
    assert world.schedule(customer, loan).days_overdue == 0
    with pytest.raises(CreditError) as refusal:
        world.propose(customer, "borrow", "1000.00", term=3)
    assert refusal.value.code is ErrorCode.LINE_FROZEN
    world.go_to(date(2026, 12, 28))
    pay_what_is_due(world, customer, loan)
    wait = world.catalogue.overdue.unfreeze_after_days
    world.go_to(cured + timedelta(days=wait - 1))
    assert {line.status for line in world.app.limits(customer).lines} == {"frozen"}
    world.go(1)
    assert {line.status for line in world.app.limits(customer).lines} == {"open"}
    world.propose(customer, "borrow", "1000.00", term=3)


def test_being_late_again_starts_the_cooling_days_anew(world: World) -> None:
    customer, loan = late_loan(world, 12)
    pay_what_is_due(world, customer, loan)  # on 10 December
    world.go_to(date(2026, 12, 31))  # the second row was missed on the 28th
    pay_what_is_due(world, customer, loan)
    world.go_to(date(2027, 1, 20))  # long after the first cure
    assert world.limit(customer, "cashloan").status == "frozen"


def test_one_of_two_overdue_debts_paid_does_not_start_the_cooling_days(world: World) -> None:
    customer = world.borrower()
    first, second = world.borrow(customer, "1000.00", 3), world.borrow(customer, "1000.00", 3)
    world.go_to(DUE + timedelta(days=5))
    pay_what_is_due(world, customer, first)
    world.go(1)
    assert world.customer_row(customer).overdue_cured_on is None
    pay_what_is_due(world, customer, second)
    assert world.customer_row(customer).overdue_cured_on == world.today


def test_a_missed_minimum_freezes_the_cash_line_too(world: World) -> None:
    customer = world.borrower()
    world.buy(customer, "1000.00")
    world.go_to(date(2026, 11, 12))
    assert {line.status for line in world.app.limits(customer).lines} == {"frozen"}
    world.pay_bill(customer)
    with pytest.raises(CreditError) as refusal:
        world.propose(customer, "borrow", "1000.00", term=3)
    assert refusal.value.code is ErrorCode.LINE_FROZEN
    assert refusal.value.facts["reason"] == "overdue"


def test_a_frozen_customer_can_still_repay(world: World) -> None:
    customer, loan = late_loan(world, 12)
    world.pay_loan(customer, loan)
    assert world.loan(loan).settled_on == world.today


def test_another_freeze_is_not_lifted_by_the_cooling_days(world: World) -> None:
    customer, loan = late_loan(world, 0)
    world.do(lambda books: lines.freeze(books, lines.require_line(books, customer, "paylater"), "student"))
    world.go(12)
    world.pay_loan(customer, loan)
    world.go(31)
    found = {line.product: (line.status, line.frozen_reason) for line in world.app.limits(customer).lines}
    assert found == {"paylater": ("frozen", "student"), "cashloan": ("open", None)}


def test_an_autopay_customer_is_never_late(world: World) -> None:
    customer, loan = late_loan(world, 12, autopay=True)
    assert world.schedule(customer, loan).days_overdue == 0
    assert world.rows(loan)[0].paid_on == DUE
