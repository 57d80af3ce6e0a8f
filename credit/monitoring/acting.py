"""What follows from alerts: lines held and cut, people asked to look, and all of it undone when the sign is gone.

A hold is the freeze that lines have already, with a reason of its own, so everything that draws on a line refuses with
LINE_FROZEN. What cannot be done tonight (frozen for another reason, limit held by a payment) waits in its row."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, or_, select

from credit.books import Books
from credit.closing.freezing import OVERDUE
from credit.closing.span import Span
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.money import PPM, Money
from credit.lines import service as lines_service
from credit.lines import temporary
from credit.lines.models import Line
from credit.monitoring import repository
from credit.monitoring.models import Alert, AlertAction
from credit.monitoring.policy import Watching
from credit.notices.rules import sending_time
from credit.notices.service import NewNotice, enqueue
from credit.paylater.life import principal_of
from credit.people.service import call_for_review

PREFIX = "watch_"
"""Of reasons in a line's history and of its freeze: `watch_<sign>`; what undoes is `watch_cured`."""
CURED = f"{PREFIX}cured"


def reason_of(alert: Alert) -> str:
    return f"{PREFIX}{alert.sign}"


def is_ours(line: Line) -> bool:
    """Whether watching froze it."""
    return line.status == "frozen" and (line.frozen_reason or "").startswith(PREFIX)


# ── doing ───────────────────────────────────────────────────────────────────────────────────────────────────


def act(books: Books, policy: Watching, span: Span) -> int:
    """Do what open alerts of the range still want done. Returns how many actions were done."""
    waiting = books.session.execute(_waiting(span)).all()
    reviews = [alert.customer_id for alert, action, _ in waiting if action.action == "review"]
    tickets = call_for_review(books, reviews) if reviews else {}
    notices: list[NewNotice] = []
    done = 0
    for alert, action, line in waiting:
        if action.action == "review":
            action.ticket_id = tickets[alert.customer_id]
            finished, notice = True, None
        else:
            finished, notice = (_cut if action.action == "cut" else _hold)(books, policy, alert, action, line)
        if finished:
            action.done_on = books.today
            done += 1
        notices += [notice] if notice else []
    books.session.flush()
    enqueue(books, notices)
    return done


def _waiting(span: Span) -> Select[Alert, AlertAction, Line]:
    """What may be done tonight. A hold on a line that is frozen for another reason is not looked at until that ends."""
    holdable = or_(Line.status == "open", Line.frozen_reason.startswith(PREFIX, autoescape=True))
    return (
        select(Alert, AlertAction, Line)
        .join(AlertAction, AlertAction.alert_id == Alert.id)
        .outerjoin(Line, Line.id == AlertAction.line_id)
        .where(
            span.holds(Alert.customer_id),
            Alert.released_on.is_(None),
            Alert.gone_on.is_(None),
            AlertAction.done_on.is_(None),
            or_(Line.id.is_(None), Line.status != "closed"),
            or_(AlertAction.action.in_(("cut", "review")), holdable),
        )
        .order_by(Alert.customer_id, Alert.id, AlertAction.number)
    )


Done = tuple[bool, NewNotice | None]


def _hold(books: Books, _policy: Watching, alert: Alert, action: AlertAction, line: Line) -> Done:
    if line.status != "open":
        return is_ours(line), None
    lines_service.freeze(books, line, reason_of(alert))
    return True, _notice(books, alert, action, "credit_held", {"product": line.product, "reason": reason_of(alert)})


def _cut(books: Books, policy: Watching, alert: Alert, action: AlertAction, line: Line) -> Done:
    assert action.to_ppm is not None
    extra = temporary.amount(books, line)
    permanent = line.limit_minor - extra
    left = permanent * action.to_ppm // PPM // policy.limit_step * policy.limit_step
    if not _change(books, line, left + extra, reason_of(alert), _request("watch", alert, line)):
        return False, None
    action.before_minor, action.after_minor = permanent, left
    facts = {"product": line.product, "reason": reason_of(alert), "before_minor": permanent, "after_minor": left}
    return True, _notice(books, alert, action, "limit_cut", facts) if left < permanent else None


def _change(books: Books, line: Line, limit_minor: int, reason: str, request_id: str) -> bool:
    """False when it has to wait."""
    if limit_minor == line.limit_minor:
        return True
    owed = principal_of(books, line)
    try:
        lines_service.change_limit(books, line, Money(limit_minor), owed=owed, reason=reason, request_id=request_id)
    except CreditError as refusal:
        if refusal.code not in {ErrorCode.LIMIT_HELD, ErrorCode.EXPOSURE_EXCEEDED}:
            raise
        return False
    return True


def _request(what: str, alert: Alert, line: Line) -> str:
    """The same in every telling: a closing that is killed and run again books under the same name."""
    return f"{what}:{line.id.hex}:{alert.rule}:{alert.opened_on}"


# ── undoing ─────────────────────────────────────────────────────────────────────────────────────────────────


def release(books: Books, cured: Sequence[Alert]) -> int:
    """End episodes, and undo what was done for them, the last thing first. Returns how many episodes ended."""
    for alert in cured:
        alert.released_on = books.today
    books.session.flush()
    actions = {alert.id: alert for alert in cured}
    notices: list[NewNotice] = []
    for action in sorted(
        repository.actions_of(books, actions),
        key=lambda one: (actions[one.alert_id].opened_on, one.number),
        reverse=True,
    ):
        if action.done_on is None or action.line_id is None:
            continue
        alert, line = actions[action.alert_id], books.session.get_one(Line, action.line_id)
        undone = _restore(books, alert, action, line) if action.action == "cut" else _unhold(books, action, line)
        if undone:
            action.undone_on = books.today
            restored: dict[str, object] = {"product": line.product, "after_minor": line.limit_minor}
            released: dict[str, object] = {"product": line.product}
            kind, facts = ("limit_restored", restored) if action.action == "cut" else ("credit_released", released)
            notices.append(_notice(books, alert, action, kind, facts))
    books.session.flush()
    enqueue(books, notices)
    return len(cured)


def _unhold(books: Books, action: AlertAction, line: Line) -> bool:
    """Let new credit flow again, unless something else speaks against it."""
    if not is_ours(line):
        return False
    if others := _others(books, line, ("hold", "freeze")):
        line.frozen_reason = reason_of(others[0])
        return False
    if books.customer(line.customer_id).overdue_cured_on is not None:
        # The days after an overdue debt was repaid are not over: they go on, as if watching had never frozen.
        line.frozen_reason = OVERDUE
        lines_service.remember_change(books, line, "frozen", OVERDUE, line.limit_minor, line.limit_minor)
        return False
    lines_service.unfreeze(books, line, CURED)
    return True


def _restore(books: Books, alert: Alert, action: AlertAction, line: Line) -> bool:
    """Give back what a cut took, where nobody changed the limit since."""
    if not action.restore or line.status == "closed" or action.before_minor == action.after_minor:
        return False
    extra = temporary.amount(books, line)
    if action.before_minor is None or line.limit_minor - extra != action.after_minor or _others(books, line, ("cut",)):
        return False
    return _change(books, line, action.before_minor + extra, CURED, _request("watch-end", alert, line))


def _others(books: Books, line: Line, kinds: tuple[str, ...]) -> list[Alert]:
    """Episodes that last and have done one of these things to the line."""
    query = (
        select(Alert)
        .join(AlertAction, AlertAction.alert_id == Alert.id)
        .where(
            Alert.customer_id == line.customer_id,
            Alert.released_on.is_(None),
            AlertAction.line_id == line.id,
            AlertAction.action.in_(kinds),
            AlertAction.done_on.is_not(None),
        )
        .order_by(Alert.id)
    )
    return list(books.session.scalars(query))


def _notice(books: Books, alert: Alert, action: AlertAction, kind: str, facts: dict[str, object]) -> NewNotice:
    return NewNotice(
        customer_id=alert.customer_id,
        kind=kind,
        dedupe_key=f"{kind}:{alert.id}:{action.number}",
        due_at=sending_time(books.today, books.catalogue.reminders),
        facts=facts,
    )
