"""Signed one-time links: who can open which offer, once, and nothing else with it."""

from __future__ import annotations

import asyncio
import base64
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest

from channels.confirm_links import ConfirmLinks
from credit.kernel.clock import ManualClock
from tests.channels.doubles import LIN, PIN, ZHAO
from tests.channels.world import NOW, World

pytestmark = pytest.mark.anyio

SOON = NOW + timedelta(minutes=20)


def link(world: World, offer_id: object, minutes: int = 20) -> str:
    links: ConfirmLinks = world.app.state.gateway.links
    return links.sign(LIN, offer_id, NOW + timedelta(minutes=minutes))  # type: ignore[arg-type]


async def opened(world: World, signed: str) -> httpx.Response:
    return await world.client.post("/v1/confirm-links/open", json={"signed": signed})


async def test_a_link_shows_its_offer_and_confirms_it_with_the_pin(world: World) -> None:
    offer = world.credit.put_offer(LIN)
    path = world.app.state.gateway.links.path(LIN, offer.id, offer.expires_at)
    assert path.startswith("/confirm/")
    assert (await world.client.get(path)).status_code == 200
    answer = (await opened(world, path.rsplit("/", 1)[-1])).json()
    assert answer["offer"] == str(offer.id)
    signed = {"Authorization": f"Bearer {answer['token']}"}
    assert (await world.client.get(f"/v1/offers/{offer.id}", headers=signed)).json()["id"] == str(offer.id)
    done = await world.client.post(f"/v1/offers/{offer.id}/confirm", json={"pin": PIN}, headers=signed)
    assert (done.status_code, world.credit.confirmed) == (200, [offer.id])


async def test_its_token_is_good_for_nothing_else(world: World) -> None:
    offer, another = world.credit.put_offer(LIN), world.credit.put_offer(LIN)
    token = (await opened(world, link(world, offer.id))).json()["token"]
    signed = {"Authorization": f"Bearer {token}"}
    for path in ("/v1/messages", "/v1/stream", "/v1/updates", f"/v1/receipts/{uuid4()}/proof", "/demo/account"):
        answer = await world.client.get(path, headers=signed)
        assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid"), path
    foreign = await world.client.get(f"/v1/offers/{another.id}", headers=signed)
    assert (foreign.status_code, foreign.json()["code"]) == (404, "offer_not_found")


async def test_a_link_opens_once_also_when_two_open_it_together(world: World) -> None:
    signed = link(world, world.credit.put_offer(LIN).id)
    answers = await asyncio.gather(*(opened(world, signed) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 410, 410, 410, 410]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 410} == {"link_used"}
    await world.restart()
    assert (await opened(world, signed)).json()["code"] == "link_used"


async def test_looking_at_the_page_does_not_use_the_link_up(world: World) -> None:
    signed = link(world, world.credit.put_offer(LIN).id)
    for _ in range(3):
        await world.client.get(f"/confirm/{signed}")
    assert (await opened(world, signed)).status_code == 200


async def test_a_link_ends_with_its_offer_and_after_half_an_hour_at_most(world: World) -> None:
    short, endless = link(world, uuid4(), minutes=5), link(world, uuid4(), minutes=60 * 24)
    world.clock.advance(minutes=5)
    assert (await opened(world, short)).json()["code"] == "link_expired"
    world.clock.advance(minutes=25)
    late = await opened(world, endless)
    assert (late.status_code, late.json()["code"]) == (410, "link_expired")


async def test_a_link_with_one_bit_changed_is_none(world: World) -> None:
    signed = link(world, world.credit.put_offer(LIN).id)
    whole = base64.urlsafe_b64decode(signed + "=" * (-len(signed) % 4))
    for at in range(0, len(whole), 7):
        changed = bytearray(whole)
        changed[at] ^= 1
        answer = await opened(world, base64.urlsafe_b64encode(bytes(changed)).decode().rstrip("="))
        assert (answer.status_code, answer.json()["code"]) == (404, "link_invalid")
    for nonsense in ("", "x", "!" * 128, signed[:-1], signed + "A"):
        assert (await opened(world, nonsense)).status_code in {404, 422}


def test_another_secret_makes_other_links() -> None:
    clock = ManualClock(NOW)
    ours, theirs = (ConfirmLinks(secret * 32, clock) for secret in "ab")
    signed = theirs.sign(ZHAO, uuid4(), SOON)
    assert theirs.read(signed).customer_id == ZHAO
    with pytest.raises(Exception, match="link_invalid"):
        ours.read(signed)


async def test_a_link_has_one_spelling(world: World) -> None:
    signed = link(world, world.credit.put_offer(LIN).id)
    whole = base64.urlsafe_b64decode(signed + "=")
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    others = [signed[:-1] + letter for letter in letters if letter != signed[-1]]
    same = [other for other in others if base64.urlsafe_b64decode(other + "=") == whole]
    assert same, "base64 has bits to spare in the last letter of this length"
    for other in same:
        assert (await opened(world, other)).json()["code"] == "link_invalid"
    assert (await opened(world, signed)).status_code == 200
