"""The entries of the messaging file for Feishu, DingTalk and Alipay: secrets by name only, mistakes by their place."""

from __future__ import annotations

from typing import Any

import pytest

from channels.messaging.config import MessagingConfig, MessagingError
from channels.messaging.kinds import ChannelSettings, Rotating
from tools.fakes import alipay, dingtalk, feishu

FAKES: dict[str, Any] = {
    "feishu": feishu.Fake("http://gateway.test"),
    "dingtalk": dingtalk.Fake("http://gateway.test", mode="http"),
    "alipay": alipay.Fake("http://gateway.test"),
}
SECRETS = {
    "feishu": ("app_secret", "encrypt_key", "verification_token"),
    "dingtalk": ("client_secret", "event_token", "event_aes_key"),
    "alipay": ("app_private_key", "alipay_public_key"),
}
EVERY = [(kind, field) for kind, fields in SECRETS.items() for field in fields]


def parse(kind: str, settings: dict[str, object], env: dict[str, str]) -> ChannelSettings:
    content = {"public_url": "https://chat.example.com", "channels": {"app": settings}}
    return MessagingConfig.parse(content, env).channels["app"]


def named(kind: str) -> tuple[dict[str, object], dict[str, str]]:
    """The fake's settings as the file has them, and the environment that holds the secrets."""
    settings = FAKES[kind].settings()
    env = {field.upper(): str(settings[field]) for field in SECRETS[kind]}
    return {**settings, **{field: f"${{{field.upper()}}}" for field in SECRETS[kind]}}, env


@pytest.mark.parametrize("kind", sorted(FAKES))
def test_what_the_documents_show_is_taken(kind: str) -> None:
    settings, env = named(kind)
    assert parse(kind, settings, env).kind == kind


@pytest.mark.parametrize(("kind", "field"), EVERY)
def test_a_secret_is_not_written_into_the_file(kind: str, field: str) -> None:
    settings, env = named(kind)
    with pytest.raises(MessagingError, match=rf"^channels\.app\.{field}: a secret is not written here") as refusal:
        parse(kind, {**settings, field: env[field.upper()]}, env)
    assert env[field.upper()] not in str(refusal.value)


@pytest.mark.parametrize(("kind", "field"), EVERY)
def test_two_secrets_at_once_are_taken(kind: str, field: str) -> None:
    settings, env = named(kind)
    both = {"current": f"${{{field.upper()}}}", "previous": f"${{{field.upper()}}}"}
    found = getattr(parse(kind, {**settings, field: both}, env), field)
    assert isinstance(found, Rotating)
    assert found.values == (env[field.upper()],) * 2


@pytest.mark.parametrize(("kind", "field"), EVERY)
def test_a_missing_secret_is_named(kind: str, field: str) -> None:
    settings, env = named(kind)
    with pytest.raises(MessagingError, match=rf"^channels\.app\.{field}: the environment has no {field.upper()}"):
        parse(kind, settings, {**env, field.upper(): ""})


@pytest.mark.parametrize("kind", sorted(FAKES))
def test_a_field_that_there_is_not_is_named(kind: str) -> None:
    settings, env = named(kind)
    with pytest.raises(MessagingError, match=r"^channels\.app\.token_of_yore"):
        parse(kind, {**settings, "token_of_yore": "x"}, env)
