"""The messaging file: which channels there are, and what this gateway is called from outside.

Read from the YAML file that XINZHANG_MESSAGING names; without one, or without channels in it, there are none and their
addresses do not exist. Secrets are not in the file: `${NAME}` stands for a variable of the environment, and a secret
that is written out is refused. `docs/messaging.example.yml` shows all of it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self, get_args
from urllib.parse import urlsplit

import yaml
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from channels.messaging.kinds import KINDS, ChannelSettings, Rotating, module_of

VARIABLE = "XINZHANG_MESSAGING"
REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
CHANNEL_NAME = re.compile(r"[a-z][a-z0-9_]{0,29}")
FIELDS = ("public_url", "login_url", "webhooks_per_minute", "turns_at_once", "sends_at_once")


class MessagingError(ValueError):
    """The file is wrong; the message names the place and never a value."""


class MessagingConfig(BaseModel):
    """All of it, checked."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    public_url: Annotated[str, Field(pattern=r"^https?://[^/\s]+$|^$")] = ""
    """What links begin with, without a slash at the end; https but for a gateway on this machine."""
    login_url: Annotated[str | None, Field(pattern=r"^https?://\S+$")] = None
    """The lender's own login. It is opened with `return_to=<our page>` and comes back there with `#token=…`."""
    webhooks_per_minute: Annotated[int, Field(ge=60)] = 60_000
    """Of one address. A platform sends everybody's messages from few addresses, so this is apart from /v1."""
    turns_at_once: Annotated[int, Field(ge=1, le=500)] = 32
    sends_at_once: Annotated[int, Field(ge=1, le=500)] = 32
    channels: Mapping[str, ChannelSettings] = {}

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Self:
        """Raises MessagingError that names the field, OSError when the file is not there."""
        env = os.environ if environment is None else environment
        path = env.get(VARIABLE)
        return cls.parse(yaml.safe_load(Path(path).read_text("utf-8")) or {}, env) if path else cls()

    @classmethod
    def parse(cls, content: Any, env: Mapping[str, str]) -> Self:
        """From the file's content. Raises MessagingError."""
        if not isinstance(content, dict):
            raise MessagingError("messaging: must be a mapping")
        unknown = sorted(set(content) - {*FIELDS, "channels"})
        if unknown:
            raise MessagingError(f"{unknown[0]}: no such field")
        given = content.get("channels") or {}
        if not isinstance(given, dict):
            raise MessagingError("channels: must be a mapping of names to settings")
        channels = {name: _channel(name, settings, env) for name, settings in given.items()}
        plain = {name: _expanded(value, env, name) for name, value in content.items() if name != "channels"}
        try:
            made = cls.model_validate(plain).model_copy(update={"channels": channels})
        except ValidationError as error:
            raise MessagingError(_first(error, "")) from None
        if channels and not made.public_url:
            raise MessagingError("public_url: links need it once there is a channel")
        host = urlsplit(made.public_url).hostname or ""
        if made.public_url.startswith("http://") and host not in {"127.0.0.1", "localhost"}:
            raise MessagingError("public_url: must be https, links in it open accounts")
        return made


def _channel(name: Any, content: Any, env: Mapping[str, str]) -> ChannelSettings:
    place = f"channels.{name}"
    if not isinstance(name, str) or not CHANNEL_NAME.fullmatch(name):
        raise MessagingError(f"{place}: a name is small letters, digits and _, and begins with a letter")
    if not isinstance(content, dict):
        raise MessagingError(f"{place}: must be a mapping")
    kind = content.get("kind")
    if kind not in KINDS:
        raise MessagingError(f"{place}.kind: must be one of {', '.join(sorted(KINDS))}")
    try:
        settings: type[ChannelSettings] = module_of(kind).Settings
    except ImportError as error:
        raise MessagingError(f"{place}.kind: {kind} cannot be used here: {error.name} is missing") from error
    for field, value in content.items():
        if field in settings.model_fields and is_secret(settings.model_fields[field].annotation):
            _refuse_written_out(value, f"{place}.{field}")
    try:
        return settings.model_validate(_expanded(content, env, place))
    except ValidationError as error:
        raise MessagingError(_first(error, f"{place}.")) from None


def _expanded(value: Any, env: Mapping[str, str], place: str) -> Any:
    """With the environment's values in place of `${NAME}`."""
    if isinstance(value, dict):
        return {key: _expanded(part, env, f"{place}.{key}") for key, part in value.items()}
    if isinstance(value, list):
        return [_expanded(part, env, f"{place}.{nth}") for nth, part in enumerate(value)]
    if not isinstance(value, str):
        return value
    for name in REFERENCE.findall(value):
        if not env.get(name):
            raise MessagingError(f"{place}: the environment has no {name}")
    return REFERENCE.sub(lambda found: env[found[1]], value)


def is_secret(annotation: Any) -> bool:
    """Whether a field of that type holds secrets, to be named and not written out."""
    return annotation in {SecretStr, Rotating} or any(is_secret(part) for part in get_args(annotation))


def _refuse_written_out(value: Any, place: str) -> None:
    if isinstance(value, dict):
        for key, part in value.items():
            _refuse_written_out(part, f"{place}.{key}")
    elif isinstance(value, str) and not REFERENCE.fullmatch(value):
        raise MessagingError(f"{place}: a secret is not written here but named, as ${{NAME}} of the environment")


def _first(error: ValidationError, before: str) -> str:
    found = error.errors(include_input=False, include_url=False, include_context=False)[0]
    return f"{before}{'.'.join(map(str, found['loc']))}: {found['msg']}"
