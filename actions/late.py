"""What being late has cost, and what it costs from tomorrow."""

from __future__ import annotations

from actions import choices
from actions.account import overdue_amount
from actions.answer import Answer
from actions.base import Replies
from actions.choices import ask
from actions.findings import finding_words, kind_asked_for, only
from actions.flows.repay import due_now
from actions.turn import Choice, Reply, Turn
from actions.wording import Facts, Lines, Word
from credit.explain.findings import Code, Finding
from credit.explain.late import late_findings

MOST = 5
FEARS = ("contacts", "third_party", "visit", "calls", "court", "prison", "children", "unpaid")
"""Details of a question that the figures of being late would leave open, in the order in which they are answered."""
MOST_FEARS = 2
LATE = (Code.LATE_BILL, Code.LATE_LOAN)


class ActionOverdue(Answer):
    """Theirs when they are late, else what missing the next due day would cost."""

    intent = "overdue"

    def answer(self, turn: Turn) -> Replies:
        known = turn.account.app.late_facts(turn.customer_id)
        if fears := [name for name in FEARS if name in turn.heard.details]:
            return self._what_may_happen(turn, fears, late=bool(only(late_findings(known), *LATE)))
        # Whoever is late hears of all of it, whichever product was asked about.
        found = late_findings(known, None if known.late else kind_asked_for(turn))
        debts = only(found, *LATE)
        facts: Facts = {"release": turn.account.catalogue.overdue.unfreeze_after_days}
        if debts:
            facts["days"] = max(int(str(debt.evidence["days"])) for debt in debts)
            facts["amount"] = overdue_amount(turn)
            facts["lines"] = Lines(finding_words(_without_repeat(found, debts), most=MOST))
            return Reply("utter_overdue_late", facts, choices=(*self._repay(turn), ask("hardship")))
        if not turn.account.facts.lines:
            return Reply("utter_limit_none", choices=(ask("open_product"), ask("product_info")))
        facts["lines"] = Lines(finding_words(found, most=MOST))
        steps: tuple[Choice, ...] = (ask("bill_dates"), choices.CHECK_BILL, ask("autopay"))
        if only(found, Code.LATE_IN_GRACE):
            steps = (ask("repay"), choices.CHECK_BILL, ask("hardship"))
        return Reply("utter_overdue_not_late", facts, choices=steps)

    def _what_may_happen(self, turn: Turn, fears: list[str], *, late: bool) -> Reply:
        """What a lender may and may not do, as the rules for collecting have it, and the ways out. No figure of the
        debt but the one that ends the lateness: who asks this is afraid."""
        state = Word("late_now", facts={"amount": overdue_amount(turn)}) if late else Word("late_not_now")
        told = Lines(tuple(Word(f"fear_{name}") for name in fears[:MOST_FEARS]))
        steps = (*self._repay(turn),) if late else (choices.CHECK_BILL,)
        return Reply(
            "utter_overdue_fears", {"state": state, "fears": told}, choices=(*steps, ask("hardship"), choices.HUMAN)
        )

    @staticmethod
    def _repay(turn: Turn) -> list[Choice]:
        """What ends the lateness, one press a debt."""
        bill = turn.account.open_bill
        steps = []
        if bill is not None and bill.days_overdue:
            steps.append(choices.repay_minimum(bill.minimum_outstanding.money()))
        late = [loan for loan in turn.account.loans if loan.days_overdue]
        return [*steps, *(choices.repay_loan_due(str(loan.loan_id), due_now(loan)) for loan in late)]


def _without_repeat(found: tuple[Finding, ...], debts: list[Finding]) -> list[Finding]:
    """The sum so far is worth saying only when it is more than the one figure already said."""
    total = only(found, Code.LATE_SO_FAR)
    same = len(debts) == 1 and bool(total) and total[0].money("amount") == debts[0].money("penalty")
    return [each for each in found if not (same and each.code is Code.LATE_SO_FAR)]
