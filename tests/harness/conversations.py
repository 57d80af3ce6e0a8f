"""Plays a conversation written in YAML against the three real processes.

A file has the shape of Rasa's end-to-end test cases, with a customer and steps of our own:

    test_cases:
    - test_case: borrowing in one sentence
      customer: good
      steps:
      - user: 帮我借五千块，分12期
      - bot: part of one of the texts of this turn        # several may follow
      - bot_not: what none of them may contain
      - choices: [确认, 取消]                               # labels that are offered
      - card: {kind: offer, rows: 12, amount: "5000.00"}   # see tests/harness/cards.py
      - confirm: {pin: "123456", expect: ok}               # the offer shown last; or the code of the refusal
      - decline: {}
      - limit: {product: cashloan, available_change: "-5000.00"}   # since the case began, from the ledger
      - clock: {advance: 1d}                               # or {to: "2026-11-10"}
      - refused: message_empty                             # the turn above was refused with this code
      - kill: actions                                      # or restart: actions; brought back after the case
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml

from tests.harness.cards import differences
from tests.harness.pin import PIN
from tests.harness.processes import Json, RefusedError, Stack

CASE_KEYS = {"test_case", "customer", "steps"}


class UnexpectedError(AssertionError):
    """A step that did not come out as written."""


@dataclass(frozen=True)
class Case:
    """One test case of a file."""

    file: Path
    name: str
    customer: str
    steps: tuple[tuple[str, Any], ...]

    def __str__(self) -> str:
        return f"{self.file.stem}: {self.name}"


def load(folder: Path) -> list[Case]:
    """All cases of all files in the folder. Raises ValueError that names the place of a mistake."""
    return [case for file in sorted(folder.glob("*.yml")) for case in _load_file(file)]


def _load_file(file: Path) -> Iterator[Case]:
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    for raw in content["test_cases"]:
        where = f"{file.name}: {raw.get('test_case')}"
        if set(raw) != CASE_KEYS:
            raise ValueError(f"{where}: a case has exactly the keys {sorted(CASE_KEYS)}, not {sorted(raw)}")
        steps = tuple(_step(raw_step, where) for raw_step in raw["steps"])
        yield Case(file, raw["test_case"], raw["customer"], steps)


def _step(raw: Json, where: str) -> tuple[str, Any]:
    if len(raw) != 1 or not set(raw) <= set(STEPS):
        raise ValueError(f"{where}: a step is one of {sorted(STEPS)}, not {raw}")
    return next(iter(raw.items()))


@dataclass
class Conversation:
    """What happened so far in one case."""

    stack: Stack
    customer_id: str
    available: Callable[[UUID, str], Decimal]
    """The available limit of a customer's product in yuan, read from the ledger."""
    token: str = ""
    replies: list[Json] = field(default_factory=list)
    refusal: RefusedError | None = None
    offer_id: str | None = None
    at_start: dict[str, Decimal] = field(default_factory=dict)
    transcript: list[str] = field(default_factory=list)

    def play(self, case: Case) -> None:
        """Raises UnexpectedError with everything that was said so far."""
        self.token = self.stack.login(self.customer_id)
        products = {value["product"] for kind, value in case.steps if kind == "limit"}
        self.at_start = {product: self._available(product) for product in products}
        for kind, value in case.steps:
            self.transcript.append(f"{kind}: {value}")
            try:
                STEPS[kind](self, value)
            except (UnexpectedError, RefusedError) as problem:
                said = "\n".join(self.transcript)
                raise UnexpectedError(f"{case}\n{said}\n✗ {problem}\n\n{self.stack.logs()}") from None

    def _available(self, product: str) -> Decimal:
        return self.available(UUID(self.customer_id), product)

    @property
    def texts(self) -> str:
        return "\n".join(reply["text"] for reply in self.replies)

    @property
    def cards(self) -> list[Json]:
        return [reply["card"] for reply in self.replies if reply.get("card")]

    def heard(self, replies: list[Json]) -> None:
        """Take in what came back, and remember the last offer that was shown."""
        self.replies = replies
        for reply in replies:
            card = reply.get("card") or {}
            self.transcript.append(f"    {reply['text']}  [{card.get('kind', '')}] {reply.get('choices') or ''}")
            if card.get("kind") == "offer":
                self.offer_id = card["id"]


def _user(now: Conversation, text: str) -> None:
    now.refusal = None
    try:
        now.heard(now.stack.say(now.token, text))
    except RefusedError as refusal:
        now.refusal = refusal
        now.heard([{"text": refusal.message or "", "card": None, "choices": []}])


def _bot(now: Conversation, part: str) -> None:
    if part not in now.texts:
        raise UnexpectedError(f"no reply contains {part!r}")


def _bot_not(now: Conversation, part: str) -> None:
    if part in now.texts:
        raise UnexpectedError(f"a reply contains {part!r}")


def _card(now: Conversation, expected: Json) -> None:
    candidates = [card for card in now.cards if card["kind"] == expected["kind"]]
    if not candidates:
        raise UnexpectedError(f"no {expected['kind']} card, but {[card['kind'] for card in now.cards]}")
    found = [differences(expected, card) for card in candidates]
    if all(found):
        raise UnexpectedError("; ".join(found[-1]))


def _choices(now: Conversation, expected: list[str]) -> None:
    offered = [label for reply in now.replies for label in reply.get("choices") or []]
    if missing := [label for label in expected if label not in offered]:
        raise UnexpectedError(f"not among the choices: {missing}; they are {offered}")


def _confirm(now: Conversation, how: Json) -> None:
    expect = how.get("expect", "ok")
    _settle(now, lambda offer_id: now.stack.confirm(now.token, offer_id, how.get("pin", PIN)), expect)


def _decline(now: Conversation, how: Json | None) -> None:
    expect = (how or {}).get("expect", "ok")
    _settle(now, lambda offer_id: now.stack.decline(now.token, offer_id), expect)


def _settle(now: Conversation, call: Callable[[str], Json], expect: str) -> None:
    if now.offer_id is None:
        raise UnexpectedError("no offer has been shown")
    try:
        answer = call(now.offer_id)
    except RefusedError as refusal:
        now.refusal = refusal
        now.heard([{"text": refusal.message or "", "card": None, "choices": []}])
        if refusal.code != expect:
            raise
        return
    if expect != "ok":
        raise UnexpectedError(f"went through, though {expect} was expected")
    # A receipt is posted to the conversation, with its sentence; a declined offer is only answered.
    posted = answer.get("kind") == "receipt"
    now.heard([now.stack.last_message(now.token) if posted else {"text": "", "card": answer, "choices": []}])


def _limit(now: Conversation, expected: Json) -> None:
    product = expected["product"]
    change = now._available(product) - now.at_start[product]
    wanted = Decimal(expected["available_change"])
    if change != wanted:
        raise UnexpectedError(f"the available limit of {product} changed by {change}, not {wanted}")


def _clock(now: Conversation, how: Json) -> None:
    now.stack.clock(to=str(how["to"]) if "to" in how else None, advance=how.get("advance"))


def _refused(now: Conversation, code: str) -> None:
    got = now.refusal.code if now.refusal else None
    if got != code:
        raise UnexpectedError(f"expected the refusal {code}, got {got}")


def _kill(now: Conversation, name: str) -> None:
    now.stack.kill(name)


def _restart(now: Conversation, name: str) -> None:
    now.stack.restart(name)


STEPS: dict[str, Callable[[Conversation, Any], None]] = {
    "user": _user,
    "bot": _bot,
    "bot_not": _bot_not,
    "card": _card,
    "choices": _choices,
    "confirm": _confirm,
    "decline": _decline,
    "limit": _limit,
    "clock": _clock,
    "refused": _refused,
    "kill": _kill,
    "restart": _restart,
}
