"""The confirmation sheet's calls: PIN, refusals, receipt."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from channels.receipts import receipt_reply
from channels.wording import Wording
from credit.cards import ReceiptCard
from credit.kernel.errors import CreditError, ErrorCode
from tests.channels.doubles import LIN, PIN, STRANGER, ZHAO, yuan
from tests.channels.world import World

pytestmark = pytest.mark.anyio


async def test_an_offer_is_shown_as_it_was_made(world: World) -> None:
    card = world.credit.put_offer(LIN)
    response = await world.client.get(f"/v1/offers/{card.id}", headers=world.bearer())
    assert response.json() == card.model_dump(mode="json")


@pytest.mark.parametrize("offer_id", [str(STRANGER), "not-a-number", "1", "..%2f"])
async def test_a_missing_offer_is_not_found(world: World, offer_id: str) -> None:
    shown = await world.client.get(f"/v1/offers/{offer_id}", headers=world.bearer())
    assert shown.status_code == 404
    confirmed = await world.confirm(offer_id, PIN)
    assert confirmed.status_code == 404


async def test_a_foreign_offer_answers_exactly_like_a_missing_one(world: World) -> None:
    foreign = world.credit.put_offer(ZHAO)
    for path, method in (("", "GET"), ("/confirm", "POST"), ("/decline", "POST")):
        options: dict[str, Any] = {"json": {"pin": PIN}} if path == "/confirm" else {}
        answers = [
            await world.client.request(method, f"/v1/offers/{offer}{path}", headers=world.bearer(), **options)
            for offer in (foreign.id, STRANGER)
        ]
        assert [(each.status_code, each.json()) for each in answers] == [(404, answers[1].json())] * 2
        assert answers[0].json()["code"] == "offer_not_found"
    assert world.credit.confirmed == []


async def test_confirming_answers_with_the_receipt_and_tells_the_conversation(world: World) -> None:
    card = world.credit.put_offer(LIN)
    async with world.listen() as stream:
        response = await world.confirm(card.id, PIN)
        heard = await stream.next()
    receipt = response.json()
    assert response.status_code == 200
    assert (receipt["kind"], receipt["offer_id"]) == ("receipt", str(card.id))
    assert heard.data["card"] == receipt
    text = "借款已办好：现金借 5,000.00 元。首个还款日是 2026年12月8日，现金借还可借 10,000.00 元。"
    assert heard.data["text"] == text
    assert heard.data["choices"] == ["看还款计划", "查额度"]
    assert (await world.history())["messages"] == [heard.data]


async def test_a_next_step_of_the_receipt_has_its_meaning(world: World) -> None:
    await world.confirm(world.credit.put_offer(LIN).id, PIN)
    await world.say("看还款计划")
    payload = world.assistant.asked[-1].payload
    assert payload is not None
    assert payload.intent == "loan_schedule"


async def test_five_wrong_pins_lock_and_it_is_said_how_it_opens(world: World) -> None:
    card = world.credit.put_offer(LIN)
    wrong = [await world.confirm(card.id, "000000") for _ in range(5)]
    assert [each.status_code for each in wrong] == [403] * 4 + [423]
    assert wrong[0].json() == {"code": "pin_wrong", "message": "支付密码不对，还可以再试 4 次。"}
    assert wrong[4].json()["code"] == "pin_locked"
    assert "2026年11月8日 12:30" in wrong[4].json()["message"]
    assert (await world.confirm(card.id, PIN)).status_code == 423
    assert world.credit.confirmed == []


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"status": "executed"}, 409, "offer_already_executed"),
        ({"status": "declined"}, 409, "offer_declined"),
    ],
)
async def test_an_offer_that_is_over_cannot_be_confirmed(
    world: World, changes: dict[str, Any], status: int, code: str
) -> None:
    response = await world.confirm(world.credit.put_offer(LIN, **changes).id, PIN)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert (await world.history())["messages"] == []


async def test_an_expired_offer_is_gone(world: World) -> None:
    card = world.credit.put_offer(LIN)
    world.clock.advance(minutes=31)
    response = await world.confirm(card.id, PIN)
    assert (response.status_code, response.json()["code"]) == (410, "offer_expired")


@pytest.mark.parametrize(
    ("code", "status"), [(ErrorCode.OFFER_OUTDATED, 409), (ErrorCode.LIMIT_EXCEEDED, 409), (ErrorCode.LINE_FROZEN, 409)]
)
async def test_a_refusal_by_the_accounts_state_is_a_conflict(
    world: World, monkeypatch: pytest.MonkeyPatch, code: ErrorCode, status: int
) -> None:
    def refuse(*_anything: object) -> None:
        raise CreditError(code)

    monkeypatch.setattr(world.credit, "confirm_offer", refuse)
    response = await world.confirm(world.credit.put_offer(LIN).id, PIN)
    assert (response.status_code, response.json()["code"]) == (status, str(code))


async def test_two_simultaneous_confirmations_leave_one_receipt(world: World) -> None:
    card = world.credit.put_offer(LIN)
    both = await asyncio.gather(world.confirm(card.id, PIN), world.confirm(card.id, PIN))
    assert sorted(each.status_code for each in both) == [200, 409]
    assert len((await world.history())["messages"]) == 1


@pytest.mark.parametrize("pin", [None, 123456, "", "12345", "1234567", "１２３４５６", ["123456"]])
async def test_a_pin_that_is_none_is_refused_and_not_counted(world: World, pin: object) -> None:
    address = f"/v1/offers/{world.credit.put_offer(LIN).id}/confirm"
    response = await world.client.post(address, json={"pin": pin}, headers=world.bearer())
    assert (response.status_code, response.json()["code"]) == (422, "body_invalid")
    assert world.credit.attempts == {}


async def test_a_declined_offer_comes_back_declined(world: World) -> None:
    card = world.credit.put_offer(LIN)
    response = await world.client.post(f"/v1/offers/{card.id}/decline", headers=world.bearer())
    assert response.json()["status"] == "declined"
    assert (await world.confirm(card.id, PIN)).json()["code"] == "offer_declined"


async def test_money_that_moved_is_never_answered_with_an_error(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_anything: object) -> None:
        raise RuntimeError("the history is away")

    monkeypatch.setattr(world.app.state.gateway.store, "append", crash)
    assert (await world.confirm(world.credit.put_offer(LIN).id, PIN)).status_code == 200


@pytest.mark.parametrize("kind", ["borrow", "repay_bill", "repay_loan", "repay_with_loan", "installment"])
async def test_every_kind_of_offer_has_a_receipt_in_words(world: World, kind: str) -> None:
    card = world.credit.put_offer(LIN, offer_kind=kind)
    world.credit.receipt_changes = {"bill_outstanding": yuan(300)}
    receipt = ReceiptCard.model_validate((await world.confirm(card.id, PIN)).json())
    reply = receipt_reply(receipt, Wording.load())
    assert "5,000.00 元" in reply.text
    assert "{" not in reply.text
    assert reply.choices
    bare = receipt_reply(receipt.model_copy(update={"limits": []}), Wording.load())
    assert bare.text == "已办好：5,000.00 元。详情见凭证。"
