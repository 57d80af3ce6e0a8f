"""The API against its own document: schemathesis sends what fits it and what does not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any
from unittest import SkipTest

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.channels.doubles import LIN
from tests.channels.world import LIMITS, World

GENEROUS = replace(LIMITS, customer_per_minute=10**6, address_per_minute=10**6, news_seconds=0.001)
OURS = r"^/(v1|demo|healthz)"
"""What pages call; the desk of the lender's staff has a page and tests of its own."""
ENDLESS = "/v1/stream"
EXAMPLES = 10
NOT_ALL_IN_A_SCHEMA = [positive_data_acceptance]
"""A blank message or a day in no calendar fits the document and is refused all the same."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(tmp_path_factory.mktemp("schema"), limits=GENEROUS)
    yield made
    made.app.state.gateway.database.engine.dispose()


@pytest.fixture(scope="module")
def document(world: World) -> dict[str, Any]:
    return dict(world.app.openapi())


@pytest.fixture(scope="module")
def api(world: World, document: dict[str, Any]) -> Any:
    schema = schemathesis.openapi.from_dict(document)
    schema.app = world.app
    return schema.include(path_regex=OURS).exclude(path=ENDLESS)


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_no_call_breaks_the_gateway_or_its_own_document(api: Any, world: World, mode: GenerationMode) -> None:
    """Every operation, with what fits its description (positive) and with what does not (negative)."""
    tried = 0
    for result in api.get_all_operations():
        operation = result.ok()
        try:
            cases = operation.as_strategy(generation_mode=mode)
        except SkipTest:  # nothing about this call can be wrong
            continue

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=cases)
        def holds(case: Any) -> None:
            nonlocal tried
            tried += 1
            case.call_and_validate(headers=world.bearer(LIN), excluded_checks=NOT_ALL_IN_A_SCHEMA)

        with suppress(Unsatisfiable):  # a call without anything to get wrong
            holds()
    assert tried > EXAMPLES


def test_the_document_names_every_public_call(document: dict[str, Any]) -> None:
    assert {
        "/v1/messages",
        "/v1/stream",
        "/v1/updates",
        "/v1/offers/{offer_id}",
        "/v1/offers/{offer_id}/confirm",
        "/v1/offers/{offer_id}/decline",
        "/v1/receipts/{journal_id}/proof",
        "/v1/confirm-links/open",
    } <= set(document["paths"])
