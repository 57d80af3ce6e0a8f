"""What the pipeline asks of a messaging platform, and what an adapter may ask of the pipeline.

An adapter knows its platform's signatures, shapes and calls and nothing else: no database, no customer, no wording, no
retries, no dedupe, no queue. It is pure on the way in (`receive`), one platform message a call on the way out (`send`),
and does its own fetching only through a `Pump` (`run`). Times come from the clock it was given.

    webhook ─► Adapter.receive ─► stored once ─► answered ─► turn ─► outbox ─► Adapter.send
    stream/pull: Adapter.run ─► Pump.take ─► the same way

Everything here is immutable and holds no secret. `channel` is the configured name (`/hooks/{channel}`), `account` the
app on the platform (app id, corp id, open_kfid, robot code), `user` the platform's id of the person in it. A platform's
user id says nothing about whose customer that is: the binding does, in the pipeline."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol

Kind = Literal["text", "choice", "event", "other"]
"""`choice`: a chip, menu item or button of ours was pressed, `text` is its label. `other`: it was not text."""

EventName = Literal[
    "follow",  # subscribed, added, opened the chat for the first time
    "unfollow",  # left: the binding ends
    "enter",  # opened the chat
    "menu",  # a fixed menu of the account; `text` is its key
    "handed_over",  # a person of the platform's own desk has the conversation: be silent
    "handed_back",  # … and has it no more
    "group",  # spoken to in a group: never answered with anything personal
    "delivery_failed",  # a message of ours did not arrive; `text` is the platform's reason code
    "ignored",  # known and of no concern (template result, location …): stored, never answered
]


# ── in ──────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Webhook:
    """One request as it came. Verify it before anything is parsed."""

    method: str
    query: Mapping[str, str]
    """Percent-decoded. A `+` that was sent bare has become a blank; a name given twice is refused before."""
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    """At most `BODY_BYTES`; longer ones never get here."""
    received_at: datetime


BODY_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What the platform gets at once."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Incoming:
    """One thing that somebody said or did."""

    channel: str
    account: str
    user: str
    message_id: str
    """The platform's own id, or one composed of what makes it unique; with channel and account the dedupe key.
    At most 128 characters."""
    kind: Kind
    text: str
    """As it was typed; cleaned and masked by the pipeline. Empty for `other`."""
    at: datetime
    event: EventName | None = None
    reply_context: Mapping[str, str] = field(default_factory=dict)
    """What a reply to this needs and only this message brings (session webhook and its end, welcome code, chat id).
    Stored with the message, handed to `send` with the reply. Small, strings only, never an app's secret."""


@dataclass(frozen=True, slots=True)
class Pull:
    """Something is there to be fetched."""

    account: str
    token: str = ""


@dataclass(frozen=True, slots=True)
class InlineReply:
    """How a reply that is ready in time is written into the answer itself."""

    within: float
    """Seconds from `received_at` in which the answer must be on its way."""
    write: Callable[[str], Answer]
    """From one text of at most `ChannelLimits.text_bytes`."""


@dataclass(frozen=True, slots=True)
class Received:
    """What a verified webhook means."""

    answer: Answer
    """Given once the messages are stored, also to a repeat."""
    messages: tuple[Incoming, ...] = ()
    pull: Pull | None = None
    inline: InlineReply | None = None
    """Only with exactly one message. The pipeline answers with it when the turn is done in time, else with `answer`."""


class ChannelRefused(Exception):  # noqa: N818 - it is the stranger that is wrong
    """A webhook that is not the platform's, or not for us. Never tells the sender why.

    `code` is a short word for log and metrics: signature, stale, replayed, app, decrypt, plain, shape, url_check."""

    def __init__(self, code: str, answer: Answer | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.answer = answer or Answer(403)
        """Some platforms want a signed refusal."""


# ── out ─────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Link:
    """Something to open in a browser; the label is the customer's language."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class CardSummary:
    """A card in few words, for platforms that can draw one. Everything in it is in `Outgoing.text` too."""

    title: str
    rows: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """A reminder as the platform's own template, which may come when a message may not."""

    occasion: str
    """The kind of the reminder, as `credit.notices` names it."""
    facts: Mapping[str, str]
    """Written out: amounts like `1234.50`, days like `2026-12-10`."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message of ours: one call, one unit of the quota. Already inside the channel's limits."""

    key: str
    """Our id of the message, 32 letters of [0-9a-f]: the same on every try, so hand it on where the platform removes
    doubles by it."""
    channel: str
    account: str
    user: str
    text: str
    """Stands alone. Holds the numbered list where choices are numbered and the addresses where links are text."""
    choices: tuple[str, ...] = ()
    """Labels to be pressed. Empty when the channel numbers them, or when they did not fit and were numbered."""
    links: tuple[Link, ...] = ()
    """Empty unless `ChannelLimits.links` is `native`."""
    card: CardSummary | None = None
    notice: Notice | None = None
    """Only for an occasion of `ChannelLimits.notices`: to be sent as a template, not as `text`."""
    reply_context: Mapping[str, str] = field(default_factory=dict)
    """Of the message that this answers; of the newest one of the user for something nobody asked for."""


@dataclass(frozen=True, slots=True)
class Quota:
    """So many messages of ours in a time after each message of the user's (which starts the count again)."""

    count: int
    window: timedelta


@dataclass(frozen=True, slots=True)
class ChannelLimits:
    """What the platform shows and takes."""

    text_bytes: int
    """UTF-8 bytes of one message's text."""
    choices: Literal["menu", "numbered", "buttons"] = "numbered"
    most_choices: int = 10
    choice_bytes: int = 128
    text_bytes_with_choices: int | None = None
    """Where a text with chips may be less long; None: the same."""
    links: Literal["text", "native"] = "text"
    quota: Quota | None = None
    """Where there is one, the bubbles of a turn are joined into as few messages as fit."""
    join: bool = True
    """Join the bubbles of a turn without a quota too."""
    desk: bool = False
    """Whether `hand_over` leads to people."""
    user_per_minute: int | None = None
    """Our messages to one user, beyond which the platform drops or refuses."""
    notices: frozenset[str] = frozenset()
    """Reminders that have a template: sent so when there is no quota for a message."""
    unasked: bool = True
    """Whether something may be sent that nobody asked for (a reminder), inside the quota."""


class SendLater(Exception):  # noqa: N818
    """Busy, 429, 5xx, no connection: nothing was sent, or nobody knows. Tried again with the same key."""

    def __init__(self, code: str = "busy", retry_after: float | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.retry_after = retry_after


class QuotaSpent(Exception):  # noqa: N818
    """No more until the user writes again. Kept, and sent then."""

    def __init__(self, code: str = "quota") -> None:
        super().__init__(code)
        self.code = code


class Unreachable(Exception):  # noqa: N818
    """The user left, blocked us or is outside the window. Nothing more is tried until something comes from them."""

    def __init__(self, code: str = "unreachable") -> None:
        super().__init__(code)
        self.code = code


class TokenRefused(Exception):  # noqa: N818
    """The access token was refused although it was fetched again once. Tried later, and the operator is told."""

    def __init__(self, code: str = "token") -> None:
        super().__init__(code)
        self.code = code


class SendFailed(Exception):  # noqa: N818
    """The platform will never take this message. Given up, and the operator is told."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class NotWanted(Exception):  # noqa: N818
    """The user has not agreed to such a notice. Dropped; there is nothing to look at."""

    def __init__(self, code: str = "not_wanted") -> None:
        super().__init__(code)
        self.code = code


# ── the adapter and what it is given ────────────────────────────────────────────────────────────────────────


class Pump(Protocol):
    """How messages that are fetched get into the pipeline."""

    async def take(self, messages: Sequence[Incoming], *, cursor: tuple[str, str] | None = None) -> None:
        """Store messages and the cursor `(account, value)` after them in one transaction; repeats are dropped.

        Acknowledge to the platform, or ask for the next page, only when this has returned. Raises CreditError
        ACCOUNT_SERVICE_UNREACHABLE when the database is away: then neither is stored; try again."""
        ...

    async def cursor(self, account: str) -> str:
        """The last cursor that was stored; empty at the first run."""
        ...

    async def next_pull(self, seconds: float) -> Pull | None:
        """The next `Received.pull`; None when none came in time. Pulls are lost with the process: `run` fetches once
        for each account at its start."""
        ...

    async def rest(self, seconds: float) -> None:
        """Wait before trying again. The pipeline's, so that a test need not wait."""
        ...

    def alarm(self, code: str, **facts: str | int) -> None:
        """Tell the operator (log line `channel_alarm` and a metric). Facts are ids and counts, never texts."""
        ...


class Adapter(Protocol):
    """One configured app on one platform."""

    @property
    def name(self) -> str:
        """The configured name of the channel."""
        ...

    @property
    def limits(self) -> ChannelLimits: ...

    def receive(self, webhook: Webhook) -> Received:
        """Verify, then read. Does not block and has no side effect but a cache of seen nonces.

        Raises ChannelRefused for anything that is not verified or not for this app, whatever is wrong with it."""
        ...

    async def send(self, outgoing: Outgoing) -> None:
        """Return when the platform took it. Raises SendLater, QuotaSpent, Unreachable, TokenRefused, SendFailed; an
        `httpx.HTTPError` may be let out and counts as SendLater."""
        ...

    async def hand_over(self, account: str, user: str) -> bool:
        """Give the conversation to the platform's own desk. False where there is none, or nobody took it."""
        ...

    async def run(self, pump: Pump) -> None:
        """Fetch or listen until cancelled. Returns at once for channels that only have webhooks. May raise: it is
        started again after a pause, and the operator is told."""
        ...

    async def aclose(self) -> None: ...
