"""What makes sense only after what was said before: the question asked anew, one of what was listed, coming back."""

from __future__ import annotations

from tests.actions.conftest import TalkTo
from tests.actions.talk import Talk

ASKS, ORDERS = {"remark": "fragment_asked"}, {"remark": "fragment"}
WISH = {"wish": "explicit"}


def interest(talk: Talk) -> Talk:
    return talk.say("loan_interest", "借10000分12期利息多少", amount="10000", term="12")


def offered(talk: Talk) -> Talk:
    return talk.say("borrow", "帮我借5000分12期", amount="5000", term="12", **WISH)


# ── the question before ─────────────────────────────────────────────────────────────────────────────────────


def test_another_term_asks_the_last_question_anew_with_the_amount_it_had(talk_to: TalkTo) -> None:
    talk = interest(talk_to("good")).say("installment", "那分6期呢", term="6", **ASKS)
    assert talk.responses == ["utter_loan_interest"]
    assert "借 10,000.00 元" in talk.text
    assert "6 期" in talk.text
    assert "12 期" not in talk.text


def test_another_amount_keeps_the_term_of_the_turn_before(talk_to: TalkTo) -> None:
    talk = interest(talk_to("good")).say("installment", "那分6期呢", term="6", **ASKS)
    talk.say("unclear", "那8000呢", amount="8000", **ASKS)
    assert "借 8,000.00 元" in talk.text
    assert "6 期" in talk.text


def test_a_fragment_goes_to_the_last_question_though_it_was_not_understood(talk_to: TalkTo) -> None:
    talk = interest(talk_to("good")).say("repay", "那6期呢", sure=False, term="6", **ASKS)
    assert talk.responses == ["utter_loan_interest"]


def test_the_other_product_asks_the_same_question_of_it(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("check_limit", "花呗额度", product="paylater")
    assert "现金借" not in talk.text
    talk.say("unclear", "那借呗呢", product="cashloan", **ASKS)
    assert "现金借" in talk.text
    assert talk.responses == ["utter_check_limit"]


def test_small_talk_in_between_does_not_lose_the_question(talk_to: TalkTo) -> None:
    talk = interest(talk_to("good")).say("thanks", "谢谢").say("unclear", "那6期呢", term="6", **ASKS)
    assert talk.responses == ["utter_loan_interest"]


def test_another_question_takes_the_place_of_the_one_before(talk_to: TalkTo) -> None:
    talk = interest(talk_to("good")).say("check_limit").say("unclear", "那8000呢", amount="8000", **ASKS)
    assert talk.responses == ["utter_which_amount"]


def test_a_term_that_is_not_sold_is_said_to_be_so(talk_to: TalkTo) -> None:
    talk = interest(talk_to("good")).say("unclear", "那24期呢", term="24", **ASKS)
    assert talk.responses == ["utter_error_term_not_sold"]


def test_next_month_after_the_bill_is_what_is_known_of_it(talk_to: TalkTo) -> None:
    talk = talk_to("two_loans").say("check_bill").say("unclear", "那下个月呢", period="next_month", **ASKS)
    assert talk.responses == ["utter_coming"]
    assert "12月已经能算出来的" in talk.text
    assert talk.text.count("现金借（") == 2
    assert "分期（" in talk.text


def test_next_month_of_one_product_only(talk_to: TalkTo) -> None:
    talk = talk_to("two_loans").say("check_bill", period="next_month", product="cashloan")
    assert "信用付" not in talk.text
    assert talk_to("newcomer").say("check_bill", period="next_month").responses == ["utter_limit_none"]


def test_a_month_far_ahead_or_gone_is_answered_with_the_bill(talk_to: TalkTo) -> None:
    assert talk_to("good").say("check_bill", period="9").responses == ["utter_bill_open"]
    assert talk_to("two_loans").say("check_bill", period="1").responses == ["utter_coming"]


def test_more_of_a_list_is_its_next_page_until_there_is_none(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("spending_history")
    first = talk.card("list")["items"]
    second = talk.say("unclear", "还有别的吗", remark="more").card("list")["items"]
    assert talk.responses == ["utter_spending_history_more"]
    assert not [item for item in second if item in first]
    for _ in range(9):
        talk.say("unclear", "还有吗", remark="more")
    assert talk.responses == ["utter_no_more_spending"]


def test_more_after_another_answer_names_what_belongs_to_the_matter(talk_to: TalkTo) -> None:
    talk = talk_to("overdue").say("overdue").say("unclear", "还有别的办法吗", remark="more")
    assert talk.responses == ["utter_more"]
    assert set(talk.choices.values()) <= {"/min_repay", "/repay_method", "/autopay", "/hardship", "/human"}


def test_again_repeats_the_last_answer(talk_to: TalkTo) -> None:
    talk = interest(talk_to("good"))
    said = talk.text
    assert talk.say("unclear", "再说一遍", remark="again").text == said


# ── an offer on the table ───────────────────────────────────────────────────────────────────────────────────


def test_a_fragment_after_an_offer_changes_it(talk_to: TalkTo) -> None:
    talk = offered(talk_to("good")).say("loan_terms", "那分6期呢", term="6", **ASKS)
    assert talk.card("offer")["term"] == 6
    assert talk.card("offer")["amount"]["minor"] == 500_000


def test_a_question_after_the_offer_is_asked_anew_and_an_order_changes_the_offer(talk_to: TalkTo) -> None:
    talk = offered(talk_to("due_soon")).say("installment_fee", "账单分期手续费多少")
    talk.say("unclear", "那12期呢", term="12", **ASKS)
    assert talk.responses == ["utter_installment_fee"]
    assert talk.say("loan_terms", "改成6期", term="6", **ORDERS).card("offer")["term"] == 6


def test_interest_within_a_flow_is_that_of_the_loan_talked_about(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("borrow", "我要借7000", amount="7000", **WISH).say("loan_interest", "利息多少")
    assert "借 7,000.00 元" in talk.text
    assert talk.form == "borrow_form"
    talk.say("unclear", "那8000呢", amount="8000", **ASKS)
    assert "借 8,000.00 元" in talk.bubbles[0].text
    assert talk.slots["borrow_amount"] == "7000.00"
    assert talk.say("unclear", "6期", term="6", **ORDERS).card("offer")["amount"]["minor"] == 700_000


# ── one of what was listed ──────────────────────────────────────────────────────────────────────────────────


def test_the_second_of_the_choices_is_taken_by_its_place(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("borrow", "我要借5000", amount="5000", **WISH)
    assert talk.say("unclear", "就按第二个", nth="2").card("offer")["term"] == 6


def test_the_second_way_of_a_comparison_is_the_way_that_stands_second(talk_to: TalkTo) -> None:
    talk = talk_to("due_soon").say("repay_with_loan", "用借呗还花呗划算吗")
    card = talk.card("comparison")
    assert [way["way"] for way in card["ways"]][1] == "pay_minimum"
    talk.say("unclear", "就按第二个", nth="2")
    assert talk.card("offer")["offer_kind"] == "repay_bill"
    assert talk.card("offer")["amount"] == card["ways"][1]["pay_today"]


def test_a_way_of_the_comparison_can_be_named_although_the_form_asks_for_the_term(talk_to: TalkTo) -> None:
    talk = talk_to("due_soon").say("repay_with_loan", "用借呗还花呗", **WISH)
    assert talk.form == "bridge_form"
    talk.say("unclear", "按第三种办法", nth="3:way")
    assert talk.form == "installment_form" or talk.card("offer")["offer_kind"] == "installment"


def test_the_second_debt_of_two(talk_to: TalkTo) -> None:
    talk = talk_to("two_loans").say("repay", "我要还借款", product="cashloan", **WISH)
    wanted = list(talk.choices.values())[1]
    talk.say("unclear", "第二笔", nth="2")
    assert talk.slots["repay_target"] in wanted


def test_more_than_there_are_is_said_with_what_there_is(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("check_limit").say("unclear", "第九个", nth="9")
    assert talk.responses == ["utter_no_such_choice"]
    assert talk.choices


def test_what_is_done_at_one_press_is_not_done_by_its_place(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("autopay").say("unclear", "第三个", nth="3")
    assert talk.responses == ["utter_press_to_do"]
    assert "自动还款开着" in talk_to("good").say("autopay").text


def test_a_place_without_a_list_is_not_understood(talk_to: TalkTo) -> None:
    assert talk_to("good").say("unclear", "第二个", nth="2").responses == ["utter_unclear"]


# ── setting aside and coming back ───────────────────────────────────────────────────────────────────────────


def test_a_flow_is_set_aside_for_a_question_and_taken_up_again(talk_to: TalkTo) -> None:
    talk = talk_to("due_soon").say("repay", "我要还款", product="paylater", **WISH)
    assert talk.form == "repay_form"
    talk.say("check_limit", "先不还了，查一下额度", remark="suspend")
    assert talk.responses == ["utter_set_aside", "utter_check_limit"]
    assert talk.form is None
    talk.say("unclear", "继续刚才的", remark="resume")
    assert talk.responses == ["utter_taken_up", "utter_ask_repay_form_repay_amount_bill"]
    assert talk.say("unclear", amount="100").card("offer")["offer_kind"] == "repay_bill"


def test_an_offer_set_aside_is_withdrawn_and_written_anew(talk_to: TalkTo) -> None:
    talk = offered(talk_to("good"))
    before = talk.card("offer")["id"]
    talk.say("check_bill", "先不借了，看看账单", remark="suspend")
    talk.say("affirm", "继续刚才的", remark="resume")
    assert talk.card("offer")["id"] != before
    assert talk.card("offer")["term"] == 12


def test_not_now_says_what_that_means_and_how_to_come_back(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("borrow", "我要借5000", amount="5000", **WISH)
    talk.say("deny", "先不借了", remark="suspend")
    assert "没有借款" in talk.text
    assert "继续刚才的" in talk.choices
    assert talk.press("继续刚才的").responses == ["utter_taken_up", "utter_ask_borrow_form_borrow_term"]


def test_another_flow_in_between_and_the_first_one_is_offered_again(talk_to: TalkTo) -> None:
    talk = talk_to("due_soon").say("borrow", "我要借5000", amount="5000", **WISH)
    talk.say("repay", "先帮我还花呗", product="paylater", amount="all", **WISH)
    assert talk.card("offer")["offer_kind"] == "repay_bill"
    talk.press("继续刚才的")
    assert talk.form == "borrow_form"
    assert talk.say("unclear", "6期", term="6").card("offer")["amount"]["minor"] == 500_000


def test_resuming_without_anything_set_aside(talk_to: TalkTo) -> None:
    assert talk_to("good").say("unclear", "继续", remark="resume").responses == ["utter_nothing_set_aside"]
    talk = offered(talk_to("good"))
    before = talk.card("offer")["id"]
    assert talk.say("unclear", "继续", remark="resume").card("offer")["id"] == before


def test_what_was_cancelled_is_not_offered_again(talk_to: TalkTo) -> None:
    talk = talk_to("due_soon").say("borrow", "我要借5000", amount="5000", **WISH).say("deny", "算了")
    talk.say("repay", "还花呗", product="paylater", amount="all", **WISH)
    assert "继续刚才的" not in talk.choices


# ── asked why, and not answered ─────────────────────────────────────────────────────────────────────────────


def test_why_is_answered_and_the_question_asked_again(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("borrow", "我要借钱", **WISH).say("unclear", "为什么要知道这个", remark="why")
    assert talk.responses == ["utter_why_borrow_amount", "utter_ask_borrow_form_borrow_amount"]


def test_nobody_has_to_say(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("borrow", "我要借钱", **WISH).say("deny", "不想说", remark="refuse")
    assert talk.responses == ["utter_need_not_say", "utter_ask_borrow_form_borrow_amount"]
    assert "先不办了" in talk.choices


def test_from_the_start_asks_the_first_question_again(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("borrow", "我要借5000", amount="5000", **WISH)
    talk.say("unclear", "重新填", remark="restart")
    assert talk.slots["borrow_amount"] is None


def test_bad_answers_are_explained_and_then_a_person_comes(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("borrow", "我要借钱", **WISH)
    assert talk.say("unclear", "那个").responses[0] == "utter_not_understood_borrow_amount"
    assert "utter_form_stuck" in talk.say("unclear", "那个那个").responses
    assert "utter_human_after_misses" in talk.say("unclear", "嗯嗯啊").responses
    assert talk.form == "borrow_form"
    assert talk.say("unclear", amount="2000").responses == ["utter_ask_borrow_form_borrow_term"]


def test_three_times_not_understood_queues_for_a_person(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("refund", "啊", sure=False).say("refund", "啊啊", sure=False)
    assert talk.say("refund", "啊啊啊", sure=False).responses == ["utter_human_after_misses"]


def test_a_later_no_declines_the_settlement_of_a_plan(talk_to: TalkTo) -> None:
    talk = talk_to("two_loans").say("installment_manage", "分期能提前结清吗").press("结清")
    assert talk.say("deny", "算了").responses == ["utter_cancelled_settle_plan"]
    assert talk.say("affirm", "好的").responses == ["utter_affirm"]
