"""What the pipeline answers itself, before any account is looked at: greeting, binding and its end, what is no text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from channels.messaging import inbox, outbox, peers
from channels.messaging.alarms import Alarms
from channels.messaging.bind_links import BindLinks
from channels.messaging.binding import Bindings, CodeWrongError
from channels.messaging.inbox import Letter
from channels.messaging.occasions import answering
from channels.messaging.peers import Peer
from channels.messaging.port import Adapter, Link
from channels.messaging.rendering import Rendering
from channels.wording import Wording
from credit.kernel.clock import BUSINESS_ZONE, Clock

GREETED_FOR = timedelta(hours=12)
"""Whoever opens the chat again within this is not greeted again."""
ASKED_FOR = timedelta(minutes=10)
UNBIND = "unbind"


@dataclass(frozen=True, slots=True)
class Saying:
    text: str
    labels: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    is_personal: bool = False


SILENCE: tuple[Saying, ...] = ()


class Counter:
    """Blocking, inside the caller's transaction; may run twice."""

    def __init__(
        self,
        *,
        bindings: Bindings,
        links: BindLinks,
        rendering: Rendering,
        wording: Wording,
        clock: Clock,
        alarms: Alarms,
        adapters: Mapping[str, Adapter],
        public_url: str,
    ) -> None:
        self._bindings = bindings
        self._links = links
        self._rendering = rendering
        self._wording = wording
        self._clock = clock
        self._alarms = alarms
        self._adapters = adapters
        self._public_url = public_url

    def may_serve(self, peer: Peer, letter: Letter, text: str) -> bool:
        """False for what is the assistant's at first sight, as most messages are: that costs no transaction."""
        is_words = letter.kind in {"text", "choice"} or letter.event == "menu"
        if not is_words or peer.customer_id is None or peer.with_person or peer.asked is not None:
            return True
        own = {self._word("list_word"), self._word("unbind_word")}
        return text in own or self._bindings.is_code(text)

    def serve(self, session: Session, *, peer: Peer, letter: Letter, text: str) -> bool:
        """Answer the message, or be silent, and end it; False leaves it to the assistant: a bound customer's words."""
        present = peers.get(session, peer.id)
        sayings = self._event(session, present, letter) if letter.kind == "event" else None
        if sayings is None:
            sayings = self._words(session, present, letter, text)
        if sayings is None:
            return False
        limits = self._adapters[peer.channel].limits
        until = inbox.end(session, letter)
        for saying in sayings:
            pieces = self._rendering.plain(saying.text, limits, labels=saying.labels, links=saying.links)
            customer_id = present.customer_id if saying.is_personal else None
            outbox.add(session, present, pieces, answering(letter, self._clock.now(), customer_id, until))
        return True

    def _event(self, session: Session, peer: Peer, letter: Letter) -> tuple[Saying, ...] | None:
        """None for a menu, which is words."""
        match letter.event:
            case "menu":
                return None
            case "follow" | "enter":
                return self._greet(session, peer, letter)
            case "group":
                return (self._say("no_groups"),)
            case "unfollow":
                self._bindings.end(session, peer.id, "unfollow")
                peers.change(session, peer.id, unreachable=True)
            case "handed_over" | "handed_back":
                peers.change(session, peer.id, with_person=letter.event == "handed_over")
            case "delivery_failed":
                self._alarms.alarm(peer.channel, "delivery_failed", reason=letter.text[:20], peer=str(peer.id))
        return SILENCE

    def _greet(self, session: Session, peer: Peer, letter: Letter) -> tuple[Saying, ...]:
        now = self._clock.now()
        if peer.with_person or (letter.event == "enter" and peer.greeted_at and now - peer.greeted_at < GREETED_FOR):
            return SILENCE
        peers.change(session, peer.id, greeted_at=now)
        return (self._invitation(peer) if peer.customer_id is None else self._say("greeting"),)

    def _words(self, session: Session, peer: Peer, letter: Letter, text: str) -> tuple[Saying, ...] | None:
        if peer.with_person:
            return SILENCE
        if self._bindings.is_code(text) and self._bindings.awaits_code(session, peer):
            return (self._finish_binding(session, peer, text),)
        if letter.kind == "other":
            return (self._say("only_words"),)
        if peer.customer_id is None:
            return (self._invitation(peer),)
        if text == self._word("list_word"):
            return (self._listing(session, peer),)
        return self._unbinding(session, peer, text)

    def _invitation(self, peer: Peer) -> Saying:
        """The same for everybody who is not bound, whatever they asked."""
        link = Link(self._word("invite_link"), self._public_url + self._links.path(peer.id))
        return Saying(self._word("invite"), links=(link,))

    def _finish_binding(self, session: Session, peer: Peer, code: str) -> Saying:
        try:
            self._bindings.finish(session, peer, code)
        except CodeWrongError as wrong:
            return Saying(self._word("code_wrong", left=wrong.left)) if wrong.left else Saying(self._word("code_over"))
        return self._say("bound")

    def _unbinding(self, session: Session, peer: Peer, text: str) -> tuple[Saying, ...] | None:
        yes, no = self._word("unbind_yes"), self._word("unbind_no")
        if text == self._word("unbind_word"):
            peers.change(session, peer.id, asked=UNBIND, asked_at=self._clock.now())
            return (Saying(self._word("unbind_ask"), labels=(yes, no)),)
        if peer.asked != UNBIND:
            return None
        peers.change(session, peer.id, asked=None)
        if text not in {yes, no} or peer.asked_at is None or self._clock.now() - peer.asked_at > ASKED_FOR:
            return None
        if text == no:
            return (Saying(self._word("unbind_kept")),)
        self._bindings.end(session, peer.id, "chat")
        return (Saying(self._word("unbound")),)

    def _listing(self, session: Session, peer: Peer) -> Saying:
        assert peer.customer_id is not None
        rows = [
            self._word(
                "list_here" if bound.peer_id == peer.id else "list_row",
                channel=self._bindings.channel_name(bound.channel),
                on=bound.bound_at.astimezone(BUSINESS_ZONE).date(),
            )
            for bound in self._bindings.of_customer(session, peer.customer_id)
        ]
        return Saying(self._word("list", rows="\n".join(rows)), is_personal=True)

    def _say(self, name: str) -> Saying:
        labels = tuple(choice.label for choice in self._wording.choices(f"utter_messaging_{name}"))
        return Saying(self._word(name), labels)

    def _word(self, name: str, **facts: object) -> str:
        return self._wording.say(f"utter_messaging_{name}", **facts)
