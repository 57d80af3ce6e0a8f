"""The proof that a loan is settled says what was paid, and where that stands in the evidence."""

from __future__ import annotations

import pytest

from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.ids import fingerprint
from tests.credit.world import START, World, minor


def test_a_settled_loan_has_a_certificate_with_a_fingerprint_over_its_facts(world: World) -> None:
    customer = world.borrower()
    loan = world.borrow(customer, "3000.00", 6)
    world.go(10)
    receipt = world.pay_loan(customer, loan)
    card = world.app.settlement_certificate(customer, loan)
    facts = dict(card.facts)
    assert (card.kind, card.code) == ("notice", "loan_settled")
    assert facts.pop("fingerprint") == fingerprint(facts)
    assert (facts["opened_on"], facts["settled_on"]) == (START.isoformat(), world.today.isoformat())
    assert (facts["lent"], facts["principal_paid"]) == (minor("3000.00"), minor("3000.00"))
    assert (facts["interest_paid"], facts["penalty_paid"]) == (minor("9.00"), 0)
    assert facts["journal"] == str(receipt.journal_id)


def test_a_running_a_foreign_and_a_missing_loan_have_none(world: World) -> None:
    customer, other = world.borrower(), world.borrower()
    loan = world.borrow(customer, "3000.00", 6)
    for who, code in ((customer, ErrorCode.LOAN_NOT_SETTLED), (other, ErrorCode.LOAN_NOT_FOUND)):
        with pytest.raises(CreditError) as refusal:
            world.app.settlement_certificate(who, loan)
        assert refusal.value.code is code
