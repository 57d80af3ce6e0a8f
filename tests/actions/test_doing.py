"""What is done at one press, and what must not happen without it."""

from __future__ import annotations

from uuid import UUID

from credit.app import CreditApp
from credit.offers import service as offers
from tests.actions.conftest import TalkTo


def test_autopay_goes_off_and_on_at_one_press_and_says_its_sources(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("autopay")
    assert "账户余额、货币基金、银行卡" in talk.text
    assert "自动还款已经关闭" in talk.press("关闭自动还款").text
    assert "自动还款没有开" in talk.say("autopay").text
    assert "已经打开" in talk.press("打开自动还款").text


def test_a_sentence_about_autopay_switches_nothing(talk_to: TalkTo) -> None:
    talk_to("good").say("autopay", "把自动还款关掉")
    assert "自动还款开着" in talk_to("good").say("autopay").text


def test_a_limit_is_lowered_by_pressing_the_amount_that_was_said(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("lower_limit", "花呗额度调低到3000", product="paylater", amount="3000")
    assert "12,000.00" in talk_to("good").say("check_limit").text
    assert "3,000.00" in talk.press("信用付额度调到").text
    assert "总额度 3,000.00 元" in talk_to("good").say("check_limit").text
    assert "您自己申请调低" in talk_to("good").say("explain_limit", product="paylater").text


def test_a_monthly_cap_of_ones_own_can_be_set_instead(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("lower_limit", "每月最多花2000", product="paylater", amount="2000")
    assert "2,000.00" in talk.press("每月最多花").text


def test_lowering_without_a_figure_asks_for_one(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("lower_limit")
    assert "告诉我调到多少" in talk.text
    assert not [label for label in talk.choices if "调到" in label]


def test_closing_names_what_stands_in_the_way_of_each_product(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("close_product")
    assert "账单还欠 2,044.20 元" in talk.text
    assert "现金借可以关闭" in talk.text
    assert "现金借已经关闭" in talk.press("关闭现金借").text
    assert "没有开通" in talk_to("good").say("borrow", product="cashloan", wish="explicit", amount="500").text


def test_running_loans_and_plans_keep_a_product_open(talk_to: TalkTo) -> None:
    text = talk_to("two_loans").say("close_product").text
    assert "借款本金还剩" in text
    assert "分期还有本金" in text


def test_a_plan_is_settled_by_an_offer_that_says_what_it_saves(talk_to: TalkTo) -> None:
    talk = talk_to("two_loans").say("installment_manage", "分期能提前结清吗")
    talk.press("结清")
    card = talk.card("offer")
    assert card["offer_kind"] == "settle_plan"
    assert "2,800.00" in talk.text
    assert "支付密码" in talk.text


def test_reminders_go_off_and_on_and_those_about_being_overdue_stay(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("notifications")
    assert "逾期的提醒不能关" in talk.text
    assert "已经关掉" in talk.press("关闭提醒").text
    assert "已经打开" in talk.say("notifications").press("打开提醒").text


def test_a_certificate_is_had_for_a_settled_loan_and_only_for_that(
    talk_to: TalkTo, app: CreditApp, customer_ids: dict[str, str]
) -> None:
    assert "还没有结清的借款" in talk_to("two_loans").say("documents").text
    customer = UUID(customer_ids["two_loans"])
    loan = next(loan.loan_id for loan in app.schedules(customer).loans if loan.kind == "loan")
    offer = app.propose_loan_repayment(customer, loan_id=loan, amount=None, request_id="settle")
    app.writing(lambda books: offers.execute(books, customer, offer.id))
    talk = talk_to("two_loans").say("documents")
    talk.press(f"{app.settled_loans(customer)[0].principal.yuan()} 元")
    assert talk.card("notice")["code"] == "loan_settled"
    assert "已于" in talk.text


def test_nobody_without_a_credit_balance_is_offered_a_payout(talk_to: TalkTo) -> None:
    assert "退到银行卡" not in talk_to("good").say("refund").choices
