"""The widget's files, the frame, and what an embedding page may and may not do."""

from __future__ import annotations

import asyncio
import base64
import gzip
import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from channels.lenders import Lenders
from channels.routes.widget import BUILT
from tests.channels.doubles import LIN
from tests.channels.world import LIMITS, World

pytestmark = pytest.mark.anyio

SHOP = "https://www.example.com"
LENDERS = Lenders.model_validate(
    {
        "lenders": [
            {"id": "one", "origins": [SHOP], "issuer": "https://one", "audience": "x", "jwks_file": "one.json"},
            {
                "id": "two",
                "origins": ["https://two.example"],
                "issuer": "https://two",
                "audience": "x",
                "jwks_file": "2",
            },
        ]
    }
)
BASE_BYTES, ALL_BYTES = 25_000, 45_000


@pytest.fixture(scope="module")
def built() -> dict[str, dict[str, str]]:
    if not (BUILT / "manifest.json").exists():
        pytest.skip("the widget is not built here: python3 -m tools.widget")
    return dict(json.loads((BUILT / "manifest.json").read_text("utf-8")))


@pytest.fixture
def embedding(tmp_path: Path) -> World:
    return World(tmp_path, lenders=LENDERS)


def zipped(path: Path) -> int:
    return len(gzip.compress(path.read_bytes(), 9))


def test_the_widget_keeps_its_budget(built: dict[str, dict[str, str]]) -> None:
    """Thousands of bytes on the wire: the base alone, and everything that a Chinese page ever fetches."""
    base, cards = (zipped(BUILT / built[name]["file"]) for name in ("assistant", "cards"))
    assert base <= BASE_BYTES
    assert base + cards + max(zipped(path) for path in (BUILT / "strings").glob("*.json")) <= ALL_BYTES


def test_the_widget_names_no_other_host(built: dict[str, dict[str, str]]) -> None:
    """Addresses in it are names of namespaces and of Lit's manual, which are never fetched."""
    text = "".join((BUILT / built[name]["file"]).read_text("utf-8") for name in ("assistant", "cards"))
    hosts = set(re.findall(r"https?://([a-z0-9.-]+\.[a-z]{2,})", text))
    assert hosts <= {"www.w3.org", "lit.dev"}


def test_no_source_of_the_widget_uses_a_markup_sink_or_logs() -> None:
    sinks = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|unsafeHTML|\beval\b|new Function|console\.|localStorage"
    )
    sources = sorted((BUILT.parents[1] / "widget" / "src").rglob("*.ts"))
    assert len(sources) > 20
    assert [path.name for path in sources if sinks.search(path.read_text("utf-8"))] == []


async def test_the_alias_and_the_hashed_name_serve_the_same_to_every_page(
    world: World, built: dict[str, dict[str, str]]
) -> None:
    alias = await world.client.get("/assistant.js")
    hashed = await world.client.get(f"/widget/{built['assistant']['file']}")
    assert alias.content == hashed.content
    assert alias.headers["cache-control"] == "no-cache"
    assert "immutable" in hashed.headers["cache-control"]
    for answer in (alias, hashed):
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
        assert "javascript" in answer.headers["content-type"]
    digest = base64.b64encode(hashlib.sha384(hashed.content).digest()).decode()
    assert built["assistant"]["integrity"] == f"sha384-{digest}"


async def test_words_are_served_by_language(world: World, built: dict[str, dict[str, str]]) -> None:
    assert (await world.client.get("/widget/strings/zh-TW.json")).json()["chat"]["send"] == "傳送"
    for name in ("xx", "../manifest", "%2e%2e%2fmanifest", "zh-CN.json/x"):
        assert (await world.client.get(f"/widget/strings/{name}.json")).status_code == 404


async def test_nothing_else_of_the_build_is_served(world: World) -> None:
    for path in ("/widget/manifest.json", "/widget/../widget/manifest.json", "/widget/assistant.js", "/widget/"):
        assert (await world.client.get(path)).status_code == 404


async def test_a_lenders_page_may_call_and_another_may_not(embedding: World) -> None:
    asking = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}
    allowed = await embedding.client.options("/v1/messages", headers={"Origin": SHOP, **asking})
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == SHOP
    refused = await embedding.client.options("/v1/messages", headers={"Origin": "https://evil.example", **asking})
    assert "access-control-allow-origin" not in refused.headers
    await embedding.close()


async def test_without_lenders_no_other_page_may_call(world: World) -> None:
    answer = await world.client.get("/v1/messages", headers={"Origin": SHOP, **world.bearer()})
    assert "access-control-allow-origin" not in answer.headers


async def test_a_token_counts_on_its_own_lenders_pages_only(embedding: World) -> None:
    answer = await embedding.client.get("/v1/messages", headers={"Origin": SHOP, **embedding.bearer()})
    assert (answer.status_code, answer.json()["code"]) == (403, "origin_not_allowed")
    await embedding.close()


async def test_the_frame_lets_itself_be_framed_by_that_lender_alone(embedding: World) -> None:
    page = await embedding.client.get("/widget/frame", params={"parent": SHOP})
    assert page.status_code == 200
    policy = page.headers["content-security-policy"]
    assert f"frame-ancestors {SHOP};" in policy
    assert "require-trusted-types-for 'script'" in policy
    assert f'data-parent="{SHOP}"' in page.text
    for parent in ("https://evil.example", "*", f"{SHOP}/", f'{SHOP}"><script>'):
        refused = await embedding.client.get("/widget/frame", params={"parent": parent})
        assert (refused.status_code, refused.json()["code"]) == (403, "origin_not_allowed")
    await embedding.close()


def test_the_lenders_file_names_what_is_wrong_in_it(tmp_path: Path) -> None:
    good = {"id": "a", "origins": [SHOP], "issuer": "i", "audience": "x", "jwks_file": "k.json"}
    path = tmp_path / "lenders.yml"
    assert Lenders.from_environment({}) == Lenders()
    path.write_text(yaml.safe_dump({"lenders": [good]}))
    assert Lenders.from_environment({"LENDERS": str(path)}).origins == {SHOP}
    for wrong in (
        [{**good, "origins": ["https://www.example.com/"]}],
        [{**good, "origins": ["*"]}],
        [{**good, "origins": ["https://www.example.com:443"]}],
        [{**good, "jwks_url": "https://keys"}],
        [{**good, "jwks_file": None}],
        [good, {**good, "id": "b"}],
        [{**good, "extra": 1}],
    ):
        path.write_text(yaml.safe_dump({"lenders": wrong}))
        with pytest.raises(ValueError):
            Lenders.from_environment({"LENDERS": str(path)})


async def test_news_come_at_once_or_when_there_are_some(world: World) -> None:
    await world.say("你好", "m-1")
    answer = await world.client.get("/v1/updates", params={"after": 0}, headers=world.bearer())
    told = [(message["from"], message["text"]) for message in answer.json()["messages"]]
    assert told == [("customer", "你好"), ("assistant", "听到：你好")]
    assert answer.json()["messages"][0]["id"] == "m-1"


async def test_a_question_for_news_waits_for_them_and_ends_in_time(tmp_path: Path) -> None:
    world = World(tmp_path, limits=replace(LIMITS, news_seconds=0.05))
    empty = await world.client.get("/v1/updates", params={"after": 5}, headers=world.bearer())
    assert empty.json() == {"messages": []}
    await world.close()
    other = tmp_path / "other"
    other.mkdir()
    world = World(other, limits=replace(LIMITS, news_seconds=10))
    asked = asyncio.create_task(world.client.get("/v1/updates", params={"after": 0}, headers=world.bearer()))
    hub = world.app.state.gateway.hub
    while not hub.listening(LIN):  # noqa: ASYNC110 - the hub has no event for it
        await asyncio.sleep(0)
    await world.say("喂")
    assert [message["text"] for message in (await asked).json()["messages"]] == ["喂", "听到：喂"]
    await world.close()
