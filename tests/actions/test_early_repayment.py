"""Paying a part of a loan early, with both ways beside each other; and from where the money comes."""

from __future__ import annotations

from uuid import UUID

from credit.app import CreditApp
from credit.kernel.money import Money
from credit.offers import service as offers
from tests.actions.conftest import TalkTo
from tests.actions.talk import Talk

WISH = {"wish": "explicit"}


def paying_early(talk: Talk) -> Talk:
    return talk.say("repay", "提前还借呗3000", product="cashloan", amount="3000", **WISH).press("现金借 12,000.00")


def test_both_ways_stand_beside_each_other_with_what_they_save(talk_to: TalkTo) -> None:
    talk = paying_early(talk_to("two_loans"))
    assert talk.responses == ["utter_ask_repay_form_repay_effect"]
    lines = talk.text.splitlines()
    assert lines[1].startswith("· 缩短期数：还剩 8 期")
    assert lines[2].startswith("· 减少每期金额：还剩 9 期")
    assert "年化单利" in talk.text
    assert list(talk.choices) == ["缩短期数", "减少每期金额", "先不办了"]


def test_the_shorter_plan_saves_more_interest(talk_to: TalkTo, app: CreditApp, customer_ids: dict[str, str]) -> None:
    customer = UUID(customer_ids["two_loans"])
    talk = paying_early(talk_to("two_loans"))
    loan = UUID(talk.slots["repay_target"])
    before = app.schedules(customer)
    shorter, smaller = app.early_effects(customer, loan, Money(300_000))
    assert shorter.saved > smaller.saved
    assert len(shorter.rows) < len(smaller.rows)
    assert app.schedules(customer) == before


def test_the_chosen_way_is_offered_and_done(talk_to: TalkTo, app: CreditApp, customer_ids: dict[str, str]) -> None:
    talk = paying_early(talk_to("two_loans")).press("缩短期数")
    card = talk.card("offer")
    assert card["offer_kind"] == "repay_loan"
    assert card["term"] == len(card["rows"]) == 8
    assert "缩短期数：还剩 8 期" in talk.text
    customer = UUID(customer_ids["two_loans"])
    app.writing(lambda books: offers.execute(books, customer, UUID(card["id"])))
    left = next(loan for loan in app.schedules(customer).loans if str(loan.loan_id) == talk.slots["repay_target"])
    assert sum(row.status != "paid" for row in left.rows) == 8


def test_the_other_way_can_still_be_taken_after_the_offer(talk_to: TalkTo) -> None:
    talk = paying_early(talk_to("two_loans")).press("缩短期数").press("减少每期金额")
    assert talk.card("offer")["term"] == 9


def test_the_way_can_be_said_in_the_first_sentence(talk_to: TalkTo) -> None:
    talk = talk_to("two_loans")
    talk.say("repay", "提前还3000，缩短期数", amount="3000", product="cashloan", effect="reduce_term", **WISH)
    assert talk.press("现金借 12,000.00").card("offer")["term"] == 8


def test_an_interest_first_loan_has_one_way_and_asks_nothing(talk_to: TalkTo) -> None:
    talk = talk_to("two_loans").say("repay", "提前还借呗1000", product="cashloan", amount="1000", **WISH)
    talk.press("现金借 5,000.00")
    assert talk.card("offer")["amount"]["minor"] == 100_000


def test_settling_says_what_it_saves(talk_to: TalkTo) -> None:
    talk = talk_to("two_loans").say("repay", "借呗提前还清划算吗", product="cashloan")
    assert talk.text.count("比按期还少付利息") == 2
    talk.press("结清借款")
    assert "提前结清，比按期还少付利息" in talk.text


def test_another_amount_after_the_offer_asks_nothing_again(talk_to: TalkTo) -> None:
    talk = paying_early(talk_to("two_loans")).press("缩短期数")
    talk.say("repay", "改成2000", amount="2000", remark="fragment")
    assert talk.card("offer")["amount"]["minor"] == 200_000
    assert "缩短期数" in talk.text


# ── from where ──────────────────────────────────────────────────────────────────────────────────────────────


def test_the_bill_is_paid_from_the_balance_when_that_is_said(talk_to: TalkTo) -> None:
    said = {"product": "paylater", "amount": "100", "source": "balance"}
    talk = talk_to("good").say("repay", "用余额还花呗100", **said, **WISH)
    assert "从您账户余额付" in talk.text
    assert talk.card("offer")["account_tail"] is None


def test_the_source_can_be_changed_after_the_offer(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("repay", "还花呗100", product="paylater", amount="100", **WISH)
    assert "尾号 3301 的银行卡付" in talk.text
    assert "从您账户余额付" in talk.press("改从账户余额付").text


def test_a_credit_card_is_no_source(talk_to: TalkTo) -> None:
    said = {"product": "paylater", "amount": "100", "source": "credit_card"}
    talk = talk_to("good").say("repay", "用信用卡还花呗100", **said, **WISH)
    assert "utter_error_source_is_credit_card" in talk.responses
    talk = talk_to("good").say("repay_method", "能用信用卡还吗", source="credit_card")
    assert talk.responses == ["utter_repay_method_credit_card"]


def test_the_sources_are_listed_and_lead_to_the_offer(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("repay_method")
    assert "账户余额、货币基金、尾号 3301 的银行卡" in talk.text
    assert talk.press("从账户余额还账单").form == "repay_form"
    assert "从您账户余额付" in talk.press("全部").text
