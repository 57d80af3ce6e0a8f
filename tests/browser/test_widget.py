"""The widget in a real browser on a lender's page: cards, sheet, frame, hostile pages, accessibility."""

from __future__ import annotations

import asyncio

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import NARROW, WIDE, Visit, Watched
from tests.browser.lab import Lab
from tests.channels.doubles import LIN, PIN

KINDS = ["limit", "bill", "schedule", "offer", "comparison", "receipt", "list", "notice"]
SIZES = pytest.mark.parametrize("size", [NARROW, WIDE], ids=["390", "1280"])


def opened(watched: Watched) -> Page:
    watched.page.get_by_test_id("launcher").click()
    expect(watched.page.get_by_test_id("composer-input")).to_be_visible()
    return watched.page


def answers(page: Page) -> Locator:
    return page.locator("[data-testid=message][data-from=assistant]")


def ask(page: Page, text: str) -> Locator:
    """Type a message and wait for its answer."""
    before = answers(page).count()
    page.get_by_test_id("composer-input").fill(text)
    page.get_by_test_id("composer-input").press("Enter")
    expect(answers(page).nth(before)).to_be_visible(timeout=10_000)
    return answers(page).nth(before)


def fits(page: Page) -> bool:
    """Nothing sticks out of the chat at the side."""
    return bool(
        page.evaluate(
            """() => {
              const log = document.querySelector('credit-assistant').shadowRoot.querySelector('.log');
              const right = log.getBoundingClientRect().right;
              const wide = (node) => node.getBoundingClientRect().right > right + 1 && !node.closest('.wide') && !node.closest('.unseen');
              return log.scrollWidth <= log.clientWidth && ![...log.querySelectorAll('*')].some(wide);
            }"""
        )
    )


# ── cards ───────────────────────────────────────────────────────────────────────────────────────────────────


@SIZES
@pytest.mark.parametrize("large", [False, True], ids=["", "large"])
def test_every_kind_of_card_is_drawn_and_fits(visit: Visit, size: tuple[int, int], large: bool) -> None:
    watched = visit(size=size)
    page = opened(watched)
    if large:
        page.get_by_test_id("large").click()
    for kind in KINDS:
        ask(page, f"卡片 {kind}")
        expect(page.get_by_test_id(f"card-{kind}")).to_be_visible()
        assert fits(page), kind
        if not large:
            watched.picture(f"card-{kind}-{size[0]}")


@pytest.mark.parametrize("width", [320, 480, 768])
def test_cards_fit_screens_between(visit: Visit, width: int) -> None:
    page = opened(visit(size=(width, 700)))
    for kind in KINDS:
        ask(page, f"卡片 {kind}")
        assert fits(page), kind


def test_a_chart_has_a_text_and_a_table(visit: Visit) -> None:
    page = opened(visit())
    ask(page, "卡片 schedule")
    card = page.get_by_test_id("card-schedule")
    chart, table = card.locator("svg.columns"), card.locator("table.rows")
    expect(chart).to_have_attribute("role", "img")
    assert "第 1 期" in str(chart.get_attribute("aria-label"))
    expect(table).to_be_hidden()
    card.get_by_role("button", name="表").click()
    expect(table).to_be_visible()
    expect(chart).to_be_hidden()


def test_an_unknown_kind_and_a_misshapen_card_leave_their_text(visit: Visit, lab: Lab) -> None:
    page = opened(visit())
    lab.say("未来的卡片，文字在这里。", {"kind": "hologram", "x": 1})
    lab.say("坏掉的卡片，文字也在。", {"kind": "bill"})
    expect(answers(page)).to_have_count(2)
    expect(answers(page).first).to_contain_text("未来的卡片")
    expect(page.locator("[data-testid^=card-]")).to_have_count(0)


def test_markup_in_messages_stays_letters(visit: Visit) -> None:
    page = opened(visit())
    evil = "<img src=x onerror=\"document.title='坏'\"><script>document.title='坏'</script>"
    expect(ask(page, evil).get_by_test_id("text")).to_have_text(f"听到：{evil}")
    ask(page, "卡片 list")
    expect(page.get_by_test_id("card-list")).to_contain_text("<b>不是标签</b>")
    assert page.title() == "页面"


def test_a_paste_of_ten_thousand_characters_is_counted_kept_and_not_sent(visit: Visit) -> None:
    page = opened(visit())
    page.get_by_test_id("composer-input").fill("长" * 10_000)
    expect(page.get_by_test_id("complaint")).to_contain_text("10000")
    expect(page.get_by_test_id("composer-send")).to_be_disabled()
    page.get_by_test_id("composer-input").press("Enter")
    expect(page.get_by_test_id("message")).to_have_count(0)
    page.reload()
    page.get_by_test_id("launcher").click()
    expect(page.get_by_test_id("composer-input")).to_have_value("长" * 10_000)


def test_a_proof_is_downloaded_once_it_is_there(visit: Visit, lab: Lab) -> None:
    page = opened(visit(expected=("409",)))
    ask(page, "卡片 receipt")
    lab.credit.proofs_wait = True
    page.get_by_test_id("proof").click()
    expect(page.get_by_test_id("proof-state")).to_contain_text("过一会儿")
    lab.credit.proofs_wait = False
    with page.expect_download() as download:
        page.get_by_test_id("proof").click()
    assert download.value.suggested_filename.endswith(".json")


# ── the sheet ───────────────────────────────────────────────────────────────────────────────────────────────


def test_five_wrong_pins_lock_the_sheet_and_it_says_until_when(visit: Visit) -> None:
    watched = visit(expected=("403", "423"))
    page = opened(watched)
    ask(page, "卡片 offer")
    page.get_by_test_id("offer-open").click()
    confirm = page.get_by_test_id("sheet-confirm")
    for nth in range(5):
        for _ in range(6):
            expect(page.get_by_test_id("pin-pad")).to_be_visible(timeout=5000)
            page.get_by_role("button", name="数字 9").click()
        expect(confirm).to_be_enabled(timeout=5000)
        confirm.click()
        if nth < 4:
            expect(page.get_by_test_id("sheet-error")).to_contain_text(f"{4 - nth} 次")
    expect(page.get_by_test_id("sheet-error")).to_contain_text("已锁定到")
    expect(page.get_by_test_id("pin-pad")).to_be_hidden()
    expect(confirm).to_be_hidden()
    watched.picture("sheet-locked")
    assert watched.axe() == []
    page.get_by_test_id("sheet-decline").click()
    expect(page.get_by_test_id("card-offer").get_by_test_id("card-status")).to_have_text("已放弃")


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["390", "1280"])
def test_a_signed_link_opens_a_page_that_confirms_once(visit: Visit, lab: Lab, size: tuple[int, int]) -> None:
    offer = lab.credit.put_offer(LIN, reading_seconds=1)
    path = lab.gateway.links.path(LIN, offer.id, offer.expires_at)
    watched = visit(path, gateway=True, size=size)
    page = watched.page
    expect(page.get_by_test_id("offer-amount")).to_contain_text("5,000.00")
    page.get_by_test_id("sheet-pin").fill(PIN)
    expect(page.get_by_test_id("sheet-confirm")).to_be_enabled(timeout=5000)
    watched.picture(f"link-{size[0]}")
    assert watched.axe() == []
    page.get_by_test_id("sheet-confirm").click()
    expect(page.get_by_test_id("card-receipt")).to_be_visible()
    again = visit(path, gateway=True, expected=("410",))
    expect(again.page.get_by_test_id("link-problem")).to_contain_text("只能用一次")
    assert again.axe() == []


# ── pages that are not friendly ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", ["/hostile", "/quirks", "/strict"])
@SIZES
def test_a_hostile_page_does_not_break_it(visit: Visit, path: str, size: tuple[int, int]) -> None:
    calm = _measures(visit("/", size=size, reduced_motion="reduce"))
    watched = visit(path, size=size, reduced_motion="reduce")
    assert _measures(watched) == calm
    watched.picture(f"host{path.replace('/', '-')}-{size[0]}")


def _measures(watched: Watched) -> dict[str, object]:
    """How the parts look, wherever they stand."""
    page = opened(watched)
    ask(page, "卡片 limit")
    expect(page.get_by_test_id("card-limit").last).to_be_visible()
    # The choices come below the card, a moment later.
    page.wait_for_function("document.querySelector('credit-assistant').shadowRoot.querySelector('.choice') !== null")
    seen = page.evaluate(
        """() => {
          const root = document.querySelector('credit-assistant').shadowRoot;
          const of = (selector) => {
            const node = root.querySelector(selector), box = node.getBoundingClientRect(), style = getComputedStyle(node);
            return [Math.round(box.width), style.color, style.fontSize, style.fontFamily, style.letterSpacing, style.direction,
                    style.textTransform, style.visibility, style.opacity];
          };
          const above = root.elementFromPoint(innerWidth - 60, innerHeight - 60);
          const panel = root.querySelector('.panel').getBoundingClientRect();
          const corner = [innerWidth - panel.right, innerHeight - panel.bottom].map(Math.round);
          return { corner, parts: ['.panel', '.bubble', '.card', '.card h3', 'textarea', '.choice'].map(of), above: above !== null };
        }"""
    )
    return dict(seen)


def test_in_the_frame_the_page_brings_the_token_and_hears_events(visit: Visit) -> None:
    watched = visit("/framed", size=WIDE)
    page = watched.page
    page.evaluate(
        "() => { window.heard = []; for (const name of ['open', 'message']) CreditAssistant.on(name, () => heard.push(name)); }"
    )
    page.evaluate("CreditAssistant.open()")
    frame = page.frame_locator("iframe")
    expect(frame.get_by_test_id("composer-input")).to_be_visible()
    frame.get_by_test_id("composer-input").fill("你好")
    frame.get_by_test_id("composer-send").click()
    expect(frame.locator("[data-from=assistant]")).to_contain_text("听到：你好")
    page.wait_for_function("heard.includes('open') && heard.includes('message')")
    watched.picture("framed-1280")
    page.evaluate("CreditAssistant.send('从页面来')")
    expect(frame.locator("[data-from=assistant]").last).to_contain_text("从页面来")
    # A note that another window sends is not looked at.
    page.evaluate("postMessage({ creditAssistant: 1, type: 'event', name: 'close' }, '*')")
    assert page.locator("iframe").bounding_box()["width"] > 300  # type: ignore[index]
    page.evaluate("CreditAssistant.close()")
    page.wait_for_function("document.querySelector('iframe').getBoundingClientRect().width < 120")


def test_the_widget_speaks_english_when_asked(visit: Visit) -> None:
    page = opened(visit("/english"))
    expect(page.get_by_role("dialog", name="Xinzhang assistant")).to_be_visible()
    ask(page, "卡片 bill")
    expect(page.get_by_test_id("card-bill")).to_contain_text("Still to pay on this bill")


def test_destroyed_it_leaves_nothing_behind(visit: Visit) -> None:
    page = opened(visit())
    assert page.evaluate("document.documentElement.style.overflow") == "hidden"
    page.evaluate("CreditAssistant.destroy()")
    expect(page.locator("credit-assistant")).to_have_count(0)
    assert page.evaluate("document.documentElement.style.overflow") == ""


# ── accessibility ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("scheme", "size"), [("light", NARROW), ("dark", WIDE)], ids=["light-390", "dark-1280"])
def test_axe_finds_nothing_in_any_state(visit: Visit, lab: Lab, scheme: str, size: tuple[int, int]) -> None:
    watched = visit(size=size, color_scheme=scheme, reduced_motion="reduce", expected=("503",))
    page = watched.page
    found = {"closed": watched.axe()}
    opened(watched)
    found["open"] = watched.axe()
    for kind in KINDS:
        ask(page, f"卡片 {kind}")
        found[kind] = watched.axe()
    watched.picture(f"state-{scheme}-{size[0]}")
    page.get_by_test_id("large").click()
    found["large"] = watched.axe()
    lab.assistant.gate = asyncio.Event()
    page.get_by_test_id("composer-input").fill("等一等")
    page.get_by_test_id("composer-send").click()
    expect(page.get_by_test_id("typing")).to_be_visible()
    found["loading"] = watched.axe()
    lab.release()
    expect(page.get_by_test_id("typing")).to_be_hidden()
    page.get_by_test_id("composer-input").fill("太长" * 400)
    found["error"] = watched.axe()
    page.get_by_test_id("offer-open").click()
    expect(page.get_by_test_id("sheet")).to_be_visible()
    found["sheet"] = watched.axe()
    assert {state: problems for state, problems in found.items() if problems} == {}


def test_borrowing_and_confirming_needs_only_the_keyboard(visit: Visit, lab: Lab) -> None:
    watched = visit(size=WIDE)
    page = watched.page
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("composer-input")).to_be_focused()
    page.keyboard.type("卡片 offer")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("card-offer")).to_be_visible()
    _tab_to(page, "offer-open", back=True)
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("sheet")).to_be_visible()
    _tab_to(page, "sheet-pin")
    page.keyboard.type(PIN)
    expect(page.get_by_test_id("sheet-confirm")).to_be_enabled(timeout=5000)
    _tab_to(page, "sheet-confirm")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("card-receipt")).to_be_visible()
    assert len(lab.credit.confirmed) >= 1
    # The receipt may come by the stream before the sheet hears of its own success.
    expect(page.get_by_test_id("sheet")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("panel")).to_be_hidden()
    expect(page.get_by_test_id("launcher")).to_be_focused()


def _tab_to(page: Page, test_id: str, *, back: bool = False) -> None:
    """Go on with Tab until the element has the focus; fails when it cannot be reached."""
    deepest = "() => { let at = document.activeElement; while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement; return at?.dataset?.testid ?? ''; }"
    for _ in range(60):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        if page.evaluate(deepest) == test_id:
            return
    raise AssertionError(f"{test_id} cannot be reached by keyboard")


def test_the_token_is_nowhere_in_the_browser(visit: Visit, lab: Lab) -> None:
    watched = visit()
    page = opened(watched)
    ask(page, "你好")
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, location.href])")
    assert "eyJ" not in kept
    assert "你好" not in kept
