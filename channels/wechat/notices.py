"""Subscription notices 订阅通知: a template with typed fields, one notice for each consent the user has tapped.

Source: developers.weixin.qq.com, subscribe/bizsend. A field's type is the beginning of its name (`thing1`, `amount2`);
a value outside of its type is refused by the platform only after the consent is spent, so it is held to it here."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field

from channels.messaging.port import Notice, SendFailed
from channels.wechat.api import Api

FIELD = re.compile(r"([a-z_]+)[0-9]{1,3}")
CHINESE = r"[\u4e00-\u9fff]"
SYMBOLS = re.escape("~!@#$%^&*()_+-=[]{}|;:'\",.<>/?")
HOUR = r"([01]?[0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?"
DAY = r"[0-9]{4}(-|/|\.|\u5e74)(0?[1-9]|1[0-2])(-|/|\.|\u6708)(0?[1-9]|[12][0-9]|3[01])\u65e5?"

TYPES: Mapping[str, re.Pattern[str]] = {
    "thing": re.compile(r"[^\r\n]{1,20}"),
    "amount": re.compile(r"[\u00a5\uffe5]?[0-9]{1,10}(\.[0-9]{1,2})?\u5143?"),
    "number": re.compile(r"-?[0-9]{1,32}(\.[0-9]{1,31})?"),
    "date": re.compile(rf"{DAY}( ?{HOUR})?"),
    "time": re.compile(rf"({DAY} ?)?{HOUR}|{DAY}"),
    "phrase": re.compile(rf"{CHINESE}{{1,5}}"),
    "name": re.compile(rf"{CHINESE}{{1,10}}|[A-Za-z ]{{1,20}}"),
    "letter": re.compile(r"[A-Za-z]{1,32}"),
    "symbol": re.compile(rf"[{SYMBOLS}]{{1,5}}"),
    "character_string": re.compile(rf"[A-Za-z0-9{SYMBOLS}]{{1,32}}"),
    "const": re.compile(r"[^\r\n]{1,20}"),
}
"""What a value of each type may be. Money and days are written out by the caller: 300.00元, 2026-12-10."""


class NoticeTemplate(BaseModel):
    """A template chosen in the console, and which fact goes into which of its fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    template_id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    fields: dict[str, str] = Field(min_length=1)
    """The template's field (`amount2`) to the name of a fact, or to a text of its own that begins with `=`."""

    def filled(self, facts: Mapping[str, str]) -> dict[str, dict[str, str]]:
        """The template's data. Raises SendFailed notice_field."""
        texts = {field: name[1:] if name[:1] == "=" else facts.get(name, "") for field, name in self.fields.items()}
        return {field: {"value": typed(field, text)} for field, text in texts.items()}


class SubscriptionNotices:
    """Sends the notices that are configured."""

    def __init__(self, api: Api, templates: Mapping[str, NoticeTemplate]) -> None:
        self._api = api
        self._templates = templates

    async def send(self, user: str, notice: Notice, *, key: str) -> None:
        """Send one notice; the platform removes doubles of one key for ten minutes.

        Raises SendFailed `notice_field` for a value outside of its type, before anything is sent; NotWanted when there
        is no consent (left); and what `Api.call` raises."""
        template = self._templates.get(notice.occasion)
        if template is None:  # taken out of the file since it was put into the outbox
            raise SendFailed("notice_template")
        data = template.filled(notice.facts)
        body = {"touser": user, "template_id": template.template_id, "data": data, "client_msg_id": key}
        await self._api.call("/cgi-bin/message/subscribe/bizsend", body)


def typed(field: str, value: str) -> str:
    """The value as the field takes it; a text that is too long is cut. Raises SendFailed notice_field."""
    name = FIELD.fullmatch(field)
    pattern = TYPES.get(name[1]) if name else None
    if name is not None and name[1] == "thing":
        value = _cut(" ".join(value.split()), 20)
    if pattern is None or not pattern.fullmatch(value):
        raise SendFailed("notice_field")
    return value


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "\u2026"
