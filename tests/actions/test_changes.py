"""Other days, other details, a request to be spared: what is done at a press, and what is a person's task."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from credit.app import CreditApp
from credit.kernel.errors import CreditError
from tests.actions.conftest import TalkTo


def test_the_due_day_cannot_be_moved_while_a_bill_waits_for_its_own(talk_to: TalkTo) -> None:
    talk = talk_to("good").say("bill_dates", "能改还款日吗", remark="cycle")
    assert talk.responses == ["utter_cycle_not_yet"]
    assert "11月11日起才能改" in talk.text


def test_the_due_day_is_moved_by_choosing_another(talk_to: TalkTo, app: CreditApp) -> None:
    app.close_days(date(2026, 11, 12))
    talk = talk_to("refund_and_cut").say("bill_dates").press("改还款日")
    assert "现在是每月1日出账、10日还款" in talk.text
    assert "从下一期起每月6日出账、15日还款" in talk.press("6日出账").text
    assert "现在是每月6日出账" in talk.say("bill_dates", "改还款日", remark="cycle").text
    assert talk.responses == ["utter_cycle_not_yet"]


def test_who_has_no_line_has_no_day_to_move(talk_to: TalkTo) -> None:
    talk = talk_to("newcomer").say("bill_dates", "改还款日", remark="cycle")
    assert talk.responses == ["utter_error_product_not_open"]


def test_asking_to_be_spared_is_recorded_with_a_number_and_offers_nothing(talk_to: TalkTo, app: CreditApp) -> None:
    talk = talk_to("overdue").say("hardship").press("登记延期协商")
    ticket = app.ticket_of(UUID(talk.customer_id))
    assert ticket is not None
    assert ticket.reason == "hardship"
    assert ticket.reference in talk.text
    assert not [bubble for bubble in talk.bubbles if bubble.card]


def test_changing_details_is_a_persons_task_with_a_number(talk_to: TalkTo, app: CreditApp) -> None:
    talk = talk_to("good").say("change_details").press("请同事帮我改")
    ticket = app.ticket_of(UUID(talk.customer_id))
    assert ticket is not None
    assert ticket.reason == "change_details"
    assert ticket.reference in talk.text


def test_wrong_pins_are_told_by_whoever_asks_about_checks(talk_to: TalkTo, app: CreditApp) -> None:
    talk = talk_to("good").say("borrow", "借100分3期", amount="100", term="3", wish="explicit")
    customer, offer = UUID(talk.customer_id), UUID(talk.card("offer")["id"])
    with pytest.raises(CreditError):
        app.confirm_offer(customer, offer, "000000")
    assert "还能试 4 次" in talk.say("verify_identity").text
    for _ in range(4):
        with pytest.raises(CreditError):
            app.confirm_offer(customer, offer, "000000")
    assert talk.say("verify_identity").responses == ["utter_verify_identity_locked"]
