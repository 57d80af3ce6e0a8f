"""Opening a product: what is read before, what one press does, and what came of it."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from credit.app import CreditApp
from credit.books import Books
from credit.kernel.money import from_yuan
from credit.lines.life import consents_of
from credit.lines.service import find_line
from credit.scoring.policy import present_policy
from tests.actions.conftest import TalkTo
from tests.actions.talk import Talk

VERSION = "2026-11"
PAYLATER, CASHLOAN = f"paylater@{VERSION}", f"cashloan@{VERSION}"
AGREE = "同意授权并申请开通"


def consents(app: CreditApp, customer: UUID) -> list[tuple[str, str]]:
    return app.reading(lambda books: [(each.kind, each.version) for each in consents_of(books, customer)])


def statuses(app: CreditApp, customer: UUID) -> dict[str, str]:
    return {line.product: line.status for line in app.limits(customer).lines}


def change(app: CreditApp, customer: UUID, **facts: object) -> None:
    def work(books: Books) -> None:
        for name, value in facts.items():
            setattr(books.customer(customer), name, value)

    app.writing(work)


def of(talk: Talk) -> UUID:
    return UUID(talk.customer_id)


# ── before anything is agreed to ────────────────────────────────────────────────────────────────────────────


def test_a_newcomer_reads_status_conditions_and_consent_before_the_choice(talk_to: TalkTo, app: CreditApp) -> None:
    talk = talk_to("newcomer").say("open_product")
    assert talk.text.count("还没有开通") == 2
    assert "年满 18 周岁" in talk.text
    assert "没有逾期" in talk.text
    assert "在校学生不能开通" in talk.text
    assert f"授权版本 {VERSION}" in talk.text
    assert "不等于一定通过" in talk.text
    assert "不收费" in talk.text
    assert [label for label in talk.choices if label.startswith(AGREE)] == [f"{AGREE}信用付", f"{AGREE}现金借"]
    assert app.decisions(of(talk)) == []
    assert consents(app, of(talk)) == []


def test_the_conditions_follow_the_policy(talk_to: TalkTo, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = present_policy()
    gates = policy.gates.model_copy(update={"youngest": 20, "students_may_borrow": True, "person_looks_below": 0})
    monkeypatch.setattr("actions.customer.present_policy", lambda: policy.model_copy(update={"gates": gates}))
    text = talk_to("newcomer").say("open_product").text
    assert "年满 20 周岁" in text
    assert "在校学生也可以申请" in text
    assert "再看一次" not in text


def test_only_the_product_that_was_named_can_be_applied_for(talk_to: TalkTo) -> None:
    talk = talk_to("newcomer").say("open_product", product="cashloan")
    assert "信用付：还没有开通" in talk.text, "the status of both is told"
    assert [label for label in talk.choices if label.startswith(AGREE)] == [f"{AGREE}现金借"]


@pytest.mark.parametrize("written", ["同意授权并申请开通信用付", "我同意", PAYLATER])
def test_words_open_nothing_whatever_they_say(talk_to: TalkTo, app: CreditApp, written: str) -> None:
    talk = talk_to("newcomer").say("open_product", written, target=PAYLATER)
    assert talk.responses == ["utter_open_product"]
    assert app.decisions(of(talk)) == []
    assert statuses(app, of(talk)) == {}


def test_a_choice_counted_by_its_place_is_not_pressed(talk_to: TalkTo, app: CreditApp) -> None:
    talk = talk_to("newcomer").say("open_product").say("affirm", "就第一个", nth="1")
    assert app.decisions(of(talk)) == []


ONLY = {"product": "paylater"}
STANDS: dict[str, tuple[dict[str, str], str, str]] = {
    "good": ({}, "utter_product_is_open", "不用再开通"),
    "overdue": ({}, "utter_product_is_frozen", "不用重新开通"),
    "frozen": (ONLY, "utter_product_is_frozen", "不用重新开通"),
    "student": (ONLY, "utter_product_is_frozen", "不用重新开通"),
}


@pytest.mark.parametrize("key", STANDS)
def test_what_is_open_or_frozen_is_said_and_not_offered(talk_to: TalkTo, key: str) -> None:
    entities, response, words = STANDS[key]
    talk = talk_to(key).say("open_product", "", **entities)  # type: ignore[arg-type]  # entities, not options
    assert talk.responses == [response]
    assert words in talk.text
    assert not [label for label in talk.choices if label.startswith(AGREE)]


def test_a_student_hears_what_stands_in_the_way_instead_of_a_choice_that_must_fail(talk_to: TalkTo) -> None:
    talk = talk_to("student").say("open_product", product="cashloan")
    assert "您登记的是在校学生" in talk.text
    assert "授权版本" not in talk.text, "there is nothing to consent to"
    assert not [label for label in talk.choices if label.startswith(AGREE)]
    assert "申请人工复核" in talk.choices


def test_a_product_that_was_closed_can_be_applied_for_again(talk_to: TalkTo, app: CreditApp) -> None:
    app.close_product(of(talk_to("good")), "cashloan", request_id="close")
    talk = talk_to("good").say("open_product", product="cashloan")
    assert "现金借：已关闭" in talk.text
    assert "可以从下面申请" in talk_to("good").say("explain_cannot_open", product="cashloan").text
    opened = talk.press(AGREE)
    assert opened.responses == ["utter_product_opened_cashloan"]
    made = app.decisions(of(talk))[0]
    assert made.limit is not None
    assert f"总额度 {made.limit.yuan()} 元" in opened.text
    assert "年化单利" in opened.text
    assert statuses(app, of(talk))["cashloan"] == "open"


# ── one press ───────────────────────────────────────────────────────────────────────────────────────────────

PRESSED = {
    "newcomer pay-later": ("newcomer", PAYLATER, "utter_product_opened_paylater", ["总额度 3,000.00 元", "年化单利"]),
    "newcomer cash loan": (
        "newcomer",
        CASHLOAN,
        "utter_opening_refused",
        ["账单记录还太少", "身份已经核验", "可以做的"],
    ),
    "student": ("student", CASHLOAN, "utter_opening_refused", ["您登记的是在校学生", "毕业并更新资料"]),
    "student, frozen": ("student", PAYLATER, "utter_product_is_frozen", ["不用重新开通"]),
    "overdue": ("overdue", CASHLOAN, "utter_product_is_frozen", ["不用重新开通"]),
    "good": ("good", CASHLOAN, "utter_product_is_open", ["不用再开通"]),
    "frozen": ("frozen", CASHLOAN, "utter_product_is_frozen", ["不用重新开通"]),
}


@pytest.mark.parametrize("case", PRESSED)
def test_one_press_answers_each_customer_clearly(talk_to: TalkTo, app: CreditApp, case: str) -> None:
    key, target, response, words = PRESSED[case]
    talk = talk_to(key).say("open_product", pressed=True, target=target)
    assert talk.responses == [response]
    for word in words:
        assert word in talk.text
    if response == "utter_opening_refused":
        assert "对您有利的" in talk.text
        assert "人工复核" in talk.text
        assert 1 <= talk.text.count("·") <= 3
        assert "申请人工复核" in talk.choices
        assert app.decisions(of(talk))[0].decision.outcome == "refused"


def test_the_opened_line_has_the_limit_that_was_told_and_keeps_the_consent(talk_to: TalkTo, app: CreditApp) -> None:
    talk = talk_to("newcomer").say("open_product").press(f"{AGREE}信用付")
    (line,) = app.limits(of(talk)).lines
    assert (line.product, line.status, line.limit.money()) == ("paylater", "open", from_yuan("3000"))
    assert consents(app, of(talk)) == [("paylater", VERSION)]
    assert "每月 1 日出账、10 日还款" in talk.text
    assert "查额度" in talk.choices
    assert "总额度 3,000.00 元" in talk.press("查额度").text


def test_pressed_twice_it_is_open_once_and_the_second_press_says_so(talk_to: TalkTo, app: CreditApp) -> None:
    talk, again = talk_to("newcomer").say("open_product"), talk_to("newcomer").say("open_product")
    talk.press(f"{AGREE}信用付")
    again.press(f"{AGREE}信用付")
    assert again.responses == ["utter_product_is_open"]
    assert len(app.decisions(of(talk))) == 1
    assert consents(app, of(talk)) == [("paylater", VERSION)]


def test_a_consent_to_an_older_text_opens_nothing_and_the_new_one_is_shown(talk_to: TalkTo, app: CreditApp) -> None:
    talk = talk_to("newcomer").say("open_product", pressed=True, target="paylater@2020-01")
    assert talk.responses == ["utter_error_consent_outdated", "utter_open_product"]
    assert f"授权版本 {VERSION}" in talk.text
    assert statuses(app, of(talk)) == {}
    assert talk.press(f"{AGREE}信用付").responses == ["utter_product_opened_paylater"]


@pytest.mark.parametrize("target", ["", "gold@2026-11", "paylater"])
def test_a_press_that_does_not_say_what_and_on_which_text_opens_nothing(
    talk_to: TalkTo, app: CreditApp, target: str
) -> None:
    talk = talk_to("newcomer").say("open_product", pressed=True, target=target)
    assert talk.responses[-1] == "utter_open_product"
    assert statuses(app, of(talk)) == {}


def test_whom_the_lender_blocked_in_between_is_refused_with_the_reason(talk_to: TalkTo, app: CreditApp) -> None:
    talk = talk_to("newcomer").say("open_product")
    change(app, of(talk), is_blocked=True)
    assert talk.press(f"{AGREE}信用付").responses == ["utter_opening_refused"]
    assert "内部规则" in talk.text
    assert statuses(app, of(talk)) == {}


def test_an_overdue_customer_without_the_product_hears_it_first_and_how_to_go_on(
    talk_to: TalkTo, app: CreditApp
) -> None:
    def close(books: Books) -> None:
        line = find_line(books, of(talk_to("overdue")), "paylater")
        assert line is not None
        line.status, line.frozen_reason = "closed", None

    app.writing(close)
    talk = talk_to("overdue").say("open_product", product="paylater")
    assert "已逾期 12 天" in talk.text
    assert not [label for label in talk.choices if label.startswith(AGREE)]
    assert {"逾期的影响", "怎么还款", "申请人工复核"} <= set(talk.choices)
    pressed = talk.say("open_product", pressed=True, target=PAYLATER)
    assert pressed.responses == ["utter_opening_refused"]
    assert "已逾期 12 天" in pressed.text
    assert {"逾期的影响", "申请人工复核"} <= set(pressed.choices)


def test_a_young_customer_gets_a_number_and_nothing_is_open_yet(talk_to: TalkTo, app: CreditApp) -> None:
    talk = talk_to("newcomer")
    change(app, of(talk), born_on=date(2005, 1, 1))
    assert "未满 23 周岁" in talk.say("open_product").text
    talk.press(f"{AGREE}信用付")
    assert talk.responses == ["utter_opening_review"]
    ticket = app.ticket_of(of(talk))
    assert ticket is not None
    assert ticket.reference in talk.text
    assert statuses(app, of(talk)) == {}


# ── why it cannot be opened ─────────────────────────────────────────────────────────────────────────────────


def test_who_could_open_is_led_to_the_application(talk_to: TalkTo) -> None:
    talk = talk_to("newcomer").say("explain_cannot_open")
    assert "可以从下面申请" in talk.text
    assert "不能受理" not in talk.text
    assert talk.press("开通产品").responses == ["utter_open_product"]


def test_who_could_not_is_not_led_there(talk_to: TalkTo) -> None:
    talk = talk_to("student").say("explain_cannot_open", product="cashloan")
    assert "开通产品" not in talk.choices
    assert "申请人工复核" in talk.choices
