"""Published yearly rates, to the last printed digit."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from credit.cost.apr import UnitPayment, american_apr, dated_internal_rate, european_aprc, internal_rate
from tests.credit.schedules.oracle import Vector, of_family, unit_of

NOT_APPLICABLE: dict[str, str] = {}
"""Vector id → why no calculator of ours follows its convention."""


@of_family("apr", NOT_APPLICABLE)
def test_yearly_percentage_rates_match(vector: Vector) -> None:
    rate = american(vector) if vector["kind"] == "apr_regz" else european(vector)
    compare(100 * rate, vector["expected"]["apr_pct"], vector["expected"].get("unit"))


@of_family("xirr", NOT_APPLICABLE)
def test_dated_internal_rates_match(vector: Vector) -> None:
    flows = [(date.fromisoformat(on), Decimal(amount)) for on, amount in vector["inputs"]["flows"]]
    compare(dated_internal_rate(flows), vector["expected"]["xirr"], vector["expected"]["unit"])


@of_family("irr", NOT_APPLICABLE)
def test_internal_rates_match(vector: Vector) -> None:
    rate = internal_rate([Decimal(amount) for amount in vector["inputs"]["flows"]])
    compare(rate, vector["expected"]["irr"], vector["expected"]["unit"])


def european(vector: Vector) -> Decimal:
    flows = [
        (Fraction(flow["t"]) + later * Fraction(flow.get("step", "0")), Decimal(flow["amount"]))
        for flow in vector["inputs"]["flows"]
        for later in range(flow.get("count", 1))
    ]
    return european_aprc(flows)


def american(vector: Vector) -> Decimal:
    given = vector["inputs"]
    return american_apr(
        Decimal(given["advance"]),
        unit_payments(given["payments"]),
        unit_periods_a_year=given["unit_periods_per_year"],
        later_advances=unit_payments(given.get("later_advances", [])),
    )


def unit_payments(listed: list[Vector]) -> list[UnitPayment]:
    return [
        UnitPayment(Decimal(payment["amount"]), payment["t"] + later, Fraction(payment.get("f", "0")))
        for payment in listed
        for later in range(payment.get("count", 1))
    ]


def compare(found: Decimal, published: str, unit: str | None) -> None:
    """Equal in the published digits, or in the unit the source vouches for."""
    precision = Decimal(unit) if unit else unit_of(published)
    assert found.quantize(precision, ROUND_HALF_UP) == Decimal(published).quantize(precision, ROUND_HALF_UP)
