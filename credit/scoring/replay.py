"""Making stored decisions again, from their own inputs by their own rules, to see that they come out the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from credit.kernel.errors import CatalogueError, CreditError
from credit.scoring.decide import Inputs
from credit.scoring.models import DecisionRow, DecisionRules
from credit.scoring.policy import Policy
from credit.scoring.service import Rules

PAGE = 500


@dataclass(frozen=True, slots=True)
class Replayed:
    """One decision made again. `differences`: place → stored and now; empty when it came out the same."""

    id: UUID
    customer_id: UUID
    decided_on: date
    policy_version: str
    card_version: str
    differences: dict[str, tuple[Any, Any]]


def replay(session: Session, *, since: date | None = None) -> Iterator[Replayed]:
    """Every decision from a day on, oldest first, page by page: any number fits into memory.

    A decision that can no longer be read, or whose rules were tampered with, is a difference too."""
    rules: dict[tuple[str, str], Rules | str] = {}
    last: tuple[date, UUID] | None = None
    while True:
        query = select(DecisionRow).order_by(DecisionRow.decided_on, DecisionRow.id).limit(PAGE)
        if since is not None:
            query = query.where(DecisionRow.decided_on >= since)
        if last is not None:
            query = query.where(tuple_(DecisionRow.decided_on, DecisionRow.id) > tuple_(*last))
        page = session.scalars(query).all()
        for row in page:
            yield _replayed(session, row, rules)
            last = (row.decided_on, row.id)
        session.expunge_all()
        if len(page) < PAGE:
            return


def _replayed(session: Session, row: DecisionRow, known: dict[tuple[str, str], Rules | str]) -> Replayed:
    key = (row.policy_digest, row.card_digest)
    if key not in known:
        known[key] = _rules(session, *key)
    rules = known[key]
    differences = {"rules": (_versions(row), rules)} if isinstance(rules, str) else _differences(row, rules)
    return Replayed(row.id, row.customer_id, row.decided_on, row.policy_version, row.card_version, differences)


def _versions(row: DecisionRow) -> str:
    return f"{row.policy_version}, {row.card_version}"


def _rules(session: Session, policy_digest: str, card_digest: str) -> Rules | str:
    """The rules that were kept, or what is wrong with them."""
    kept = {
        row.digest: row.content
        for row in session.scalars(select(DecisionRules).where(DecisionRules.digest.in_([policy_digest, card_digest])))
    }
    missing = [digest for digest in (policy_digest, card_digest) if digest not in kept]
    if missing:
        return f"missing: {', '.join(missing)}"
    if sha256(kept[policy_digest].encode()).hexdigest() != policy_digest:
        return "the policy kept is not the one of its digest"
    try:
        rules = Rules.of(Policy.read(kept[policy_digest], "kept policy"), kept[card_digest])
    except (CatalogueError, CreditError, json.JSONDecodeError) as error:
        return f"cannot be read by this program: {error}"
    return rules if rules.card_digest == card_digest else "the scorecard kept is not the one of its digest"


def _differences(row: DecisionRow, rules: Rules) -> dict[str, tuple[Any, Any]]:
    try:
        again = json.loads(rules.decide(Inputs.read(row.inputs)).spelled())
        stored = json.loads(row.result)
    except (ValidationError, ValueError, CreditError) as error:
        return {"inputs": ("stored", f"cannot be read by this program: {type(error).__name__}")}
    found = {name: (stored.get(name), again.get(name)) for name in sorted({*stored, *again})}
    columns = {
        "outcome": row.outcome,
        "limit": row.limit_minor,
        "points": row.points,
        "default_ppm": row.default_ppm,
        "band": row.band,
        "daily_rate_ppm": row.daily_rate_ppm,
    }
    # The columns repeat a part of the result, for reports; they must say the same.
    found |= {f"column {name}": (value, again.get(name)) for name, value in columns.items()}
    return {place: (old, new) for place, (old, new) in found.items() if old != new}
