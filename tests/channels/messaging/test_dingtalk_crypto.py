"""DingTalk's header: the computed sample, the hour that it is good for, two secrets at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from channels.crypto import dingtalk
from tests.channels.messaging.vectors import load

SECRET = "this is secret"
AT = datetime.fromtimestamp(1_700_000_000, UTC)
SENT = "1700000000000"


def test_the_sign_is_the_documented_one() -> None:
    (known,) = load("ding_http")
    assert dingtalk.sign(known["app_secret"], known["timestamp"]) == known["sign"]


@pytest.mark.parametrize(
    ("late", "counts"),
    [(0, True), (3600, True), (-3600, True), (3601, False), (-3601, False)],
)
def test_a_sign_counts_for_an_hour(late: int, counts: bool) -> None:
    now = AT + timedelta(seconds=late)
    assert dingtalk.is_signed([SECRET], SENT, dingtalk.sign(SECRET, SENT), now=now) is counts


@pytest.mark.parametrize("secrets", [[SECRET, "old"], ["new", SECRET]], ids=["current", "previous"])
def test_either_of_two_secrets_counts(secrets: list[str]) -> None:
    assert dingtalk.is_signed(secrets, SENT, dingtalk.sign(SECRET, SENT), now=AT)


def test_every_changed_sign_is_refused() -> None:
    given = dingtalk.sign(SECRET, SENT)
    for place, sign in enumerate(given):
        changed = given[:place] + ("A" if sign != "A" else "B") + given[place + 1 :]
        assert not dingtalk.is_signed([SECRET], SENT, changed, now=AT)


@pytest.mark.parametrize("given", ["", "签名", "=" * 44])
def test_what_is_no_sign_is_refused(given: str) -> None:
    assert not dingtalk.is_signed([SECRET], SENT, given, now=AT)


def test_seconds_in_place_of_milliseconds_are_an_old_time() -> None:
    assert not dingtalk.is_signed([SECRET], "1700000000", dingtalk.sign(SECRET, "1700000000"), now=AT)
