"""What the widget does when the network, the token or another tab gets in the way."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.lab import Lab
from tests.browser.test_widget import answers, ask, opened


def texts(page: Page) -> list[str]:
    return [text.strip() for text in page.get_by_test_id("text").all_inner_texts()]


def test_a_stream_cut_in_the_middle_of_a_reply_loses_and_doubles_nothing(visit: Visit, lab: Lab) -> None:
    page = opened(visit(expected=("ERR_INCOMPLETE_CHUNKED_ENCODING",)))
    ask(page, "第一句")
    lab.cutter.cut_next = True
    cuts = lab.cutter.cuts
    ask(page, "第二句")
    lab.say("后来的提醒")
    expect(answers(page)).to_have_count(3)
    assert lab.cutter.cuts == cuts + 1
    assert texts(page) == ["第一句", "听到：第一句", "第二句", "听到：第二句", "后来的提醒"]
    expect(page.get_by_test_id("connection")).to_have_text("在线")


def test_a_token_that_ends_is_renewed_without_a_word(visit: Visit, lab: Lab) -> None:
    page = opened(visit(expected=("401",)))
    ask(page, "第一句")
    given = lab.tokens_given
    lab.clock.advance(minutes=31)
    ask(page, "第二句")
    assert lab.tokens_given > given
    expect(page.get_by_test_id("problem")).to_have_count(0)
    lab.say("新的令牌也能听到")
    expect(answers(page).last).to_contain_text("新的令牌也能听到")


def test_a_dying_gateway_is_explained_and_the_message_goes_out_when_it_is_back(visit: Visit, lab: Lab) -> None:
    watched = visit(expected=("503",))
    page = opened(watched)
    lab.cutter.failing["/v1/messages"] = 4
    page.get_by_test_id("composer-input").fill("会丢吗")
    page.get_by_test_id("composer-send").click()
    expect(page.get_by_test_id("again")).to_be_visible(timeout=20_000)
    expect(page.get_by_test_id("problem")).to_contain_text("暂时连不上")
    watched.picture("failed-390")
    assert watched.axe() == []
    page.get_by_test_id("again").click()
    expect(answers(page)).to_have_text(re.compile("听到：会丢吗"))
    assert texts(page) == ["会丢吗", "听到：会丢吗"]


def test_a_person_who_took_over_carries_no_mark_of_the_machine(visit: Visit, lab: Lab) -> None:
    page = opened(visit())
    lab.say("我是小王，接着由我来帮您。", sender="person")
    expect(page.get_by_test_id("person-mark")).to_have_text("人工客服")
    expect(page.get_by_test_id("ai-mark")).to_have_count(0)


def test_two_tabs_agree(visit: Visit, lab: Lab) -> None:
    first = visit()
    second = visit(together=first)
    one, other = opened(first), second.page
    ask(one, "在第一个标签页说的")
    expect(other.get_by_test_id("unread")).to_have_text("1")
    opened(second)
    expect(other.get_by_test_id("message")).to_have_count(2)
    assert texts(other) == texts(one) == ["在第一个标签页说的", "听到：在第一个标签页说的"]
    one.get_by_test_id("close").click()
    other.get_by_test_id("close").click()
    lab.say("提醒")
    expect(one.get_by_test_id("unread")).to_have_text("1")
    expect(other.get_by_test_id("unread")).to_have_text("1")
    one.get_by_test_id("launcher").click()
    expect(other.get_by_test_id("unread")).to_have_count(0)


def test_a_thousand_messages_stay_smooth(visit: Visit, lab: Lab) -> None:
    lab.fill(1000)
    page = opened(visit())
    older = page.get_by_test_id("older")
    expect(page.get_by_test_id("message")).to_have_count(30)
    for shown in range(80, 1080, 50):
        older.click()
        expect(page.get_by_test_id("message")).to_have_count(min(shown, 1000))
    expect(older).to_have_count(0)
    slow = page.evaluate(
        """async () => {
          const log = document.querySelector('credit-assistant').shadowRoot.querySelector('.log');
          const frames = [];
          let last = performance.now();
          for (let nth = 0; nth < 60; nth++) {
            log.scrollTop -= 400;
            await new Promise(requestAnimationFrame);
            frames.push(performance.now() - last);
            last = performance.now();
          }
          return frames.sort((one, other) => one - other)[Math.floor(frames.length * 0.9)];
        }"""
    )
    assert slow < 100  # milliseconds, nine of ten frames, on a machine that does other things too
    ask(page, "还快吗")


def test_what_was_read_stays_in_place_when_earlier_lines_come_in(visit: Visit, lab: Lab) -> None:
    lab.fill(100)
    page = opened(visit())
    first = page.get_by_test_id("message").first
    number = first.get_attribute("data-seq")
    page.get_by_test_id("older").scroll_into_view_if_needed()
    top = first.bounding_box()["y"]  # type: ignore[index]
    page.get_by_test_id("older").click()
    expect(page.get_by_test_id("message")).to_have_count(80)
    moved = page.locator(f"[data-seq='{number}']")
    assert abs(moved.bounding_box()["y"] - top) < 4  # type: ignore[index]
