"""The trained part: it learns, it is stored as plain data, and its memory of vectors is only a convenience."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import random as random_matrix

from bot.components import intent_model
from bot.components.encoder import Encoder, encode_remembered, open_encoder
from bot.components.intent_model import Encode, IntentModel, Settings

TEXTS = ["我要借钱", "帮我借点钱", "想借一笔", "怎么还款", "我要还钱", "还花呗", "你好", "您好", "在吗"]
INTENTS = ["borrow"] * 3 + ["repay"] * 3 + ["greet"] * 3


class LetterCounts(Encoder):
    """A tiny encoder that counts what it is asked for."""

    dimensions = 4

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        self.asked += texts
        rows = [[len(text), text.count("借"), text.count("还"), text.count("好")] for text in texts]
        return np.asarray(rows, dtype=np.float32)


@pytest.fixture(params=["none", "letters"])
def encode(request: pytest.FixtureRequest) -> Encode:
    """Two views, as the settings expect; the second says something else than the first, or both say nothing."""
    encoder = open_encoder("none") if request.param == "none" else LetterCounts()
    return lambda texts: [encoder.encode(texts), encoder.encode([text[::-1][:2] for text in texts])]


def test_it_learns_its_examples_with_and_without_sentence_vectors(encode: Encode) -> None:
    model = IntentModel.fit(TEXTS, INTENTS, encode, Settings())
    shares = model.probabilities(model.scores(TEXTS, encode(TEXTS)))
    assert [model.labels[place] for place in shares.argmax(axis=1)] == INTENTS
    assert np.allclose(shares.sum(axis=1), 1)


def test_a_stored_model_says_the_same(encode: Encode, tmp_path: Path) -> None:
    model = IntentModel.fit(TEXTS, INTENTS, encode, Settings())
    model.save(tmp_path)
    asked = ["借钱怎么还", "全新的句子", "🙂"]
    vectors = encode(asked)
    loaded = IntentModel.load(tmp_path)
    assert loaded.settings == model.settings
    assert np.allclose(loaded.scores(asked, vectors), model.scores(asked, vectors))


def test_nothing_to_learn_is_an_error(encode: Encode) -> None:
    with pytest.raises(ValueError, match="no examples"):
        IntentModel.fit([], [], encode, Settings())


def test_an_encoder_without_a_weight_is_an_error() -> None:
    with pytest.raises(ValueError, match="1 encoders"):
        IntentModel.fit(TEXTS, INTENTS, lambda texts: [Encoder().encode(texts)], Settings())


def test_a_text_is_encoded_once(tmp_path: Path) -> None:
    encoder = LetterCounts()
    first = encode_remembered("letters", encoder, ["借", "还", "借"], tmp_path)
    again = encode_remembered("letters", encoder, ["还", "好", "借"], tmp_path)
    assert encoder.asked == ["借", "还", "好"]
    assert np.array_equal(first[[1, 0]], again[[0, 2]])


@pytest.mark.parametrize("damage", [b"", b"not an archive", b"PK\x03\x04broken"])
def test_a_damaged_memory_costs_only_time(tmp_path: Path, damage: bytes) -> None:
    encode_remembered("letters", LetterCounts(), ["借"], tmp_path)
    for file in tmp_path.iterdir():
        file.write_bytes(damage)
    assert encode_remembered("letters", LetterCounts(), ["借"], tmp_path).tolist() == [[1, 1, 0, 0]]


def test_a_memory_that_cannot_be_written_costs_only_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert encode_remembered("letters", LetterCounts(), ["借"], tmp_path / "file" / "folder").shape == (1, 4)


def test_an_encoder_can_be_named_by_its_path() -> None:
    assert isinstance(open_encoder("bot.components.encoder.Encoder"), Encoder)
    with pytest.raises(ValueError, match="unknown encoder"):
        open_encoder("word2vec")


@pytest.mark.parametrize("rows", [0, 1, 5])
def test_spelling_is_weighed_as_the_library_would(rows: int) -> None:
    spelling = random_matrix(rows, 40, density=0.2, random_state=1, dtype=np.float32, format="csr")
    weights = np.random.default_rng(1).random((40, 3), dtype=np.float32)
    ours = intent_model._weighed(spelling, weights)
    assert ours.shape == (rows, 3)
    np.testing.assert_allclose(ours, spelling @ weights, rtol=1e-5)
