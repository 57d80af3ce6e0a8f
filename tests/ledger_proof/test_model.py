"""Random operations on both databases against the model; see tests.ledger_proof.machine."""

from __future__ import annotations

import random

import pytest

from tests.ledger_proof.databases import Maker
from tests.ledger_proof.play import play

pytestmark = pytest.mark.long

STEPS = {"sqlite": 1_500, "postgresql": 600}


@pytest.mark.timeout(600)
def test_the_ledger_and_the_model_never_differ(databases: Maker, pytestconfig: pytest.Config) -> None:
    given = pytestconfig.getoption("--hypothesis-seed")
    with_seed = int(given) if given is not None else random.SystemRandom().randrange(2**32)
    print(f"replay with --hypothesis-seed={with_seed}")
    taken = play(databases, STEPS[databases.engine], with_seed)
    print(f"{databases.engine}: {taken.total()} steps: {dict(taken.most_common())}")
    assert taken.total() >= STEPS[databases.engine]
    assert sum(count for name, count in taken.items() if name.endswith("refused")) >= taken.total() // 10
