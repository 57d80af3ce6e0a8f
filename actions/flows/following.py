"""Messages that make sense only after what was said before: 「那分6期呢」, 「就按第二个」, 「继续刚才的」.

Which intent they come out as is chance, so every action that answers one looks here first."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from actions import choices
from actions.base import listed
from actions.flows import FLOWS, of_form
from actions.flows.aside import current, keep, leave, resume
from actions.flows.bare import HUMAN, UNSURE, WHY, bare_question, is_bare_question, waiting
from actions.flows.changes import begin
from actions.flows.debts import THIS, debt_spoken_of, named_debt
from actions.flows.flow import OFFER_FLOW, Flow, open_offer
from actions.heard import FALLBACK, STARTS, VALUES, Heard
from actions.memory import last_question, remember_question, shown
from actions.registry import answer_of
from actions.turn import REQUESTED, Choice, Reply, Turn
from actions.wording import Word

LAST = "last"
FLOW_READS = frozenset({"product"})
"""Of a question about a flow; everything else begins it."""
ACT_AT_ONCE = frozenset({
    "autopay", "notifications", "lower_limit", "close_product", "open_product", "fraud", "bill_dates", "hardship",
    "change_details",
})  # fmt: skip
"""Their choices do something without an offer: these are pressed, not meant."""
NO_WISH = frozenset({FALLBACK, "unclear", "deny", "affirm", "thanks", "greet"})

SHORTEST_TITLE = 2
SETS_ITSELF = frozenset({"lower_limit"})
"""Asked what the new value shall be: an amount is that value, whatever else is on the table."""

LOANS = "loan_schedule"
ELSEWHERE = frozenset({
    "disbursement", "documents", "human", "complaint", "fraud", "refund", "repay_status", "explain_borrow_failed",
    "explain_payment_failed", "explain_limit", "explain_frozen", "spending_history",
})  # fmt: skip
"""What may be asked of a loan beside how it stands."""
ANEW = {
    ("min_repay", "term"): "installment_fee", ("check_bill", "term"): "installment_fee",
    ("explain_bill", "term"): "installment_fee", ("bill_dates", "term"): "installment_fee",
    ("loan_schedule", "term"): "loan_interest", ("check_limit", "term"): "loan_interest",
}  # fmt: skip
"""Values that the answer before does not depend on, and which answer does: 「那分6期呢」 after the minimum."""

RELATED: dict[str, tuple[str, ...]] = {
    "repaying": ("min_repay", "repay_method", "autopay", "hardship"),
    "borrowing": ("loan_terms", "loan_interest", "loan_schedule", "explain_borrow_failed"),
    "limit": ("explain_limit", "raise_limit", "lower_limit"),
    "bills": ("explain_bill", "spending_history", "bill_dates", "refund"),
}
GROUPS = {
    "repay": "repaying", "min_repay": "repaying", "repay_method": "repaying", "autopay": "repaying",
    "overdue": "repaying", "hardship": "repaying", "repay_with_loan": "repaying", "repay_status": "repaying",
    "installment": "repaying", "installment_fee": "repaying", "installment_manage": "repaying",
    "borrow": "borrowing", "loan_terms": "borrowing", "loan_interest": "borrowing", "loan_schedule": "borrowing",
    "check_limit": "limit", "raise_limit": "limit", "explain_limit": "limit", "lower_limit": "limit",
    "check_bill": "bills", "explain_bill": "bills", "spending_history": "bills", "bill_dates": "bills",
}  # fmt: skip
"""What else there is to say beside an answer. Nothing here leads towards new debt."""


def follow(turn: Turn) -> list[Reply] | None:
    """The answer to a message that refers to the talk; None for every other one, which may hold a note now."""
    heard, flow = turn.heard, of_form(turn.form)
    if "resume" in heard.remarks:
        return resume(turn)
    if heard.pressed:
        return None
    if flow is not None and (said := _about_the_question(turn, flow)) is not None:
        return said
    if flow is None and (said := _about_one_debt(turn)) is not None:
        return said
    if (place := heard.nth or _by_title(turn)) is not None:
        turn.heard = replace(heard, nth=place)
        return _chosen(turn)
    if "suspend" in heard.remarks and not heard.has_value:
        return _set_aside(turn)
    if heard.is_fragment and not heard.wish:
        return _asked_anew(turn)
    if "again" in heard.remarks:
        return _again(turn)
    if "more" in heard.remarks:
        return _more(turn)
    return bare_question(turn)


def is_for_the_talk(turn: Turn) -> bool:
    """Within a form: whether the message is no answer to the form's question, although it may hold a value."""
    heard = turn.heard
    if heard.remarks & {"resume", "why", "refuse", "restart", "again"}:
        return True
    if "suspend" in heard.remarks and not heard.has_value:
        return True
    if WHY in heard.remarks or is_bare_question(turn):
        return not heard.pressed
    return not heard.pressed and "fragment_asked" in heard.remarks and _question_anew(turn) is not None


def chosen(turn: Turn) -> Heard | None:
    """What the choice means that the message names by its place. None without one."""
    listed = shown(turn, ways=(turn.heard.nth or "").endswith(":way"))
    place = _place(turn.heard.nth or "", len(listed))
    return _pressed(turn.heard, listed[place]["payload"]) if place is not None else None


# ── within a form ───────────────────────────────────────────────────────────────────────────────────────────


def _about_the_question(turn: Turn, flow: Flow) -> list[Reply] | None:
    """Why it is asked, and what if the customer will not say. The form asks again after that."""
    asked = turn.slot(REQUESTED)
    if "why" in turn.heard.remarks or (WHY in turn.heard.remarks and not is_bare_question(turn)):
        return [Reply(f"utter_why_{asked}")]
    if "refuse" in turn.heard.remarks:
        return [Reply("utter_need_not_say", {"what": Word(f"flow_{flow.name}")}, choices=(choices.HUMAN,))]
    if "restart" in turn.heard.remarks:
        turn.forget(*(slot for slot in flow.slots if slot is not None))
        return [Reply("utter_from_the_start")]
    return None


def _set_aside(turn: Turn) -> list[Reply] | None:
    """Leave what is under way; what else the message asks for is answered by the action that runs."""
    answer = answer_of("deny")
    if turn.heard.only_suspends and answer is not None:
        left = current(turn)
        if left is not None:
            keep(turn, left)
        return _with_way_back(listed(answer.answer(turn))) if left is not None else None
    flow = leave(turn)
    if flow is None:
        return None
    turn.notes.append(Reply("utter_set_aside", {"what": Word(f"flow_{flow.name}")}))
    if turn.heard.intent not in NO_WISH | {flow.intent}:
        return None
    other = next((name for name in turn.heard.candidates if name not in NO_WISH | {flow.intent}), None)
    return _answered(turn, replace(turn.heard, intent=other)) if other else []


def _with_way_back(replies: list[Reply]) -> list[Reply]:
    return [*replies[:-1], replace(replies[-1], choices=(*replies[-1].choices, choices.RESUME))]


# ── one of several loans ────────────────────────────────────────────────────────────────────────────────────


def _about_one_debt(turn: Turn) -> list[Reply] | None:
    """12000那笔还剩多少, 另外一笔呢: of that one only. 那就还掉吧: the offer to settle it, which the sheet confirms."""
    heard = turn.heard
    one = named_debt(turn)
    if "pay_off" in heard.remarks and heard.amount in {None, "all"} and heard.product is None:
        meant = one or (debt_spoken_of(turn) if heard.one is None and last_question(turn) else None)
        if meant is not None:
            loan = meant.kind == "loan"
            entities = {"target": str(meant.loan_id), **({"amount": "all", "wish": "explicit"} if loan else {})}
            payload = f"/{'repay' if loan else 'installment_manage'}{json.dumps(entities)}"
            return _answered(turn, replace(_pressed(heard, payload), one=None))
        if heard.wish and heard.intent in NO_WISH:  # 那就还清吧, whatever it came out as: which is asked
            return _answered(turn, replace(heard, intent="repay"))
    if one is None or heard.wish or heard.has_value:
        return None
    if one.kind == "loan" and "one_asked" not in heard.remarks and open_offer(turn, FLOWS["repay"]) is not None:
        # 还是另外那笔吧: the offer on the table, for that loan
        wanted = replace(heard, intent="repay", target=str(one.loan_id), one=None, wish=True, product=None)
        return _answered(turn, wanted)
    if heard.intent in ELSEWHERE and "one_alone" not in heard.remarks:
        return None
    return _one_told(turn, str(one.loan_id))


def _one_told(turn: Turn, debt: str) -> list[Reply]:
    turn.debt = debt
    return _answered(turn, replace(turn.heard, intent=LOANS, nth=None, one=THIS))


# ── one of what was listed ──────────────────────────────────────────────────────────────────────────────────


def _chosen(turn: Turn) -> list[Reply] | None:
    listed = shown(turn, ways=(turn.heard.nth or "").endswith(":way"))
    if not listed:
        return None
    again = tuple(_shown_again(turn.heard, one) for one in listed)
    place = _place(turn.heard.nth or "", len(listed))
    if place is None:
        return [Reply("utter_no_such_choice", {"count": len(listed)}, choices=again)]
    heard = _pressed(turn.heard, listed[place]["payload"])
    question = last_question(turn)
    if question is not None and question.intent == LOANS and heard.target and not turn.heard.wish:
        return _one_told(turn, heard.target)
    if heard.intent in ACT_AT_ONCE and heard.target:
        return [Reply("utter_press_to_do", {"title": listed[place]["title"]}, choices=(again[place], choices.STOP))]
    return _answered(turn, heard)


def _by_title(turn: Turn) -> str | None:
    """「登记」 for the choice 「登记延期协商」: the beginning of one title alone, and not understood otherwise."""
    heard, said = turn.heard, _letters(turn.heard.text)
    if turn.form is not None or heard.intent not in UNSURE or heard.has_value or len(said) < SHORTEST_TITLE:
        return None
    titles = [_letters(one["title"]) for one in shown(turn, ways=False)]
    places = [place for place, title in enumerate(titles, 1) if title.startswith(said)]
    return str(places[0]) if len(places) == 1 else None


def _letters(text: str) -> str:
    return "".join(letter for letter in text if letter.isalnum())


def _place(nth: str, many: int) -> int | None:
    said = nth.partition(":")[0]
    place = many - 1 if said == LAST else int(said) - 1 if said.isdecimal() else -1
    return place if 0 <= place < many else None


def _pressed(heard: Heard, payload: str) -> Heard:
    intent, brace, rest = payload.removeprefix("/").partition("{")
    entities: dict[str, str] = json.loads(brace + rest) if brace else {}
    named: dict[str, Any] = {name: entities.get(name) for name in (*VALUES, "target", "source", "effect")}
    wish = entities.get("wish") == "explicit"
    return replace(heard, intent=intent, pressed=True, nth=None, wish=wish, remarks=frozenset(), **named)


def _shown_again(heard: Heard, one: dict[str, str]) -> Choice:
    intent, brace, rest = one["payload"].removeprefix("/").partition("{")
    return Choice("shown", intent, json.loads(brace + rest) if brace else {}, {"title": one["title"]})


def _answered(turn: Turn, heard: Heard) -> list[Reply]:
    """The answer of the heard intent, whichever action this is."""
    turn.heard = heard
    if heard.intent in STARTS:
        return begin(turn, next(flow for flow in FLOWS.values() if flow.intent == heard.intent))
    answer = answer_of(heard.intent)
    if answer is None:
        return []
    if answer.reads:
        remember_question(turn, heard.intent)
    return listed(answer.answer(turn))


# ── the question before ─────────────────────────────────────────────────────────────────────────────────────


def _question_anew(turn: Turn) -> Heard | None:
    question = last_question(turn)
    if question is None:
        return None
    answer = answer_of(question.intent)
    reads = answer.reads if answer else FLOW_READS
    said = set(turn.heard.values)
    if reads & said:
        return question.asked_with(turn.heard)
    elsewhere = next((ANEW[question.intent, name] for name in said if (question.intent, name) in ANEW), None)
    return replace(question.asked_with(turn.heard), intent=elsewhere) if elsewhere else None


def _asked_anew(turn: Turn) -> list[Reply] | None:
    """A fragment that orders changes the offer on the table; one that asks goes to the last question."""
    flow = FLOWS.get(turn.slot(OFFER_FLOW) or "")
    question = last_question(turn)
    orders = "fragment" in turn.heard.remarks and not (question and question.intent in SETS_ITSELF)
    if orders and flow is not None and flow.concerns(turn.heard) and open_offer(turn, flow) is not None:
        return None
    heard = _question_anew(turn)
    if heard is None:
        return None
    return _asked(turn, heard)


def _again(turn: Turn) -> list[Reply] | None:
    question = last_question(turn)
    if turn.form is not None and question is None:
        return []
    return _asked(turn, question.asked_with(turn.heard)) if question else None


def _asked(turn: Turn, heard: Heard) -> list[Reply]:
    turn.heard = heard
    if heard.intent == HUMAN and (said := waiting(turn)) is not None:
        return said
    if heard.intent in STARTS:
        flow = next(flow for flow in FLOWS.values() if flow.intent == heard.intent)
        replies = flow.explain(turn)
    else:
        answer = answer_of(heard.intent)
        assert answer is not None
        replies = listed(answer.answer(turn))
    remember_question(turn, heard.intent)
    return replies


def _more(turn: Turn) -> list[Reply] | None:
    """The next page of a list; else what else can be asked about the same matter."""
    question = last_question(turn)
    if question is not None and (answer := answer_of(question.intent)) is not None and "page" in answer.reads:
        return _asked(turn, replace(question.asked_with(turn.heard), page=question.page + 1))
    if turn.form is not None:
        return [Reply("utter_nothing_more_to_choose")]
    flow = FLOWS.get(turn.slot(OFFER_FLOW) or "")
    about = question.intent if question else flow.intent if flow else ""
    seen = {one["payload"].removeprefix("/").partition("{")[0] for one in shown(turn, ways=False)}
    related = [name for name in RELATED.get(GROUPS.get(about, ""), ()) if name not in seen | {about}]
    if not related:
        return [Reply("utter_nothing_more", choices=(*choices.MENU, choices.HUMAN))]
    return [Reply("utter_more", choices=(*(choices.ask(name) for name in related), choices.HUMAN))]
