"""Decisions about customers: made from the books, stored with all that they were made from, and carried out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from uuid import UUID

from sqlalchemy import insert, or_, select
from sqlalchemy.dialects.postgresql import insert as insert_or_not

from credit.books import Books
from credit.customers.service import age_on
from credit.kernel.ids import new_id
from credit.lines import service as lines_service
from credit.lines import temporary
from credit.lines.models import Line, LineChange, TemporaryLimit
from credit.lines.service import CASHLOAN, PAYLATER
from credit.scoring import cardfile
from credit.scoring.behaviour import Features
from credit.scoring.card import DEFAULT as CARD_FILE
from credit.scoring.card import Scorecard, Scored, ThinFile
from credit.scoring.decide import Bounds, Decision, Inputs, Person, Product, Purpose, Situation, decide
from credit.scoring.history import FEWEST_KNOWN
from credit.scoring.models import DecisionRow, DecisionRules
from credit.scoring.policy import Policy, present_policy
from credit.scoring.repository import features_of

OPENINGS = ("opened", "reopened")
NO_ASSESSMENT = (
    "temporary_limit",
    "temporary_limit_ended",
    "asked_for",
    "closed_by_customer",
    "application",
)
"""Raises and cuts that start no cooling period: they were no assessment, or belong to an opening, which has its own."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What decides: a policy and a scorecard, with the text of the latter's file."""

    policy: Policy
    card: Scorecard
    card_text: str
    card_digest: str

    @classmethod
    def of(cls, policy: Policy, card_text: str) -> Rules:
        """Raises SCORECARD_DAMAGED, SCORECARD_VERSION."""
        content = json.loads(card_text)
        return cls(policy, Scorecard.of(cardfile.parse(content)), card_text, content["digest"])

    def score(self, features: Features) -> Scored | ThinFile:
        """The card's answer; a thin file where there is no line whose bills could be read."""
        history = features.to_history(unit=self.card.money_unit)
        if history is None:
            return ThinFile(0, FEWEST_KNOWN, self.card.version)
        return self.card.score(history)

    def decide(self, inputs: Inputs) -> Decision:
        return decide(inputs, self.score(inputs.features), self.policy)


@cache
def present_rules() -> Rules:
    """The lender's policy and scorecard, read once. Raises CatalogueError, SCORECARD_DAMAGED, SCORECARD_VERSION."""
    Scorecard.load()  # says what is wrong with the file by its place
    return Rules.of(present_policy(), CARD_FILE.read_text("utf-8"))


def inputs_of(
    books: Books,
    customer_id: UUID,
    product: Product,
    purpose: Purpose,
    *,
    asked: int | None = None,
    features: Features | None = None,
) -> Inputs:
    """What a decision about this customer would be made from today; `asked` in minor units. Raises CUSTOMER_UNKNOWN."""
    customer = books.customer(customer_id)
    return Inputs(
        purpose=purpose,
        product=product,
        asked=asked,
        person=Person(
            age=age_on(customer.born_on, books.today),
            is_student=customer.is_student,
            identity_checked=customer.identity_checked,
            is_blocked=customer.is_blocked,
        ),
        situation=_situation(books, customer_id, product),
        bounds=_bounds(books, product),
        features=features or features_of(books, customer_id),
    )


def _bounds(books: Books, product: Product) -> Bounds:
    sold = books.catalogue
    line = sold.paylater.line if product == PAYLATER else sold.cashloan.line
    return Bounds(
        smallest_line=line.smallest.minor,
        largest_line=line.largest.minor,
        both_lines=sold.exposure.both_lines.minor,
        temporary_share_ppm=sold.paylater.temporary_limit.largest_share_ppm,
    )


def _situation(books: Books, customer_id: UUID, product: Product) -> Situation:
    own = lines_service.find_line(books, customer_id, product)
    other = lines_service.find_line(books, customer_id, CASHLOAN if product == PAYLATER else PAYLATER)
    frozen = [line.frozen_reason for line in (own, other) if line is not None and line.status == "frozen"]
    in_use = own is not None and own.status != "closed"
    return Situation(
        limit=own.limit_minor if own is not None and in_use else None,
        other_limit=other.limit_minor if other is not None else 0,
        frozen_reason=(frozen[0] or "other") if frozen else None,
        opened_on=_last_change(books, own, *OPENINGS),
        raised_on=_last_change(books, own, "raised"),
        cut_on=_last_change(books, own, "cut"),
        refused_on=_last_refusal(books, customer_id, product),
        temporary_running=own is not None and temporary.running(books, own) is not None,
        temporary_in_year=_temporary_in_year(books, own),
    )


def _last_change(books: Books, line: Line | None, *kinds: str) -> date | None:
    if line is None:
        return None
    query = (
        select(LineChange.on)
        .where(
            LineChange.line_id == line.id,
            LineChange.kind.in_(kinds),
            or_(LineChange.kind.in_(OPENINGS), LineChange.reason.not_in(NO_ASSESSMENT)),
        )
        .order_by(LineChange.on.desc())
        .limit(1)
    )
    return books.session.scalars(query).one_or_none()


def _last_refusal(books: Books, customer_id: UUID, product: Product) -> date | None:
    query = (
        select(DecisionRow.decided_on)
        .where(
            DecisionRow.customer_id == customer_id,
            DecisionRow.product == product,
            DecisionRow.purpose == "raise",
            DecisionRow.outcome == "refused",
        )
        .order_by(DecisionRow.decided_on.desc())
        .limit(1)
    )
    return books.session.scalars(query).one_or_none()


def _temporary_in_year(books: Books, line: Line | None) -> int:
    if line is None:
        return 0
    query = select(TemporaryLimit.id).where(
        TemporaryLimit.line_id == line.id, TemporaryLimit.from_on > books.today - timedelta(days=365)
    )
    return len(books.session.scalars(query).all())


# ── deciding and keeping ────────────────────────────────────────────────────────────────────────────────────


def look(books: Books, customer_id: UUID, product: Product, purpose: Purpose, rules: Rules | None = None) -> Decision:
    """What would be decided today; nothing is kept and no cooling period begins. Raises CUSTOMER_UNKNOWN."""
    return (rules or present_rules()).decide(inputs_of(books, customer_id, product, purpose))


def decide_and_keep(
    books: Books, customer_id: UUID, inputs: Inputs, *, request_id: str, rules: Rules | None = None
) -> DecisionRow:
    """Decide and store the decision with inputs, rules and reasons; a repeat of the request gives the first one.

    The caller has locked the customer."""
    if (earlier := find_decision(books, request_id)) is not None:
        return earlier
    rules = rules or present_rules()
    return keep(books, customer_id, inputs, rules.decide(inputs), request_id=request_id, rules=rules)


def find_decision(books: Books, request_id: str) -> DecisionRow | None:
    return books.session.scalars(select(DecisionRow).where(DecisionRow.request_id == request_id)).one_or_none()


def keep(
    books: Books, customer_id: UUID, inputs: Inputs, decision: Decision, *, request_id: str, rules: Rules
) -> DecisionRow:
    """Store a decision that was just made."""
    keep_rules(books, rules)
    row = DecisionRow(
        id=new_id(),
        request_id=request_id,
        customer_id=customer_id,
        purpose=inputs.purpose,
        product=inputs.product,
        decided_on=books.today,
        decided_at=books.now,
        policy_digest=rules.policy.digest,
        policy_version=rules.policy.version,
        card_digest=rules.card_digest,
        card_version=rules.card.version,
        points=decision.points,
        default_ppm=decision.default_ppm,
        band=decision.band,
        outcome=decision.outcome,
        limit_minor=decision.limit,
        daily_rate_ppm=decision.daily_rate_ppm,
        inputs=inputs.spelled(),
        result=decision.spelled(),
    )
    books.session.add(row)
    books.session.flush()
    return row


def keep_rules(books: Books, rules: Rules) -> None:
    """Put the files that decide into the database, once each."""
    files = (
        (rules.policy.digest, "policy", rules.policy.version, rules.policy.text),
        (rules.card_digest, "card", rules.card.version, rules.card_text),
    )
    there = set(
        books.session.scalars(
            select(DecisionRules.digest).where(DecisionRules.digest.in_([digest for digest, *_ in files]))
        )
    )
    for digest, kind, version, content in files:
        if digest not in there:
            row = {"digest": digest, "kind": kind, "version": version, "content": content, "kept_at": books.now}
            _insert_once(books, row)


def _insert_once(books: Books, row: dict[str, object]) -> None:
    """Two first decisions at once keep one copy."""
    if books.session.get_bind().dialect.name == "postgresql":
        books.session.execute(insert_or_not(DecisionRules).values(**row).on_conflict_do_nothing())
    else:
        books.session.execute(insert(DecisionRules).values(**row))


def decisions_of(books: Books, customer_id: UUID) -> list[DecisionRow]:
    """Newest first."""
    query = (
        select(DecisionRow)
        .where(DecisionRow.customer_id == customer_id)
        .order_by(DecisionRow.decided_at.desc(), DecisionRow.id.desc())
    )
    return list(books.session.scalars(query))
