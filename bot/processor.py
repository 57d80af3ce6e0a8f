"""What BLAS is told of the processor.

numpy 1.23, which Rasa needs, brings an OpenBLAS that is older than the processors of today: on one that it does not
know it takes the kernels of 2004, five times slower than what the processor can do. Here it is told by the flags."""

from __future__ import annotations

import os
from pathlib import Path

VARIABLE = "OPENBLAS_CORETYPE"
KERNELS = (("SkylakeX", {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"}), ("Haswell", {"avx2", "fma"}))
CPUINFO = Path("/proc/cpuinfo")


def blas_kernels(cpuinfo: Path = CPUINFO) -> dict[str, str]:
    """Environment for a process that will import numpy: nothing where it is set already, where the processor is of
    another kind (the library knows those), or where the system does not tell."""
    if VARIABLE in os.environ:
        return {}
    try:
        lines = cpuinfo.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return {}
    flags = next((set(line.partition(":")[2].split()) for line in lines if line.startswith("flags")), set())
    return next(({VARIABLE: kernels} for kernels, needed in KERNELS if needed <= flags), {})
