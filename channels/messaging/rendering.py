"""Replies of a turn as messages of a channel: joined, cut to its bytes, with chips or a numbered list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain
from uuid import UUID

from channels.confirm_links import ConfirmLinks
from channels.messaging.cards import CARDS, CardLines, Row
from channels.messaging.cut import cut, size
from channels.messaging.pieces import Piece
from channels.messaging.port import CardSummary, ChannelLimits, Link
from channels.replies import Reply
from channels.wording import Wording
from credit.cards import AnyCard, OfferCard

AMOUNT = re.compile(r"[0-9][0-9,]*\.[0-9]{2}(?![0-9%])")
FIGURE = re.compile(r"[0-9][0-9.,]*")
PARAGRAPH = "\n\n"


class Rendering:
    """Pure but for the numbers of the links: the same replies give the same words."""

    def __init__(self, wording: Wording, links: ConfirmLinks, public_url: str) -> None:
        self._wording = wording
        self._links = links
        self._public_url = public_url
        self._cards = CardLines(wording)

    def render(self, replies: Sequence[Reply], limits: ChannelLimits, customer_id: UUID | None = None) -> list[Piece]:
        """Never more bytes than the channel takes, no choice lost. `customer_id` is whose offers may be linked."""
        labels = tuple(dict.fromkeys(choice.label for reply in replies for choice in reply.choices if choice.label))
        bubbles = [self._bubble(reply, limits, customer_id) for reply in replies]
        if limits.join or limits.quota is not None:
            bubbles = _joined(bubbles)
        pieces = list(chain.from_iterable(_cut(bubble, limits.text_bytes) for bubble in bubbles if bubble.text))
        return self._with_choices(pieces, labels, limits)

    def plain(
        self, text: str, limits: ChannelLimits, *, labels: Sequence[str] = (), links: Sequence[Link] = ()
    ) -> list[Piece]:
        """A sentence of the pipeline's own."""
        bubble = self._with_links(Piece(text), tuple(links), limits)
        return self._with_choices(_cut(bubble, limits.text_bytes), tuple(labels), limits)

    def _bubble(self, reply: Reply, limits: ChannelLimits, customer_id: UUID | None) -> Piece:
        if reply.card is None:
            return Piece(reply.text)
        card: AnyCard = CARDS.validate_python(reply.card)
        summary = self._cards.summary(card)
        text = "\n".join(line for line in [reply.text, *self._lines(summary, reply.text, card)] if line)
        bubble = Piece(text, card=summary)
        if isinstance(card, OfferCard) and card.status == "open" and customer_id is not None:
            address = self._public_url + self._links.path(customer_id, card.id, card.expires_at)
            link = Link(self._wording.say("utter_messaging_offer_link"), address)
            return replace(self._with_links(bubble, (link,), limits), offer_id=card.id)
        return bubble

    def _lines(self, summary: CardSummary, said: str, card: AnyCard) -> Iterable[str]:
        """The card's rows that say more than the text; of an offer all, since none may be missed."""
        is_offer = isinstance(card, OfferCard)
        rows: list[Row] = [row for row in summary.rows if is_offer or not _said_already(row, said)]
        return (self._cards.line(row) if row[1] else row[0] for row in rows)

    def _with_links(self, piece: Piece, links: tuple[Link, ...], limits: ChannelLimits) -> Piece:
        if limits.links == "native":
            return replace(piece, links=links)
        return replace(piece, text="\n".join([piece.text, *(_as_text(link) for link in links)]))

    def _with_choices(self, pieces: list[Piece], labels: tuple[str, ...], limits: ChannelLimits) -> list[Piece]:
        if not pieces or not labels:
            return [replace(piece, inline=_whole(piece, limits)) for piece in pieces]
        *before, last = pieces
        if _fit_as_chips(labels, limits):
            *more, last = _cut(last, limits.text_bytes_with_choices or limits.text_bytes)
            listed = replace(last, text=last.text + PARAGRAPH + self._numbered(labels))
            inline = _whole(listed, limits)
            last = replace(last, choices=labels, labels=labels, inline=inline)
            return [*before, *more, last]
        ends = _cut(replace(last, text=last.text + PARAGRAPH + self._numbered(labels)), limits.text_bytes)
        ends[-1] = replace(ends[-1], labels=labels, numbered=True)
        return [replace(piece, inline=_whole(piece, limits)) for piece in [*before, *ends]]

    def _numbered(self, labels: Sequence[str]) -> str:
        say = self._wording.say
        rows = [say("utter_messaging_numbered", number=nth, label=label) for nth, label in enumerate(labels, 1)]
        return "\n".join([say("utter_messaging_pick"), *rows])


def _joined(bubbles: Sequence[Piece]) -> list[Piece]:
    """All of a turn as one: a message counts against the quota, a paragraph does not."""
    if not bubbles:
        return []
    return [
        Piece(
            text=PARAGRAPH.join(bubble.text for bubble in bubbles if bubble.text),
            links=tuple(chain.from_iterable(bubble.links for bubble in bubbles)),
            card=next((bubble.card for bubble in reversed(bubbles) if bubble.card), None),
            offer_id=next((bubble.offer_id for bubble in reversed(bubbles) if bubble.offer_id), None),
        )
    ]


def _cut(piece: Piece, most: int) -> list[Piece]:
    """What belongs to the whole goes with its last part."""
    *before, last = cut(piece.text, most) or [""]
    return [*(Piece(text) for text in before), replace(piece, text=last)]


def _fit_as_chips(labels: Sequence[str], limits: ChannelLimits) -> bool:
    if limits.choices == "numbered" or len(labels) > limits.most_choices:
        return False
    return all(size(label) <= limits.choice_bytes for label in labels)


def _whole(piece: Piece, limits: ChannelLimits) -> str | None:
    """The piece as nothing but text, if it fits."""
    text = "\n".join([piece.text, *(_as_text(link) for link in piece.links)])
    return text if size(text) <= limits.text_bytes else None


def _as_text(link: Link) -> str:
    """The address on a line of its own: signs beside it would become part of it."""
    return f"{link.label}\n{link.url}"


def _said_already(row: Row, said: str) -> bool:
    """Its amounts are what a row is there for; where it has none, all its figures."""
    figures = AMOUNT.findall(row[1]) or FIGURE.findall(row[1])
    return bool(figures) and all(figure.strip(".,") in said for figure in figures)
