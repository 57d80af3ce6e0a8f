"""The proof that a loan is settled: the facts, a fingerprint over them, and the place in the evidence."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from credit.books import Books
from credit.cards import NoticeCard
from credit.evidence.models import Leaf
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.ids import fingerprint
from credit.kernel.money import Money
from credit.ledger.models import Journal, Posting
from credit.ledger.service import account_id
from credit.loans.accounts import PARTS, account
from credit.loans.models import Loan
from credit.repayments.models import Repayment


@dataclass(frozen=True, slots=True)
class SettledLoan:
    """A loan repaid to the last fen, of which a certificate can be had."""

    id: UUID
    principal: Money
    opened_on: date
    settled_on: date


def settled_loans(books: Books, customer_id: UUID) -> list[SettledLoan]:
    """The last settled first."""
    query = select(Loan).where(Loan.customer_id == customer_id, Loan.settled_on.is_not(None))
    rows = books.session.scalars(query.order_by(Loan.settled_on.desc(), Loan.id.desc()))
    return [
        SettledLoan(loan.id, Money(loan.principal_minor), loan.opened_on, loan.settled_on)
        for loan in rows
        if loan.settled_on is not None
    ]


def settlement_certificate(books: Books, customer_id: UUID, loan_id: UUID) -> NoticeCard:
    """A notice `loan_settled`; amounts in its facts are minor units, days ISO.

    `fingerprint` is SHA-256 over the canonical JSON of the facts before it. `block` and `leaf` name the place of the
    settling journal in the evidence, from which a proof can be made; they are missing until the sealer has been by.
    Raises LOAN_NOT_FOUND for missing and foreign alike, LOAN_NOT_SETTLED."""
    loan = books.session.get(Loan, loan_id)
    if loan is None or loan.customer_id != customer_id:
        raise CreditError(ErrorCode.LOAN_NOT_FOUND)
    if loan.settled_on is None:
        raise CreditError(ErrorCode.LOAN_NOT_SETTLED)
    facts: dict[str, str | int] = {
        "lender": books.catalogue.lender.name,
        "product": books.catalogue.cashloan.name,
        "customer": books.customer(customer_id).name,
        "loan": str(loan.id),
        "opened_on": loan.opened_on.isoformat(),
        "settled_on": loan.settled_on.isoformat(),
        "lent": loan.principal_minor,
        "owed": 0,
        "currency": str(books.catalogue.lender.currency),
    }
    facts |= {f"{part}_paid": _repaid(books, loan, part) for part in PARTS}
    journal = _last_journal(books, loan)
    facts["journal"] = str(journal)
    facts["fingerprint"] = fingerprint(facts)
    leaf = books.session.get(Leaf, journal)
    if leaf is not None:
        facts |= {"block": leaf.height, "leaf": leaf.position, "leaf_hash": leaf.leaf_hash.hex()}
    return NoticeCard(level="info", code="loan_settled", facts=facts)


def _repaid(books: Books, loan: Loan, part: str) -> int:
    """What of a part was repaid and not taken back by a bounce, minor units."""
    shares = books.session.scalars(
        select(Repayment.split).where(Repayment.debt_id == loan.id, Repayment.bounced_by.is_(None))
    )
    return sum(json.loads(split).get(part, 0) for split in shares)


def _last_journal(books: Books, loan: Loan) -> UUID:
    """The journal that brought the principal, or the last of the interest or penalty, to zero."""
    accounts = [account_id(account(loan, part)) for part in PARTS]
    last = select(Posting.journal_id).join(Journal, Journal.id == Posting.journal_id)
    last = last.where(Posting.account_id.in_(accounts)).order_by(Journal.recorded_at.desc(), Posting.journal_id.desc())
    return books.session.scalars(last.limit(1)).one()
