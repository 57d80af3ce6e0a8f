"""The page that binds an app identity, in Chromium: login, consent, code; nothing inline, nothing asked outside."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import NARROW, Watched
from tests.browser.lab import Served
from tests.channels.doubles import LIN
from tests.channels.messaging.apps import Apps
from tools.services import free_ports


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Apps, Served]]:
    apps = Apps(tmp_path_factory.mktemp("bind"))
    (port,) = free_ports(1)
    served = Served(apps.app, port)
    served.start()
    yield apps, served
    served.stop()


@pytest.fixture
def page(chromium: Browser, place: tuple[Apps, Served]) -> Iterator[Watched]:
    context = chromium.new_context(viewport={"width": NARROW[0], "height": NARROW[1]}, locale="zh-CN")
    made = Watched(context.new_page(), place[1].url)
    made.watch()
    yield made
    assert made.violations() == []
    context.close()
    assert made.complaints == []


def open_link(page: Watched, place: tuple[Apps, Served], user: str, hash_part: str = "") -> str:
    apps, served = place
    signed = str(served.call(apps.link_for("alpha", user)))
    page.page.goto(f"{served.url}/bind/{signed}{hash_part}")
    return signed


def test_the_way_from_the_link_to_the_code(page: Watched, place: tuple[Apps, Served]) -> None:
    apps, served = place
    open_link(page, place, "u1")
    expect(page.page.get_by_role("heading")).to_have_text("绑定账户")
    page.page.get_by_role("button", name="林晓月").click()
    bind = page.page.get_by_role("button", name="同意并绑定")
    expect(bind).to_be_disabled()
    page.page.get_by_role("checkbox").check()
    assert page.axe() == []
    page.picture("bind-consent")
    bind.click()
    code = page.page.locator("output.code")
    expect(code).to_be_visible()
    digits = (code.text_content() or "").strip()
    assert len(digits) == 6
    assert page.axe() == []
    page.picture("bind-code")
    (said,) = served.call(apps.chat("alpha", "u1", digits))
    assert "绑定好了" in said


def test_a_token_that_the_login_brings_leaves_the_address_at_once(page: Watched, place: tuple[Apps, Served]) -> None:
    apps, served = place
    signed = open_link(page, place, "u2", f"#token={apps.token(LIN)}")
    page.page.get_by_role("checkbox").check()
    assert page.page.url == f"{served.url}/bind/{signed}"
    page.page.get_by_role("button", name="同意并绑定").click()
    expect(page.page.locator("output.code")).to_be_visible()


def test_a_link_that_is_used_up_says_so(page: Watched, place: tuple[Apps, Served]) -> None:
    apps, served = place
    signed = open_link(page, place, "u3")
    served.call(apps.begin(signed))
    page.expected = ("410",)
    page.page.reload()
    expect(page.page.get_by_role("alert")).to_contain_text("已经用过")
