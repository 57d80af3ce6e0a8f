"""Borrowing: in one sentence, step by step, with odd answers, with second thoughts."""

from __future__ import annotations

from uuid import UUID

import pytest

from actions.customer import CustomerAccount
from credit.app import CreditApp
from credit.kernel.clock import ManualClock
from credit.kernel.errors import CreditError, ErrorCode
from tests.actions.conftest import TalkTo
from tests.actions.talk import Talk
from tests.harness.pin import PIN


def borrowing(talk: Talk, **said: str) -> Talk:
    return talk.say("borrow", "帮我借" + "".join(said.values()), wish="explicit", **said)


def offers_of(app: CreditApp, talk: Talk) -> str:
    return app.offer(UUID(talk.customer_id), UUID(talk.slots["offer_id"])).status


def test_one_sentence_is_enough_for_an_offer(talk_to: TalkTo) -> None:
    talk = borrowing(talk_to("good"), amount="5000", term="12")
    card = talk.card("offer")
    assert card["amount"]["minor"] == 500_000
    assert len(card["rows"]) == 12
    assert "总利息 297.77 元，年化单利 10.22%、复利 10.71%" in talk.text
    assert "尾号 3301" in talk.text
    assert "现在还没有借出" in talk.text
    assert "密码不要发在聊天里" in talk.text


def test_step_by_step_asks_for_what_is_missing(talk_to: TalkTo) -> None:
    talk = borrowing(talk_to("good"))
    assert talk.responses == ["utter_ask_borrow_form_borrow_amount"]
    talk.say("unclear", amount="1000")
    assert talk.responses == ["utter_ask_borrow_form_borrow_term"]
    talk.say("loan_terms", term="6")
    assert talk.responses == ["utter_offer_borrow"]


def test_what_was_said_before_the_amount_is_noted(talk_to: TalkTo) -> None:
    talk = borrowing(talk_to("good")).say("unclear", term="12")
    assert talk.text.startswith("好，分 12 期。想借多少？")
    talk.say("loan_terms", method="interest_first")
    assert talk.text.startswith("好，分 12 期，按先息后本还。")
    assert talk.say("unclear", amount="5000").card("offer")["method"] == "interest_first"


def test_choices_lead_through_without_typing(talk_to: TalkTo) -> None:
    talk = borrowing(talk_to("good")).press("借 20,000.00").press("6期")
    assert talk.card("offer")["amount"]["minor"] == 2_000_000


def test_a_question_about_borrowing_starts_nothing(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("borrow", "借呗怎么借呢")
    assert talk.responses == ["utter_borrow_explained"]
    assert talk.form is None
    assert talk.press("我要借款").responses == ["utter_ask_borrow_form_borrow_amount"]


def test_all_of_it_is_capped_and_in_whole_steps(talk_to: TalkTo) -> None:
    talk = borrowing(talk_to("two_loans"), amount="all", term="3")
    assert talk.card("offer")["amount"]["minor"] == 1_992_100


@pytest.mark.parametrize(
    ("said", "response"),
    [
        ("0", "utter_error_amount_not_positive"),
        ("-500", "utter_error_amount_not_positive"),
        ("50", "utter_error_amount_below_minimum"),
        ("500.5", "utter_error_amount_step"),
        ("30001", "utter_error_loan_above_cap"),
        ("1e309", "utter_error_amount_too_large"),
        ("9" * 60, "utter_error_amount_too_large"),
        ("NaN", "utter_error_amount_unreadable"),
        ("abc", "utter_error_amount_unreadable"),
    ],
)
def test_an_amount_that_cannot_be_is_refused_with_its_reason_and_asked_again(
    said: str, response: str, talk_to: TalkTo
) -> None:
    talk = borrowing(talk_to("good")).say("unclear", amount=said)
    assert talk.responses == [response, "utter_ask_borrow_form_borrow_amount"]
    assert talk.slots.get("borrow_amount") is None


def test_more_than_the_limit_names_the_limit_and_a_way_on(talk_to: TalkTo) -> None:
    talk = borrowing(talk_to("due_soon"), amount="25000", term="6")
    assert "可用额度 20,000.00 元" in talk.text
    assert talk.press("借 20,000.00").responses == ["utter_offer_borrow"]


def test_a_foreign_currency_is_no_amount(talk_to: TalkTo) -> None:
    talk = borrowing(talk_to("good"), amount="100", currency="USD")
    assert talk.responses == ["utter_error_currency_not_supported", "utter_ask_borrow_form_borrow_amount"]


def test_a_term_that_is_not_sold_names_those_that_are(talk_to: TalkTo) -> None:
    talk = borrowing(talk_to("good"), amount="5000", term="24")
    assert "没有 24 期，能选的是 3、6、12 期" in talk.text
    assert [label for label in talk.choices if label.endswith("期")] == ["3期", "6期", "12期"]


def test_after_two_answers_that_fit_nothing_ways_out_are_offered(talk_to: TalkTo) -> None:
    talk = borrowing(talk_to("good")).say("unclear", "随便").say("unclear", "都行")
    assert "utter_form_stuck" in talk.responses
    assert {"/deny", "/human"} <= set(talk.choices.values())


def test_a_question_in_between_is_answered_and_the_form_goes_on(talk_to: TalkTo) -> None:
    talk = borrowing(talk_to("good"), amount="1000").say("bill_dates", "账单什么时候到期呢")
    assert talk.responses == ["utter_bill_dates", "utter_ask_borrow_form_borrow_term"]
    assert talk.say("unclear", term="12").responses == ["utter_offer_borrow"]


def test_a_question_with_figures_in_between_fills_nothing(talk_to: TalkTo) -> None:
    talk = borrowing(talk_to("good")).say("loan_interest", "借8000分6期的利息一共多少呢", amount="8000", term="6")
    assert talk.responses == ["utter_loan_interest", "utter_ask_borrow_form_borrow_amount"]
    assert talk.slots.get("borrow_amount") is None


def test_a_bare_value_answers_the_question_whatever_intent_it_looks_like(talk_to: TalkTo) -> None:
    talk = borrowing(talk_to("good")).say("repay", amount="all", wish="explicit")
    assert talk.slots["borrow_amount"] == "20000.00"
    talk.say("repay_with_loan", term="6")
    assert talk.responses == ["utter_offer_borrow"]


def test_stopping_says_that_nothing_happened(talk_to: TalkTo) -> None:
    talk = borrowing(talk_to("good"), amount="1000").say("deny", "算了不借了")
    assert talk.responses == ["utter_cancelled_borrow"]
    assert talk.form is None
    assert talk.slots["borrow_amount"] is None


def test_reporting_a_fraud_leaves_the_form(talk_to: TalkTo) -> None:
    talk = borrowing(talk_to("good"), amount="1000").say("fraud", "我被骗了")
    assert talk.responses == ["utter_fraud"]
    assert talk.form is None


@pytest.mark.parametrize(
    ("intent", "changed", "rows", "minor"),
    [
        ("loan_terms", {"term": "6"}, 6, 500_000),
        ("installment", {"term": "3"}, 3, 500_000),
        ("deny", {"term": "6"}, 6, 500_000),
        ("nlu_fallback", {"amount": "3000"}, 12, 300_000),
        ("borrow", {"amount": "3000"}, 12, 300_000),
        ("affirm", {"amount": "3000", "term": "3"}, 3, 300_000),
    ],
)
def test_second_thoughts_after_the_offer_make_a_new_one(
    intent: str, changed: dict[str, str], rows: int, minor: int, talk_to: TalkTo
) -> None:
    talk = borrowing(talk_to("good"), amount="5000", term="12")
    first = talk.slots["offer_id"]
    talk.say(intent, "改成" + "".join(changed.values()), **changed)
    card = talk.card("offer")
    assert (len(card["rows"]), card["amount"]["minor"]) == (rows, minor)
    assert talk.slots["offer_id"] != first


def test_the_way_of_repaying_can_be_changed_as_well(talk_to: TalkTo) -> None:
    talk = borrowing(talk_to("good"), amount="5000", term="12")
    talk.say("loan_terms", "换成先息后本", method="interest_first")
    assert talk.card("offer")["method"] == "interest_first"


def test_a_change_that_cannot_be_leaves_the_offer_as_it_was(app: CreditApp, talk_to: TalkTo) -> None:
    talk = borrowing(talk_to("good"), amount="5000", term="12").say("unclear", "改成24期", term="24")
    assert talk.responses == ["utter_error_term_not_sold"]
    assert offers_of(app, talk) == "open"
    assert talk.say("borrow", "还是借99999", amount="99999").responses == ["utter_error_loan_above_cap"]
    assert offers_of(app, talk) == "open"


def test_a_yes_in_the_chat_confirms_nothing(app: CreditApp, talk_to: TalkTo) -> None:
    talk = borrowing(talk_to("good"), amount="5000", term="12").say("affirm", "好的，确认")
    assert talk.responses == ["utter_confirm_on_sheet"]
    assert talk.card("offer")["id"] == talk.slots["offer_id"]
    assert offers_of(app, talk) == "open"


def test_an_offer_that_ran_out_is_told_as_such(clock: ManualClock, talk_to: TalkTo) -> None:
    talk = borrowing(talk_to("good"), amount="5000", term="12")
    clock.advance(minutes=16)
    assert talk.say("affirm", "好的").responses == ["utter_offer_is_over"]


def test_declining_in_the_chat_withdraws_the_offer(app: CreditApp, talk_to: TalkTo) -> None:
    talk = borrowing(talk_to("good"), amount="5000", term="12")
    offer_id = talk.slots["offer_id"]
    talk.say("deny", "算了")
    assert talk.responses == ["utter_cancelled_borrow"]
    talk.slots["offer_id"] = offer_id
    assert offers_of(app, talk) == "declined"


def test_an_executed_offer_is_not_changed_but_a_new_wish_starts_anew(app: CreditApp, talk_to: TalkTo) -> None:
    talk = borrowing(talk_to("good"), amount="5000", term="12")
    app.confirm_offer(UUID(talk.customer_id), UUID(talk.slots["offer_id"]), PIN)
    assert "utter_offer_borrow" not in talk.say("unclear", "改成6期", term="6").responses
    assert borrowing(talk, amount="800").responses == ["utter_ask_borrow_form_borrow_term"]


def test_the_same_message_played_again_gets_the_same_offer(talk_to: TalkTo) -> None:
    talk = borrowing(talk_to("good"), amount="5000", term="12")
    first = talk.slots["offer_id"]
    message = {"message_id": "again", "intent": {"name": "borrow"}, "text": "", "entities": []}
    talk._run("action_offer_borrow", message, ran=["borrow_form"])
    second = talk.slots["offer_id"]
    talk._run("action_offer_borrow", message, ran=["borrow_form"])
    assert first != second == talk.slots["offer_id"]


@pytest.mark.parametrize(
    ("customer", "response"),
    [
        ("overdue", "utter_error_overdue_blocks_credit"),
        ("frozen", "utter_error_line_frozen"),
        ("newcomer", "utter_error_product_not_open"),
        ("student", "utter_error_student_may_not_borrow"),
    ],
)
def test_who_may_not_borrow_is_told_at_once_and_why(customer: str, response: str, talk_to: TalkTo) -> None:
    talk = borrowing(talk_to(customer), amount="5000", term="12")
    assert talk.responses == [response]
    assert talk.form is None
    assert talk.choices


def test_another_flow_takes_over_and_forgets_the_first(talk_to: TalkTo) -> None:
    talk = borrowing(talk_to("good"), amount="1000").say("repay", "帮我还花呗", wish="explicit", product="paylater")
    assert talk.responses == ["utter_ask_repay_form_repay_amount_bill"]
    assert talk.form == "repay_form"
    assert talk.slots["borrow_amount"] is None


def test_a_short_answer_right_after_the_explanation_begins(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("borrow", "借呗怎么借呢").say("unclear", amount="5000")
    assert talk.responses == ["utter_ask_borrow_form_borrow_term"]


def test_the_account_going_away_is_said_and_nothing_is_half_done(
    talk_to: TalkTo, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = borrowing(talk_to("good"), amount="1000")

    def away(*_: object) -> None:
        raise CreditError(ErrorCode.ACCOUNT_SERVICE_UNREACHABLE)

    monkeypatch.setattr(CustomerAccount, "catalogue", property(away))
    talk.say("unclear", term="6")
    assert set(talk.responses) == {"utter_error_account_service_unreachable"}
    assert talk.form is None


def test_a_defect_is_told_as_an_outage_and_never_as_a_traceback(
    talk_to: TalkTo, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("secret words of the customer")

    monkeypatch.setattr(CustomerAccount, "largest_loan", broken)
    talk = borrowing(talk_to("good"), amount="1000")
    assert talk.responses == ["utter_error_account_service_unreachable"]
    assert talk.form is None


# ── a figure that is only near ──────────────────────────────────────────────────────────────────────────────


def test_a_figure_that_is_only_near_is_asked_back_and_pressing_it_takes_it(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("borrow", "想借大概八千，分一年", about="8000", term="12", wish="explicit")
    assert talk.responses == ["utter_ask_borrow_form_borrow_amount_about"]
    assert "就按 8,000.00 元借吗" in talk.text
    assert talk.press("借 8,000.00 元").responses == ["utter_offer_borrow"]


def test_a_figure_that_is_only_near_begins_the_talk_of_a_loan(talk_to: TalkTo) -> None:
    assert "就按 5,000.00 元借吗" in talk_to("good").say("borrow", "借个五千左右", about="5000").text


@pytest.mark.parametrize("about", ["50", "900000", "9" * 30])
def test_a_near_figure_that_cannot_be_lent_is_not_offered(talk_to: TalkTo, about: str) -> None:
    talk = talk_to("good").say("borrow", "想借大概这么多", about=about, wish="explicit")
    assert talk.responses == ["utter_ask_borrow_form_borrow_amount"]
