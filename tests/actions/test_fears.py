"""Who is afraid of what being late may bring is told what the rules allow, and the way out; nobody is led to new debt."""

from __future__ import annotations

import pytest

from actions.late import FEARS
from tests.actions.conftest import TalkTo

LONGEST = 400


@pytest.mark.parametrize("fear", FEARS)
@pytest.mark.parametrize("customer", ["overdue", "due_soon", "newcomer"])
def test_every_fear_has_its_answer(customer: str, fear: str, talk_to: TalkTo) -> None:
    talk = talk_to(customer).say("overdue", "会怎么样呢，我有点怕", detail=fear)
    assert talk.responses == ["utter_overdue_fears"]
    assert len(talk.text) <= LONGEST
    assert not any(payload.startswith(("/borrow", "/repay_with_loan")) for payload in talk.choices.values())
    assert "/hardship" in talk.choices.values()


def test_who_is_late_hears_what_ends_it(talk_to: TalkTo) -> None:
    talk = talk_to("overdue").say("overdue", "会上门吗，有点怕", detail="visit")
    assert "上门" in talk.text
    assert "今天还上 1,557.78 元就不再逾期" in talk.text
    assert "还到期的 1,557.78 元" in talk.choices


def test_who_is_not_late_hears_that_nobody_collects(talk_to: TalkTo) -> None:
    talk = talk_to("due_soon").say("overdue", "会坐牢吗，有点怕", detail="prison")
    assert "民事" in talk.text
    assert "没有催收的事" in talk.text


def test_a_question_about_the_price_of_a_day_is_answered_with_figures(talk_to: TalkTo) -> None:
    assert talk_to("overdue").say("overdue", "罚息多少").responses == ["utter_overdue_late"]


def test_i_will_not_pay_is_no_refusal_of_an_offer(talk_to: TalkTo) -> None:
    assert talk_to("overdue").say("deny", "我不还了", detail="unpaid").responses == ["utter_overdue_fears"]
    assert talk_to("overdue").say("deny", "不用了").responses == ["utter_deny"]


def test_i_will_not_pay_leaves_a_form_that_asks_what_to_repay(talk_to: TalkTo) -> None:
    talk = talk_to("overdue").say("repay", "我要还款", wish="explicit")
    assert talk.form == "repay_form"
    assert talk.say("deny", "我不还了", detail="unpaid").form is None
    assert talk.responses == ["utter_cancelled_repay_bill"]


def test_hardship_told_twice_is_not_answered_with_the_same_text(talk_to: TalkTo) -> None:
    talk = talk_to("overdue").say("hardship", "工作没了")
    assert talk.responses == ["utter_hardship"]
    assert talk.say("hardship", "利息能免吗").responses == ["utter_hardship_again"]
    assert "登记延期协商" in talk.choices
    assert talk.say("check_bill", "要还多少").say("hardship", "没钱").responses == ["utter_hardship"]


def test_fraud_told_twice_says_what_can_still_be_done(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("fraud", "让我转到安全账户")
    assert talk.responses == ["utter_fraud"]
    assert talk.say("fraud", "我已经转过去了").responses == ["utter_fraud_again"]
    assert "马上冻结额度" in talk.choices


def test_the_dearest_purchase_is_named(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("spending_history", "哪笔最贵的", detail="largest")
    assert "最大的是" in talk.text
    assert talk.text.index("云上航空 1,680.00 元") < talk.text.index("极光数码 1,299.00 元")
    assert talk.card("list")["items"]


def test_an_invoice_is_not_answered_with_a_certificate(talk_to: TalkTo) -> None:
    assert talk_to("good").say("documents", "能开发票吗", detail="invoice").responses == ["utter_documents_invoice"]


def test_a_question_with_the_word_for_all_in_it_begins_no_form(talk_to: TalkTo) -> None:
    talk = talk_to("two_loans").say("repay", "提前结清要多少钱呢", amount="all")
    assert talk.responses == ["utter_repay_explained"]
    assert talk.form is None


def test_the_bare_word_for_all_still_goes_on_with_what_was_explained(talk_to: TalkTo) -> None:
    talk = talk_to("due_soon").say("repay", "怎么还款").say("unclear", amount="all")
    assert talk.card("offer")["kind"] == "offer"


def test_asking_for_the_rest_is_no_order(talk_to: TalkTo) -> None:
    talk = talk_to("due_soon").say("repay", "怎么还款").say("unclear", amount="rest", remark="fragment_asked")
    assert "utter_offer_repay_bill" not in talk.responses
    assert talk.form is None


def test_the_source_named_before_the_amount_is_confirmed(talk_to: TalkTo) -> None:
    talk = talk_to("due_soon").say("repay", "帮我还掉", wish="explicit")
    assert talk.say("unclear", "银行卡", source="debit_card").text.startswith("好，从尾号 7712 的银行卡付。账单还欠")


def test_who_is_late_and_not_understood_is_shown_the_ways_out(talk_to: TalkTo) -> None:
    assert "/hardship" in talk_to("overdue").say("unclear", "那我怎么办").choices.values()
    assert "/hardship" not in talk_to("good").say("unclear", "那我怎么办").choices.values()


def test_who_has_no_product_owes_nothing(talk_to: TalkTo) -> None:
    assert "没有欠款" in talk_to("newcomer").say("check_bill", "我欠你们钱吗").text


def test_a_figure_that_names_a_loan_is_no_amount(talk_to: TalkTo) -> None:
    said = {"amount": "5000", "wish": "explicit", "detail": "that_one"}
    asked = talk_to("two_loans").say("repay", "我要还5000那笔", **said)
    assert "今天结清要 5,031.20 元" in asked.text
    assert asked.slots.get("repay_amount") is None
    assert (
        talk_to("two_loans").say("repay", "先还5000", amount="5000", wish="explicit").slots.get("repay_amount")
        == "5000.00"
    )
