"""The trained part of understanding: which of the intents a message has, and how sure that is.

Views of a sentence are added up as kernels: what it means (an RBF kernel on the sentence vectors of each encoder) and
how it is written (the dot product of its TF-IDF character n-grams). A ridge regression onto the intents is fitted in
the sum; that is one linear system, solved exactly, so a training has no epochs, no seed and no early stop. The figures
of this and of the other models tried are in docs/decisions/0005-nlu-pipeline.md."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.kernel_ridge import KernelRidge

Vectors = list[np.ndarray]
"""A float32 matrix for each encoder, with a row for each text; the number of columns may be 0."""

Encode = Callable[[Sequence[str]], Vectors]


@dataclass(frozen=True)
class Settings:
    """How the views are weighed.

    `meaning_widths` and `meaning_weights` have an entry for each encoder: how fast its closeness fades, and how much it
    counts beside spelling. Of each encoder's vectors the `meaning_dimensions` in which the examples differ most count.
    `sharpness` turns the regression's scores into probabilities (softmax of sharpness × score); it is measured, so that
    of the messages with 0.8 about 80 % are right."""

    longest_ngram: int = 3
    meaning_dimensions: int = 128
    meaning_widths: tuple[float, ...] = (2.0, 1.0)
    meaning_weights: tuple[float, ...] = (1.0, 0.5)
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
        """Learn from texts in the form that `probabilities` will be given. Raises ValueError without any text, and for
        settings that do not name a width and a weight for each encoder."""
        if not texts:
            raise ValueError("no examples to learn from")
        labels = sorted(set(intents))
        vectorizer = _vectorizer(settings, None)
        spelling = vectorizer.fit_transform(texts)
        arrays: dict[str, np.ndarray] = {"idf": vectorizer.idf_}
        kernel = (spelling @ spelling.T).toarray() * np.float32(settings.spelling_weight)
        vectors = encode(texts)
        if not len(vectors) == len(settings.meaning_widths) == len(settings.meaning_weights):
            raise ValueError(f"{len(vectors)} encoders, but other numbers of widths or weights in {settings}")
        for place, view in enumerate(vectors):
            arrays[f"centre_{place}"] = view.mean(axis=0)
            arrays[f"axes_{place}"] = _axes(view - arrays[f"centre_{place}"], settings.meaning_dimensions)
            arrays[f"meaning_{place}"] = _directions(arrays, place, view)
            kernel += _nearness(settings, arrays, place, arrays[f"meaning_{place}"])
        targets = np.eye(len(labels), dtype=np.float32)[[labels.index(intent) for intent in intents]]
        # One solver for the whole matrix, in place: a copy of it would be the peak of a training's memory.
        ridge = KernelRidge(alpha=settings.ridge, kernel="precomputed").fit(kernel, targets)
        arrays["meaning_weights"] = ridge.dual_coef_.astype(np.float32)
        # The spelling kernel is linear: its share is folded into one weight for each n-gram and intent.
        folded = spelling.T @ arrays["meaning_weights"] * np.float32(settings.spelling_weight)
        arrays["spelling_weights"] = folded.astype(np.float32)
        return cls(settings, labels, arrays, list(vectorizer.get_feature_names_out()))

    def spelling_scores(self, texts: Sequence[str]) -> np.ndarray:
        """What spelling adds to the regression's scores, shape (texts, labels)."""
        return _weighed(self._vectorizer.transform(texts), self._arrays["spelling_weights"])

    def meaning_scores(self, place: int, view: np.ndarray) -> np.ndarray:
        """What the encoder at that place adds to them, given its vectors: shape (texts, columns) to (texts, labels)."""
        near = _nearness(self.settings, self._arrays, place, _directions(self._arrays, place, view))
        added: np.ndarray = near @ self._arrays["meaning_weights"]
        return added

    def scores(self, texts: Sequence[str], vectors: Vectors) -> np.ndarray:
        """The regression's scores, shape (texts, labels): near 1 for a sure intent, near 0 for the others."""
        meanings = [self.meaning_scores(place, view) for place, view in enumerate(vectors)]
        return sum(meanings, start=self.spelling_scores(texts))

    def probabilities(self, scores: np.ndarray) -> np.ndarray:
        """One probability for each label, shape (texts, labels); every row sums to 1."""
        steep = scores.astype(np.float64) * self.settings.sharpness
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
        settings = {name: tuple(it) if isinstance(it, list) else it for name, it in about["settings"].items()}
        return cls(Settings(**settings), about["labels"], arrays, about["ngrams"])


def _vectorizer(settings: Settings, vocabulary: dict[str, int] | None) -> TfidfVectorizer:
    return TfidfVectorizer(
        analyzer="char",
        ngram_range=(1, settings.longest_ngram),
        lowercase=False,
        sublinear_tf=True,
        vocabulary=vocabulary,
        dtype=np.float32,
    )


def _weighed(spelling: csr_matrix, weights: np.ndarray) -> np.ndarray:
    """`spelling @ weights`, reading only the rows of the n-grams that are there. The library's product copies all
    weights, 12 MB for a sentence of ten letters."""
    rows = [slice(*spelling.indptr[place : place + 2]) for place in range(spelling.shape[0])]
    found = [spelling.data[row] @ weights[spelling.indices[row]] for row in rows]
    return np.array(found, dtype=np.float32).reshape(spelling.shape[0], weights.shape[1])


def _axes(centred: np.ndarray, dimensions: int) -> np.ndarray:
    """The axes along which the rows differ most (principal components), the largest first: (columns, dimensions)."""
    _, axes = np.linalg.eigh(centred.T @ centred)
    return np.ascontiguousarray(axes[:, ::-1][:, :dimensions])


def _directions(arrays: dict[str, np.ndarray], place: int, view: np.ndarray) -> np.ndarray:
    """Sentence vectors crowd round their mean; without it their angles tell much more."""
    moved = (view - arrays[f"centre_{place}"]) @ arrays[f"axes_{place}"]
    lengths = np.linalg.norm(moved, axis=1, keepdims=True)
    unit: np.ndarray = moved / np.maximum(lengths, np.float32(1e-9))
    return unit


def _nearness(settings: Settings, arrays: dict[str, np.ndarray], place: int, directions: np.ndarray) -> np.ndarray:
    """The weighted RBF kernel between unit vectors of the encoder at that place and the examples: the weight for one
    direction. An encoder without columns says nothing; its kernel would be a constant."""
    weight = settings.meaning_weights[place] if directions.shape[1] else 0.0
    width = np.float32(2 * settings.meaning_widths[place])
    near: np.ndarray = np.float32(weight) * np.exp(width * (directions @ arrays[f"meaning_{place}"].T - 1))
    return near
