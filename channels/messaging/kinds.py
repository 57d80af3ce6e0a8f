"""The kinds of channel there are, and what each one's module must offer.

A kind is a module with two names:

    class Settings(ChannelSettings): kind: Literal["feishu"]; app_id: str; app_secret: Rotating; …
    def open_adapter(name: str, settings: Settings, around: Around) -> Adapter: …

The module is imported only when the messaging file configures a channel of that kind."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any

import httpx
from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from credit.kernel.clock import Clock

KINDS = {
    "wechat_oa": "channels.wechat.official_account",
    "wecom_app": "channels.wechat.wecom_app",
    "wecom_kf": "channels.wechat.customer_service",
    "dingtalk": "channels.dingtalk.adapter",
    "feishu": "channels.feishu.adapter",
    "alipay": "channels.alipay.adapter",
    "plain": "channels.messaging.plain",
}
"""`plain` is the house's own: signed JSON in, JSON out; for load tests, and for platforms behind a bridge."""


class Rotating(BaseModel):
    """A secret that may be changed without loss: what is written with either is taken in, what we write uses the
    current one. In the file either one value, or `{current: …, previous: …}`."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    current: SecretStr = Field(min_length=1)
    previous: SecretStr | None = Field(None, min_length=1)

    @model_validator(mode="before")
    @classmethod
    def one_value(cls, given: Any) -> Any:
        return {"current": given} if isinstance(given, str) else given

    @property
    def value(self) -> str:
        return self.current.get_secret_value()

    @property
    def values(self) -> tuple[str, ...]:
        """To be tried in turn, the current one first."""
        return (self.value, self.previous.get_secret_value()) if self.previous else (self.value,)


class ChannelSettings(BaseModel):
    """What every channel has. A kind adds its own fields; secrets are `Rotating` or `SecretStr`."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    kind: str
    base_url: str | None = None
    """Of the platform's API, with scheme and without a slash at the end; None: the platform's own. For the fakes, or
    for a proxy that has the listed address."""


@dataclass(frozen=True, slots=True)
class Around:
    """What an adapter may use."""

    clock: Clock
    http: httpx.AsyncClient
    """Shared; no proxies of the environment, no redirects, ten seconds."""
    public_url: str
    """Of this gateway, without a slash at the end."""


def module_of(kind: str) -> Any:
    """Raises KeyError for an unknown kind, ImportError when its library is not installed."""
    return import_module(KINDS[kind])
