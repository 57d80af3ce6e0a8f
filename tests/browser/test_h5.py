"""The chat as a page of its own, as a mini-program's web-view shows it."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from channels.messaging.config import MessagingConfig
from tests.browser.conftest import NARROW, Visit
from tests.browser.lab import Lab
from tests.channels.doubles import LIN


def ask(page: Page, text: str) -> None:
    page.get_by_test_id("composer-input").fill(text)
    page.get_by_test_id("composer-input").press("Enter")
    expect(page.locator("[data-testid=message][data-from=assistant]").last).to_be_visible(timeout=10_000)


@pytest.mark.parametrize("size", [NARROW, (320, 480)], ids=["390", "320"])
def test_the_chat_fills_the_page_and_the_token_leaves_the_address(
    visit: Visit, lab: Lab, size: tuple[int, int]
) -> None:
    watched = visit(f"/h5#token={lab.token()}", gateway=True, size=size)
    page = watched.page
    ask(page, "卡片 limit")
    expect(page.get_by_test_id("card-limit")).to_be_visible()
    assert page.url == f"{lab.gateway_url}/h5"
    assert page.evaluate("history.length") <= 2
    box = page.get_by_test_id("panel").bounding_box()
    assert box is not None
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, *size)
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    expect(page.get_by_test_id("launcher")).to_have_count(0)
    watched.picture(f"h5-{size[0]}")
    assert watched.axe() == []


def test_without_a_token_the_login_is_asked_and_comes_back(visit: Visit, lab: Lab) -> None:
    lab.gateway.messaging.config = MessagingConfig(login_url=f"{lab.site_url}/in?of=chat")
    try:
        page = visit("/h5", gateway=True, expected=("404",)).page
        asked: list[str] = []

        def log_in(route: Route) -> None:
            asked.append(route.request.url)
            back = parse_qs(urlsplit(route.request.url).query)["return_to"][0]
            route.fulfill(status=302, headers={"Location": f"{back}#token={lab.token()}"})

        page.route("**/in?*", log_in)
        page.goto(f"{lab.gateway_url}/h5")
        ask(page, "您好")
        assert page.url == f"{lab.gateway_url}/h5"
        assert [parse_qs(urlsplit(url).query) for url in asked] == [
            {"of": ["chat"], "return_to": [f"{lab.gateway_url}/h5"]}
        ]
        assert lab.assistant.asked[-1].customer_id == LIN
    finally:
        lab.gateway.messaging.config = MessagingConfig()
