"""Every channel through every case of the replay matrix; see `matrix.py`. The table is printed at the end of the run."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from tests.channels.messaging.matrix import Profile, Rig
from tests.channels.messaging.matrix_cases import CASES, Case

pytestmark = pytest.mark.anyio

MODULES = sorted(path.stem for path in Path(__file__).parent.glob("profile_*.py"))
PROFILES: list[Profile] = [
    profile for name in MODULES for profile in import_module(f"tests.channels.messaging.{name}").PROFILES
]


@pytest.mark.parametrize("case", CASES.values(), ids=lambda case: f"{case.number:02}")
@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
async def test_matrix(tmp_path: Path, profile: Profile, case: Case, anyio_backend: str) -> None:
    if case.number in profile.not_applicable:
        pytest.skip(f"not applicable: {profile.not_applicable[case.number]}")
    rig = Rig(tmp_path, profile, inline=case.inline)
    try:
        await rig.bind()
        await case.play(rig)
    finally:
        await rig.close()
