"""What the operator's pages show works as it stands."""

from __future__ import annotations

import re

import pytest
import yaml

from channels.messaging.config import REFERENCE, MessagingConfig, MessagingError
from tools.console import ROOT

PAGES = {"wechat": "wechat_oa", "wecom": "wecom_app", "kf": "wecom_kf"}
EXAMPLE = re.compile(r"```yaml\n(.*?)```", re.DOTALL)


def example(page: str) -> str:
    (found,) = EXAMPLE.findall((ROOT / "docs" / "messaging" / f"{page}.md").read_text(encoding="utf-8"))
    return str(found)


def environment(text: str) -> dict[str, str]:
    return dict.fromkeys(REFERENCE.findall(text), "A" * 43)


def parsed(text: str, env: dict[str, str]) -> MessagingConfig:
    return MessagingConfig.parse({"public_url": "https://chat.example.com", **yaml.safe_load(text)}, env)


@pytest.mark.parametrize("page", PAGES)
def test_the_example_of_a_page_is_taken_as_it_stands(page: str) -> None:
    config = parsed(example(page), environment(example(page)))
    assert [settings.kind for settings in config.channels.values()] == [PAGES[page]]


@pytest.mark.parametrize("page", PAGES)
def test_the_rotation_of_a_page_is_taken_too(page: str) -> None:
    text = re.sub(r"(token|aes_key|secret): (\$\{\w+\})", r'\1: {current: "\2", previous: "\2"}', example(page))
    assert text.count("previous") == 3
    assert parsed(text, environment(text)).channels


@pytest.mark.parametrize("page", PAGES)
def test_a_secret_that_is_written_out_is_refused_by_its_name(page: str) -> None:
    for name in ("token", "aes_key", "secret"):
        text = re.sub(rf"{name}: \$\{{\w+\}}", f"{name}: {'B' * 43}", example(page))
        with pytest.raises(MessagingError) as refused:
            parsed(text, environment(text))
        assert name in str(refused.value)
        assert "B" * 43 not in str(refused.value)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_names_every_setting(page: str) -> None:
    """Besides those of the fakes and the kind itself."""
    (settings,) = parsed(example(page), environment(example(page))).channels.values()
    text = (ROOT / "docs" / "messaging" / f"{page}.md").read_text(encoding="utf-8")
    assert [
        name for name in type(settings).model_fields if name not in {"kind", "base_url"} and f"`{name}`" not in text
    ] == []
