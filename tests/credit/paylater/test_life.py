"""Opening with consent, closing with reasons, another cycle, temporary limits, and money owed back."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from credit.books import Books
from credit.catalogue.models import Cycle
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.money import from_yuan
from credit.lines import life as line_life
from credit.lines import service as lines
from credit.lines import temporary
from credit.paylater import life, spending, statements
from tests.credit.world import World, minor

VERSION = "2026-11"
FIRST = Cycle(statement_day=1, due_day=10)


def open_product(world: World, customer: UUID, product: str = "paylater", *, consent: str = VERSION) -> UUID:
    request_id = world.request()
    return world.do(
        lambda books: (
            life.open_product(
                books,
                customer,
                product,
                limit=from_yuan("5000.00"),
                daily_rate_ppm=300,
                cycle=FIRST if product == "paylater" else None,
                consent_version=consent,
                request_id=request_id,
            ).id
        )
    )


def close(world: World, customer: UUID, product: str = "paylater") -> None:
    request_id = world.request()
    world.do(lambda books: life.close_product(books, customer, product, request_id=request_id))


def refused(code: ErrorCode, act: object) -> CreditError:
    with pytest.raises(CreditError) as refusal:
        act()  # type: ignore[operator]
    assert refusal.value.code is code
    return refusal.value


def test_opening_keeps_the_consent_with_its_version_and_time(world: World) -> None:
    customer = world.join()
    open_product(world, customer)
    open_product(world, customer, "cashloan")
    kept = world.look(lambda books: line_life.consents_of(books, customer))
    assert sorted((each.kind, each.version, each.given_at) for each in kept) == [
        ("cashloan", VERSION, world.clock.now()),
        ("paylater", VERSION, world.clock.now()),
    ]
    refused(ErrorCode.PRODUCT_ALREADY_OPEN, lambda: open_product(world, customer))


def test_each_condition_of_opening_is_refused_by_its_own_name_and_nothing_is_kept(world: World) -> None:
    cases: list[tuple[UUID, ErrorCode]] = [
        (world.join(born_on=date(2010, 1, 1)), ErrorCode.UNDERAGE),
        (world.join(student=True), ErrorCode.STUDENT_MAY_NOT_BORROW),
    ]
    for flag, code in (
        ("is_blocked", ErrorCode.CUSTOMER_BLOCKED),
        ("identity_checked", ErrorCode.IDENTITY_NOT_CHECKED),
    ):
        customer = world.join()
        world.do(lambda books, who=customer, name=flag: setattr(books.customer(who), name, name == "is_blocked"))  # type: ignore[misc]
        cases.append((customer, code))
    for customer, code in cases:
        refused(code, lambda who=customer: open_product(world, who))  # type: ignore[misc]
        assert world.look(lambda books, who=customer: line_life.consents_of(books, who)) == []  # type: ignore[misc]
    refused(ErrorCode.CONSENT_OUTDATED, lambda: open_product(world, world.join(), consent="2020-01"))


def test_who_is_overdue_on_one_product_cannot_open_the_other(world: World) -> None:
    customer = world.join()
    world.open_paylater(customer)
    world.buy(customer, "500.00")
    world.go_to(date(2026, 11, 15))
    assert refused(ErrorCode.OVERDUE_BLOCKS_CREDIT, lambda: open_product(world, customer, "cashloan")).facts == {
        "days": 5
    }


def test_closing_names_every_reason_why_not_yet(world: World) -> None:
    customer = world.borrower()
    world.buy(customer, "1000.00")
    world.go_to(date(2026, 11, 5))
    world.split_bill(customer, "600.00", 3)
    world.buy(customer, "20.00")
    world.do(
        lambda books: spending.authorise(
            books, customer, from_yuan("30.00"), merchant="hotel", category="travel", request_id="authorise"
        )
    )
    found = world.look(lambda books: life.obstacles(books, lines.require_line(books, customer, lines.PAYLATER)))
    assert [(each.code, each.amount.minor) for each in found] == [
        ("statement_open", minor("400")),
        ("owed", minor("20")),
        ("plan_running", minor("600")),
        ("payment_pending", minor("30")),
    ]
    reasons = refused(ErrorCode.CANNOT_CLOSE_YET, lambda: close(world, customer)).facts["reasons"]
    assert reasons == ("statement_open", "owed", "plan_running", "payment_pending")


def test_a_credit_balance_is_paid_out_before_closing_and_the_product_can_be_opened_again(world: World) -> None:
    customer = world.borrower()
    bought = world.buy(customer, "100.00")
    world.go_to(date(2026, 11, 5))
    world.pay_bill(customer)
    world.refund(customer, bought, "100.00")
    refused(ErrorCode.CANNOT_CLOSE_YET, lambda: close(world, customer))
    receipt = world.execute(customer, world.propose(customer, "pay_out_credit"))
    assert receipt.amount.minor == minor("100")
    refused(ErrorCode.NO_CREDIT_BALANCE, lambda: world.propose(customer, "pay_out_credit"))
    close(world, customer)
    refused(ErrorCode.PRODUCT_NOT_OPEN, lambda: world.buy(customer, "1.00"))
    world.go_to(date(2026, 12, 2))
    open_product(world, customer)
    assert len(world.statements(customer)) == 1, "a closed line gets no statements"
    assert world.available(customer) == minor("5000")


def test_a_cash_line_closes_when_its_loans_are_repaid(world: World) -> None:
    customer = world.borrower()
    loan = world.borrow(customer, "1000.00", 3)
    assert refused(ErrorCode.CANNOT_CLOSE_YET, lambda: close(world, customer, "cashloan")).facts["reasons"] == (
        "loan_running",
    )
    world.pay_loan(customer, loan)
    close(world, customer, "cashloan")
    refused(ErrorCode.PRODUCT_NOT_OPEN, lambda: world.propose(customer, "borrow", "500.00", term=3))


# ── another statement day ───────────────────────────────────────────────────────────────────────────────────


def change_cycle(world: World, customer: UUID, day: int, due: int) -> None:
    world.do(lambda books: life.change_cycle(books, customer, Cycle(statement_day=day, due_day=due)))


def test_the_statement_day_moves_once_the_open_bill_is_past_its_due_day(world: World) -> None:
    customer = world.borrower()
    world.buy(customer, "1000.00")
    world.go_to(date(2026, 11, 5))
    assert refused(ErrorCode.CYCLE_CHANGE_NOT_YET, lambda: change_cycle(world, customer, 11, 20)).facts == {
        "from_on": date(2026, 11, 11)
    }
    world.split_bill(customer, None, 3)
    world.buy(customer, "50.00")
    world.go_to(date(2026, 11, 11))
    change_cycle(world, customer, 6, 15)
    assert [row.due_on for row in world.plan_rows()] == [date(2026, 12, 15), date(2027, 1, 15), date(2027, 2, 15)]
    world.go_to(date(2026, 12, 7))
    statement = world.statements(customer)[-1]
    assert (statement.statement_on, statement.due_on) == (date(2026, 12, 6), date(2026, 12, 15))
    assert (statement.purchases_minor, statement.installments_minor) == (minor("50"), minor("333.33"))
    refused(ErrorCode.CYCLE_CHANGE_NOT_YET, lambda: change_cycle(world, customer, 1, 10))
    refused(ErrorCode.CYCLE_NOT_SOLD, lambda: change_cycle(world, customer, 2, 12))


def test_a_day_has_one_statement(world: World) -> None:
    customer = world.borrower()
    world.buy(customer, "100.00")
    world.go_to(date(2026, 11, 1))
    assert len(world.statements(customer)) == 1

    def again(books: Books) -> None:
        statements.issue_statement(books, lines.require_line(books, customer, lines.PAYLATER))

    refused(ErrorCode.STATEMENT_EXISTS, lambda: world.do(again))


# ── temporary limits ────────────────────────────────────────────────────────────────────────────────────────


def grant(world: World, customer: UUID, extra: str) -> None:
    request_id = world.request()

    def work(books: Books) -> None:
        books.lock_customer(customer)
        line = lines.require_line(books, customer, lines.PAYLATER)
        temporary.grant(books, line, from_yuan(extra), owed=life.principal_of(books, line), request_id=request_id)

    world.do(work)


def expire(world: World, day: date | None = None) -> None:
    world.do(lambda books: temporary.expire_limits(books, day or books.today, life.principal_of))


def test_a_temporary_limit_adds_and_ends_by_itself(world: World) -> None:
    customer = world.borrower()
    grant(world, customer, "2000.00")
    assert world.available(customer) == minor("12000")
    until = world.look(lambda books: temporary.running(books, lines.require_line(books, customer, lines.PAYLATER)))
    assert until is not None
    assert (until.until_on - until.from_on).days == world.catalogue.paylater.temporary_limit.days - 1
    world.go_to(until.until_on)
    expire(world)
    assert world.limit(customer).limit.minor == minor("10000")
    expire(world)
    assert world.limit(customer).limit.minor == minor("10000")


def test_a_temporary_limit_is_bounded_and_there_is_one_at_a_time(world: World) -> None:
    customer = world.borrower()
    assert refused(ErrorCode.TEMPORARY_LIMIT_TOO_LARGE, lambda: grant(world, customer, "2000.01")).facts == {
        "most": from_yuan("2000.00")
    }
    grant(world, customer, "500.00")
    refused(ErrorCode.TEMPORARY_LIMIT_RUNNING, lambda: grant(world, customer, "1.00"))


def test_what_was_spent_of_a_temporary_limit_cannot_be_put_into_installments(world: World) -> None:
    customer = world.borrower()
    grant(world, customer, "2000.00")
    world.buy(customer, "9000.00")
    world.buy(customer, "2500.00")
    world.go_to(date(2026, 11, 5))
    refused(ErrorCode.REPAYMENT_EXCEEDS_DEBT, lambda: world.propose(customer, "installment", "10000.01", term=3))
    assert world.propose(customer, "installment", None, term=3).amount.minor == minor("10000")


def test_when_a_temporary_limit_ends_over_what_is_owed_nothing_is_available(world: World) -> None:
    customer = world.borrower()
    grant(world, customer, "2000.00")
    world.buy(customer, "10000.00")
    world.buy(customer, "1500.00")
    world.go_to(date(2026, 11, 5))
    expire(world, date(2026, 11, 26))
    assert world.available(customer) == 0
    world.pay_bill(customer, "1500.00")
    assert world.available(customer) == 0
    world.pay_bill(customer, "300.00")
    assert world.available(customer) == minor("300")
