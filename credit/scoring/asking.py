"""What customers ask for: a product, a higher limit, one for some weeks, a person who looks at a decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from credit.books import Books
from credit.catalogue.models import Cycle
from credit.customers.models import Customer
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.ids import new_id
from credit.kernel.money import Money
from credit.lines import service as lines_service
from credit.lines import temporary
from credit.lines.service import PAYLATER
from credit.notices.service import NewNotice, enqueue
from credit.paylater import life
from credit.people import service as people
from credit.people.service import TicketView
from credit.scoring.decide import Decision, Inputs, Product, Purpose
from credit.scoring.models import DecisionReview, DecisionRow
from credit.scoring.service import Rules, decide_and_keep, decisions_of, find_decision, inputs_of

RAISED = "limit_raised"
"""The kind of the notice."""
RAISE_REASON = "raise_request"
"""Why the line changed, as its history says."""
LIMIT_REVIEW = "limit_review"
"""The reason of a ticket for a person who looks at a decision."""


@dataclass(frozen=True, slots=True)
class DecisionView:
    """A stored decision as others may see it. `limit` as in `Decision.limit`."""

    id: UUID
    customer_id: UUID
    purpose: Purpose
    product: Product
    decided_on: date
    policy_version: str
    card_version: str
    before: Money
    limit: Money | None
    decision: Decision

    @classmethod
    def of(cls, row: DecisionRow) -> DecisionView:
        inputs = Inputs.read(row.inputs)
        return cls(
            id=row.id,
            customer_id=row.customer_id,
            purpose=inputs.purpose,
            product=inputs.product,
            decided_on=row.decided_on,
            policy_version=row.policy_version,
            card_version=row.card_version,
            before=Money(inputs.situation.limit or 0),
            limit=None if row.limit_minor is None else Money(row.limit_minor),
            decision=Decision.read(row.result),
        )


def request_raise(
    books: Books,
    customer_id: UUID,
    product: Product,
    *,
    asked: Money | None = None,
    request_id: str,
    rules: Rules | None = None,
) -> DecisionRow:
    """Decide about a higher limit and, if approved, raise it at once, with a notice; refused, with reasons.

    None asks for what is possible. A repeat of the request changes nothing more. Raises CUSTOMER_UNKNOWN,
    PRODUCT_NOT_OPEN, AMOUNT_NOT_POSITIVE."""
    books.lock_customer(customer_id)
    if (earlier := find_decision(books, request_id)) is not None:
        return earlier
    if asked is not None and asked.minor <= 0:
        raise CreditError(ErrorCode.AMOUNT_NOT_POSITIVE, amount=asked)
    line = lines_service.require_line(books, customer_id, product)
    inputs = inputs_of(books, customer_id, product, "raise", asked=None if asked is None else asked.minor)
    before = Money(line.limit_minor)
    row = decide_and_keep(books, customer_id, inputs, request_id=request_id, rules=rules)
    if row.limit_minor is not None:
        lines_service.change_limit(
            books,
            line,
            Money(row.limit_minor),
            owed=life.principal_of(books, line),
            reason=RAISE_REASON,
            request_id=f"decision:{row.id}",
        )
        facts = {"product": product, "before_minor": before.minor, "limit_minor": row.limit_minor}
        enqueue(books, [NewNotice(customer_id, RAISED, f"{RAISED}:{row.id}", books.now, facts)])
    return row


def request_opening(
    books: Books,
    customer_id: UUID,
    product: Product,
    *,
    asked: Money | None = None,
    cycle: Cycle | None,
    consent_version: str,
    request_id: str,
    rules: Rules | None = None,
) -> DecisionRow:
    """Decide about a product and, if approved, open it with the limit and, for cash loans, the rate of the decision.

    A young customer's opening waits for a person. Raises CUSTOMER_UNKNOWN, CYCLE_NOT_SOLD, PRODUCT_ALREADY_OPEN,
    CONSENT_OUTDATED: what is no matter of credit is no decision."""
    customer = books.lock_customer(customer_id)
    if (earlier := find_decision(books, request_id)) is not None:
        return earlier
    _require_askable(books, customer, product, cycle, consent_version)
    inputs = inputs_of(books, customer_id, product, "open", asked=None if asked is None else asked.minor)
    row = decide_and_keep(books, customer_id, inputs, request_id=request_id, rules=rules)
    if row.outcome == "review":
        ask_for_review(books, customer_id)
    if row.limit_minor is not None:
        paylater_rate = books.catalogue.paylater.revolving_daily_ppm
        life.open_product(
            books,
            customer_id,
            product,
            limit=Money(row.limit_minor),
            daily_rate_ppm=row.daily_rate_ppm if row.daily_rate_ppm is not None else paylater_rate,
            cycle=cycle,
            consent_version=consent_version,
            request_id=f"decision:{row.id}",
        )
    return row


def _require_askable(
    books: Books, customer: Customer, product: Product, cycle: Cycle | None, consent_version: str
) -> None:
    if product == PAYLATER and cycle not in books.catalogue.paylater.cycles:
        raise CreditError(ErrorCode.CYCLE_NOT_SOLD)
    line = lines_service.find_line(books, customer.id, product)
    if line is not None and line.status != "closed":
        raise CreditError(ErrorCode.PRODUCT_ALREADY_OPEN, product=books.catalogue.product_name(product))
    wanted = books.catalogue.borrowers.consent_version
    if consent_version != wanted:
        raise CreditError(ErrorCode.CONSENT_OUTDATED, f"{consent_version}, now {wanted}")


def request_temporary(
    books: Books, customer_id: UUID, extra: Money, *, request_id: str, rules: Rules | None = None
) -> DecisionRow:
    """Decide about an addition to the pay-later limit that ends by itself, and grant it if approved.

    Raises CUSTOMER_UNKNOWN, PRODUCT_NOT_OPEN, AMOUNT_NOT_POSITIVE."""
    books.lock_customer(customer_id)
    if (earlier := find_decision(books, request_id)) is not None:
        return earlier
    if extra.minor <= 0:
        raise CreditError(ErrorCode.AMOUNT_NOT_POSITIVE, amount=extra)
    line = lines_service.require_line(books, customer_id, PAYLATER)
    inputs = inputs_of(books, customer_id, "paylater", "temporary", asked=extra.minor)
    row = decide_and_keep(books, customer_id, inputs, request_id=request_id, rules=rules)
    if row.limit_minor is not None:
        owed = life.principal_of(books, line)
        temporary.grant(books, line, Money(row.limit_minor), owed=owed, request_id=f"decision:{row.id}")
    return row


def ask_for_review(books: Books, customer_id: UUID) -> TicketView:
    """Ask for a person who looks at the newest decision; whoever waits already keeps the ticket and its number.

    Raises CUSTOMER_UNKNOWN."""
    ticket = people.open_ticket(books, customer_id, LIMIT_REVIEW)
    known = select(DecisionReview.id).where(DecisionReview.ticket_id == ticket.id)
    if books.session.scalars(known).one_or_none() is None:
        newest = next(iter(decisions_of(books, customer_id)), None)
        review = DecisionReview(
            id=new_id(),
            customer_id=customer_id,
            decision_id=None if newest is None else newest.id,
            ticket_id=ticket.id,
            asked_on=books.today,
            asked_at=books.now,
        )
        books.session.add(review)
        books.session.flush()
    return ticket
