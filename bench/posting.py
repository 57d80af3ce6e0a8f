"""Journals a second: ours and the baseline in turn, so that what the machine does besides hits both."""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclass
class Rates:
    """Journals a second, a figure a round."""

    ours: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)

    @property
    def our_median(self) -> float:
        return statistics.median(self.ours)

    @property
    def bare_median(self) -> float:
        return statistics.median(self.bare)

    @property
    def ratio(self) -> float:
        """The median of the rounds' own ratios: the two halves of a round saw the same machine."""
        return statistics.median(ours / bare for ours, bare in zip(self.ours, self.bare, strict=True))


class Clients:
    """Processes that post at the same time."""

    def __init__(self, processes: list[subprocess.Popen[str]]) -> None:
        self._processes = processes

    def measure(self, rounds: int, seconds: float) -> Rates:
        rates = Rates()
        for nth in range(rounds):
            # Who begins changes: what the first leaves behind (a checkpoint, full buffers) is not always ours to pay.
            for what in ("ours", "bare") if nth % 2 == 0 else ("bare", "ours"):
                getattr(rates, what).append(self._round(what, seconds))
        return rates

    def measure_ours(self, seconds: float) -> float:
        """One round of ours alone."""
        return self._round("ours", seconds)

    def _round(self, what: str, seconds: float) -> float:
        for process in self._processes:
            assert process.stdin is not None
            process.stdin.write(f"{what} {seconds}\n")
            process.stdin.flush()
        answers = [process.stdout.readline().split() for process in self._processes if process.stdout]
        return sum(int(count) for count, _ in answers) / max(float(took) for _, took in answers)


@contextmanager
def clients(ours: str, plain: str, count: int, label: str) -> Iterator[Clients]:
    """Start that many client processes, ready to post."""
    with ExitStack() as stack:
        processes = []
        for nth in range(count):
            command = [sys.executable, "-m", "bench.client", ours, plain, f"{label}-{nth}"]
            process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            stack.enter_context(process)
            stack.callback(process.kill)
            processes.append(process)
        for process in processes:
            assert process.stdout is not None
            if process.stdout.readline() != "ready\n":
                raise RuntimeError("a client did not start; its error stands above")
        yield Clients(processes)
