"""Thumbs under the assistant's answers in a real browser: given, taken back, explained, refused, seen again."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import NARROW, WIDE, Visit
from tests.browser.lab import Lab
from tests.browser.test_widget import answers, ask, fits, opened

UP, DOWN, NOTE, REASON = "thumb-up", "thumb-down", "thumb-note", "thumb-reason"


def expect_pressed(within: Locator | Page, **pressed: bool) -> None:
    for thumb, is_pressed in pressed.items():
        expect(within.get_by_test_id(f"thumb-{thumb}")).to_have_attribute("aria-pressed", str(is_pressed).lower())


def kept(lab: Lab) -> tuple[int, int, tuple[str, ...]]:
    """Thumbs up, thumbs down and the reasons as the lender's staff sees them."""
    counts = lab.gateway.feedback.counts()
    return counts.up, counts.down, counts.reasons


@pytest.mark.parametrize(("scheme", "size"), [("light", NARROW), ("dark", WIDE)], ids=["light-390", "dark-1280"])
def test_a_thumb_is_given_explained_and_seen_again(visit: Visit, lab: Lab, scheme: str, size: tuple[int, int]) -> None:
    watched = visit(size=size, color_scheme=scheme, reduced_motion="reduce", has_touch=size == NARROW)
    page = opened(watched)
    first, second = ask(page, "卡片 limit"), ask(page, "为什么比上期多")
    first.get_by_test_id(UP).click()
    expect(first.get_by_test_id(NOTE)).to_have_text("谢谢您的反馈。")
    second.get_by_test_id(DOWN).click()
    expect(second.get_by_test_id(NOTE)).to_contain_text("哪里不好")
    expect(second.get_by_test_id(REASON)).to_have_count(4)
    expect(second.get_by_test_id(REASON).last).to_be_in_viewport()
    assert watched.axe() == []
    assert fits(page)
    watched.picture(f"thumbs-{scheme}-{size[0]}")
    second.get_by_role("button", name="数字不对").click()
    expect(second.get_by_test_id(REASON)).to_have_count(0)
    expect(second.get_by_test_id(NOTE)).to_have_text("谢谢您的反馈。")
    watched.picture(f"thumbs-thanked-{scheme}-{size[0]}")
    assert kept(lab) == (1, 1, ("数字不对",))
    page.reload()
    opened(watched)
    expect_pressed(answers(page).first, up=True, down=False)
    expect_pressed(answers(page).last, up=False, down=True)
    answers(page).last.get_by_test_id(DOWN).click()
    expect_pressed(answers(page).last, up=False, down=False)
    expect(answers(page).last.get_by_test_id(REASON)).to_have_count(0)
    expect(answers(page).last.get_by_test_id(NOTE)).to_have_text("")


def test_a_thumb_needs_only_the_keyboard_and_its_focus_is_not_lost(visit: Visit, lab: Lab) -> None:
    page = opened(visit(size=WIDE))
    ask(page, "你好")
    page.get_by_test_id(UP).focus()
    page.keyboard.press("Tab")
    expect(page.get_by_test_id(DOWN)).to_be_focused()
    page.keyboard.press("Space")
    expect(page.get_by_test_id(NOTE)).to_contain_text("哪里不好")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="看不懂")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id(REASON)).to_have_count(0)
    expect(page.get_by_test_id(DOWN)).to_be_focused()
    assert kept(lab) == (0, 1, ("看不懂",))


def test_thumbs_stand_under_answers_only(visit: Visit, lab: Lab) -> None:
    page = opened(visit())
    ask(page, "你好")
    lab.say("明天是还款日。")
    lab.say("办理成功。", lab.cards["receipt"])
    lab.say("我是小王。", sender="person")
    expect(page.get_by_test_id("person-mark")).to_have_count(1)
    expect(page.get_by_test_id("thumbs")).to_have_count(1)
    expect(answers(page).first.get_by_test_id("thumbs")).to_be_visible()


def test_on_a_phone_a_thumb_is_as_high_as_a_finger(visit: Visit) -> None:
    page = opened(visit(has_touch=True))
    ask(page, "你好")
    for name in (UP, DOWN):
        box = page.get_by_test_id(name).bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44


def test_a_thumb_that_cannot_be_kept_goes_back_and_says_so(visit: Visit, lab: Lab) -> None:
    page = opened(visit(expected=("503", "ERR_INTERNET_DISCONNECTED")))
    answer = ask(page, "你好")
    path = f"/v1/messages/{answer.get_attribute('data-seq')}/feedback"
    lab.cutter.failing[path] = 1
    answer.get_by_test_id(DOWN).click()
    expect(answer.get_by_test_id(NOTE)).to_have_text("没有记下。助手暂时连不上。")
    expect_pressed(answer, up=False, down=False)
    expect(answer.get_by_test_id(REASON)).to_have_count(0)
    page.context.set_offline(True)
    answer.get_by_test_id(UP).click()
    expect(answer.get_by_test_id(NOTE)).to_have_text("没有记下。网络不通，请检查后再试。")
    expect_pressed(answer, up=False, down=False)
    page.context.set_offline(False)
    answer.get_by_test_id(UP).click()
    expect(answer.get_by_test_id(NOTE)).to_have_text("谢谢您的反馈。")
    assert kept(lab) == (1, 0, ())


def test_thumbs_survive_closing_the_chat_and_speak_english_when_asked(visit: Visit) -> None:
    page = opened(visit("/english"))
    ask(page, "你好").get_by_role("button", name="Helpful", exact=True).click()
    expect(page.get_by_test_id(NOTE)).to_have_text("Thank you for telling us.")
    page.get_by_test_id("close").click()
    page.get_by_test_id("launcher").click()
    expect_pressed(page, up=True, down=False)
