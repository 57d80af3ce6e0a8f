"""The product file: what it says is checked at start, and every fault names its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from credit.catalogue import load_catalogue
from credit.kernel.errors import CatalogueError
from credit.kernel.money import from_yuan
from tests.credit.products import changed, content


def load(content: Any, tmp_path: Path) -> None:
    file = tmp_path / "products.yml"
    file.write_text(content if isinstance(content, str) else yaml.safe_dump(content, allow_unicode=True), "utf-8")
    load_catalogue(file)


def fault(content: Any, tmp_path: Path) -> str:
    with pytest.raises(CatalogueError) as found:
        load(content, tmp_path)
    return str(found.value)


def test_the_demo_lenders_file_is_right() -> None:
    catalogue = load_catalogue()
    assert catalogue.lender.name == "示例消金"
    assert catalogue.paylater.line.largest == from_yuan("20000.00")
    assert catalogue.cashloan.terms == [3, 6, 12]
    assert catalogue.overdue.penalty_ppm(300) == 450
    assert catalogue.cost.cap == 120_000
    assert catalogue.product_name("paylater") == "信用付"
    assert catalogue.product_name("cashloan") == "现金借"


def places(part: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Every key of the file, by its place."""
    if not isinstance(part, dict):
        return []
    return [found for key, value in part.items() for found in ((*path, str(key)), *places(value, (*path, str(key))))]


@pytest.mark.parametrize("place", [path for path in places(content()) if not path[-1].isdigit()], ids=".".join)
def test_a_missing_value_is_named_by_its_place(tmp_path: Path, place: tuple[str, ...]) -> None:
    altered = content()
    part = altered
    for name in place[:-1]:
        part = part[name]
    del part[place[-1]]
    assert f"{'.'.join(place)}: Field required" in fault(altered, tmp_path)


@pytest.mark.parametrize("place", [path for path in places(content()) if path[-1] not in "36912"], ids=".".join)
def test_a_value_of_the_wrong_kind_is_named_by_its_place(tmp_path: Path, place: tuple[str, ...]) -> None:
    altered = content()
    part = altered
    for name in place[:-1]:
        part = part[name]
    part[place[-1]] = [{"what": "is this"}]
    assert f"{'.'.join(place)}" in fault(altered, tmp_path)


@pytest.mark.parametrize(
    "place", [("lender",), ("paylater", "line"), ("cashloan",), ("offers", "reading_seconds"), ()], ids=str
)
def test_an_unknown_key_is_named_by_its_place(tmp_path: Path, place: tuple[str, ...]) -> None:
    altered = content()
    part = altered
    for name in place:
        part = part[name]
    part["intrest"] = 1
    assert f"{'.'.join((*place, 'intrest'))}: Extra inputs" in fault(altered, tmp_path)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        # negative, or beyond what a rate can be
        ({"paylater__revolving_daily_ppm": -1}, "paylater.revolving_daily_ppm"),
        ({"paylater__minimum_payment__share_ppm": 1_000_001}, "paylater.minimum_payment.share_ppm"),
        ({"paylater__minimum_payment__floor": "-10.00"}, "paylater.minimum_payment.floor"),
        ({"paylater__installments__smallest": "-1.00"}, "paylater.installments.smallest"),
        ({"paylater__installments__fee_ppm_by_term": {3: -1}}, "paylater.installments.fee_ppm_by_term.3"),
        ({"paylater__installments__fee_ppm_by_term": {0: 15_000}}, "paylater.installments.fee_ppm_by_term"),
        ({"paylater__installments__fee_ppm_by_term": {-3: 15_000}}, "paylater.installments.fee_ppm_by_term"),
        ({"paylater__installments__fee_ppm_by_term": {}}, "paylater.installments.fee_ppm_by_term"),
        ({"paylater__line__smallest": "-500.00"}, "paylater.line"),
        ({"cashloan__smallest_loan": "0.00"}, "cashloan"),
        ({"cashloan__step": "0.00"}, "cashloan"),
        ({"cashloan__step": "-1.00"}, "cashloan"),
        ({"cashloan__most_open_loans": 0}, "cashloan.most_open_loans"),
        ({"cashloan__shortest_first_period_days": -1}, "cashloan.shortest_first_period_days"),
        ({"cashloan__shortest_first_period_days": 0}, "cashloan.shortest_first_period_days"),
        ({"cashloan__shortest_first_period_days": 29}, "cashloan.shortest_first_period_days"),
        ({"cashloan__terms": [3, 0]}, "cashloan"),
        ({"cashloan__terms": []}, "cashloan.terms"),
        ({"cashloan__methods": []}, "cashloan.methods"),
        ({"overdue__grace_days": -1}, "overdue.grace_days"),
        ({"overdue__penalty_multiple_ppm": -1}, "overdue.penalty_multiple_ppm"),
        ({"bridge__days_between": -1}, "bridge.days_between"),
        ({"offers__valid_minutes": 0}, "offers.valid_minutes"),
        ({"offers__pin_attempts": 0}, "offers.pin_attempts"),
        ({"borrowers__youngest": 17}, "borrowers.youngest"),
        ({"exposure__both_lines": "-1.00"}, "exposure.both_lines"),
        # contradictions
        ({"paylater__line": {"smallest": "600.00", "largest": "500.00"}}, "paylater.line"),
        ({"paylater__cycles": [{"statement_day": 10, "due_day": 10}]}, "paylater.cycles.0"),
        ({"paylater__cycles": [{"statement_day": 20, "due_day": 5}]}, "paylater.cycles.0"),
        ({"paylater__cycles": [{"statement_day": 1, "due_day": 29}]}, "paylater.cycles.0.due_day"),
        ({"paylater__cycles": [{"statement_day": 0, "due_day": 10}]}, "paylater.cycles.0.statement_day"),
        ({"paylater__cycles": []}, "paylater.cycles"),
        ({"cashloan__largest_loan": "99.99"}, "cashloan"),
        ({"cashloan__daily_rate_ppm": {"lowest": 310, "highest": 200}}, "cashloan.daily_rate_ppm"),
        ({"cost__strict_cap_ppm": 250_000}, "cost"),
        ({"repayments__autopay__attempts": ["12:00", "08:00"]}, "repayments.autopay"),
        ({"repayments__autopay__attempts": ["8 o'clock"]}, "repayments.autopay.attempts.0"),
        ({"repayments__autopay__partial": ["credit_card"]}, "repayments.autopay.partial.0"),
        ({"repayments__autopay__sources": ["debit_card"]}, "repayments.autopay"),
        ({"repayments__sources": ["balance"]}, "repayments"),
        ({"repayments__sources": ["credit_card"]}, "repayments.sources.0"),
        ({"repayments__bank_wait_days": 11}, "repayments.bank_wait_days"),
        ({"repayments__counts_ahead_days": -1}, "repayments.counts_ahead_days"),
        # another kind than it should be
        ({"paylater__line__smallest": 500}, "paylater.line.smallest"),
        ({"paylater__line__smallest": 500.5}, "paylater.line.smallest"),
        ({"cashloan__step": 1}, "cashloan.step"),
        ({"cashloan__step": "one"}, "cashloan.step"),
        ({"cashloan__step": ""}, "cashloan.step"),
        ({"cashloan__step": "NaN"}, "cashloan.step"),
        ({"cashloan__largest_loan": "1e309"}, "cashloan.largest_loan"),
        ({"paylater__revolving_daily_ppm": 300.5}, "paylater.revolving_daily_ppm"),
        ({"cashloan__methods": ["balloon"]}, "cashloan.methods.0"),
        ({"lender__currency": "USD"}, "lender.currency"),
        ({"bridge__allowed": "perhaps"}, "bridge.allowed"),
    ],
    ids=lambda value: value if isinstance(value, str) else str(next(iter(value.items()))),
)
def test_what_makes_no_sense_is_refused_by_its_place(tmp_path: Path, change: dict[str, Any], place: str) -> None:
    assert place in fault(changed(**change), tmp_path)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    told = fault(changed(overdue__grace_days=-1, offers__valid_minutes=0), tmp_path)
    assert "overdue.grace_days" in told
    assert "offers.valid_minutes" in told


@pytest.mark.parametrize("text", ["", "just words", "- a\n- list", "lender: [", "\tlender: 1"])
def test_a_file_that_is_no_product_file_is_refused(tmp_path: Path, text: str) -> None:
    assert fault(text, tmp_path).startswith("products.yml")


def test_a_file_that_is_not_there_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises((CatalogueError, FileNotFoundError), match=r"products\.yml"):
        load_catalogue(tmp_path / "products.yml")


@pytest.mark.parametrize(("strict", "cap"), [(True, 120_000), (False, 240_000)])
def test_the_strict_switch_chooses_the_cap(tmp_path: Path, strict: bool, cap: int) -> None:
    file = tmp_path / "products.yml"
    file.write_text(yaml.safe_dump(changed(cost__strict=strict)), "utf-8")
    assert load_catalogue(file).cost.cap == cap
