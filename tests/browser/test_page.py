"""A person at the demo page: logs in, borrows, confirms, and sees the new limit."""

from __future__ import annotations

from decimal import Decimal

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Watched
from tests.harness.pin import PIN
from tests.harness.processes import Stack

TURN_MS = 30_000
READING_MS = 30_000


def ask(page: Page, text: str) -> None:
    """Type a message and wait until the assistant has answered it."""
    answers = page.locator("[data-testid=message][data-from=assistant]")
    before = answers.count()
    page.get_by_test_id("composer-input").fill(text)
    page.get_by_test_id("composer-send").click()
    expect(answers.nth(before)).to_be_visible(timeout=TURN_MS)


def available_limit(page: Page) -> Decimal:
    """Ask for the limit and read the cash loan's from the card."""
    cards = page.get_by_test_id("card-limit")
    before = cards.count()
    ask(page, "我的额度是多少")
    figure = cards.nth(before).get_by_test_id("line-cashloan").get_by_test_id("available")
    return Decimal(figure.inner_text(timeout=TURN_MS).split()[0].replace(",", ""))


def log_in(page: Page, customer_id: str) -> None:
    page.locator(f'[data-testid=login-customer][data-customer="{customer_id}"]').click()
    expect(page.get_by_test_id("desk")).to_be_visible()


def borrow(page: Page) -> Locator:
    """Ask for a loan in one sentence; returns the card of its offer."""
    ask(page, "帮我借五千块，分12期")
    offer = page.get_by_test_id("card-offer").last
    expect(offer).to_be_visible(timeout=TURN_MS)
    return offer


def test_a_customer_borrows_on_the_page_and_sees_the_new_limit(
    watched: Watched, stack: Stack, customer_ids: dict[str, str]
) -> None:
    page = watched.page
    stack.forget(customer_ids["good"])
    log_in(page, customer_ids["good"])
    limit_before = available_limit(page)

    offer = borrow(page)
    expect(offer.get_by_test_id("row")).to_have_count(12)
    expect(offer.get_by_test_id("offer-amount")).to_contain_text("5,000.00")
    for rate in ("simple-yearly", "compound-yearly"):
        expect(offer.get_by_test_id(rate)).to_contain_text("%")
    offer.get_by_test_id("more").click()
    expect(offer.get_by_test_id("row").last).to_be_visible()
    watched.picture("offer")

    offer.get_by_test_id("offer-open").click()
    sheet, confirm = page.get_by_test_id("sheet"), page.get_by_test_id("sheet-confirm")
    expect(sheet).to_be_visible()
    page.get_by_test_id("sheet-pin").fill(PIN)
    expect(page.get_by_test_id("sheet-countdown")).to_be_visible()
    expect(confirm).to_be_disabled()
    watched.picture("sheet")
    expect(confirm).to_be_enabled(timeout=READING_MS)
    confirm.click()

    expect(sheet).to_be_hidden(timeout=TURN_MS)
    receipt = page.get_by_test_id("card-receipt")
    expect(receipt.get_by_test_id("receipt-amount")).to_contain_text("5,000.00", timeout=TURN_MS)
    expect(offer.get_by_test_id("offer-open")).to_be_hidden()
    assert available_limit(page) == limit_before - 5000
    watched.picture("new-limit")


def test_a_customer_repays_the_bill_with_a_loan_and_the_account_follows(
    watched: Watched, stack: Stack, customer_ids: dict[str, str]
) -> None:
    page = watched.page
    stack.forget(customer_ids["due_soon"])
    log_in(page, customer_ids["due_soon"])
    watched.picture("host-1280")
    ask(page, "用借呗还花呗，分12期")
    offer = page.get_by_test_id("card-offer").last
    if not offer.is_visible():  # the ways are compared first; the customer takes the loan
        ask(page, "分12期")
    expect(offer).to_be_visible(timeout=TURN_MS)
    offer.get_by_test_id("offer-open").click()
    page.get_by_test_id("sheet-pin").fill(PIN)
    expect(page.get_by_test_id("sheet-confirm")).to_be_enabled(timeout=READING_MS)
    page.get_by_test_id("sheet-confirm").click()
    expect(page.get_by_test_id("card-receipt")).to_be_visible(timeout=TURN_MS)
    expect(page.get_by_test_id("tiles").locator("article").last).to_contain_text("已还清", timeout=TURN_MS)
    watched.picture("bridge-1280")


def test_a_purchase_and_its_refund_move_the_limit_on_the_page(
    watched: Watched, stack: Stack, customer_ids: dict[str, str]
) -> None:
    page = watched.page
    log_in(page, customer_ids["good"])
    figure = page.get_by_test_id("tiles").locator("article").first.locator(".figure")
    before = figure.inner_text()
    page.get_by_test_id("buy").first.click()
    expect(figure).not_to_have_text(before)
    bought = page.get_by_test_id("purchase").first
    expect(bought).to_contain_text("山谷咖啡")
    bought.get_by_test_id("refund").click()
    expect(figure).to_have_text(before)
    expect(bought).to_contain_text("已退款")
    page.get_by_test_id("clock-day").click()
    expect(page.get_by_test_id("clock-note")).to_contain_text("1 天", timeout=TURN_MS)
    assert watched.axe() == []
