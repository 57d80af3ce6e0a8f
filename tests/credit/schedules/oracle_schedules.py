"""How each kind of published schedule is put into our calculators' words and compared, column by column."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from credit.schedules.accrual import effective_rate
from credit.schedules.daycount import DayCount, add_months, period_rates
from credit.schedules.general import Level, PrintedRow, Repay, Row, Terms, equal_rates, plan, printed, total_interest
from credit.schedules.living import Course, Draw, Event, PaidAhead, PaidLate, Prepayment, Surplus, follow
from credit.schedules.rounding import CENTS, EXACT, Mode, Rounding
from tests.credit.schedules.oracle import Vector, days, percent

BASES = {
    "ACT/360": DayCount.ACTUAL_360,
    "ACT/364": DayCount.ACTUAL_364,
    "ACT/365": DayCount.ACTUAL_365,
    "ACT/366": DayCount.ACTUAL_366,
    "ACT/365.25": DayCount.ACTUAL_365_25,
    "NL/365": DayCount.NO_LEAP_365,
    "ACT/ACT": DayCount.ACTUAL_ACTUAL_ISDA,
    "30/360": DayCount.THIRTY_360,
    "30E/360": DayCount.THIRTY_E_360,
    "30E/360 ISDA": DayCount.THIRTY_E_360_ISDA,
    "30U/360": DayCount.THIRTY_US_360,
}
METHODS = {
    "flat": Repay.LEVEL_PAYMENT,
    "equal_installment": Repay.LEVEL_PAYMENT,
    "equal_principal": Repay.LEVEL_PRINCIPAL,
    "bullet": Repay.BULLET,
}


# ── schedules that nothing happens to ───────────────────────────────────────────────────────────────────────


def check_schedule(vector: Vector) -> None:
    given, expected = vector["inputs"], vector["expected"]
    terms = terms_of(given)
    rows = plan(terms)
    printing = Rounding(Fraction(given.get("unit", "0.01")))
    by_difference = given.get("display_principal") == "by_difference"
    columns = [printed(row, printing, principal_by_difference=by_difference) for row in rows]
    compare(columns, expected.get("rows", []), given.get("due_dates"))
    if "payment" in expected:
        assert printing(level_of(terms)) == Fraction(expected["payment"])
    if "row_count" in expected:
        assert len(rows) == expected["row_count"]
    if "total_interest" in expected:
        assert printing(total_interest(rows)) == Fraction(expected["total_interest"])
    if "total_paid" in expected:
        assert printing(terms.principal + total_interest(rows)) == Fraction(expected["total_paid"])


def terms_of(given: dict[str, Any]) -> Terms:
    rates = rates_of(given)
    carries = given.get("balance_tracking") == "carry_precision"
    rounding = Rounding(Fraction(given.get("unit", "0.01")), Mode(given["interest_rounding"]))
    amortization = given.get("amortization_periods")
    return Terms(
        principal=Fraction(given["principal"]),
        rates=rates,
        repay=METHODS[given["method"]],
        levels=levels_of(given, rates),
        interest_rounding=EXACT if carries else rounding,
        principal_rounding=EXACT if carries else CENTS,
        flat=given["method"] == "flat",
        principal_grace=given.get("grace_principal", given.get("interest_only_periods", 0)),
        interest_deferred=given.get("interest_holiday_periods", 0),
        balloon=amortization is not None,
    )


def rates_of(given: dict[str, Any]) -> tuple[Fraction, ...]:
    yearly, periods = percent(given["annual_rate_pct"]), int(given["periods"])
    if "interest_basis" in given:
        boundaries = days([given["start_date"], *given["due_dates"]])
        return period_rates(yearly, boundaries, BASES[given["interest_basis"]])
    rows_a_year = given.get("periods_per_year", 12)
    if given.get("compounding") == "annual":
        return (effective_rate(yearly, Fraction(1, rows_a_year)),) * periods
    rates = equal_rates(yearly, periods, rows_a_year=rows_a_year)
    for change in given.get("rate_changes", []):
        kept = change["from_period"] - 1
        rates = rates[:kept] + equal_rates(percent(change["annual_rate_pct"]), periods - kept)
    return rates


def levels_of(given: dict[str, Any], rates: tuple[Fraction, ...]) -> tuple[Level, ...]:
    payment = given.get("payment", {})
    rounding = Rounding(Fraction(payment.get("unit", "0.01")), Mode(payment.get("rounding", "HALF_UP")))
    if payment.get("unrounded"):
        rounding = EXACT
    grace = given.get("grace_principal", given.get("interest_only_periods", 0))
    solved_over = None
    if "rate" in payment:  # a period rate that ignores the uneven days
        solved_over = (Fraction(payment["rate"]),) * (len(rates) - grace)
    elif "amortization_periods" in given:
        solved_over = equal_rates(percent(given["annual_rate_pct"]), given["amortization_periods"])
    elif "rate_changes" in given:  # the change is not known when the first level is solved
        solved_over = rates[:1] * len(rates)
    first = Level(
        fixed=Fraction(payment["fixed"]) if "fixed" in payment else None, rates=solved_over, rounding=rounding
    )
    changes = [Level(first_row=change["from_period"], rounding=rounding) for change in given.get("rate_changes", [])]
    return (first, *changes)


def level_of(terms: Terms) -> Fraction:
    """The level amount: the total of the first row that pays principal."""
    return plan(terms)[terms.principal_grace].total


# ── schedules that are paid early or late ───────────────────────────────────────────────────────────────────


def check_recalculation(vector: Vector) -> None:
    given = vector["inputs"]
    yearly, boundaries = percent(given["annual_rate_pct"]), days([given["start_date"], *given["due_dates"]])
    course = Course(
        boundaries=tuple(boundaries),
        rates=period_rates(yearly, boundaries, DayCount.ACTUAL_365),
        level_rates=(yearly * 30 / 365,) * given["periods"],
        level_rounding=Rounding(Fraction(1)),
    )
    events: list[Event] = [Draw(boundaries[0], Fraction(given["principal"]))]
    for event in given["events"]:
        events += recalculation_events(event, boundaries[event["period"]])
    compare(follow(course, events), vector["expected"]["rows"], given["due_dates"])


SURPLUS = {
    "recast": Surplus.LOWER_LEVEL,
    "keep": Surplus.FEWER_ROWS,
    "offset_next": Surplus.SKIP_NEXT,
    "partial": Surplus.FEWER_ROWS,
}
"""By the end of the event's name: what a payment beyond the row does to the rows that follow."""


def recalculation_events(event: dict[str, Any], due: date) -> list[Event]:
    on = date.fromisoformat(event["date"]) if "date" in event else due
    if event["type"] == "late":
        extra = Fraction(event.get("extra_principal", "0"))
        return [PaidLate(on, event["period"]), *([Prepayment(on, extra)] if extra else [])]
    surplus = next(kind for ending, kind in SURPLUS.items() if event["type"].endswith(ending))
    return [Prepayment(on, Fraction(event["amount"]), surplus)]


# ── schedules that are drawn in parts or paid ahead ─────────────────────────────────────────────────────────

EVEN = Rounding(mode=Mode.HALF_EVEN)
YEARS = {
    "360": DayCount.ACTUAL_360,
    "364": DayCount.ACTUAL_364,
    "365": DayCount.ACTUAL_365,
    "ACTUAL": DayCount.ACTUAL_ACTUAL,
}
MONTHS_OF_30 = {"360": DayCount.WHOLE_MONTHS, "365": DayCount.MONTHS_OF_30_365}


def check_progressive(vector: Vector) -> None:
    given = vector["inputs"]
    boundaries = days([given["start_date"], *given["due_dates"]])
    if "from_dates" in given:  # the published due dates are not those that interest was computed with
        starts = days(given["from_dates"])
        boundaries = [*starts, add_months(starts[-1], 1)]
    # Only months can be taken as 30 days long; weeks and days are as long as they are.
    of_30 = given["frequency"] == "MONTHS" and given["days_in_month"] == "30"
    count = (MONTHS_OF_30 if of_30 else YEARS)[given["days_in_year"]]
    course = Course(
        boundaries=tuple(boundaries),
        rates=period_rates(percent(given["annual_rate_pct"]), boundaries, count),
        level_rounding=EVEN,
        interest_rounding=EVEN,
        evens_out=True,
    )
    events: list[Event] = []
    for action in given["actions"]:
        on, number = date.fromisoformat(action["date"]), row_of(action, given["due_dates"])
        match action["do"]:
            case "disburse":
                events.append(Draw(on, Fraction(action["amount"])))
            case "pay":
                events.append(PaidAhead(on, number))
            case "expect_payable":
                check_payable(follow(course, [*events, PaidAhead(on, number)])[number - 1], action)
    compare(follow(course, events), vector["expected"]["rows"], None)


def row_of(action: dict[str, Any], due_dates: list[str]) -> int:
    return due_dates.index(action["due_date"]) + 1 if "due_date" in action else 0


def check_payable(row: Row, expected: dict[str, Any]) -> None:
    """What a row would cost if it were paid on a day."""
    assert (row.principal, row.interest) == (Fraction(expected["principal"]), Fraction(expected.get("interest", "0")))
    if "outstanding" in expected:
        assert row.balance + row.principal == Fraction(expected["outstanding"])


def compare(rows: Sequence[Row | PrintedRow], expected: list[dict[str, Any]], due_dates: list[str] | None) -> None:
    """Every published column of every published row, exactly."""
    by_number = {row.number: row for row in rows}
    for published in expected:
        row = by_number[published["no"]]
        columns = [name for name in ("principal", "interest", "total", "balance") if name in published]
        assert {name: getattr(row, name) for name in columns} == {
            name: Fraction(published[name]) for name in columns
        }, f"row {row.number}"
        if due_dates and "date" in published:
            assert due_dates[row.number - 1] == published["date"]
    if len(expected) > 1 and expected[-1].get("balance") == "0.00":
        assert len(rows) == expected[-1]["no"]
