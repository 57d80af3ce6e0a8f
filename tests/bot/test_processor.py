"""BLAS is told of a processor that it may not know."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.processor import VARIABLE, blas_kernels

WIDE = "avx2 fma avx512f avx512bw avx512cd avx512dq avx512vl"


@pytest.mark.parametrize(
    ("flags", "kernels"), [(WIDE, "SkylakeX"), ("avx2 fma avx512f", "Haswell"), ("sse2 ssse3", None), ("avx2", None)]
)
def test_the_kernels_are_those_that_the_flags_allow(
    flags: str, kernels: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    file = tmp_path / "cpuinfo"
    file.write_text(f"processor\t: 0\nflags\t\t: fpu {flags} sse\n", encoding="ascii")
    assert blas_kernels(file).get(VARIABLE) == kernels


def test_a_set_variable_and_an_unknown_system_are_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert blas_kernels(tmp_path / "absent") == {}
    monkeypatch.setenv(VARIABLE, "Zen")
    assert blas_kernels() == {}
