"""Repaying the bill or a loan; splitting the bill; borrowing to repay it."""

from __future__ import annotations

import pytest

from tests.actions.conftest import TalkTo
from tests.actions.talk import Talk


def repaying(talk: Talk, **said: str) -> Talk:
    return talk.say("repay", "我要还款" + "".join(said.values()), wish="explicit", **said)


@pytest.mark.parametrize(("said", "minor"), [("all", 204_420), ("minimum", 20_442), ("half", 102_210), ("500", 50_000)])
def test_the_bill_is_repaid_by_word_or_by_figure(said: str, minor: int, talk_to: TalkTo) -> None:
    talk = repaying(talk_to("good"), amount=said)
    assert talk.responses == ["utter_offer_repay_bill"]
    assert talk.card("offer")["amount"]["minor"] == minor
    assert "现在还没有扣款" in talk.text


def test_the_amount_is_asked_for_with_the_two_usual_answers(talk_to: TalkTo) -> None:
    talk = repaying(talk_to("good"))
    assert list(talk.choices)[:2] == ["全部 2,044.20 元", "最少 204.42 元"]
    assert talk.press("最少").card("offer")["amount"]["minor"] == 20_442


def test_more_than_is_owed_is_refused_with_what_is_owed(talk_to: TalkTo) -> None:
    talk = repaying(talk_to("good")).say("unclear", amount="3000")
    assert "3,000.00 元比要还的多：目前一共 2,044.20 元" in talk.text
    assert talk.responses[-1] == "utter_ask_repay_form_repay_amount_bill"


def test_bill_and_loans_both_owed_lead_to_the_question_which(talk_to: TalkTo) -> None:
    talk = repaying(talk_to("two_loans"))
    assert talk.responses == ["utter_ask_repay_form_repay_target"]
    talk.say("check_bill", "账单")
    assert talk.responses == ["utter_ask_repay_form_repay_amount_bill"]


def test_a_products_name_answers_which(talk_to: TalkTo) -> None:
    talk = repaying(talk_to("two_loans")).say("repay_with_loan", "还花呗", product="花呗")
    assert talk.responses == ["utter_ask_repay_form_repay_target"]
    talk = repaying(talk_to("two_loans")).say("unclear", product="paylater")
    assert talk.responses == ["utter_ask_repay_form_repay_amount_bill"]
    talk = repaying(talk_to("two_loans")).say("unclear", product="cashloan")
    assert talk.responses == ["utter_ask_repay_form_repay_target"]
    assert "账单" not in talk.text


def test_a_loan_is_chosen_by_its_size_or_by_its_button(talk_to: TalkTo) -> None:
    talk = repaying(talk_to("two_loans"), product="cashloan").say("unclear", amount="5000")
    assert talk.responses == ["utter_ask_repay_form_repay_amount_loan"]
    talk = repaying(talk_to("two_loans"), product="cashloan").press("现金借 12,000.00")
    assert talk.press("全部").card("offer")["amount"]["minor"] == 1_014_140


def test_an_amount_said_before_the_debt_is_read_again_for_it(talk_to: TalkTo) -> None:
    talk = repaying(talk_to("two_loans"), amount="3000").press("信用付账单")
    assert "比要还的多：目前一共 1,455.65 元" in talk.text
    assert talk.responses[-1] == "utter_ask_repay_form_repay_amount_bill"
    talk = repaying(talk_to("two_loans"), amount="3000").press("现金借 12,000.00")
    assert talk.press("缩短期数").card("offer")["amount"]["minor"] == 300_000


def test_nothing_due_of_a_loan_is_said_with_the_next_day(talk_to: TalkTo) -> None:
    talk = repaying(talk_to("two_loans")).press("现金借 12,000.00").say("min_repay", amount="minimum")
    assert "下次是11月15日" in talk.text
    assert talk.form == "repay_form"


def test_what_is_overdue_is_paid_with_one_press(talk_to: TalkTo) -> None:
    talk = talk_to("overdue").say("overdue").press("还到期的")
    assert talk.card("offer")["amount"]["minor"] == 155_778


def test_the_minimum_that_is_met_is_not_asked_for_again(talk_to: TalkTo) -> None:
    talk = repaying(talk_to("refund_and_cut"), amount="minimum")
    assert "utter_minimum_already_met" in talk.responses


def test_a_debt_of_somebody_else_answers_like_a_missing_one(talk_to: TalkTo) -> None:
    talk = repaying(talk_to("good"), target="01a207af-1acf-7472-aa5f-9cec806747bc", amount="all")
    assert talk.responses == ["utter_error_loan_not_found"]


def test_who_owes_nothing_has_nothing_to_repay(talk_to: TalkTo) -> None:
    assert repaying(talk_to("newcomer")).responses == ["utter_error_nothing_owed"]


def test_second_thoughts_after_the_offer_to_repay(talk_to: TalkTo) -> None:
    talk = repaying(talk_to("good"), amount="500").say("min_repay", "改成最低吧", amount="minimum")
    assert talk.card("offer")["amount"]["minor"] == 20_442


def test_stopping_names_what_stays_owed_and_until_when(talk_to: TalkTo) -> None:
    talk = repaying(talk_to("good")).say("deny", "不还了")
    assert "还欠 2,044.20 元，还款日是11月10日" in talk.text


# ── splitting the bill ──────────────────────────────────────────────────────────────────────────────────────


def test_the_bill_is_split_in_one_sentence_or_in_two(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("installment", "账单分6期", wish="explicit", term="6")
    assert talk.card("offer")["term"] == 6
    talk = talk_to("good").say("installment", "我要分期", wish="explicit").press("12期")
    assert talk.card("offer")["term"] == 12
    assert "总手续费 122.65 元，年化单利" in talk.text


def test_part_of_the_bill_may_be_split(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("installment", "拿1000出来分6期", wish="explicit", amount="1000", term="6")
    assert talk.card("offer")["amount"]["minor"] == 100_000


def test_a_frozen_line_splits_no_bill_and_says_so(talk_to: TalkTo) -> None:
    talk = talk_to("frozen").say("installment", "我要分期", wish="explicit")
    assert talk.responses == ["utter_error_line_frozen"]


# ── borrowing to repay ──────────────────────────────────────────────────────────────────────────────────────


def test_the_comparison_comes_before_the_question_and_the_offer(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("repay_with_loan", "用借呗还花呗", wish="explicit")
    assert talk.responses == ["utter_comparison", "utter_ask_bridge_form_bridge_term"]
    ways = [way["way"] for way in talk.card("comparison")["ways"]]
    assert ways == ["pay_now", "pay_minimum", "installment", "borrow"]
    assert talk.text.count("复利") == 3
    talk.say("loan_terms", term="12")
    card = talk.card("offer")
    assert (card["offer_kind"], card["term"], card["pays_into"]) == ("repay_with_loan", 12, "paylater_bill")
    assert "账单剩 0.00 元" in talk.text


def test_a_question_whether_one_may_is_answered_with_the_comparison_only(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("repay_with_loan", "可以用借呗还花呗吗")
    assert talk.responses == ["utter_comparison"]
    assert talk.form is None
    talk.press("借来还，分6期")
    assert talk.responses == ["utter_offer_repay_with_loan"]


def test_one_sentence_shows_comparison_and_offer(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("repay_with_loan", "用借呗还花呗分6期", wish="explicit", term="6")
    assert talk.responses == ["utter_comparison", "utter_offer_repay_with_loan"]


def test_paying_it_at_once_instead_is_one_press_away(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("repay_with_loan", "用借呗还花呗", wish="explicit").press("还清账单")
    assert talk.card("offer")["offer_kind"] == "repay_bill"
    assert talk.form is None


@pytest.mark.parametrize(
    ("customer", "response"),
    [
        ("overdue", "utter_error_bridge_overdue"),
        ("frozen", "utter_error_line_frozen"),
        ("student", "utter_error_student_may_not_borrow"),
        ("newcomer", "utter_error_product_not_open"),
    ],
)
def test_borrowing_to_repay_is_refused_with_the_ways_that_exist(customer: str, response: str, talk_to: TalkTo) -> None:
    talk = talk_to(customer).say("repay_with_loan", "用借呗还花呗", wish="explicit")
    assert talk.responses == [response]
    assert talk.form is None
    assert not any(payload.startswith(("/borrow", "/repay_with_loan")) for payload in talk.choices.values())


def test_a_question_about_the_minimum_changes_nothing_of_the_bridge(talk_to: TalkTo) -> None:
    talk = talk_to("due_soon").say("repay_with_loan", "用借呗还花呗", wish="explicit")
    talk.say("min_repay", "比最低还款划算吗", amount="minimum")
    assert talk.responses[0].startswith("utter_min_repay")
    assert "3,215.67" in talk.bubbles[-1].text


def test_stopping_the_bridge_says_that_the_bill_stays(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("repay_with_loan", "用借呗还花呗", wish="explicit").say("deny", "算了")
    assert "没有借款，账单也没有动：还欠 2,044.20 元" in talk.text
