"""Another statement day with its due day, chosen from those that are sold."""

from __future__ import annotations

from actions import choices
from actions.choices import CYCLE, ask
from actions.turn import Choice, Reply, Turn
from actions.wording import Facts
from credit.catalogue.models import Cycle
from credit.kernel.errors import ErrorCode


def other_cycles(turn: Turn) -> Reply:
    """What there is to choose from, or from when a change is possible. Raises PRODUCT_NOT_OPEN."""
    now = turn.account.cycle()
    facts: Facts = {"statement_day": now.statement_day, "due_day": now.due_day}
    refusal = turn.account.cycle_refusal()
    if refusal is not None:
        if refusal.code is not ErrorCode.CYCLE_CHANGE_NOT_YET:
            raise refusal
        told: Facts = {**facts, "from_on": refusal.facts["from_on"]}  # type: ignore[dict-item]  # a day, by its code
        return Reply("utter_cycle_not_yet", told, choices=(choices.CHECK_BILL, ask("autopay")))
    others = [cycle for cycle in turn.account.catalogue.paylater.cycles if cycle != now]
    steps = tuple(_choice(cycle) for cycle in others)
    return Reply("utter_cycle_choose", facts, choices=(*steps, choices.STOP))


def change_cycle(turn: Turn, target: str) -> Reply:
    """Do it. Raises CYCLE_NOT_SOLD, CYCLE_CHANGE_NOT_YET, OVERDUE_BLOCKS_CREDIT; pressed twice it says how it is."""
    now = turn.account.cycle()
    wanted = next((each for each in turn.account.catalogue.paylater.cycles if _target(each) == target), None)
    if wanted is None:
        return other_cycles(turn)
    if wanted != now:
        turn.account.app.change_cycle(turn.customer_id, wanted)
    facts: Facts = {"statement_day": wanted.statement_day, "due_day": wanted.due_day}
    return Reply("utter_cycle_changed", facts, choices=(ask("bill_dates"), ask("autopay")))


def _target(cycle: Cycle) -> str:
    return f"{CYCLE}:{cycle.statement_day}"


def _choice(cycle: Cycle) -> Choice:
    facts: Facts = {"statement_day": cycle.statement_day, "due_day": cycle.due_day}
    return Choice("cycle_to", "bill_dates", {"target": _target(cycle)}, facts)
