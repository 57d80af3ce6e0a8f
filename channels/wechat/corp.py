"""What WeCom's own app and its customer service share: the address check, access tokens, codes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import httpx

from channels.crypto.wechat_family import WeChatCrypto
from channels.messaging.kinds import Around
from channels.messaging.port import Answer, ChannelRefused, QuotaSpent, SendLater, Unreachable, Webhook
from channels.wechat.api import VERDICTS, Api, Verdict
from channels.wechat.inbound import verified

PLATFORM = "https://qyapi.weixin.qq.com"
EMPTY = Answer(200, b"")
"""Taken; the answer comes by a call of ours."""

CORP_VERDICTS: Mapping[int, Verdict] = {
    **VERDICTS,
    45009: partial(SendLater, retry_after=60.0),  # counted by the minute here, not by the day
    60111: Unreachable,
    81013: Unreachable,
    82001: Unreachable,
    95001: QuotaSpent,
}
"""Source: developer.work.weixin.qq.com, global return codes and those of 微信客服."""


def url_check(webhook: Webhook, crypto: WeChatCrypto) -> Answer:
    """The plaintext of `echostr`, bare. Raises ChannelRefused url_check, app, stale."""
    echo = webhook.query.get("echostr", "").replace(" ", "+")  # base64's own sign, unless it came as %2B
    try:
        return Answer(200, verified(webhook, crypto, echo).message.encode())
    except ChannelRefused as refused:
        raise ChannelRefused(refused.code if refused.code in {"app", "stale"} else "url_check") from None


def corp_api(around: Around, base_url: str | None, corp_id: str, secrets: tuple[str, ...]) -> Api:
    """Calls of one app of the corporation."""
    root = base_url or PLATFORM

    async def ask_for_token(secret: str) -> httpx.Response:
        return await around.http.get(f"{root}/cgi-bin/gettoken", params={"corpid": corp_id, "corpsecret": secret})

    return Api(around.http, around.clock, root, secrets=secrets, ask_for_token=ask_for_token, verdicts=CORP_VERDICTS)
