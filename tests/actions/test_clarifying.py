"""What was not understood, and a yes or no without a question."""

from __future__ import annotations

from tests.actions.conftest import TalkTo


def test_the_likeliest_wishes_are_offered(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("refund", "那个退的怎么弄", sure=False)
    assert talk.responses == ["utter_which_one"]
    assert list(talk.choices.values()) == ["/refund", "/human"]


def test_at_the_second_time_in_a_row_a_person_is_offered(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("refund", "啊", sure=False).say("refund", "啊啊", sure=False)
    assert talk.responses == ["utter_still_unclear"]
    assert "/human" in talk.choices.values()


def test_an_understood_message_in_between_starts_the_count_anew(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("refund", "啊", sure=False).say("check_limit").say("refund", "啊", sure=False)
    assert talk.responses == ["utter_which_one"]


def test_a_bare_amount_may_be_for_borrowing_or_for_repaying(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("unclear", amount="500")
    assert talk.responses == ["utter_which_amount"]
    assert talk.press("借").responses == ["utter_ask_borrow_form_borrow_term"]


def test_a_bare_product_name_gets_what_it_is_asked_about_most(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("unclear", product="cashloan")
    assert talk.text == "关于现金借，您想看哪一项？"
    assert list(talk.choices) == ["我要借款", "还款计划", "查额度"]
    assert "我要借款" not in talk_to("overdue").say("unclear", product="cashloan").choices


def test_a_bare_amount_that_is_no_amount_is_refused(talk_to: TalkTo) -> None:
    assert talk_to("good").say("unclear", amount="0").responses == ["utter_error_amount_not_positive"]


def test_a_bare_amount_is_not_guessed_to_be_a_loan(talk_to: TalkTo) -> None:
    assert talk_to("good").say("borrow", amount="500").responses == ["utter_which_amount"]


def test_an_amount_beside_the_other_products_name_is_not_guessed_either(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("borrow", "帮我还花呗500块", amount="500", product="paylater", wish="explicit")
    assert talk.responses == ["utter_which_amount"]


def test_an_explicit_wish_with_a_figure_begins_its_flow_though_the_intent_was_unsure(talk_to: TalkTo) -> None:
    said = {"amount": "500", "product": "paylater", "wish": "explicit"}
    talk = talk_to("good").say("repay", "帮我还花呗500块", sure=False, **said)
    assert talk.responses == ["utter_offer_repay_bill"]
    talk = talk_to("good").say("borrow", "帮我还花呗500块", sure=False, **said)
    assert talk.responses == ["utter_which_amount"]


def test_wishing_to_pay_the_minimum_is_repaying(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("min_repay", "花呗我要还最低还款", amount="minimum", product="paylater", wish="explicit")
    assert talk.responses == ["utter_offer_repay_bill"]


def test_a_yes_to_an_explanation_shows_how_to_begin(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("borrow", "借呗怎么借呢").say("affirm", "好的")
    assert next(iter(talk.choices)) == "我要借款"


def test_a_no_without_a_question_changes_nothing(talk_to: TalkTo) -> None:
    assert talk_to("good").say("deny", "不用了").responses == ["utter_deny"]


def test_a_pressed_topic_explains_and_moves_nothing(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("borrow", pressed=True)
    assert talk.responses == ["utter_borrow_explained"]
    assert talk.form is None
