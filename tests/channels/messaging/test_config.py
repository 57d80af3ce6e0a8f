"""The messaging file: what is wrong is named by its field, and no secret is written in it or shown by it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from channels.messaging.config import REFERENCE, VARIABLE, MessagingConfig, MessagingError
from channels.messaging.plain import Settings
from tools.console import ROOT

SECRET = "do-not-show-me"
PLAIN = {"kind": "plain", "secret": "${S}", "base_url": "https://bridge.example.com"}
PUBLIC = {"public_url": "https://chat.example.com"}


def parse(content: Any, **env: str) -> MessagingConfig:
    return MessagingConfig.parse(content, {"S": SECRET, **env})


def test_without_a_file_there_are_no_channels() -> None:
    assert MessagingConfig.from_environment({}).channels == {}
    assert parse({}).channels == {}


def test_a_file_is_read_and_its_secrets_come_from_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "messaging.yml"
    file.write_text(yaml.safe_dump({**PUBLIC, "channels": {"bridge": PLAIN}}))
    config = MessagingConfig.from_environment({VARIABLE: str(file), "S": SECRET})
    settings = config.channels["bridge"]
    assert isinstance(settings, Settings)
    assert settings.secret.value == SECRET
    assert SECRET not in f"{config!r} {settings} {config.model_dump_json()}"


def test_two_secrets_are_taken_at_once() -> None:
    pair = {"current": "${S}", "previous": "${OLD}"}
    config = parse({**PUBLIC, "channels": {"bridge": {**PLAIN, "secret": pair}}}, OLD="before")
    settings = config.channels["bridge"]
    assert isinstance(settings, Settings)
    assert settings.secret.values == (SECRET, "before")


def with_channel(name: Any = "bridge", **changes: Any) -> dict[str, Any]:
    content = {key: value for key, value in {**PLAIN, **changes}.items() if value is not None}
    return {**PUBLIC, "channels": {name: content}}


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ([], "messaging: "),
        ({"publc_url": "x"}, "publc_url: "),
        ({**PUBLIC, "public_url": "ftp://x"}, "public_url: "),
        ({**PUBLIC, "public_url": "https://x/path/"}, "public_url: "),
        ({"public_url": "http://chat.example.com"}, "public_url: "),
        ({"channels": {"bridge": PLAIN}}, "public_url: "),
        ({**PUBLIC, "turns_at_once": 0}, "turns_at_once: "),
        ({**PUBLIC, "channels": ["x"]}, "channels: "),
        ({**PUBLIC, "channels": {"bridge": "x"}}, "channels.bridge: "),
        (with_channel("We Chat"), "channels.We Chat: "),
        (with_channel(5), "channels.5: "),
        (with_channel(kind="telegram"), "channels.bridge.kind: "),
        (with_channel(secret=None), "channels.bridge.secret: "),
        (with_channel(secret="written-out"), "channels.bridge.secret: "),
        (with_channel(secret={"current": "${S}", "previous": "written-out"}), "channels.bridge.secret.previous: "),
        (with_channel(secret="${NOT_THERE}"), "channels.bridge.secret: the environment has no NOT_THERE"),
        (with_channel(secret={"curent": "${S}"}), "channels.bridge.secret"),
        (with_channel(text_bytes="many"), "channels.bridge.text_bytes: "),
        (with_channel(text_byte=5), "channels.bridge.text_byte: "),
    ],
    ids=range(19),
)
def test_what_is_wrong_is_named_and_no_value_of_it_is_told(content: Any, place: str) -> None:
    with pytest.raises(MessagingError) as refusal:
        parse(content)
    assert str(refusal.value).startswith(place)
    assert "written-out" not in str(refusal.value)
    assert SECRET not in str(refusal.value)


def test_an_empty_variable_is_a_missing_one() -> None:
    with pytest.raises(MessagingError, match="no S"):
        MessagingConfig.parse(with_channel(), {"S": ""})


def test_the_example_is_taken_as_it_stands() -> None:
    text = (ROOT / "docs" / "messaging.example.yml").read_text(encoding="utf-8")
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    env = {**dict.fromkeys(REFERENCE.findall(text), "A" * 43), "ALIPAY_APP_PRIVATE_KEY": private}
    config = MessagingConfig.parse(yaml.safe_load(text), {**env, "ALIPAY_PUBLIC_KEY": public})
    kinds = {settings.kind for settings in config.channels.values()}
    assert kinds == {"wechat_oa", "wecom_app", "wecom_kf", "dingtalk", "feishu", "alipay", "plain"}
