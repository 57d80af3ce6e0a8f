"""The entries of the messaging file for Feishu, DingTalk and Alipay: secrets by name only, mistakes by their place."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from channels.messaging.config import MessagingConfig, MessagingError
from channels.messaging.kinds import ChannelSettings, Rotating, module_of
from tools.console import ROOT
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
EXAMPLE = re.compile(r"```yaml\n(.*?)```", re.DOTALL)
EVERY = [(kind, field) for kind, fields in SECRETS.items() for field in fields]


def parse(kind: str, settings: dict[str, object], env: dict[str, str]) -> ChannelSettings:
    content = {"public_url": "https://chat.example.com", "channels": {"app": settings}}
    return MessagingConfig.parse(content, env).channels["app"]


def named(kind: str) -> tuple[dict[str, object], dict[str, str]]:
    """The fake's settings as the file has them, and the environment that holds the secrets."""
    settings = FAKES[kind].settings()
    env = {field.upper(): str(settings[field]) for field in SECRETS[kind]}
    return {**settings, **{field: f"${{{field.upper()}}}" for field in SECRETS[kind]}}, env


def page(kind: str) -> str:
    return (ROOT / "docs" / "messaging" / f"{kind}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", sorted(FAKES))
def test_the_example_of_a_page_is_taken_as_it_stands(kind: str) -> None:
    (example,) = EXAMPLE.findall(page(kind))
    (settings,) = yaml.safe_load(example)["channels"].values()
    _, secrets = named(kind)
    names = {field: str(settings[field]) for field in SECRETS[kind] if field in settings}
    env = {name[2:-1]: secrets[field.upper()] for field, name in names.items()}
    assert parse(kind, settings, env).kind == kind
    rotated = yaml.safe_load('{current: "${NEW}", previous: "${OLD}"}')  # as the pages write it
    assert '{current: "${NEW}", previous: "${OLD}"}' in page(kind)
    field = next(field for field in reversed(SECRETS[kind]) if field in settings)
    both = {**env, "NEW": secrets[field.upper()], "OLD": secrets[field.upper()]}
    assert parse(kind, {**settings, field: rotated}, both).kind == kind


@pytest.mark.parametrize("kind", sorted(FAKES))
def test_a_page_names_every_setting(kind: str) -> None:
    fields = set(module_of(kind).Settings.model_fields) - {"kind", "base_url"}
    assert [field for field in sorted(fields) if f"`{field}`" not in page(kind)] == []


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
