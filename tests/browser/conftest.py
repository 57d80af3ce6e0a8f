"""A page in headless Chromium. The browser is the machine's own; Playwright downloads none."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

from tests.harness.processes import Stack
from tools.browser import ARGUMENTS, NONE_FOUND, browser
from tools.console import ROOT

PICTURES = ROOT / "build" / "browser"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for a file of tests. No longer: while Playwright lives, its event loop runs in this thread."""
    found = browser()
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail(NONE_FOUND)
        pytest.skip(NONE_FOUND)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=found, args=list(ARGUMENTS))
        yield launched
        launched.close()


@dataclass
class Watched:
    """A page, and what it should not have done."""

    page: Page
    home: str
    complaints: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.complaints.append(f"page error: {error}"))
        self.page.on("request", self._asked)

    def picture(self, name: str) -> None:
        """Leave a screenshot in build/browser for a person to look at."""
        self.page.screenshot(path=PICTURES / f"{name}.png")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"console {message.type}: {message.text}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.home, "data:")):
            self.complaints.append(f"asked outside: {request.url}")


@pytest.fixture
def watched(chromium: Browser, stack: Stack) -> Iterator[Watched]:
    """The demo page on a wide screen, before anybody has logged in. Afterwards it must not have complained."""
    stack.restore()
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN", service_workers="block")
    made = Watched(context.new_page(), stack.url)
    made.watch()
    made.page.goto(stack.url)
    yield made
    context.close()
    assert made.complaints == []
