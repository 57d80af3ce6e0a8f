"""Watching at each closing: who is due is scored anew, signs are looked for, alerts opened, acted on and released."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from credit.books import Books
from credit.closing.lateness import LateDebt, late_since
from credit.closing.span import Span
from credit.kernel.ids import canonical_json, new_id
from credit.lines.models import Line
from credit.loans.models import Loan
from credit.monitoring import acting, repository, rules
from credit.monitoring.models import Alert
from credit.monitoring.orders import Orders
from credit.monitoring.policy import NIGHTLY, NewLoans, ReturnedPayments, Review, Rule, ScoreFall
from credit.monitoring.repository import AlertKey
from credit.monitoring.rescoring import Rescored, rescore
from credit.monitoring.rules import Finding, Seen
from credit.paylater.models import Statement


def watch(
    books: Books,
    orders: Orders,
    day: date,
    span: Span,
    *,
    bills: Iterable[Statement],
    loans: Iterable[Loan],
    late: list[LateDebt],
) -> Counter[str]:
    """Watch over a range of customers on the morning after `day`, in the transaction that closes the range.

    `bills` were issued and rows of `loans` came due this morning: their customers are scored anew, as the policy says.
    `late` are the debts that were late when `day` was over. Who is in none of them, took no loan, had no payment
    returned and has no open alert is not looked at. Returns what was done by number."""
    done: Counter[str] = Counter()
    known = repository.open_alerts(books, span)
    due = _due(books, orders, bills, loans)
    scored = rescore(books, orders.card, due) if due else {}
    done["scored"] = len(scored)
    seen = _look(books, orders, day, span, known, scored, late)
    done["alerts"] = _judge(books, orders, day, seen, known)
    done["actions"] = acting.act(books, orders.policy, span) if done["alerts"] or known else 0
    done["released"] = acting.release(books, _cured(books, known, late)) if known else 0
    return done


def _due(books: Books, orders: Orders, bills: Iterable[Statement], loans: Iterable[Loan]) -> set[UUID]:
    """Who is scored anew this morning."""
    after, due = orders.policy.rescore_after, set[UUID]()
    if "statement" in after:
        due |= {books.session.get_one(Line, bill.line_id).customer_id for bill in bills}
    if "loan_due_day" in after:
        due |= {loan.customer_id for loan in loans}
    return due


# ── looking ─────────────────────────────────────────────────────────────────────────────────────────────────


def _look(
    books: Books,
    orders: Orders,
    day: date,
    span: Span,
    known: dict[AlertKey, Alert],
    scored: dict[UUID, Rescored],
    late: list[LateDebt],
) -> dict[UUID, Seen]:
    """What the rules have to know, of everybody about whom they could say something new tonight."""
    wanted = orders.policy.rules.values()
    with_alert = {customer for customer, rule in known if known[customer, rule].sign in NIGHTLY}
    loans = _loans(books, wanted, day, span, with_alert)
    returned = _returned(books, wanted, day, span, with_alert)
    first = repository.first_days_missed(books, late) if late else {}
    since = late_since(late)
    earlier = _earlier_points(books, orders, day, scored)
    return {
        customer: Seen(
            day=day,
            late_since=since.get(customer),
            first_missed=first.get(customer),
            loans_opened=loans.get(customer, ()),
            returned_on=returned.get(customer, ()),
            scored=_scored(scored[customer], earlier.get(customer, [])) if customer in scored else None,
        )
        for customer in sorted({*since, *loans, *returned, *scored, *with_alert})
    }


def _loans(
    books: Books, wanted: Iterable[Rule], day: date, span: Span, with_alert: set[UUID]
) -> dict[UUID, list[date]]:
    windows = [rule.days for rule in wanted if isinstance(rule, NewLoans)]
    if not windows:
        return {}
    some = repository.opened_loans_on(books, span, day) | with_alert
    return repository.loans_since(books, some, repository.days_back(day, max(windows)))


def _returned(
    books: Books, wanted: Iterable[Rule], day: date, span: Span, with_alert: set[UUID]
) -> dict[UUID, list[date]]:
    windows = [rule.days for rule in wanted if isinstance(rule, ReturnedPayments)]
    if not windows:
        return {}
    some = repository.had_returns_on(books, span, day) | with_alert
    return repository.returns_since(books, some, repository.days_back(day, max(windows)))


def _earlier_points(
    books: Books, orders: Orders, day: date, scored: dict[UUID, Rescored]
) -> dict[UUID, list[tuple[date, int]]]:
    windows = [rule.days for rule in orders.policy.rules.values() if isinstance(rule, ScoreFall)]
    if not windows:
        return {}
    after = repository.days_back(day, max(windows))
    low = [customer for customer, one in scored.items() if one.points is not None]
    return repository.points_since(books, low, after, orders.card.version)


def _scored(one: Rescored, earlier: list[tuple[date, int]]) -> rules.Scored:
    return rules.Scored(one.features.paylater_limit, one.features.months, one.points, earlier)


# ── judging ─────────────────────────────────────────────────────────────────────────────────────────────────


def _judge(books: Books, orders: Orders, day: date, seen: dict[UUID, Seen], known: dict[AlertKey, Alert]) -> int:
    """Open alerts for what is new, mark what is gone or back. Returns how many are new."""
    new: list[tuple[UUID, str, Rule, Finding]] = []
    for customer, facts in seen.items():
        for name, rule in orders.policy.rules.items():
            if not rules.applies(rule, facts):
                continue
            finding, alert = rules.find(rule, facts), known.get((customer, name))
            if alert is not None:
                alert.gone_on = None if finding else alert.gone_on or day
            elif finding:
                new.append((customer, name, rule, finding))
    for alert in known.values():
        if alert.rule not in orders.policy.rules and alert.gone_on is None:
            alert.gone_on = day  # the policy no longer asks about it
    _open(books, orders, new)
    return len(new)


def _open(books: Books, orders: Orders, new: list[tuple[UUID, str, Rule, Finding]]) -> None:
    lines = repository.lines_of(books, {customer for customer, *_ in new})
    alerts, actions = [], []
    for customer, name, rule, finding in new:
        key = new_id()
        alerts.append(
            {
                "id": key,
                "customer_id": customer,
                "rule": name,
                "sign": rule.looks_at,
                "severity": rule.severity,
                "cure_days": rule.cure_days,
                "policy_version": orders.version,
                "opened_on": books.today,
                "facts": canonical_json(finding),
                "gone_on": None,
                "released_on": None,
            }
        )
        actions += [{"alert_id": key, "number": nth, **one} for nth, one in enumerate(_wanted(rule, customer, lines))]
    repository.write_alerts(books, alerts, actions)


def _wanted(rule: Rule, customer: UUID, lines: dict[tuple[UUID, str], UUID]) -> list[dict[str, Any]]:
    """The actions of a rule, one a line that the customer has."""
    blank = {"done_on": None, "before_minor": None, "after_minor": None, "ticket_id": None, "undone_on": None}
    found: list[dict[str, Any]] = []
    for action in rule.actions:
        cut = {"to_ppm": getattr(action, "to_ppm", None), "restore": getattr(action, "restore", False)}
        if isinstance(action, Review):
            found.append({"action": action.do, "line_id": None, **cut, **blank})
            continue
        theirs = [lines[customer, product] for product in action.products if (customer, product) in lines]
        found += [{"action": action.do, "line_id": line, **cut, **blank} for line in theirs]
    return found


def _cured(books: Books, known: dict[AlertKey, Alert], late: list[LateDebt]) -> list[Alert]:
    """Alerts whose sign is gone for long enough, of customers who are late with nothing."""
    behind = {debt.customer_id for debt in late}
    return [
        alert
        for alert in known.values()
        if alert.gone_on is not None
        and alert.customer_id not in behind
        and (books.today - alert.gone_on).days >= alert.cure_days
    ]
