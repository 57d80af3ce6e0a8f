"""The demo's login and business date, the page, and the report on health."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path

import pytest

from channels.routes.site import WEB
from credit.kernel.errors import CreditError, ErrorCode
from tests.channels.doubles import LIN, STRANGER
from tests.channels.world import World

pytestmark = pytest.mark.anyio


async def test_a_demo_customer_logs_in_and_is_known(world: World) -> None:
    customers = (await world.client.get("/demo/customers")).json()
    assert customers[0] == {
        "id": str(LIN),
        "name": "林晓月",
        "situation": "信用良好，两个产品都开通了，本月账单待还（已开自动还款）",
    }
    token = (await world.client.post("/demo/login", json={"customer": customers[0]["id"]})).json()["token"]
    response = await world.client.get("/v1/messages", headers={"Authorization": f"Bearer {token}"})
    assert response.status_code == 200


@pytest.mark.parametrize("customer", [str(STRANGER), "x", ""])
async def test_an_unknown_customer_cannot_log_in(world: World, customer: str) -> None:
    response = await world.client.post("/demo/login", json={"customer": customer})
    assert (response.status_code, response.json()["code"]) == (401, "customer_unknown")


@pytest.mark.parametrize(
    ("body", "day", "closed"),
    [
        ({"advance": "1d"}, "2026-11-09", 1),
        ({"advance": "1w"}, "2026-11-15", 7),
        ({"to": "2026-12-10"}, "2026-12-10", 32),
    ],
)
async def test_the_business_date_moves_and_open_pages_are_told(
    world: World, body: dict[str, str], day: str, closed: int
) -> None:
    async with world.listen() as stream:
        response = await world.client.post("/demo/clock", json=body)
        heard = await stream.next()
    assert response.json() == {"business_date": day, "closed": closed}
    assert (heard.name, heard.id, heard.data) == ("clock", None, {"business_date": day})
    assert (await world.client.get("/demo/clock")).json() == {"business_date": day}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"to": "2026-11-08"}, "closing_wrong_day"),
        ({"to": "2026-01-01"}, "closing_wrong_day"),
        ({"to": "2099-01-01"}, "closing_wrong_day"),
        ({"advance": "0d"}, "closing_wrong_day"),
        ({"advance": "999w"}, "closing_wrong_day"),
        ({"to": "2026-02-30"}, "body_invalid"),
        ({"to": "0000-01-01"}, "body_invalid"),
        ({"to": "tomorrow"}, "body_invalid"),
        ({"advance": "-1d"}, "body_invalid"),
        ({"advance": "１d"}, "body_invalid"),
        ({"advance": "1d", "to": "2026-12-10"}, "body_invalid"),
        ({}, "body_invalid"),
    ],
)
async def test_a_day_out_of_reach_is_refused(world: World, body: dict[str, str], code: str) -> None:
    response = await world.client.post("/demo/clock", json=body)
    assert (response.status_code, response.json()["code"]) == (422, code)
    assert (await world.client.get("/demo/clock")).json() == {"business_date": "2026-11-08"}


async def test_days_are_closed_by_one_call_at_a_time(world: World) -> None:
    moves = [world.client.post("/demo/clock", json={"advance": "1d"}) for _ in range(3)]
    answers = await asyncio.gather(*moves)
    assert sorted(each.json()["business_date"] for each in answers) == ["2026-11-09", "2026-11-10", "2026-11-11"]


async def test_without_the_demo_its_addresses_do_not_exist(tmp_path: Path) -> None:
    world = World(tmp_path, demo=False)
    for method, path in (
        ("POST", "/demo/login"),
        ("GET", "/demo/customers"),
        ("GET", "/demo/clock"),
        ("POST", "/demo/clock"),
        ("GET", "/"),
        ("GET", "/web/main.js"),
    ):
        response = await world.client.request(method, path)
        assert (response.status_code, response.json()["code"]) == (404, "not_found")
    await world.close()


async def test_health_is_good_when_all_three_answer(world: World) -> None:
    response = await world.client.get("/healthz")
    assert response.status_code == 200
    parts = {"database": "ok", "assistant": "ok", "actions": "ok"}
    assert response.json() == {"status": "ok", "parts": parts}


@pytest.mark.parametrize(
    ("database", "away", "code"),
    [
        (False, [], "account_service_unreachable"),
        (True, ["assistant"], "assistant_unreachable"),
        (True, ["actions"], "account_service_unreachable"),
        (False, ["assistant", "actions"], "account_service_unreachable"),
    ],
)
async def test_health_names_what_is_missing(world: World, database: bool, away: list[str], code: str) -> None:
    world.credit.down = None if database else CreditError(ErrorCode.ACCOUNT_SERVICE_UNREACHABLE)
    world.assistant.missing = away
    response = await world.client.get("/healthz")
    assert response.status_code == 503
    assert response.json()["missing"] == ([] if database else ["database"]) + away
    assert response.json()["code"] == code
    assert response.json()["message"]


async def test_the_page_and_all_it_names_are_served_with_their_types(world: World) -> None:
    page = await world.client.get("/")
    assert page.headers["content-type"].startswith("text/html")
    named = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert "/web/main.js" in named
    modules = [f"/web/{path.name}" for path in WEB.glob("*.js")]
    for address in {*named, *modules} - {"data:,"}:
        response = await world.client.get(address)
        assert response.status_code == 200, address
        kind = "javascript" if address.endswith(".js") else "css"
        assert kind in response.headers["content-type"]
        assert response.headers["cache-control"] == "no-cache"


async def test_nothing_but_the_pages_files_is_served(world: World) -> None:
    for path in ("/web/", "/web/../app.py", "/web/%2e%2e/app.py", "/web/none.js", "/openapi.json", "/docs"):
        response = await world.client.get(path)
        assert response.status_code == 404
        assert json.loads(response.text)["code"] == "not_found"


def test_the_pages_scripts_use_no_markup_sink() -> None:
    sinks = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\b|new Function")
    assert [path.name for path in WEB.glob("*.js") if sinks.search(path.read_text("utf-8"))] == []


def test_the_page_speaks_chinese_only_in_its_strings_and_markup() -> None:
    chinese = re.compile(r"[\u3400-\u9fff]")
    speaking = {path.name for path in WEB.glob("*.js") if chinese.search(path.read_text("utf-8"))}
    assert speaking == {"strings.zh.js"}


def test_the_page_asks_nobody_outside() -> None:
    outside = re.compile(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}", re.IGNORECASE)
    assert [path.name for path in WEB.iterdir() if outside.search(path.read_text("utf-8"))] == []
