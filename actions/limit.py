"""How much, and why so much."""

from __future__ import annotations

from collections.abc import Sequence

from actions import choices, reasons
from actions.amounts import WORDS, figure
from actions.answer import Answer
from actions.base import Replies
from actions.choices import ask
from actions.customer import CASHLOAN, PAYLATER
from actions.findings import finding_word, finding_words, only
from actions.flows.bare import WHEN
from actions.refusals import reply_to
from actions.turn import Choice, Reply, Turn
from actions.wording import Facts, Lines, Word
from credit.cards import LimitLine
from credit.explain.findings import Code, Finding
from credit.explain.limit import limit_findings
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.money import Money

MOST_CAUSES, MOST_CAUSES_OF_TWO = 4, 2
MOST_REASONS_OF_TWO = 1


def lines_asked_for(turn: Turn) -> list[LimitLine]:
    """The lines of the product that was named, or all. Raises PRODUCT_NOT_OPEN when it has none."""
    named = turn.heard.product
    found = [line for line in turn.account.limits.lines if named in {None, line.product}]
    if not found and named:
        raise CreditError(ErrorCode.PRODUCT_NOT_OPEN, product=turn.account.catalogue.product_name(named))
    # What can be borrowed is asked for more often than what can be bought with.
    return sorted(found, key=lambda line: line.product != CASHLOAN)


def line_words(turn: Turn, lines: list[LimitLine]) -> Lines:
    return Lines(tuple(_line_word(line) for line in lines))


def reason_word(code: str | None) -> Word:
    return Word(f"reason_{code}", other="reason_other")


def _line_word(line: LimitLine) -> Word:
    facts: Facts = {
        "name": line.name,
        "available": line.available.money(),
        "limit": line.limit.money(),
        "used": line.used.money(),
        "reason": reason_word(line.frozen_reason),
    }
    if line.status == "frozen":
        return Word("limit_frozen", facts=facts)
    if line.single_cap is not None:
        return Word("limit_cash", facts={**facts, "cap": line.single_cap.money()})
    return Word("limit_open", facts=facts)


class ActionCheckLimit(Answer):
    intent = "check_limit"

    def answer(self, turn: Turn) -> Replies:
        lines = lines_asked_for(turn)
        if not lines:
            return Reply("utter_limit_none", choices=(ask("open_product"), ask("product_info")))
        facts: Facts = {"lines": line_words(turn, lines), "today": turn.account.today}
        return Reply("utter_check_limit", facts, card=turn.account.limits, choices=self._steps(lines))

    @staticmethod
    def _steps(lines: list[LimitLine]) -> tuple[Choice, ...]:
        if any(line.status == "frozen" for line in lines):
            return (ask("explain_frozen"), choices.CHECK_BILL)
        usable = any(line.product == CASHLOAN and line.available.minor > 0 for line in lines)
        return (*((choices.START_BORROW,) if usable else ()), choices.CHECK_BILL, ask("explain_limit"))


class ActionRaiseLimit(Answer):
    """Asking costs nothing. Only the pressed choice is a request: after a refusal the customer has to wait."""

    intent = "raise_limit"

    def answer(self, turn: Turn) -> Replies:
        lines = lines_asked_for(turn)
        if not lines:
            return Reply("utter_limit_none", choices=(ask("open_product"), ask("product_info")))
        if turn.heard.pressed and turn.heard.target in {PAYLATER, CASHLOAN}:
            return self._request(turn, turn.heard.target)
        words = _temporary(turn, lines)
        steps: list[Choice] = []
        for line in lines:
            decision = turn.account.look_at_decision(line.product, "raise")
            gates = [reason for reason in decision.against if reason.kind == "gate"]
            facts: Facts = {"name": line.name, "limit": line.limit.money()}
            if gates:
                words.append(Word("raise_blocked", facts={**facts, "why": reasons.told(decision, gates)}))
            else:
                wait = turn.account.policy.cooling_days.after_refusal
                words.append(Word("raise_possible", facts={**facts, "days": wait}))
                steps.append(reasons.apply_raise(line.product, line.name))
        last = (ask("explain_limit"),) if steps else (reasons.ASK_REVIEW, ask("explain_limit"))
        return Reply("utter_raise_limit", {"lines": Lines(tuple(words))}, choices=(*steps, *last))

    @staticmethod
    def _request(turn: Turn, product: str) -> Reply:
        """A pressed choice; its message id makes a second press the same request."""
        made = turn.account.request_raise(product, request_id=f"raise:{turn.heard.message_id}")
        facts: Facts = {"name": turn.account.catalogue.product_name(product)}
        if made.limit is not None:
            facts |= {"before": made.before, "limit": made.limit}
            return Reply("utter_limit_was_raised", facts, choices=(choices.CHECK_LIMIT, ask("lower_limit")))
        facts |= {"limit": made.before, "reasons": reasons.told(made.decision)}
        return Reply("utter_raise_refused", facts, choices=(reasons.ASK_REVIEW, choices.CHECK_BILL))


class ActionLowerLimit(Answer):
    intent = "lower_limit"
    reads = frozenset({"product", "amount"})

    def answer(self, turn: Turn) -> Replies:
        lines = lines_asked_for(turn)
        if not lines:
            return Reply("utter_limit_none", choices=(ask("open_product"),))
        said = figure(turn.heard.amount) if turn.heard.amount and turn.heard.amount not in WORDS else None
        if turn.heard.pressed and said is not None:
            return self._do(turn, said)
        steps: list[Choice] = []
        if said is not None:
            lower = [line for line in lines if Money(0) < said < line.limit.money()]
            steps += [choices.lower_limit(line.product, line.name, said) for line in lower]
            steps += [choices.cap_month(said)] if any(line.product == PAYLATER for line in lines) else []
        response = "utter_lower_limit_choose" if steps else "utter_lower_limit"
        return Reply(response, {"lines": line_words(turn, lines)}, choices=(*steps, choices.CHECK_LIMIT))

    @staticmethod
    def _do(turn: Turn, value: Money) -> Reply:
        """A pressed choice; its message id makes a second press the same request."""
        facts: Facts = {"amount": value}
        if turn.heard.target == "cap":
            turn.account.app.set_own_cap(turn.customer_id, monthly=value, payment=None)
            return Reply("utter_cap_set", facts, choices=choices.MENU)
        product = turn.heard.target or PAYLATER
        request_id = f"lower:{turn.heard.message_id}"
        turn.account.app.lower_limit(turn.customer_id, product, value, request_id=request_id)
        name = turn.account.catalogue.product_name(product)
        return Reply("utter_limit_lowered", {**facts, "name": name}, choices=choices.MENU)


class ActionExplainLimit(Answer):
    """The causes that the account itself shows: a freeze, a cut, what is in use; and what the score says."""

    intent = "explain_limit"

    def answer(self, turn: Turn) -> Replies:
        if turn.heard.pressed and turn.heard.target == reasons.REVIEW:
            return reasons.registered(turn.account.app.ask_for_review(turn.customer_id))
        lines = lines_asked_for(turn)
        if not lines:
            return Reply("utter_limit_none", choices=(ask("open_product"), ask("product_info")))
        causes = [cause for line in lines for cause in self._causes(turn, line)]
        causes.append(self._score(turn, lines[0]))
        frozen = any(line.status == "frozen" for line in lines)
        steps = (ask("explain_frozen") if frozen else ask("raise_limit"), choices.CHECK_BILL, reasons.ASK_REVIEW)
        facts: Facts = {"causes": Lines(tuple(causes))}
        return Reply("utter_explain_limit", facts, card=turn.account.limits, choices=steps)

    def briefly(self, turn: Turn) -> Replies:
        """The heaviest cause of each line that has one, and the right to a person's look."""
        if WHEN in turn.heard.remarks and (cut := [line for line in lines_asked_for(turn) if _is_cut(turn, line)]):
            days = tuple(self.when(turn, line) for line in cut)
            return Reply("utter_limit_when", {"lines": Lines(days)}, choices=(reasons.ASK_REVIEW, choices.HUMAN))
        if WHEN in turn.heard.remarks:
            return ActionRaiseLimit().answer(turn)
        lines = lines_asked_for(turn)
        told = [(line, found[0]) for line in lines if (found := _heavy(_findings(turn, line)))]
        if not told:
            return self.answer(turn)
        causes = [_cause_of(line, cause) for line, cause in told]
        assessed = any(cause.code is Code.LIMIT_CUT for _, cause in told)
        facts: Facts = {"causes": Lines(tuple(causes)), "right": Word("review_right") if assessed else ""}
        steps = (reasons.ASK_REVIEW, choices.HUMAN, ask("raise_limit"))
        return Reply("utter_explain_limit_briefly", facts, choices=steps)

    @staticmethod
    def when(turn: Turn, line: LimitLine) -> Word:
        """From when on a raise may be asked for, or what else stands against it."""
        decision = turn.account.look_at_decision(line.product, "raise")
        gates = [reason for reason in decision.against if reason.kind == "gate"]
        facts: Facts = {"name": line.name, "why": Lines(reasons.against(gates))}
        return Word("limit_when_blocked" if gates else "limit_when_free", facts=facts)

    @staticmethod
    def _score(turn: Turn, line: LimitLine) -> Word:
        """What an assessment would see, whatever it is for: that it is too soon for one is not asked here."""
        decision = turn.account.look_at_decision(line.product, "watch")
        told = [reason for reason in decision.against if reason.kind == "score" or reason.code == "thin_file"]
        if len(lines_asked_for(turn)) > 1:  # beside the causes of two lines there is room for less
            told = told[:MOST_REASONS_OF_TWO]
        return Word("limit_reasons", facts={"reasons": reasons.told(decision, told)})

    def _causes(self, turn: Turn, line: LimitLine) -> list[Word]:
        """The figure, then the heaviest causes; fewer of each when two lines are told of."""
        told: Facts = {"name": line.name, "available": line.available.money(), "limit": line.limit.money()}
        most = MOST_CAUSES if len(lines_asked_for(turn)) == 1 else MOST_CAUSES_OF_TWO
        head = Word("cause_head_frozen" if line.status == "frozen" else "cause_head", facts=told)
        return [head, *finding_words(_findings(turn, line), most=most, name=line.name)]


def _findings(turn: Turn, line: LimitLine) -> tuple[Finding, ...]:
    return limit_findings(next(each for each in turn.account.limit_facts if each.product == line.product))


def _cause_of(line: LimitLine, cause: Finding) -> Word:
    return Word("cause_of", facts={"name": line.name, "cause": finding_word(cause)})


def _temporary(turn: Turn, lines: list[LimitLine]) -> list[Word]:
    """Until when a temporary limit runs, or that it has run out."""
    return [
        _cause_of(line, found)
        for line in lines
        for found in only(_findings(turn, line), Code.LIMIT_TEMPORARY_RUNNING, Code.LIMIT_TEMPORARY_ENDED)
    ]


NO_CAUSE = frozenset({Code.LIMIT_NOTHING_FOUND, Code.LIMIT_GIVEN_BACK, Code.LIMIT_RAISED})
"""Worth saying, but no reason for a limit that seems too small."""


def _heavy(found: tuple[Finding, ...]) -> list[Finding]:
    return [cause for cause in found if cause.code not in NO_CAUSE]


def _is_cut(turn: Turn, line: LimitLine) -> bool:
    return bool(only(_findings(turn, line), Code.LIMIT_CUT))


def cut_words(turn: Turn, products: Sequence[str]) -> Lines | None:
    """What was cut, and from when on a raise may be asked for; None when nothing was."""
    words: list[Word] = []
    for line in turn.account.limits.lines:
        cuts = only(_findings(turn, line), Code.LIMIT_CUT)
        if cuts and line.product in products:
            words += [_cause_of(line, cuts[0]), ActionExplainLimit.when(turn, line)]
    return Lines(tuple(words)) if words else None


def nothing_open(turn: Turn) -> Reply:
    """For customers without any product."""
    name = turn.account.catalogue.product_name(turn.heard.product or "paylater")
    return reply_to(CreditError(ErrorCode.PRODUCT_NOT_OPEN, product=name))
