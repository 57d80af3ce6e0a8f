"""A page in headless Chromium. The browser is the machine's own; Playwright downloads none."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

from tests.browser.lab import Lab
from tests.harness.processes import Stack
from tools.browser import ARGUMENTS, NONE_FOUND, browser
from tools.console import ROOT

PICTURES = ROOT / "build" / "screens"
AXE = ROOT / "widget" / "node_modules" / "axe-core" / "axe.min.js"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
NARROW, WIDE = (390, 844), (1280, 900)


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


REPORTS = """
window.__violations = [];
addEventListener('securitypolicyviolation', (event) => window.__violations.push(event.violatedDirective + ' ' + event.blockedURI));
"""


@dataclass
class Watched:
    """A page, and what it should not have done."""

    page: Page
    home: str
    neighbours: tuple[str, ...] = ()
    """Other origins that it may ask: the gateway, for a lender's page."""
    expected: tuple[str, ...] = ()
    """Parts of console lines that the test itself provokes."""
    complaints: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on("console", self._said)
        self.page.add_init_script(REPORTS)
        self.page.on("pageerror", lambda error: self.complaints.append(f"page error: {error}"))
        self.page.on("request", self._asked)

    def picture(self, name: str) -> None:
        """Leave a screenshot in build/browser for a person to look at."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        # Of what the screen shows: Playwright's own clips wrongly on pages that scroll from right to left.
        taken = self.page.context.new_cdp_session(self.page).send("Page.captureScreenshot")["data"]
        (PICTURES / f"{name}.png").write_bytes(base64.b64decode(taken))

    def violations(self) -> list[str]:
        """What the page's own policies reported: content and trusted types."""
        return [str(found) for found in self.page.evaluate("window.__violations ?? []")]

    def axe(self) -> list[str]:
        """What axe finds against WCAG 2.2 AA, with its places."""
        self.page.evaluate(AXE.read_text("utf-8"))
        rules = {"runOnly": {"type": "tag", "values": WCAG}}
        found = self.page.evaluate("rules => axe.run(document, rules)", rules)["violations"]
        return [f"{each['id']}: {node['target']} {node['any'][:1]}" for each in found for node in each["nodes"]]

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not any(part in message.text for part in self.expected):
            self.complaints.append(f"console {message.type}: {message.text}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.home, *self.neighbours, "data:", "blob:")):
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


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A gateway with stand-ins and a lender's site. Each test gets a history of its own: see `visit`."""
    made = Lab(tmp_path_factory.mktemp("lab"))
    made.start()
    yield made
    made.stop()


Visit = Callable[..., "Watched"]


@pytest.fixture
def visit(chromium: Browser, lab: Lab) -> Iterator[Visit]:
    """Opens a page of the lender's site, or of the gateway. Afterwards no page may have complained."""
    lab.forget()
    with _visits(chromium, lab) as opened:
        yield opened


@contextmanager
def _visits(chromium: Browser, lab: Lab) -> Iterator[Visit]:
    contexts: list[BrowserContext] = []
    watched: list[Watched] = []

    def visit(
        path: str = "/",
        *,
        size: tuple[int, int] = NARROW,
        expected: tuple[str, ...] = (),
        gateway: bool = False,
        together: Watched | None = None,
        **options: Any,
    ) -> Watched:
        home, other = (lab.gateway_url, lab.site_url) if gateway else (lab.site_url, lab.gateway_url)
        if together is None:
            width, height = size
            screen = {"viewport": {"width": width, "height": height}, "locale": "zh-CN", "service_workers": "block"}
            contexts.append(chromium.new_context(**{**screen, **options}))  # type: ignore[arg-type]
        page = contexts[-1].new_page() if together is None else together.page.context.new_page()
        made = Watched(page, home, (other,), expected)
        made.watch()
        watched.append(made)
        page.goto(home + path)
        return made

    yield visit
    violations = [found for each in watched for found in each.violations()]
    for context in contexts:
        context.close()
    assert [complaint for each in watched for complaint in each.complaints] == []
    assert violations == []
