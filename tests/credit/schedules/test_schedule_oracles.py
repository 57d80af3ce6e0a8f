"""Published schedules, day counts, minimum payments and allocations, to the last printed cent."""

from __future__ import annotations

import sys
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from types import ModuleType

from credit.cost.apr import european_aprc
from credit.kernel.money import Money, from_yuan
from credit.schedules.accrual import average_daily_balance, compound_interest, simple_interest
from credit.schedules.allocation import AllocationOrder, Claim, Part, allocate
from credit.schedules.arrears import ArrearsClass, arrears_class, days_past_due
from credit.schedules.daycount import DayCount, add_months, year_fraction
from credit.schedules.general import Repay, Terms, plan
from credit.schedules.minimum import MinimumRule, pay_minimum
from credit.schedules.rounding import CENTS, EXACT, Mode, Rounding
from tests.credit.cost import test_cost_oracles
from tests.credit.schedules.oracle import Vector, days, load, of_family, percent, unit_of
from tests.credit.schedules.oracle_schedules import check_progressive, check_recalculation, check_schedule

NOT_APPLICABLE: dict[str, str] = {}
"""Vector id → why no calculator of ours follows its convention."""


@of_family("equal_installment", NOT_APPLICABLE)
def test_level_payments_match(vector: Vector) -> None:
    (check_progressive if vector["kind"] == "progressive" else check_schedule)(vector)


@of_family("equal_installment_flat", NOT_APPLICABLE)
def test_flat_interest_matches(vector: Vector) -> None:
    check_schedule(vector)


@of_family("equal_principal", NOT_APPLICABLE)
def test_level_principal_matches(vector: Vector) -> None:
    check_schedule(vector)


@of_family("interest_only_then_equal", NOT_APPLICABLE)
def test_interest_only_rows_before_level_payments_match(vector: Vector) -> None:
    check_schedule(vector)


@of_family("interest_only_then_principal", NOT_APPLICABLE)
def test_interest_first_matches(vector: Vector) -> None:
    check_schedule(vector)


@of_family("grace", NOT_APPLICABLE)
def test_deferred_interest_matches(vector: Vector) -> None:
    check_schedule(vector)


@of_family("month_end", NOT_APPLICABLE)
def test_month_ends_match(vector: Vector) -> None:
    check_schedule(vector)


@of_family("fixed_payment", NOT_APPLICABLE)
def test_a_given_payment_finds_its_term(vector: Vector) -> None:
    check_schedule(vector)


@of_family("rounding", NOT_APPLICABLE)
def test_half_cents_go_the_published_way(vector: Vector) -> None:
    check_schedule(vector)


@of_family("balloon", NOT_APPLICABLE)
def test_a_balloon_is_left(vector: Vector) -> None:
    check_schedule(vector)


@of_family("variable_rate", NOT_APPLICABLE)
def test_a_rate_change_solves_the_level_anew(vector: Vector) -> None:
    check_schedule(vector)


@of_family("revolving", NOT_APPLICABLE)
def test_an_effective_rate_is_spread_over_months(vector: Vector) -> None:
    check_schedule(vector)


@of_family("prepayment", NOT_APPLICABLE)
def test_early_payments_match(vector: Vector) -> None:
    (check_progressive if vector["kind"] == "progressive" else check_recalculation)(vector)


@of_family("late_payment", NOT_APPLICABLE)
def test_late_payments_match(vector: Vector) -> None:
    check_recalculation(vector)


@of_family("multi_disbursement", NOT_APPLICABLE)
def test_loans_drawn_in_parts_match(vector: Vector) -> None:
    check_progressive(vector)


@of_family("day_count", NOT_APPLICABLE)
def test_day_counts_match(vector: Vector) -> None:
    check_progressive(vector)


@of_family("zero_interest", NOT_APPLICABLE)
def test_no_interest_means_equal_parts(vector: Vector) -> None:
    check_progressive(vector)


@of_family("re_age", NOT_APPLICABLE)
def test_re_aged_debt_matches(vector: Vector) -> None:
    check_respread(vector)


@of_family("re_amortize", NOT_APPLICABLE)
def test_re_amortized_debt_matches(vector: Vector) -> None:
    check_respread(vector)


def check_respread(vector: Vector) -> None:
    """Overdue principal put into new parts is a loan without interest."""
    given = vector["inputs"]
    parts = given["installments"]
    dates = days(given.get("due_dates", [])) or [
        add_months(date.fromisoformat(given["first_due"]), later) for later in range(parts)
    ]
    rows = plan(
        Terms(
            principal=Fraction(given["outstanding"]),
            rates=(Fraction(0),) * parts,
            repay=Repay.LEVEL_PRINCIPAL,
            principal_rounding=Rounding(Fraction(given["unit"]), Mode.DOWN),
        )
    )
    assert [(str(due), row.principal, row.balance) for due, row in zip(dates, rows, strict=True)] == [
        (row["date"], Fraction(row["principal"]), Fraction(row["balance"])) for row in vector["expected"]["rows"]
    ]


@of_family("allocation", NOT_APPLICABLE)
def test_payments_are_allocated_as_published(vector: Vector) -> None:
    given, expected = vector["inputs"], vector["expected"]
    order = AllocationOrder(
        due=(Part.PENALTY, Part.FEE, Part.INTEREST, Part.PRINCIPAL),
        ahead=(Part.PRINCIPAL, Part.PENALTY, Part.FEE, Part.INTEREST),
    )
    claims = [Claim(Part.PRINCIPAL, date.fromisoformat(given["due_date"]), from_yuan(given["principal"]))]
    transactions = []
    for event in given["events"]:
        if event["type"] == "penalty":
            claims.append(Claim(Part.PENALTY, date.fromisoformat(event["due"]), from_yuan(event["amount"])))
            continue
        shares = allocate(from_yuan(event["amount"]), claims, on=date.fromisoformat(event["date"]), order=order)
        claims = [
            Claim(claim.part, claim.due_on, claim.amount - share) for claim, share in zip(claims, shares, strict=True)
        ]
        transactions.append((shares[0], sum(shares[1:], start=Money(0)), claims[0].amount))
    assert transactions == [
        tuple(from_yuan(row[name]) for name in ("principal", "penalties", "loan_balance"))
        for row in expected["transactions"]
    ]
    penalties = sum((claim.amount for claim in claims[1:]), start=Money(0))
    assert penalties == from_yuan(expected["penalty_outstanding"])


@of_family("accrual", NOT_APPLICABLE)
def test_interest_on_one_balance_matches(vector: Vector) -> None:
    given, expected = vector["inputs"], vector["expected"]
    principal, yearly = Fraction(given["principal"]), percent(given["annual_rate_pct"])
    if vector["kind"] == "compound":
        years = Fraction(given["periods"], given.get("periods_per_year", 12))
        assert CENTS(compound_interest(principal, yearly, years)) == Fraction(expected["value"])
        return
    start, end = days([given["from"], given["to"]])
    assert (end - start).days == given["days"]
    years = year_fraction(start, end, DayCount(f"actual/{given['day_base']}"))
    assert CENTS(simple_interest(principal, yearly, years)) == Fraction(expected["interest"])


@of_family("delinquency", NOT_APPLICABLE)
def test_days_past_due_and_classes_match(vector: Vector) -> None:
    given = vector["inputs"]
    classes = [ArrearsClass(known["code"], known["min"]) for known in given["ranges"]]
    for point in vector["expected"]["points"]:
        late = days_past_due(date.fromisoformat(given["oldest_unpaid_due"]), date.fromisoformat(point["on"]))
        assert (late, arrears_class(late, classes).code) == (point["dpd"], point["class"])


@of_family("minimum_payment", NOT_APPLICABLE)
def test_minimum_payments_match(vector: Vector) -> None:
    given, expected = vector["inputs"], vector["expected"]
    exact = given.get("no_rounding", False)
    rule = MinimumRule(
        share=percent(given["min_pct"]),
        floor=Fraction(given.get("floor", "0")),
        of_balance=given.get("percent_of", "owed") != "owed",
        plus_interest=given.get("plus_interest", False),
        interest_rounding=EXACT if exact else CENTS,
        payment_rounding=EXACT if exact else Rounding(Fraction(given.get("round_payment_to", "0.01"))),
    )
    rows = pay_minimum(
        Fraction(given["balance"]), percent(given["apr_pct"]) / 12, rule, months=given.get("max_rows", 1200)
    )
    for published in expected.get("rows", []):
        row = rows[published["no"] - 1]
        assert (row.interest, row.payment, row.balance) == tuple(
            Fraction(published[name]) for name in ("interest", "payment", "balance")
        )
    if "months" in expected:
        assert len(rows) == expected["months"]
    for name, row in (("first_payment", rows[0]), ("second_payment", rows[1]), ("last_payment", rows[-1])):
        if name in expected:
            assert CENTS(row.payment) == Fraction(expected[name])
    if "apr_pct" in expected:
        received = Fraction(given["balance"]) - Fraction(given.get("upfront_fee", "0"))
        flows = [(Fraction(0), as_decimal(-received))]
        flows += [(Fraction(row.number, 12), as_decimal(row.payment)) for row in rows]
        rate = (100 * european_aprc(flows)).quantize(unit_of(expected["apr_pct"]), ROUND_HALF_UP)
        assert rate == Decimal(expected["apr_pct"])


@of_family("card_interest", NOT_APPLICABLE)
def test_interest_on_an_average_daily_balance_matches(vector: Vector) -> None:
    given, expected = vector["inputs"], vector["expected"]
    average = average_daily_balance([(Fraction(balance), length) for balance, length in given["daily_balances"]])
    assert CENTS(average) == Fraction(expected["average_daily_balance"])
    length = sum(length for _, length in given["daily_balances"])
    years = Fraction(1, 12) if given["rate_by"] == "month" else Fraction(length, given.get("day_base", 365))
    charge = simple_interest(average, percent(given["apr_pct"]), years)
    assert CENTS(charge) == Fraction(expected["finance_charge"])


def test_every_vector_is_run_or_its_reason_given() -> None:
    """None is skipped today. A vector that a reason is given for must exist, and the reason must be said."""
    reasons = NOT_APPLICABLE | test_cost_oracles.NOT_APPLICABLE
    known = [vector["id"] for vector in load()]
    assert len(set(known)) == len(known)
    assert set(reasons) <= set(known)
    assert all(len(reason) > 20 for reason in reasons.values())
    run = [identity for module in (sys.modules[__name__], test_cost_oracles) for identity in cases_of(module)]
    assert sorted(run) == sorted(known)


def cases_of(module: ModuleType) -> list[str]:
    """The ids of the vectors that a module's tests are made for."""
    return [
        case.values[0]["id"]
        for test in vars(module).values()
        for mark in getattr(test, "pytestmark", [])
        if mark.name == "parametrize"
        for case in mark.args[1]
    ]


def as_decimal(amount: Fraction) -> Decimal:
    return Decimal(amount.numerator) / Decimal(amount.denominator)
