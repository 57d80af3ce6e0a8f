"""A confirmed offer's receipt as a message of the conversation."""

from __future__ import annotations

import structlog

from channels.replies import Reply
from channels.wording import Wording
from credit.cards import ReceiptCard
from credit.cards.models import Product

log = structlog.get_logger()

LINE_CONCERNED: dict[str, Product] = {
    "borrow": "cashloan",
    "repay_loan": "cashloan",
    "repay_with_loan": "cashloan",
    "repay_bill": "paylater",
    "installment": "paylater",
    "settle_plan": "paylater",
    "pay_out_credit": "paylater",
}


def receipt_reply(receipt: ReceiptCard, wording: Wording) -> Reply:
    """What was done, how much, when the first payment is due and what limit remains, with the next steps.

    Where the receipt lacks a fact that the full sentence needs, the short one is said instead."""
    name = f"utter_receipt_{receipt.offer_kind}"
    card = receipt.model_dump(mode="json")
    try:
        text = wording.say(name, **_facts(receipt))
    except KeyError as missing:
        log.warning("receipt_shortened", kind=receipt.offer_kind, missing=str(missing))
        name = "utter_receipt_short"
        text = wording.say(name, amount=receipt.amount.money())
    return Reply(text=text, card=card, choices=wording.choices(name))


def _facts(receipt: ReceiptCard) -> dict[str, object]:
    facts: dict[str, object] = {"amount": receipt.amount.money()}
    for line in receipt.limits:
        facts[line.product] = line.name
        if line.product == LINE_CONCERNED[receipt.offer_kind]:
            facts |= {"product": line.name, "available": line.available.money()}
    if receipt.first_due_on is not None:
        facts["first_due_on"] = receipt.first_due_on
    if receipt.bill_outstanding is not None:
        facts["bill_outstanding"] = receipt.bill_outstanding.money()
    return facts
