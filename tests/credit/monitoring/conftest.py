"""Watching by a policy and a scorecard of the tests' own, whatever the lender's say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from credit.closing import day
from credit.monitoring.orders import Orders
from credit.monitoring.policy import Watching
from tests.credit.monitoring.card import card

Watch = Callable[..., Orders]

REST: dict[str, Any] = {
    "rescore_after": ["statement", "loan_due_day"],
    "limit_step": 10_000,
    "stability": {"watch_ppm": 100_000, "alarm_ppm": 250_000, "least_customers": 5},
    "performance": {
        "outcomes": {"soon": {"late_days": 5, "horizon_days": 35}, "later": {"late_days": 25, "horizon_days": 60}},
        "calibrated_on": "soon", "least_bad": 3, "least_good": 3,
    },
    "portfolio": {"months": 3, "vintage_days": [5, 30]},
}  # fmt: skip


def hold(*products: str) -> dict[str, Any]:
    return {"do": "hold", "products": list(products)}


def cut(to_ppm: int, *products: str, restore: bool = True) -> dict[str, Any]:
    return {"do": "cut", "products": list(products), "to_ppm": to_ppm, "restore": restore}


def sign(looks_at: str, *actions: dict[str, Any], cure_days: int = 5, severity: str = "warning", **rule: int) -> Any:
    return {"looks_at": looks_at, "severity": severity, "cure_days": cure_days, "actions": list(actions), **rule}


@pytest.fixture
def watching(monkeypatch: pytest.MonkeyPatch) -> Watch:
    """Closings watch by these rules from now on."""

    def by(version: str = "test-1", **rules: Any) -> Orders:
        orders = Orders(Watching.model_validate({**REST, "rules": rules}), "policy-1", card(version))
        monkeypatch.setattr(day, "present_orders", lambda: orders)
        return orders

    return by
