"""The facts of a written offer, for its text."""

from __future__ import annotations

from collections.abc import Mapping

from actions.choices import method_word
from actions.wording import Clock, Fact, Word, Yearly
from credit.cards import OfferCard
from credit.kernel.money import Money

ALIKE_PERCENT = 3
"""Payments that differ by no more are called equal: first periods have a few days more or less."""


def credit_facts(card: OfferCard) -> Mapping[str, Fact]:
    """An offer that costs something: how much when, and the price with its yearly cost."""
    assert card.rows
    return {
        "amount": card.amount.money(),
        "term": card.term or len(card.rows),
        "method": method_word(card.method),
        "first_due_on": card.rows[0].due_on,
        "payments": payments_word([row.total.money() for row in card.rows]),
        "interest": card.total_interest.money(),
        "fee": card.total_fee.money(),
        "total": card.total_repayment.money(),
        "simple": Yearly(card.simple_yearly_ppm or 0),
        "compound": Yearly(card.compound_yearly_ppm or 0),
        "tail": card.account_tail or "",
        "until": Clock(card.expires_at),
    }


def payments_word(totals: list[Money]) -> Word:
    first, last = totals[0], totals[-1]
    largest, smallest = max(totals), min(totals)
    if 100 * (largest.minor - smallest.minor) <= ALIKE_PERCENT * largest.minor:
        return Word("payments_alike", facts={"payment": first})
    return Word("payments_varying", facts={"first": first, "last": last})


def repayment_facts(card: OfferCard) -> Mapping[str, Fact]:
    """An offer that only pays back: what is paid and what is left."""
    left = card.bill_after.money() if card.bill_after else Money(0)
    until = Clock(card.expires_at)
    return {"amount": card.amount.money(), "left": left, "tail": card.account_tail or "", "until": until}
