"""How much each month, and taking back what was confirmed: bare questions of what is offered, lent or on its way."""

from __future__ import annotations

from uuid import UUID

import pytest

from credit.app import CreditApp
from tests.actions.conftest import TalkTo
from tests.actions.test_bare_questions import bare, offered
from tests.harness.pin import PIN

# ── how much each month ─────────────────────────────────────────────────────────────────────────────────────


def test_each_month_in_the_form_is_the_price_of_what_the_form_knows(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("borrow", "我要借8000", amount="8000", wish="explicit")
    talk = bare(talk, "每个月还多少", "asks_each")
    assert talk.responses == ["utter_loan_interest", "utter_ask_borrow_form_borrow_term"]
    assert "8,000.00" in talk.text
    talk = bare(talk_to("good").say("borrow", "借钱分12期", term="12", wish="explicit"), "每个月还多少", "asks_each")
    assert "12 期：" in talk.text
    assert "3 期：" not in talk.text


def test_each_month_of_an_offer_stands_on_it_and_of_a_loan_in_its_plan(app: CreditApp, talk_to: TalkTo) -> None:
    talk = bare(offered(talk_to("good")), "每个月还多少", "asks_each")
    assert talk.responses == ["utter_offer_borrow"]
    assert "每期约" in talk.text
    app.confirm_offer(UUID(talk.customer_id), UUID(talk.slots["offer_id"]), PIN)
    assert bare(talk, "每个月还多少", "asks_each").responses == ["utter_loan_schedule"]


def test_what_was_offered_before_does_not_answer_for_what_is_spoken_of_now(app: CreditApp, talk_to: TalkTo) -> None:
    talk = offered(talk_to("good"))
    app.confirm_offer(UUID(talk.customer_id), UUID(talk.slots["offer_id"]), PIN)
    talk.say("installment_fee")
    assert bare(talk, "每期多少", "asks_each").responses == ["utter_installment_fee"]
    talk.say("check_bill")
    assert "utter_dear_loan_interest" not in bare(talk, "太贵了", "too_dear").responses


def test_each_month_after_the_price_of_instalments_is_that_price(talk_to: TalkTo) -> None:
    talk = bare(talk_to("good").say("installment_fee"), "每期多少", "asks_each")
    assert talk.responses == ["utter_installment_fee"]


# ── taking back what was confirmed ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("asked", "response"), [("disbursement", "utter_payout_under_way"), ("repay_status", "utter_repayment_under_way")]
)
def test_what_the_bank_has_cannot_be_called_off_and_it_is_said(talk_to: TalkTo, asked: str, response: str) -> None:
    talk = talk_to("in_transit").say(asked)
    talk.say("deny", "取消行吗", remark="calls_off", detail="call_off")
    assert talk.responses == [response]
    assert "撤不回来" in talk.text
    assert talk.say(asked, "没到账能取消不", detail="call_off").responses == [response]


def test_calling_off_while_something_is_asked_ends_that(talk_to: TalkTo) -> None:
    talk = talk_to("two_loans").say("disbursement").say("borrow", "我要借钱", wish="explicit")
    talk.say("deny", "取消行吗", remark="calls_off", detail="call_off")
    assert talk.responses == ["utter_cancelled_borrow"]
