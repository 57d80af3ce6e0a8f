"""From behaviour, score and policy to a decision with its reasons. Pure: the same inputs always give the same."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from pydantic import TypeAdapter

from credit.kernel.ids import canonical_json
from credit.kernel.money import PPM
from credit.scoring.behaviour import Features
from credit.scoring.card import Scored, ThinFile
from credit.scoring.policy import Band, Policy
from credit.scoring.policy import ThinFile as ThinRule

Purpose = Literal["open", "raise", "temporary", "watch"]
Outcome = Literal["approved", "refused", "review"]
Product = Literal["paylater", "cashloan"]
PURPOSES: tuple[Purpose, ...] = ("open", "raise", "temporary", "watch")
REASONS_AGAINST, REASONS_FOR = 3, 1
GATES = (
    "underage", "student", "identity", "blocked", "overdue", "frozen", "bounced", "person_looks",
    "temporary_running", "temporary_often", "cooling_opening", "cooling_raise", "cooling_cut", "cooling_refusal",
)  # fmt: skip
BOUNDS = (
    "thin_file", "score_band", "product_largest", "both_lines", "income", "not_higher", "one_raise", "temporary_share",
)  # fmt: skip
KNOWN_GOOD = ("paid_on_time", "identity_known")
"""What speaks for a customer without a score."""


@dataclass(frozen=True, slots=True)
class Person:
    """What the law and the lender ask of a person. Never a part of the score."""

    age: int
    is_student: bool
    identity_checked: bool
    is_blocked: bool


@dataclass(frozen=True, slots=True)
class Situation:
    """Where the lines stand, and what was decided before; minor units."""

    limit: int | None
    """Of the line in question; None while it is not open."""
    other_limit: int
    frozen_reason: str | None
    """Of either line."""
    opened_on: date | None
    raised_on: date | None
    cut_on: date | None
    refused_on: date | None
    """The last refusal of a raise of this product."""
    temporary_running: bool
    temporary_in_year: int


@dataclass(frozen=True, slots=True)
class Bounds:
    """The products' own bounds on the day, minor units; kept with the decision, since the product file changes."""

    smallest_line: int
    largest_line: int
    both_lines: int
    temporary_share_ppm: int


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that a decision is made from, besides the scorecard and the policy."""

    purpose: Purpose
    product: Product
    asked: int | None
    """The limit wished for, or for a temporary one what shall be added; None asks for what is possible."""
    person: Person
    situation: Situation
    bounds: Bounds
    features: Features

    def spelled(self) -> str:
        """Canonical JSON."""
        return canonical_json(_INPUTS.dump_python(self, mode="json"))

    @classmethod
    def read(cls, text: str) -> Inputs:
        """The inputs of a stored decision. Raises ValidationError."""
        return _INPUTS.validate_json(text)


_INPUTS = TypeAdapter(Inputs)


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason by its code: `gate` and `bound` reasons are named in this file, `score` reasons are the scorecard's
    features. `lost` counts the points that the feature kept from the score. Amounts in `facts` end in `_minor`."""

    kind: Literal["gate", "bound", "score"]
    code: str
    lost: int = 0
    facts: dict[str, int | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided and why: reasons against with the weightiest first, and the best for."""

    outcome: Outcome
    limit: int | None
    """Minor units. The limit that the line shall have, for a temporary one what is added; None unless approved."""
    daily_rate_ppm: int | None
    """Of a cash loan line that is opened; other decisions do not touch prices."""
    band: str | None
    points: int | None
    default_ppm: int | None
    against: tuple[Reason, ...]
    favour: tuple[Reason, ...]

    def spelled(self) -> str:
        """Canonical JSON."""
        return canonical_json(_DECISION.dump_python(self, mode="json"))

    @classmethod
    def read(cls, text: str) -> Decision:
        """A stored decision. Raises ValidationError."""
        return _DECISION.validate_python(json.loads(text))


_DECISION = TypeAdapter(Decision)


def decide(inputs: Inputs, scored: Scored | ThinFile, policy: Policy) -> Decision:
    """Gates first, then what score, income and exposure allow.

    `scored` is the card's answer for the inputs' history. Refused by a gate, the limit is not looked at: what refuses
    is told, not what would have come after it."""
    known = _score_of(inputs, scored, policy)
    points = known.points if known else None
    offer = _offer(known, policy)
    gates = _gates(inputs, policy)
    bounds: list[Reason] = []
    limit: int | None = None
    if not gates:
        limit, bounds = _granted(inputs, points, offer, policy)
    review = inputs.purpose == "open" and inputs.person.age < policy.gates.person_looks_below
    outcome: Outcome = "refused" if limit is None else "review" if review else "approved"
    if outcome == "review":
        bounds.insert(0, Reason("gate", "person_looks", facts={"below": policy.gates.person_looks_below}))
    losses = _losses(known) if known else [_thin(inputs, policy)]
    opened = inputs.purpose == "open" and inputs.product == "cashloan" and outcome == "approved"
    return Decision(
        outcome=outcome,
        limit=limit if outcome == "approved" else None,
        daily_rate_ppm=offer.daily_rate_ppm if opened else None,
        band=offer.name if isinstance(offer, Band) else None,
        points=points,
        default_ppm=known.default_ppm if known else None,
        against=_once([*gates, *bounds, *losses[:REASONS_AGAINST]]),
        favour=tuple(_favour(inputs, known)[:REASONS_FOR]),
    )


def _score_of(inputs: Inputs, scored: Scored | ThinFile, policy: Policy) -> Scored | None:
    """None for a thin file, be it the card's or the policy's."""
    enough = len(inputs.features.months) >= policy.thin_file.fewest_statements
    return scored if isinstance(scored, Scored) and enough else None


def _offer(known: Scored | None, policy: Policy) -> Band | ThinRule:
    return policy.band_of(known.points) if known else policy.thin_file


def _once(reasons: list[Reason]) -> tuple[Reason, ...]:
    """The first of each code: that a file is thin can be both the bound and all that the score says."""
    first: dict[str, Reason] = {}
    for reason in reasons:
        first.setdefault(reason.code, reason)
    return tuple(first.values())


# ── gates ───────────────────────────────────────────────────────────────────────────────────────────────────


def _gates(inputs: Inputs, policy: Policy) -> list[Reason]:
    """Watching has rules of its own for what is late or frozen; here it asks only how much the limit should be."""
    if inputs.purpose == "watch":
        return []
    return [*_person_gates(inputs, policy), *_account_gates(inputs, policy), *_cooling(inputs, policy)]


def _person_gates(inputs: Inputs, policy: Policy) -> list[Reason]:
    person, gates = inputs.person, policy.gates
    found = []
    if person.age < gates.youngest:
        found.append(Reason("gate", "underage", facts={"youngest": gates.youngest}))
    if person.is_student and not gates.students_may_borrow:
        found.append(Reason("gate", "student"))
    if not person.identity_checked and gates.identity_required:
        found.append(Reason("gate", "identity"))
    if person.is_blocked and gates.blocked_refused:
        found.append(Reason("gate", "blocked"))
    return found


def _account_gates(inputs: Inputs, policy: Policy) -> list[Reason]:
    features, situation, gates = inputs.features, inputs.situation, policy.gates
    found = []
    if features.days_overdue > gates.most_days_overdue:
        found.append(Reason("gate", "overdue", facts={"days": features.days_overdue}))
    elif situation.frozen_reason is not None and gates.frozen_refused and not _studies(inputs, policy):
        # Being overdue or a student is the reason, once; the freeze that follows from it is no second one.
        found.append(Reason("gate", "frozen", facts={"reason": situation.frozen_reason}))
    if features.bounced > gates.most_bounced:
        found.append(Reason("gate", "bounced", facts={"count": features.bounced}))
    return found


def _studies(inputs: Inputs, policy: Policy) -> bool:
    refused = inputs.person.is_student and not policy.gates.students_may_borrow
    return refused and inputs.situation.frozen_reason == "student"


def _cooling(inputs: Inputs, policy: Policy) -> list[Reason]:
    """Too soon after the last change: the reason that ends last."""
    situation, today, days = inputs.situation, inputs.features.on, policy.cooling_days
    if inputs.purpose not in {"raise", "temporary"}:
        return []
    if situation.temporary_running:
        return [Reason("gate", "temporary_running")]
    if inputs.purpose == "temporary":
        most = policy.temporary.most_in_a_year
        often = situation.temporary_in_year >= most
        return [Reason("gate", "temporary_often", facts={"count": most})] if often else []
    since = (
        ("cooling_opening", situation.opened_on, days.after_opening),
        ("cooling_raise", situation.raised_on, days.after_raise),
        ("cooling_cut", situation.cut_on, days.after_cut),
        ("cooling_refusal", situation.refused_on, days.after_refusal),
    )
    free = [(on + timedelta(days=wait), code, on) for code, on, wait in since if on is not None]
    running = [(until, code, on) for until, code, on in free if until > today]
    if not running:
        return []
    until, code, on = max(running)
    return [Reason("gate", code, facts={"on": on.isoformat(), "until": until.isoformat()})]


# ── amounts ─────────────────────────────────────────────────────────────────────────────────────────────────


def ceilings(inputs: Inputs, offer: Band | ThinRule, policy: Policy) -> list[tuple[int, str]]:
    """Every bound on the limit of the product, minor units, with the code of its reason; the lowest one binds."""
    rules, product, features = policy.limits, inputs.product, inputs.features
    thin = not isinstance(offer, Band)
    found = [
        (offer.most(product).minor, "thin_file" if thin else "score_band"),
        (inputs.bounds.largest_line, "product_largest"),
        (min(rules.both_lines.minor, inputs.bounds.both_lines) - inputs.situation.other_limit, "both_lines"),
    ]
    if features.income is not None:
        monthly = features.income + (features.transfers or 0) * rules.income.transfers_count_ppm // PPM
        share = rules.income.paylater_ppm if product == "paylater" else rules.income.cashloan_ppm
        found.append((monthly * share // PPM, "income"))
    return sorted(found)


def most_allowed(inputs: Inputs, scored: Scored | ThinFile, policy: Policy) -> tuple[int, str]:
    """The limit that the policy leaves a line today, in whole steps, and the code of the bound that set it; gates and
    cooling left aside. Less than the product's smallest line is 0."""
    most, code = ceilings(inputs, _offer(_score_of(inputs, scored, policy), policy), policy)[0]
    whole = _stepped(most, policy)
    return (whole if whole >= inputs.bounds.smallest_line else 0), code


def _stepped(minor: int, policy: Policy) -> int:
    step = policy.limits.step.minor
    return max(0, minor) // step * step


def _granted(
    inputs: Inputs, points: int | None, offer: Band | ThinRule, policy: Policy
) -> tuple[int | None, list[Reason]]:
    """The limit, or None and what it is refused for. A limit that a bound made smaller than wished names the bound."""
    most, code = ceilings(inputs, offer, policy)[0]
    whole = _stepped(most, policy)
    bound = Reason("bound", code, facts=_bound_facts(inputs, code, whole, policy))
    match inputs.purpose:
        case "open":
            return _opened(inputs, whole, bound)
        case "raise":
            return _raised(inputs, whole, bound, policy)
        case "temporary":
            return _added(inputs, points, policy)
        case "watch":
            present = inputs.situation.limit or 0
            return (present, []) if whole >= present else (whole, [bound])


def _opened(inputs: Inputs, whole: int, bound: Reason) -> tuple[int | None, list[Reason]]:
    if whole < inputs.bounds.smallest_line:
        return None, [bound]
    if inputs.asked is not None and inputs.bounds.smallest_line <= inputs.asked <= whole:
        return inputs.asked, []
    return whole, [bound]


def _raised(inputs: Inputs, whole: int, bound: Reason, policy: Policy) -> tuple[int | None, list[Reason]]:
    present = inputs.situation.limit or 0
    once = _stepped(present * (PPM + policy.limits.largest_raise_ppm) // PPM, policy)
    reachable = min(whole, once)
    if reachable < present + policy.limits.smallest_raise.minor:
        return None, [bound]
    if inputs.asked is None:
        return reachable, []
    if inputs.asked <= present:
        return None, [Reason("bound", "not_higher", facts={"limit_minor": present})]
    if inputs.asked <= reachable:
        return inputs.asked, []
    return reachable, [bound if whole <= once else Reason("bound", "one_raise", facts={"most_minor": once})]


def _added(inputs: Inputs, points: int | None, policy: Policy) -> tuple[int | None, list[Reason]]:
    """A temporary addition: for those who have a good score, a share of the limit, inside the bound of both lines."""
    if points is None:
        return None, [_thin(inputs, policy)]
    if points < policy.temporary.lowest_score:
        return None, [Reason("bound", "score_band", facts={"most_minor": 0})]
    present = inputs.situation.limit or 0
    share = present * inputs.bounds.temporary_share_ppm // PPM
    room = min(policy.limits.both_lines.minor, inputs.bounds.both_lines) - inputs.situation.other_limit - present
    most = min(share, room)
    if inputs.asked is not None and 0 < inputs.asked <= most:
        return inputs.asked, []
    whole = _stepped(most, policy)
    code = "both_lines" if room < share else "temporary_share"
    bound = Reason("bound", code, facts={"most_minor": max(0, whole)})
    return (whole, [bound] if inputs.asked is not None else []) if whole else (None, [bound])


def _bound_facts(inputs: Inputs, code: str, most: int, policy: Policy) -> dict[str, int | str]:
    if code == "thin_file":
        return {**_thin(inputs, policy).facts, "most_minor": most}
    return {"most_minor": most}


def _thin(inputs: Inputs, policy: Policy) -> Reason:
    facts: dict[str, int | str] = {"known": len(inputs.features.months), "needed": policy.thin_file.fewest_statements}
    return Reason("bound", "thin_file", facts=facts)


# ── reasons of the score ────────────────────────────────────────────────────────────────────────────────────


def _losses(scored: Scored) -> list[Reason]:
    """Features that kept points from the score, the most first; equal ones by name, so that the order is always one."""
    lost = sorted(((part.best - part.points, part.feature) for part in scored.parts), key=lambda one: (-one[0], one[1]))
    return [Reason("score", feature, lost=points) for points, feature in lost if points > 0]


def _favour(inputs: Inputs, known: Scored | None) -> list[Reason]:
    """What speaks for the customer: features with all their points, those that can give most first; without a score,
    what is known at least."""
    if known is not None:
        spread = sorted(known.parts, key=lambda part: (part.best - part.points, -part.best, part.feature))
        return [Reason("score", part.feature) for part in spread if part.points > 0 or part.best == part.points]
    found = []
    if inputs.features.months and not inputs.features.days_overdue:
        found.append(Reason("bound", KNOWN_GOOD[0]))
    if inputs.person.identity_checked:
        found.append(Reason("bound", KNOWN_GOOD[1]))
    return found
