"""The chat as a page of its own for web-views: nothing of anybody in it, and no way for others to frame it."""

from __future__ import annotations

import re

import pytest

from channels.messaging.config import MessagingConfig
from tests.channels.world import World

pytestmark = pytest.mark.anyio


async def test_the_page_is_the_same_for_everybody_and_nobody_may_frame_it(world: World) -> None:
    page = await world.client.get("/h5")
    assert page.status_code == 200
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.headers["referrer-policy"] == "no-referrer"
    assert 'data-login=""' in page.text
    assert page.text == (await world.client.get("/h5?token=abc")).text


async def test_the_page_has_nothing_inline_and_its_files_are_there(world: World) -> None:
    text = (await world.client.get("/h5")).text
    assert re.findall(r"<script[^>]*>\s*[^<\s]", text) == []
    assert "style=" not in text
    files = re.findall(r'(?:src|href)="(/pages/[^"]+)"', text)
    assert sorted(files) == ["/pages/h5.css", "/pages/h5.js"]
    for file in files:
        assert (await world.client.get(file)).status_code == 200


async def test_the_login_is_named_and_cannot_break_out_of_its_place(world: World) -> None:
    address = 'https://login.example.com/in?a=1&b="><script>'
    world.app.state.gateway.messaging.config = MessagingConfig(login_url=address)
    text = (await world.client.get("/h5")).text
    assert 'data-login="https://login.example.com/in?a=1&amp;b=&quot;&gt;&lt;script&gt;"' in text
