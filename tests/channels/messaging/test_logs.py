"""What a whole day of messages leaves in the log: ids and verdicts, nothing that could be used or that says who it was."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
import structlog

from channels.logs import configure_logging
from channels.replies import Reply
from credit.kernel.clock import ManualClock
from credit.kernel.errors import CreditError, ErrorCode
from tests.channels.doubles import LIN
from tests.channels.messaging.apps import Apps
from tests.channels.world import NOW

pytestmark = pytest.mark.anyio

PHONE, CARD = "13812345678", "6222021234567890123"
SAID = f"我的电话{PHONE}，卡号{CARD}，帮我查额度"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """The gateway's own log, as it would be written."""
    import logging

    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    stream = io.StringIO()
    configure_logging(ManualClock(NOW), stream)
    yield stream
    root.handlers, root.level = before, level
    structlog.reset_defaults()


async def test_no_token_no_secret_no_number_no_text_is_logged(log: io.StringIO, apps: Apps) -> None:
    alpha = apps.fakes["alpha"]
    signed = await apps.link_for("alpha", "u1")
    code = (await apps.begin(signed)).json()["code"]
    await apps.chat("alpha", "u1", code)
    await apps.chat("alpha", "u1", SAID)
    offer = apps.credit.put_offer(LIN)
    apps.assistant.answer = lambda _text: [Reply(text="方案在这里", card=offer.model_dump(mode="json"))]
    (shown,) = await apps.chat("alpha", "u1", "借钱")
    confirming = shown.split("/confirm/")[1].split()[0]
    opened = await apps.client.post("/v1/confirm-links/open", json={"signed": confirming})
    token = opened.json()["token"]
    # Everything that can go wrong, too.
    for failure in ("5xx", "busy", "quota", "unreachable", "never"):
        alpha.fail_next(failure)
        await apps.chat("alpha", "u1", SAID)
        await apps.later(seconds=90)
    apps.assistant.fails = ValueError(SAID)
    await apps.chat("alpha", "u1", SAID)
    apps.assistant.fails = CreditError(ErrorCode.ASSISTANT_UNREACHABLE)
    await apps.later(seconds=90)
    await alpha.post(f'{{"id": "{PHONE}"'.encode())
    await alpha.post(SAID.encode(), secret="wrong")
    await apps.client.get(f"/hooks/alpha?token={token}")
    await apps.client.post(f"/hooks/{PHONE}")
    written = log.getvalue()
    assert written.count("\n") > 30
    for what in ("turn", "bound", "send_problem", "channel_alarm", "webhook_refused", "turn_failed", "binding_begun"):
        assert f'"event": "{what}"' in written, what
    secrets = [alpha.secret, token, signed, code, confirming, apps.settings.jwt_secret, apps.settings.internal_secret]
    personal = [PHONE, CARD, "帮我查额度", "方案在这里", "林晓月", PHONE[-4:], "借钱"]
    assert [value for value in [*secrets, *personal] if value in written] == []


async def test_numbers_of_cards_and_phones_are_starred_before_they_are_stored(apps: Apps) -> None:
    from sqlalchemy import select

    from channels.messaging.tables import inbox

    await apps.bound("alpha", "u1")
    apps.assistant.fails = CreditError(ErrorCode.ASSISTANT_UNREACHABLE)
    await apps.chat("alpha", "u1", SAID)
    stored = apps.rows(lambda session: session.scalars(select(inbox.c.text)).all())
    assert "帮我查额度" in stored[-1]
    assert PHONE not in stored[-1]
    assert CARD not in stored[-1]
