"""Questions with nothing in them but the asking, one loan of several, and figures on top of others."""

from __future__ import annotations

import pytest

from actions.flows.bare import (
    ABOUT_BILLS,
    DEAR_OF,
    DONE_OF,
    DONE_OF_OFFER,
    EACH_OF,
    EACH_OF_OFFER,
    STOPPED_BY_A_FREEZE,
    WHEN_OF,
    WHY_OF,
)
from actions.heard import STARTS
from tests.actions.conftest import TalkTo
from tests.actions.talk import Talk
from tests.harness import sources


def bare(talk: Talk, text: str, remark: str) -> Talk:
    return talk.say("unclear", text, sure=False, remark=remark)


def offered(talk: Talk) -> Talk:
    return talk.say("borrow", "帮我借5000分12期", amount="5000", term="12", wish="explicit")


# ── the tables ──────────────────────────────────────────────────────────────────────────────────────────────


def test_the_tables_know_only_intents_that_exist_and_lead_into_no_flow() -> None:
    led = {*WHY_OF.values(), *WHEN_OF.values(), *DONE_OF.values(), *DONE_OF_OFFER.values(), *DEAR_OF.values()}
    led |= {*EACH_OF.values(), *EACH_OF_OFFER.values()}
    asked = {*WHY_OF, *WHEN_OF, *DONE_OF, *DEAR_OF, *EACH_OF, *ABOUT_BILLS, *STOPPED_BY_A_FREEZE}
    assert (led | asked) - {*sources.intents()} == set()
    assert led & STARTS == set()


# ── too dear ────────────────────────────────────────────────────────────────────────────────────────────────


def test_too_dear_after_a_price_is_the_shortest_term_and_what_else_helps(talk_to: TalkTo) -> None:
    talk = bare(talk_to("good").say("loan_interest", amount="5000", term="12"), "太贵了", "too_dear")
    assert talk.responses == ["utter_dear_loan_interest", "utter_loan_interest"]
    assert "5,000.00" in talk.text
    assert "3 期：利息" in talk.text
    assert "12 期" not in talk.text


def test_too_dear_with_an_offer_on_the_table_leaves_it_there(talk_to: TalkTo) -> None:
    talk = bare(offered(talk_to("good")), "有点贵", "too_dear")
    assert talk.responses == ["utter_dear_loan_interest", "utter_loan_interest"]
    assert "5,000.00" in talk.text
    assert talk.say("affirm", "好的").responses == ["utter_confirm_on_sheet"]


def test_too_dear_with_nothing_said_before_is_asked_back(talk_to: TalkTo) -> None:
    assert bare(talk_to("good"), "太贵了", "too_dear").responses == ["utter_unclear"]


def test_cheaper_is_asked_in_the_form_of_what_the_form_is_about(talk_to: TalkTo) -> None:
    talk = bare(
        talk_to("good").say("check_limit").say("borrow", "我要借钱", wish="explicit"), "有没有便宜点的", "too_dear"
    )
    assert talk.responses[:2] == ["utter_dear_loan_interest", "utter_loan_interest"]


# ── the beginning of a choice ───────────────────────────────────────────────────────────────────────────────


def test_the_beginning_of_a_choice_is_that_choice_which_is_pressed_where_it_acts_at_once(talk_to: TalkTo) -> None:
    talk = talk_to("due_soon").say("hardship", "我失业了").say("unclear", "登记", sure=False)
    assert talk.responses == ["utter_press_to_do"]
    assert "登记延期协商" in talk.choices


def test_the_beginning_of_two_choices_is_neither(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("borrow", amount="5000", term="12", wish="explicit")
    assert {"改成3期", "改成6期"} <= set(talk.choices)
    assert talk.say("unclear", "改成", sure=False).responses == ["utter_unclear"]


def test_a_figure_alone_is_not_offered_as_a_loan_to_who_may_not_borrow(talk_to: TalkTo) -> None:
    talk = talk_to("student").say("unclear", "5000", sure=False, amount="5000")
    assert talk.responses == ["utter_which_amount_to_repay"]
    assert not any("借" in title for title in talk.choices)


# ── why ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_why_after_a_cut_limit_is_the_cause_in_short_and_a_persons_look(talk_to: TalkTo) -> None:
    talk = talk_to("refund_and_cut").say("explain_limit")
    whole = talk.text
    bare(talk, "凭什么", "asks_why")
    assert talk.responses == ["utter_explain_limit_briefly"]
    assert "4,000.00" in talk.text
    assert len(talk.text) < len(whole) / 2
    assert next(iter(talk.choices)) == "申请人工复核"


def test_why_asked_once_more_says_honestly_that_this_is_all(talk_to: TalkTo) -> None:
    talk = bare(bare(talk_to("refund_and_cut").say("explain_limit"), "凭什么", "asks_why"), "不服", "asks_why")
    assert talk.responses == ["utter_nothing_more_found"]
    assert {"申请人工复核", "转人工"} <= set(talk.choices)


def test_a_student_who_asks_when_an_opening_will_be_possible_hears_what_has_to_change(talk_to: TalkTo) -> None:
    talk = bare(talk_to("student").say("explain_cannot_open"), "那什么时候可以", "asks_when")
    assert talk.responses == ["utter_when_no_student"]


def test_why_after_the_figure_of_the_limit_is_why_it_is_so_much(talk_to: TalkTo) -> None:
    assert bare(talk_to("refund_and_cut").say("check_limit"), "为什么", "asks_why").responses == ["utter_explain_limit"]


def test_why_after_a_refused_loan_is_the_reason(talk_to: TalkTo) -> None:
    talk = talk_to("student").say("borrow", "我想借2000", amount="2000", wish="explicit")
    assert talk.responses == ["utter_error_student_may_not_borrow"]
    assert bare(talk, "我是学生怎么了", "says_why").responses == ["utter_why_no_student"]
    assert bare(talk, "那什么时候可以", "asks_when").responses == ["utter_when_no_student"]


def test_a_longer_message_that_was_understood_keeps_its_meaning(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("check_bill").say("explain_limit", "为什么额度降了", remark="says_why")
    assert talk.responses == ["utter_explain_limit"]


def test_why_after_the_bills_reasons_is_what_cost_the_most(talk_to: TalkTo) -> None:
    talk = bare(talk_to("good").say("explain_bill"), "为什么", "asks_why")
    assert talk.responses == ["utter_explain_bill_briefly"]
    assert "1,299.00" in talk.text


def test_why_within_a_form_is_why_it_is_asked(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("borrow", "我要借钱", wish="explicit")
    assert bare(talk, "为什么", "asks_why").responses == [
        "utter_why_borrow_amount",
        "utter_ask_borrow_form_borrow_amount",
    ]


def test_why_after_a_figure_that_was_too_large_is_about_the_limit(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("borrow", "我要借钱", wish="explicit").say("unclear", amount="150000")
    bare(talk, "凭什么", "asks_why")
    assert talk.responses[0].startswith("utter_explain_limit")
    assert talk.form == "borrow_form"


def test_a_bare_why_out_of_the_blue_is_not_understood(talk_to: TalkTo) -> None:
    assert bare(talk_to("good"), "为什么", "asks_why").responses == ["utter_unclear"]


# ── when ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("text", ["要等多久", "什么时候能好", "哪天恢复"])
def test_when_after_a_freeze_is_the_day_of_release(talk_to: TalkTo, text: str) -> None:
    talk = bare(talk_to("frozen").say("explain_frozen"), text, "asks_when")
    assert talk.responses == ["utter_frozen_until"]
    assert talk.text.startswith("11月19日")


def test_who_has_paid_everything_hears_that_it_is_so_and_until_when(talk_to: TalkTo) -> None:
    talk = bare(talk_to("frozen").say("explain_frozen"), "我都还清了啊", "claims_paid")
    assert "确实已经还清" in talk.text
    assert "11月19日" in talk.text


def test_who_says_so_and_still_owes_hears_what(talk_to: TalkTo) -> None:
    talk = bare(talk_to("overdue").say("explain_frozen"), "我都还清了啊", "claims_paid")
    assert talk.responses == ["utter_paid_not_seen"]
    assert "1,557.78" in talk.text
    assert "还款到账了吗" in talk.choices


def test_when_while_late_counts_from_the_day_of_paying(talk_to: TalkTo) -> None:
    talk = bare(talk_to("overdue").say("explain_frozen"), "要等多久", "asks_when")
    assert talk.responses == ["utter_frozen_while_late"]
    assert "12月8日" in talk.text


def test_when_after_a_cut_names_the_day_of_asking_again_and_promises_nothing(talk_to: TalkTo) -> None:
    talk = bare(talk_to("refund_and_cut").say("explain_limit"), "什么时候能恢复", "asks_when")
    assert talk.responses == ["utter_limit_when"]
    assert "2027年1月26日" in talk.text
    assert "现金借" not in talk.text


def test_when_a_limit_that_was_not_cut_grows_is_what_a_raise_would_take(talk_to: TalkTo) -> None:
    talk = bare(talk_to("good").say("explain_limit"), "什么时候可以", "asks_when")
    assert talk.responses == ["utter_raise_limit"]


def test_when_after_a_loan_refused_by_a_freeze_is_the_day_of_release(talk_to: TalkTo) -> None:
    talk = talk_to("frozen").say("borrow", "我要借3000", amount="3000", wish="explicit")
    assert "11月19日" in bare(talk, "要等多久", "asks_when").text


def test_when_after_the_bill_is_its_day(talk_to: TalkTo) -> None:
    assert bare(talk_to("good").say("check_bill"), "几号", "asks_when").responses == ["utter_bill_dates"]


def test_when_a_person_comes_nobody_knows_but_the_place_is_said(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("human")
    assert bare(talk, "要等多久", "asks_when").responses == ["utter_still_waiting"]
    assert bare(talk, "来了吗", "asks_done").responses == ["utter_still_waiting"]


def test_is_anybody_there_while_waiting_for_a_person(talk_to: TalkTo) -> None:
    assert bare(talk_to("good").say("human"), "有人吗", "asks_person").responses == ["utter_still_waiting"]
    assert bare(talk_to("due_soon"), "有人吗", "asks_person").responses == ["utter_unclear"]


def test_when_after_what_tells_no_time_is_not_made_up(talk_to: TalkTo) -> None:
    assert bare(talk_to("good").say("promotions"), "多久", "asks_when").responses == ["utter_unclear"]


# ── done? ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_done_while_the_offer_waits_points_at_the_sheet(talk_to: TalkTo) -> None:
    assert bare(offered(talk_to("good")), "好了吗", "asks_done").responses == ["utter_confirm_on_sheet"]


def test_done_without_anything_done_is_not_understood(talk_to: TalkTo) -> None:
    assert bare(talk_to("good"), "好了吗", "asks_done").responses == ["utter_unclear"]


# ── what was bought ─────────────────────────────────────────────────────────────────────────────────────────


def test_the_biggest_after_the_bill_is_of_that_bill(talk_to: TalkTo) -> None:
    talk = bare(talk_to("good").say("check_bill"), "哪笔最贵的", "biggest")
    items = talk.card("list")["items"]
    assert talk.responses == ["utter_spending_biggest_on_bill"]
    assert [item["amount"]["minor"] for item in items] == sorted(
        (item["amount"]["minor"] for item in items), reverse=True
    )
    assert bare(talk, "都买了啥", "asks_items").responses == ["utter_spending_history"]


def test_the_biggest_of_the_purchases_when_no_bill_was_spoken_of(talk_to: TalkTo) -> None:
    talk = bare(talk_to("good").say("spending_history"), "最大的一笔是什么", "biggest")
    assert talk.responses == ["utter_spending_biggest"]


# ── one loan of several ─────────────────────────────────────────────────────────────────────────────────────


def test_one_loan_by_its_size_and_then_the_other(talk_to: TalkTo) -> None:
    talk = talk_to("two_loans").say("loan_schedule")
    talk.say("loan_schedule", "12000那笔还剩多少", one="12000", amount="12000")
    assert "10,078.51" in talk.text
    assert "5,000.00" not in talk.text
    talk.say("unclear", "另外一笔呢", sure=False, one="other")
    assert talk.responses == ["utter_one_loan"]
    assert "12,000.00" not in talk.text


def test_what_is_told_apart_by_its_interest(talk_to: TalkTo) -> None:
    talk = talk_to("two_loans").say("repay", "提前还掉利息少的那笔要多少钱", one="cheap")
    assert talk.responses == ["utter_one_loan"]
    assert "5,031.20" in talk.text


def test_paying_it_off_is_an_offer_for_the_loan_spoken_of(talk_to: TalkTo) -> None:
    talk = talk_to("two_loans").say("loan_schedule", "5000那笔", one="5000")
    talk.say("repay", "那就还掉吧", remark="pay_off", wish="explicit")
    assert talk.card("offer")["offer_kind"] == "repay_loan"
    assert talk.card("offer")["amount"]["minor"] == 503_120
    talk.say("unclear", "还是另外那笔吧", sure=False, one="other")
    assert talk.card("offer")["amount"]["minor"] == 1_014_140


def test_the_plan_is_settled_as_a_plan(talk_to: TalkTo) -> None:
    talk = talk_to("two_loans").say("loan_schedule", "4200那笔", one="4200")
    assert talk.responses == ["utter_one_plan"]
    assert (
        talk.say("repay", "那就结清吧", remark="pay_off", wish="explicit").card("offer")["offer_kind"] == "settle_plan"
    )


def test_paying_off_after_all_of_the_loans_asks_which(talk_to: TalkTo) -> None:
    talk = talk_to("two_loans").say("loan_schedule").say("repay", "那就还掉吧", remark="pay_off", wish="explicit")
    assert talk.responses[-1] == "utter_ask_repay_form_repay_target"


def test_paying_off_that_came_out_as_a_yes_asks_which(talk_to: TalkTo) -> None:
    talk = talk_to("two_loans").say("check_bill").say("affirm", "那就还清吧", remark="pay_off", wish="explicit")
    assert talk.responses[-1] == "utter_ask_repay_form_repay_target"


def test_the_second_of_the_loans_is_told_of_not_begun(talk_to: TalkTo) -> None:
    talk = talk_to("two_loans").say("loan_schedule").say("unclear", "第二笔呢", nth="2")
    assert talk.responses == ["utter_one_loan"]
    assert talk.form is None


def test_an_amount_before_the_debt_is_known_is_noted(talk_to: TalkTo) -> None:
    talk = talk_to("two_loans").say("repay", "我要还款", wish="explicit")
    assert "500" not in talk.text
    talk.say("unclear", amount="500")
    assert talk.text.startswith("好的，先记下还 500.00 元。")
    talk.say("unclear", "大的那笔", one="larger")
    assert talk.slots["repay_amount"] == "500.00"


# ── a figure on top of another ──────────────────────────────────────────────────────────────────────────────


def test_a_thousand_more_is_on_top_of_the_offer(talk_to: TalkTo) -> None:
    talk = offered(talk_to("good")).say("borrow", "再多借1000", amount="1000", shift="more", wish="explicit")
    assert talk.card("offer")["amount"]["minor"] == 600_000
    assert talk.card("offer")["term"] == 12
    assert talk.say("unclear", "少借500", amount="500", shift="less").card("offer")["amount"]["minor"] == 550_000


def test_more_than_nothing_is_the_figure_itself(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("borrow", "多借1000", amount="1000", shift="more", wish="explicit")
    assert talk.slots["borrow_amount"] == "1000.00"


def test_so_much_less_that_nothing_is_left_is_refused(talk_to: TalkTo) -> None:
    talk = offered(talk_to("good")).say("borrow", "少借5000", amount="5000", shift="less", wish="explicit")
    assert talk.responses == ["utter_error_amount_not_positive"]


def test_more_while_the_term_is_asked(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("borrow", "我要借5000", amount="5000", wish="explicit")
    talk.say("borrow", "再多借1000", amount="1000", shift="more", wish="explicit")
    assert talk.slots["borrow_amount"] == "6000.00"


# ── a value that the answer before does not depend on ───────────────────────────────────────────────────────


def test_a_term_after_the_minimum_is_what_instalments_of_it_cost(talk_to: TalkTo) -> None:
    talk = (
        talk_to("good").say("min_repay").say("installment", "那分6期呢", sure=False, term="6", remark="fragment_asked")
    )
    assert talk.responses == ["utter_installment_fee"]
    assert "6 期" in talk.text
    assert "12 期" not in talk.text
    assert talk.form is None
