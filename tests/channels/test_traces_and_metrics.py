"""One trace through the processes, and counts that name nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from actions.heard import Heard
from channels.assistant import RasaClient
from credit.kernel.tracing import provider, traced
from tests.channels.doubles import LIN
from tests.channels.world import World, settings_for

pytestmark = pytest.mark.anyio

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE}-b7ad6b7169203331-01"


@pytest.fixture(scope="module")
def exporter() -> InMemorySpanExporter:
    made = InMemorySpanExporter()
    for service in ("gateway", "actions"):
        provider(service).add_span_processor(SimpleSpanProcessor(made))
    return made


@pytest.fixture
def spans(exporter: InMemorySpanExporter) -> Iterator[InMemorySpanExporter]:
    exporter.clear()
    yield exporter
    exporter.clear()


async def test_the_call_to_rasa_carries_the_trace_of_the_request(tmp_path: Path, spans: InMemorySpanExporter) -> None:
    heard: list[str] = []

    def rasa(request: httpx.Request) -> httpx.Response:
        heard.append(request.headers["traceparent"])
        return httpx.Response(200, json={"replies": []})

    client = RasaClient(settings_for(tmp_path), transport=httpx.MockTransport(rasa))
    with traced("gateway", "POST", PARENT):
        await client.turn(LIN, "你好", None, "c-12345678")
    await client.aclose()
    turn, request = spans.get_finished_spans()
    assert turn.name == "rasa turn"
    assert turn.parent is not None
    assert turn.parent.span_id == request.context.span_id
    assert heard == [f"00-{TRACE}-{turn.context.span_id:016x}-01"]


def test_an_action_goes_on_with_the_trace_that_rasa_hands_over(spans: InMemorySpanExporter) -> None:
    heard = Heard.of({"text": "你好", "metadata": {"correlation_id": "c", "traceparent": PARENT}})
    with traced("actions", "action_check_limit", heard.traceparent):
        pass
    (span,) = spans.get_finished_spans()
    assert f"{span.context.trace_id:032x}" == TRACE


async def test_every_request_is_a_span_named_by_its_pattern(world: World, spans: InMemorySpanExporter) -> None:
    offer = world.credit.put_offer(LIN)
    headers = {**world.bearer(), "traceparent": PARENT}
    await world.client.get(f"/v1/offers/{offer.id}", headers=headers)
    (span,) = spans.get_finished_spans()
    assert span.name == "GET /v1/offers/{offer_id}"
    assert f"{span.context.trace_id:032x}" == TRACE
    assert span.attributes == {"http.response.status_code": 200}


def test_what_broke_is_told_without_its_text(spans: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="秘密"), traced("gateway", "GET"):
        raise ValueError("秘密")
    (span,) = spans.get_finished_spans()
    assert span.status.description == "ValueError"
    assert span.events == ()


@pytest.mark.parametrize("parent", ["", "x", "00-0-0-01", f"00-{'0' * 32}-b7ad6b7169203331-01", "é" * 60])
def test_a_mangled_header_begins_a_new_trace(parent: str, spans: InMemorySpanExporter) -> None:
    with traced("gateway", "GET", parent):
        pass
    (span,) = spans.get_finished_spans()
    assert span.parent is None


async def test_metrics_count_by_pattern_and_name_nobody(world: World) -> None:
    offer = world.credit.put_offer(LIN)
    await world.client.get(f"/v1/offers/{offer.id}", headers=world.bearer())
    await world.client.request("BREW", "/v1/messages")
    await world.client.get("/nothing/here?phone=13812345678")
    async with world.listen():
        text = world.app.state.gateway.metrics.text()
    assert 'gateway_requests_total{method="GET",route="/v1/offers/{offer_id}",status="200"} 1.0' in text
    assert 'method="other"' in text
    assert "gateway_open_streams 1.0" in text
    for private in (str(offer.id), str(LIN), "13812345678", "BREW"):
        assert private not in text
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}", text)


async def test_metrics_are_not_on_the_public_port(world: World) -> None:
    assert (await world.client.get("/metrics")).status_code == 404
