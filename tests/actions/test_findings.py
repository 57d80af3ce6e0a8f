"""Diagnoses in the conversation: every finding reads well, the figure comes first, and nobody is led to new debt."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from itertools import chain
from uuid import UUID

import pytest

from actions.findings import finding_word
from actions.wording import Wording
from credit.app import CreditApp
from credit.explain.bill import bill_findings
from credit.explain.findings import Code, Findings
from credit.explain.late import late_findings
from credit.explain.limit import limit_findings
from credit.explain.usable import borrow_findings, frozen_findings, opening_findings, payment_findings
from credit.explain.ways import WhatIfFacts, what_if_findings
from credit.explain.whereabouts import disbursement_findings, refund_findings, repay_findings
from credit.kernel.clock import ManualClock
from credit.kernel.errors import CreditError
from credit.kernel.money import Money
from credit.payments.demo import Behaviour, choose, fill
from credit.payments.port import Direction, Source
from tests.actions.conftest import TalkTo
from tests.credit.explain import test_bill, test_late, test_limit, test_usable, test_ways, test_whereabouts
from tests.harness import sources
from tests.harness.pin import PIN

LONGEST = 400
NEW_DEBT = frozenset({"/borrow", "/installment", "/repay_with_loan"})


def findings_about_limits_and_money() -> list[Findings]:
    return [
        *(limit_findings(replace(test_limit.NOTHING, **facts)) for facts, _ in test_limit.CASES.values()),
        *(bill_findings(facts) for facts, _ in test_bill.CASES.values()),
        *(repay_findings(facts) for facts, _ in test_whereabouts.REPAYMENTS.values()),
        *(disbursement_findings(facts) for facts, _ in test_whereabouts.PAYOUTS.values()),
        *(refund_findings(facts) for facts, _ in test_whereabouts.REFUNDS.values()),
    ]


def findings_about_use_and_cost() -> list[Findings]:
    every_way = WhatIfFacts(ways=test_ways.ALL, asked_to_borrow=True, prepay=(test_ways.PREPAY,))
    return [
        *(payment_findings(facts, amount) for facts, amount, _ in test_usable.PAYMENTS.values()),
        *(borrow_findings(facts, amount) for facts, amount, _ in test_usable.LOANS.values()),
        *(opening_findings(facts) for facts, _ in test_usable.OPENINGS.values()),
        *(frozen_findings(states, test_usable.LATE, 30) for states, _ in test_usable.FREEZES.values()),
        *(late_findings(facts) for facts, _ in test_late.CASES.values()),
        what_if_findings(every_way),
        what_if_findings(WhatIfFacts()),
    ]


def test_every_finding_can_be_said_from_its_own_evidence() -> None:
    """The tables of tests/credit/explain reach every code, with the evidence that it really has."""
    names = {"paylater": "信用付", "cashloan": "现金借", "lender": "示例消金"}
    wording = Wording(sources.domain()["responses"], names, year=2026)
    said = set()
    for finding in chain(*findings_about_limits_and_money(), *findings_about_use_and_cost()):
        more = {} if "product" in finding.evidence else {"name": "信用付"}
        text = wording.write(finding_word(finding, **more, tail="3301"))
        assert text, finding.code
        assert not re.search(r"[{}]|_|None", text), text
        said.add(finding.code)
    assert said == set(Code)


def test_every_price_in_a_finding_has_its_yearly_cost_beside_it() -> None:
    """A sentence with a cost a day or a month, or a price of a way, names a yearly rate in the same breath."""
    responses = sources.domain()["responses"]
    priced = [
        text
        for name in responses
        if name.startswith("utter_word_found_") and (text := responses[name][0]["text"])
        if re.search(r"\{month\}|\{cost\}|\{daily_ppm\}|\{saved\}", text)
    ]
    assert len(priced) >= 9
    assert [text for text in priced if "年化" not in text] == []


# ── what the customer reads ─────────────────────────────────────────────────────────────────────────────────


def test_the_bill_names_what_made_it_higher_and_says_when_nothing_is_wrong(talk_to: TalkTo) -> None:
    text = talk_to("good").say("explain_bill").text
    assert text.startswith("本期账单 2,044.20 元，由这些组成：消费 2,044.20 元。")
    assert "主要是新增极光数码 1,299.00 元、邻里超市多了 55.24 元" in text
    assert "12月1日的下期账单，目前有：已消费 414.80 元" in text
    assert "没查到问题" in text


def test_a_bill_without_a_purchase_names_the_installment_behind_it(talk_to: TalkTo) -> None:
    text = talk_to("student").say("explain_bill", "我没用怎么有欠款").text
    assert "这期没有新消费" in text
    assert "9月8日办的账单分期，第 2 期（共 6 期）：本金 143.33 元、手续费 4.30 元" in text


def test_a_purchase_that_stands_twice_is_pointed_out_and_a_person_offered(app: CreditApp, talk_to: TalkTo) -> None:
    talk = talk_to("good")
    for nth in range(2):
        app.purchase(
            UUID(talk.customer_id), Money(8_800), merchant="悦食外卖", category="food", request_id=f"twice-{nth}"
        )
    app.close_days(date(2026, 12, 1))
    talk.say("explain_bill")
    assert "11月8日悦食外卖有 2 笔一样的 88.00 元，可能是重复扣款" in talk.text
    assert "转人工" in talk.choices


def test_where_money_is_that_the_bank_has_not_answered_for(talk_to: TalkTo) -> None:
    talk = talk_to("in_transit").say("repay_status")
    assert talk.text.startswith("11月7日还的 1,200.00 元已经提交，还在等银行答复，最晚11月10日有结果。请不要重复还。")
    assert "11月5日还 600.00 元没有成功：付款账户余额不足" in talk.text
    assert "怎么还款" in talk.choices
    payout = talk_to("in_transit").say("disbursement")
    assert "11月7日确认的 3,000.00 元借款，已经请银行放款，还没有答复" in payout.text
    assert "现金借" not in talk_to("in_transit").say("repay_status", product="paylater").text


def test_why_a_limit_is_not_back_is_told_by_what_holds_it(talk_to: TalkTo) -> None:
    text = talk_to("in_transit").say("explain_limit", "还了钱额度怎么没恢复", product="paylater").text
    assert "有 1,000.00 元临时额度在11月3日到期收回" in text
    assert "11月7日还的 1,200.00 元还在等银行答复，入账后额度才恢复" in text
    assert "云程酒店在11月6日预授权占了 800.00 元" in text


def test_a_refund_before_the_statement_says_which_bill_it_lowers(talk_to: TalkTo) -> None:
    text = talk_to("in_transit").say("refund").text
    assert text == "11月4日 暖冬服饰 退 268.00 元，已从没出账的消费里减掉，12月1日的账单会少这些。"


def test_no_refund_is_said_with_the_day_from_which_was_looked(talk_to: TalkTo) -> None:
    assert "9月7日以来，账上没有收到商家退款" in talk_to("good").say("refund").text


def test_a_payment_is_checked_against_the_amount_that_was_named(talk_to: TalkTo) -> None:
    talk = talk_to("refund_and_cut").say("explain_payment_failed", "这单3000付不了", amount="3000")
    assert talk.text == ("这笔 3,000.00 元超过了可用额度 1,805.60 元（总额度 6,000.00 元，已占用 4,194.40 元）。")
    assert "额度为什么是这样" in talk.choices
    above = talk_to("two_loans").say("explain_payment_failed", amount="10500")
    assert above.text == "这笔 10,500.00 元超过了单笔上限 10,000.00 元。"


def test_a_payment_that_fits_is_said_to_fit(talk_to: TalkTo) -> None:
    text = talk_to("good").say("explain_payment_failed", "买个3000的手机付不了", amount="3000").text
    assert text.startswith("这笔 3,000.00 元，账户这边没有查到拦它的原因：没超过可用额度 9,541.00 元")


def test_the_next_bill_is_told_when_asked_for(talk_to: TalkTo) -> None:
    talk = talk_to("two_loans").say("check_bill", "下个月花呗账单会有多少", period="next_month", product="paylater")
    assert talk.text.startswith("下期账单12月1日出，目前已有 721.00 元：分期本金 700.00 元、分期手续费 21.00 元。")
    empty = talk_to("due_soon").say("check_bill", "下个月账单会有多少", period="next_month")
    assert empty.text.startswith("下期账单12月1日出，目前还没有金额")


def test_a_frozen_line_names_cause_day_and_way_back_in_one_answer(talk_to: TalkTo) -> None:
    frozen = talk_to("overdue").say("explain_frozen").text
    assert frozen.startswith(
        "信用付、现金借从10月28日起冻结，原因是逾期，现在已经 12 天。要恢复，先还清逾期的 1,557.78 元"
    )
    assert "今天还 1,557.78 元就不再逾期" in talk_to("overdue").say("explain_payment_failed").text


def test_borrowing_names_every_reason_and_a_loan_that_waits(talk_to: TalkTo) -> None:
    text = talk_to("overdue").say("explain_borrow_failed").text
    assert "借款已逾期 12 天" in text
    assert "现金借从10月28日起冻结" in text
    waiting = talk_to("in_transit").say("explain_borrow_failed").text
    assert "另外有 1 笔共 3,000.00 元在等银行放款" in waiting
    much = talk_to("good").say("explain_borrow_failed", "为什么借不了35000", amount="35000")
    assert "35,000.00 元超过了可用额度 30,000.00 元" in much.text


def test_being_late_is_told_in_yuan_a_day_and_a_month_and_closing_a_day_posts_it(
    app: CreditApp, talk_to: TalkTo
) -> None:
    talk = talk_to("overdue").say("overdue")
    assert "再不还，明天起每天再加约 0.70 元，每月约 21.03 元（年化单利 16.97%）" in talk.text
    app.close_days(date(2026, 11, 9))
    assert "其中罚息 8.41 元" in talk_to("overdue").say("overdue").text


def test_who_is_late_with_the_other_product_is_not_told_that_all_is_well(talk_to: TalkTo) -> None:
    text = talk_to("overdue").say("overdue", "花呗逾期一天多少罚息", product="paylater").text
    assert text.startswith("您现在逾期 12 天，今天还 1,557.78 元就不再逾期。")
    assert "没有逾期" not in text


def test_who_is_not_late_hears_what_missing_the_next_due_day_would_cost(talk_to: TalkTo) -> None:
    text = talk_to("due_soon").say("overdue").text
    assert text.startswith("您现在没有逾期，没有罚息。")
    assert "信用付账单11月10日前至少还 322.98 元；没还够，罚息每天约 0.14 元" in text


def test_repaying_a_loan_early_is_priced_beside_its_interest(talk_to: TalkTo) -> None:
    text = talk_to("two_loans").say("loan_interest").text
    assert "今天结清要 10,141.40 元，能省利息 380.44 元（这笔年化单利 9.50%、复利 9.91%）" in text


def test_the_minimum_is_compared_with_splitting_but_not_for_somebody_late(talk_to: TalkTo) -> None:
    assert (
        "分 6 期：每期最多 350.93 元，多花 61.33 元（年化单利 10.08%、复利 10.56%）"
        in talk_to("good").say("min_repay").text
    )
    for customer in ("overdue", "frozen"):
        talk = talk_to(customer).say("min_repay")
        assert "分 6 期" not in talk.text
        assert "账单分期" not in talk.choices


def test_an_answer_that_the_bank_gave_is_told_the_next_day(app: CreditApp, talk_to: TalkTo, clock: ManualClock) -> None:
    app.close_days(date(2026, 11, 9))
    text = talk_to("in_transit").say("repay_status").text
    assert "11月8日还账单 1,200.00 元，已入账" in text
    assert "等银行答复" not in text
    assert "银行已经打到您尾号 4416 的银行卡" in talk_to("in_transit").say("disbursement").text


def test_why_autopay_took_nothing_is_told_where_it_is_asked(app: CreditApp, talk_to: TalkTo) -> None:
    talk = talk_to("good")
    app.writing(lambda books: fill(books.session, UUID(talk.customer_id), Source.DEBIT_CARD, Money(1_000)))
    app.close_days(date(2026, 11, 11))
    failed = "11月10日 22:00 自动还款没有扣成：该扣 2,044.20 元，付款账户余额不足。"
    assert failed in talk.say("autopay", "自动扣款怎么没扣成").text
    told = talk_to("good").say("repay_status")
    assert told.text.startswith(failed)
    assert "怎么还款" in told.choices


def test_a_loan_that_the_bank_refused_is_no_loan(app: CreditApp, talk_to: TalkTo) -> None:
    talk = talk_to("good")
    app.writing(lambda books: choose(books.session, UUID(talk.customer_id), Direction.PAYOUT, Behaviour.FAIL))
    talk.say("borrow", amount="500", term="3", wish="explicit")
    assert "有一份借 500.00 元的方案还没有确认" in talk_to("good").say("disbursement").text
    with pytest.raises(CreditError):
        app.confirm_offer(UUID(talk.customer_id), UUID(talk.slots["offer_id"]), PIN)
    text = talk_to("good").say("disbursement").text
    assert text.startswith("11月8日确认的 500.00 元借款，银行没有放成：银行拒绝了这个账户。借款没有生效，不收利息")


# ── honesty ─────────────────────────────────────────────────────────────────────────────────────────────────

ABOUT_DEBT = (
    "explain_bill", "explain_limit", "explain_frozen", "explain_payment_failed", "explain_borrow_failed",
    "repay_status", "refund", "disbursement", "overdue", "min_repay", "hardship", "loan_interest", "fees",
)  # fmt: skip


@pytest.mark.parametrize("intent", [*ABOUT_DEBT, "installment_fee"])
def test_nobody_overdue_is_offered_new_debt_by_a_diagnosis(intent: str, talk_to: TalkTo) -> None:
    talk = talk_to("overdue").say(intent)
    assert not {payload.split("{")[0] for payload in talk.choices.values()} & NEW_DEBT
    assert "现金借来还" not in talk.text


@pytest.mark.parametrize("customer", ["good", "due_soon", "two_loans", "in_transit"])
def test_borrowing_to_repay_is_never_proposed_unasked(customer: str, talk_to: TalkTo) -> None:
    """Also not to somebody who could: it is answered when they name it themselves."""
    for intent in (*ABOUT_DEBT, "check_bill", "bill_dates", "installment_fee"):
        talk = talk_to(customer).say(intent)
        assert "/repay_with_loan" not in {payload.split("{")[0] for payload in talk.choices.values()}, intent
        assert "来还，分" not in talk.text, intent


@pytest.mark.parametrize("intent", ABOUT_DEBT)
def test_a_promise_is_never_made(intent: str, talk_to: TalkTo) -> None:
    for customer in ("good", "frozen", "in_transit"):
        text = talk_to(customer).say(intent).text
        assert not re.search("保证通过|一定能|肯定能|包过", text)
        assert len(text) <= LONGEST
