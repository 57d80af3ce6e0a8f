"""The twenty-five cases. Each is given a gateway with a bound customer and fails if the channel does not survive it."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from channels.messaging.port import BODY_BYTES
from channels.replies import Reply
from tests.channels.messaging.matrix import CHANNEL, USER, Rig, logged

PHONE = "13812345678"
LONG = "\u6b3e" * 683
"""2,049 bytes, and more letters than a message may have."""


@dataclass(frozen=True, slots=True)
class Case:
    number: int
    title: str
    play: Callable[[Rig], Awaitable[None]]
    inline: bool
    """Whether replies are ready in time for the webhook's own answer; else they take the API's way."""


CASES: dict[int, Case] = {}

type Play = Callable[[Rig], Awaitable[None]]


def case(number: int, title: str, *, inline: bool = False) -> Callable[[Play], Play]:
    def add(play: Play) -> Play:
        CASES[number] = Case(number, title, play, inline)
        return play

    return add


@case(1, "good URL check")
async def url_check(rig: Rig) -> None:
    response = await rig.post(rig.profile.url_check(rig.fake))
    assert rig.profile.url_check_passed(response), (response.status_code, response.content)


@case(2, "bad token")
async def bad_token(rig: Rig) -> None:
    if 1 not in rig.profile.not_applicable:
        response = await rig.post(rig.profile.url_check(rig.fake, signed="foreign"))
        assert not rig.profile.url_check_passed(response)
        assert rig.profile.is_refused(response), (response.status_code, response.content)
    await rig.refuse(rig.profile.message(rig.fake, USER, "x", signed="foreign"))


@case(3, "signature with one wrong bit")
async def wrong_bit(rig: Rig) -> None:
    await rig.refuse(rig.profile.flipped(rig.profile.message(rig.fake, USER, "x")))


@case(4, "stale timestamp")
async def stale(rig: Rig) -> None:
    await rig.refuse(rig.profile.message(rig.fake, USER, "x", age=rig.profile.too_old))


@case(5, "nonce replayed", inline=True)
async def replayed(rig: Rig) -> None:
    """Refused, or acknowledged like the platform's own second try: never heard twice."""
    call = rig.profile.message(rig.fake, USER, "x")
    await rig.take(call)
    again = await rig.post(call)
    await rig.settle()
    assert rig.profile.is_taken(again) or rig.profile.is_refused(again), (again.status_code, again.content)
    assert rig.turns == 1


@case(6, "right signature, another app inside")
async def another_app(rig: Rig) -> None:
    await rig.refuse(rig.profile.message(rig.fake, USER, "x", foreign_app=True))


@case(7, "broken ciphertext")
async def broken(rig: Rig) -> None:
    for call in rig.profile.broken(rig.fake).values():
        await rig.refuse(call)


@case(8, "previous key while it changes", inline=True)
async def previous_key(rig: Rig) -> None:
    before = len(rig.shown())
    await rig.take(rig.profile.message(rig.fake, USER, "x", signed="previous"))
    assert rig.turns == 1
    assert len(rig.shown()) == before + 1


@case(9, "same message three times at once", inline=True)
async def three_at_once(rig: Rig) -> None:
    before = len(rig.shown())
    calls = [rig.profile.message(rig.fake, USER, "x", message_id="7000000000000000001") for _ in range(3)]
    rig.assistant.gate = asyncio.Event()
    posted = [asyncio.create_task(rig.post(call)) for call in calls]
    async with asyncio.timeout(10):
        for quick in itertools.islice(asyncio.as_completed(posted), 2):  # at most one waits for the turn
            assert rig.profile.is_taken(await quick)
    rig.assistant.gate.set()
    assert all(rig.profile.is_taken(response) for response in await asyncio.gather(*posted))
    await rig.settle()
    assert rig.turns == 1
    assert len(rig.shown()) == before + 1


@case(10, "turn of seven seconds")
async def slow_turn(rig: Rig) -> None:
    rig.assistant.gate = asyncio.Event()
    before = len(rig.shown())
    async with asyncio.timeout(10):
        response = await rig.post(rig.profile.message(rig.fake, USER, "x"))
    assert rig.profile.is_taken(response)
    assert len(rig.shown()) == before
    rig.clock.advance(seconds=7)
    rig.assistant.gate.set()
    await rig.settle()
    assert (rig.turns, len(rig.shown())) == (1, before + 1)


@case(11, "unknown message type", inline=True)
async def unknown_type(rig: Rig) -> None:
    before = len(rig.shown())
    await rig.take(rig.profile.unknown_type(rig.fake, USER))
    assert rig.turns == 0
    assert len(rig.shown()) == before + 1  # that only words are understood


@case(12, "odd texts", inline=True)
async def odd_texts(rig: Rig) -> None:
    for blank in ("", "   "):
        await rig.hear(blank)
    assert rig.turns == 0
    assert (await rig.hear("\U0001f600"))[0].endswith("\U0001f600")
    await rig.hear("/check_limit")
    assert rig.assistant.asked[-1].text == "check_limit"
    turns = rig.turns
    assert len(await rig.hear(LONG)) == 1  # a sentence that it is too long
    assert rig.turns == turns
    rig.assistant.answer = lambda text: [Reply(text="a]]>b <c> & \u201cd\u201d")]
    assert await rig.hear("x") == ["a]]>b <c> & \u201cd\u201d"]
    rig.assistant.answer = lambda text: [Reply(text="\u6b3e\u3002" * 400)]
    assert "".join(await rig.hear("x")).replace("\n", "") == "\u6b3e\u3002" * 400


@case(13, "document type and entity bomb")
async def bomb(rig: Rig) -> None:
    async with asyncio.timeout(10):
        await rig.refuse(rig.profile.bomb(rig.fake))


@case(14, "body over 1 MB")
async def large_body(rig: Rig) -> None:
    call = rig.profile.message(rig.fake, USER, "x")
    response = await rig.client.post(
        f"/hooks/{CHANNEL}", params=dict(call.query), content=b"x" * (BODY_BYTES + 1), headers=dict(call.headers)
    )
    assert response.status_code == 413
    await rig.settle()
    assert rig.turns == 0


@case(15, "access token has ended")
async def token_ended(rig: Rig) -> None:
    await rig.hear("x")
    fetched, before = rig.profile.tokens_fetched(rig.fake), len(rig.shown())
    rig.fake.fail_next("token")
    await rig.hear("y")
    assert len(rig.shown()) == before + 1
    assert rig.profile.tokens_fetched(rig.fake) == fetched + 1


@case(16, "quota is spent")
async def quota_spent(rig: Rig) -> None:
    rig.fake.fail_next("quota")
    assert await rig.hear("x") == []
    assert rig.outbox_states()[-1] == "waiting"
    assert rig.counted("alarms", code="quota_spent") == 1
    await rig.later(hours=1)
    assert rig.outbox_states()[-1] == "waiting"
    assert [said[-1] for said in await rig.hear("y")] == ["x", "y"]


@case(17, "user cannot be reached")
async def unreachable(rig: Rig) -> None:
    rig.fake.fail_next("unreachable")
    assert await rig.hear("x") == []
    assert rig.is_unreachable()
    assert rig.outbox_states()[-1] == "waiting"
    await rig.later(hours=1)
    assert rig.outbox_states()[-1] == "waiting"
    assert [said[-1] for said in await rig.hear("y")] == ["x", "y"]
    assert not rig.is_unreachable()


@case(18, "platform is busy or fails")
async def busy(rig: Rig) -> None:
    before = len(rig.shown())
    for failure in ("busy", "5xx"):
        rig.fake.fail_next(failure)
    await rig.hear("x")
    await rig.settle()  # not again at once
    assert (rig.outbox_states()[-1], len(rig.shown())) == ("pending", before)
    for _ in range(4):
        await rig.later(seconds=8)
    assert (rig.outbox_states()[-1], len(rig.shown())) == ("sent", before + 1)
    assert rig.turns == 1


@case(19, "unsubscribed, then a message", inline=True)
async def unsubscribed(rig: Rig) -> None:
    await rig.profile.leave(rig.fake, USER)
    await rig.settle()
    assert not rig.is_bound()
    (said,) = await rig.hear("x")
    assert rig.profile.invites(rig.fake, USER, said)
    assert rig.turns == 0


@case(20, "a person has the conversation")
async def person(rig: Rig) -> None:
    await rig.fake.desk_takes(USER)
    await rig.settle()
    assert await rig.hear("x") == []
    assert rig.turns == 0
    await rig.fake.desk_ends(USER)
    await rig.settle()
    assert [said[-1] for said in await rig.hear("y")] == ["y"]


@case(21, "crash while pages are fetched")
async def crash_while_fetching(rig: Rig) -> None:
    before = len(rig.shown())
    rig.fake.page = 1
    for text in "abc":
        rig.fake.write(USER, text)
    rig.pump.dies_after_store = True
    await rig.fake.tell()
    await rig.settle()
    assert len(rig.shown()) == before + 1
    rig.listen_again()
    await rig.settle()
    assert [said[-1] for said in rig.shown()[before:]] == ["a", "b", "c"]
    rig.put_cursor_back("0")  # stored, but the cursor was lost
    rig.listen_again()
    await rig.settle()
    assert (rig.turns, len(rig.shown())) == (3, before + 3)


@case(22, "session webhook that is over or foreign")
async def foreign_webhook(rig: Rig) -> None:
    await rig.profile.session_webhooks(rig)


@case(23, "plain body while encryption is set")
async def plain_body(rig: Rig) -> None:
    await rig.refuse(rig.profile.plain(rig.fake, USER))


@case(24, "every form tells the same")
async def every_form(rig: Rig) -> None:
    forms = rig.profile.forms(rig.fake, USER)
    assert len(forms) > 1
    for call in forms:
        await rig.take(call)
    assert rig.turns == 1  # one message id, so the second form is a repeat of the first
    assert rig.counted("repeats") == len(forms) - 1


@case(25, "nothing secret in the log")
async def log_scan(rig: Rig) -> None:
    with logged(rig.clock) as text:
        await rig.post(rig.profile.message(rig.fake, USER, "x", signed="foreign"))
        await rig.hear(PHONE)
        for failure in ("token", "busy", "5xx"):
            rig.fake.fail_next(failure)
            await rig.hear(f"call {PHONE}")
            await rig.later(minutes=6)
        rig.fake.fail_next("refused")
        await rig.hear("y")
    written = text.getvalue()
    assert "webhook_refused" in written
    assert "send_problem" in written
    found = [secret[:4] for secret in rig.profile.secrets(rig.fake) if secret in written]
    assert (found, PHONE in written, "call" in written) == ([], False, False)


assert sorted(CASES) == list(range(1, 26))
