"""The trained part of understanding: which of the intents a message has, and how sure that is.

Two views of a sentence are added up as kernels: what it means (an RBF kernel on sentence vectors) and how it is
written (the dot product of its TF-IDF character n-grams). A ridge regression onto the intents is fitted in the sum;
that is one linear system, solved exactly, so a training has no epochs, no seed and no early stop. The figures of this
and of the other models tried are in docs/decisions/0005-nlu-pipeline.md."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.kernel_ridge import KernelRidge

Encode = Callable[[Sequence[str]], np.ndarray]
"""Texts to a float32 matrix with a row for each; the number of columns may be 0."""


@dataclass(frozen=True)
class Settings:
    """How the two views are weighed.

    `sharpness` turns the regression's scores into probabilities (softmax of sharpness × score); it is measured, so that
    of the messages with 0.8 about 80 % are right."""

    longest_ngram: int = 3
    meaning_width: float = 2.0
    spelling_weight: float = 1.0
    ridge: float = 0.1
    sharpness: float = 8.0


class IntentModel:
    """Fitted once, then read only."""

    def __init__(
        self, settings: Settings, labels: Sequence[str], arrays: dict[str, np.ndarray], ngrams: list[str]
    ) -> None:
        self.settings = settings
        self.labels = list(labels)
        self._arrays = arrays
        self._ngrams = ngrams
        self._vectorizer = _vectorizer(settings, {ngram: place for place, ngram in enumerate(ngrams)})
        self._vectorizer.idf_ = arrays["idf"]

    @classmethod
    def fit(cls, texts: Sequence[str], intents: Sequence[str], encode: Encode, settings: Settings) -> IntentModel:
        """Learn from texts in the form that `probabilities` will be given. Raises ValueError without any text."""
        if not texts:
            raise ValueError("no examples to learn from")
        labels = sorted(set(intents))
        vectorizer = _vectorizer(settings, None)
        spelling = vectorizer.fit_transform(texts)
        vectors = encode(texts)
        centre = vectors.mean(axis=0)
        meaning = _directions(vectors, centre)
        # Without an encoder the meaning kernel would be a constant 1: only spelling counts then.
        kernel = (spelling @ spelling.T).toarray() * np.float32(settings.spelling_weight)
        if meaning.shape[1]:
            kernel += _closeness(meaning, meaning, settings.meaning_width)
        targets = np.eye(len(labels), dtype=np.float32)[[labels.index(intent) for intent in intents]]
        dual = (
            KernelRidge(alpha=settings.ridge, kernel="precomputed").fit(kernel, targets).dual_coef_.astype(np.float32)
        )
        arrays = {
            "centre": centre,
            "meaning": meaning,
            "meaning_weights": dual,
            # The spelling kernel is linear: its share is folded into one weight for each n-gram and intent.
            "spelling_weights": (spelling.T @ dual * np.float32(settings.spelling_weight)).astype(np.float32),
            "idf": vectorizer.idf_,
        }
        return cls(settings, labels, arrays, list(vectorizer.get_feature_names_out()))

    def scores(self, texts: Sequence[str], vectors: np.ndarray) -> np.ndarray:
        """The regression's scores, shape (texts, labels): near 1 for a sure intent, near 0 for the others."""
        total: np.ndarray = self._vectorizer.transform(texts) @ self._arrays["spelling_weights"]
        if self._arrays["meaning"].shape[1]:
            directions = _directions(vectors, self._arrays["centre"])
            near = _closeness(directions, self._arrays["meaning"], self.settings.meaning_width)
            total = total + near @ self._arrays["meaning_weights"]
        return total

    def probabilities(self, texts: Sequence[str], vectors: np.ndarray) -> np.ndarray:
        """One probability for each label, shape (texts, labels); every row sums to 1."""
        steep = self.scores(texts, vectors).astype(np.float64) * self.settings.sharpness
        grown = np.exp(steep - steep.max(axis=1, keepdims=True))
        shares: np.ndarray = grown / grown.sum(axis=1, keepdims=True)
        return shares

    def save(self, folder: Path) -> None:
        """Plain arrays and JSON: a model file is data, and loading it runs nothing."""
        np.savez_compressed(folder / "weights.npz", **self._arrays)
        about = {"settings": asdict(self.settings), "labels": self.labels, "ngrams": self._ngrams}
        (folder / "intents.json").write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> IntentModel:
        about = json.loads((folder / "intents.json").read_text(encoding="utf-8"))
        with np.load(folder / "weights.npz", allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        return cls(Settings(**about["settings"]), about["labels"], arrays, about["ngrams"])


def _vectorizer(settings: Settings, vocabulary: dict[str, int] | None) -> TfidfVectorizer:
    return TfidfVectorizer(
        analyzer="char",
        ngram_range=(1, settings.longest_ngram),
        lowercase=False,
        sublinear_tf=True,
        vocabulary=vocabulary,
        dtype=np.float32,
    )


def _directions(vectors: np.ndarray, centre: np.ndarray) -> np.ndarray:
    """Sentence vectors crowd round their mean; without it their angles tell much more."""
    moved = vectors - centre
    lengths = np.linalg.norm(moved, axis=1, keepdims=True)
    unit: np.ndarray = moved / np.maximum(lengths, np.float32(1e-9))
    return unit


def _closeness(one: np.ndarray, other: np.ndarray, width: float) -> np.ndarray:
    """RBF kernel of unit vectors: 1 for the same direction."""
    near: np.ndarray = np.exp(np.float32(2 * width) * (one @ other.T - 1))
    return near
