"""Runs of the machine, for the test and for the soak."""

from __future__ import annotations

from collections import Counter

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.ledger_proof.databases import Maker
from tests.ledger_proof.machine import LedgerMachine
from tests.ledger_proof.world import open_world

STEPS_A_RUN = 50


def play(makers: Maker, steps: int, with_seed: int) -> Counter[str]:
    """Take `steps` steps and a few more. Returns how often each was taken; raises what the first wrong step raises."""
    taken: list[str] = []
    machine = type("LedgerMachine", (LedgerMachine,), {"makers": makers.filled(open_world), "steps": taken})
    while len(taken) < steps:  # once as a rule; hypothesis may end a run early
        found = settings(
            max_examples=max(1, (steps - len(taken)) // STEPS_A_RUN + 1),
            stateful_step_count=STEPS_A_RUN,
            deadline=None,
            database=None,  # a run depends on its seed alone
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate, Phase.shrink),
        )
        run_state_machine_as_test(seed(with_seed + len(taken))(machine), settings=found)
    return Counter(taken)
