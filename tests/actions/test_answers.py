"""Every intent, asked by every demo customer: an answer that can be read at night on a phone."""

from __future__ import annotations

import pytest

from tests.actions.conftest import TalkTo
from tests.harness import sources

CUSTOMERS = [
    "good",
    "due_soon",
    "overdue",
    "frozen",
    "newcomer",
    "student",
    "refund_and_cut",
    "two_loans",
    "in_transit",
]
LONGEST = 400
NO_CHOICES = {"goodbye"}


@pytest.mark.parametrize("customer", CUSTOMERS)
def test_every_intent_is_answered_short_and_with_a_next_step(customer: str, talk_to: TalkTo) -> None:
    for intent in (*sources.intents(), "nlu_fallback"):
        talk = talk_to(customer).say(intent, "问题")
        assert talk.bubbles, intent
        assert "utter_error_account_service_unreachable" not in talk.responses, intent
        assert max(len(bubble.text) for bubble in talk.bubbles) <= LONGEST, intent
        assert talk.choices or intent in NO_CHOICES, intent


@pytest.mark.parametrize("product", ["paylater", "cashloan"])
@pytest.mark.parametrize("customer", ["good", "overdue", "newcomer", "two_loans"])
def test_every_intent_is_answered_for_one_product(customer: str, product: str, talk_to: TalkTo) -> None:
    for intent in sources.intents():
        talk = talk_to(customer).say(intent, f"{product}怎么样呢请问一下", product=product)
        assert talk.bubbles, intent
        assert "utter_error_account_service_unreachable" not in talk.responses, intent


def test_the_limit_is_told_by_the_figure_first(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("check_limit")
    assert talk.text.startswith("现金借：可用 30,000.00 元")
    assert "信用付：可用 9,541.00 元" in talk.text
    assert talk.card("limit")["lines"]


def test_the_cut_and_its_reason_are_named(talk_to: TalkTo) -> None:
    talk = talk_to("refund_and_cut").say("explain_limit", "花呗额度怎么降了呢", product="paylater")
    assert "10月28日从 10,000.00 元调到了 6,000.00 元" in talk.text
    assert "定期用信评估" in talk.text


def test_a_freeze_is_explained_with_the_day_on_which_it_ends(talk_to: TalkTo) -> None:
    assert "11月19日会自动恢复" in talk_to("frozen").say("explain_frozen").text


def test_somebody_overdue_hears_what_ends_it(talk_to: TalkTo) -> None:
    talk = talk_to("overdue").say("overdue")
    assert "逾期 12 天，今天还 1,557.78 元就不再逾期" in talk.text
    assert "罚息 7.71 元" in talk.text


def test_the_bill_is_taken_apart_and_compared_with_the_last(talk_to: TalkTo) -> None:
    talk = talk_to("two_loans").say("explain_bill")
    assert "消费 734.65 元、分期本金 700.00 元、分期手续费 21.00 元" in talk.text
    assert "比上期的 1,480.50 元少了 24.85 元" in talk.text


def test_a_refund_is_found_by_merchant(talk_to: TalkTo) -> None:
    assert "极光数码 退 1,699.00 元" in talk_to("refund_and_cut").say("refund").text


def test_the_price_of_a_loan_is_quoted_without_an_offer(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("loan_interest", "借5000分12期利息多少", amount="5000", term="12")
    assert "12 期：利息 297.77 元" in talk.text
    assert "单利" in talk.text
    assert "复利" in talk.text
    assert "offer_id" not in talk.slots


def test_last_months_bill_is_told_when_asked_for(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("check_bill", "上个月账单多少呢", period="last_month")
    assert "上期账单是 747.66 元" in talk.text


def test_loans_due_on_one_day_are_added_up(talk_to: TalkTo) -> None:
    assert "最近要还 1,092.48 元（11月15日）" in talk_to("two_loans").say("check_bill").text


def test_nobody_overdue_is_led_towards_new_debt(talk_to: TalkTo) -> None:
    new_debt = {"/borrow", "/installment", "/repay_with_loan"}
    for intent in ("hardship", "overdue", "min_repay", "loan_interest", "loan_terms", "explain_frozen", "check_limit"):
        offered = talk_to("overdue").say(intent).choices.values()
        assert not {payload.split("{")[0] for payload in offered} & new_debt, intent


def test_a_wish_for_a_person_gets_a_place_in_the_queue_and_a_reference(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("human")
    assert "您是下一位" in talk.text
    assert "编号" in talk.text
    again = talk_to("good").say("human")
    assert again.text == talk.text, "who asks again keeps the place and the reference"


def test_whoever_speaks_of_dying_hears_of_help_and_nothing_of_money(talk_to: TalkTo) -> None:
    talk = talk_to("overdue").say("human", "欠了这么多我不想活了", urgent="distress")
    assert talk.responses == ["utter_distress"]
    assert "12356" in talk.text
    assert talk.choices == {}
    assert "元" not in talk.text


def test_a_no_while_waiting_leaves_the_queue(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("human").press("不等人工了")
    assert talk.responses == ["utter_human_withdrawn"]
    assert talk.say("deny").responses == ["utter_deny"]


def test_a_fraud_report_freezes_only_when_its_button_is_pressed(talk_to: TalkTo) -> None:
    talk = talk_to("two_loans").say("fraud", "有人盗刷了我的钱")
    assert "冻结" not in talk_to("two_loans").say("check_limit").text
    talk.press("马上冻结额度")
    assert "额度已经冻结" in talk.text
    assert "被盗刷" in talk_to("two_loans").say("explain_frozen").text


# ── frozen, cut, temporary ──────────────────────────────────────────────────────────────────────────────────


def test_whether_a_frozen_line_can_be_used_is_answered_with_its_day(talk_to: TalkTo) -> None:
    talk = talk_to("frozen").say("open_product", "现在能用了吗")
    assert talk.responses == ["utter_product_is_frozen"]
    assert "11月19日会自动恢复" in talk.text


def test_whether_a_cut_limit_comes_back_is_not_answered_with_no_freeze_alone(talk_to: TalkTo) -> None:
    talk = talk_to("refund_and_cut").say("explain_frozen", "还能恢复吗")
    assert talk.responses == ["utter_not_frozen_but_cut"]
    assert "10,000.00 元调到了 6,000.00" in talk.text
    assert "2027年1月26日起才能申请" in talk.text
    assert talk_to("good").say("explain_frozen", "还能恢复吗").responses == ["utter_not_frozen"]


def test_a_temporary_limit_that_ran_out_is_told_where_a_higher_limit_is_asked_for(talk_to: TalkTo) -> None:
    assert "1,000.00 元临时额度在11月3日到期收回" in talk_to("in_transit").say("raise_limit").text
    assert "临时额度" not in talk_to("good").say("raise_limit").text
