"""The running stack as fixtures. One stack serves the whole run; see `restore` for how cases stay apart."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import yaml

from tests.harness.databases import sqlite_url
from tests.harness.processes import Seeded, Stack, new_stack, seed
from tools.console import ROOT

CUSTOMERS = ROOT / "seeds" / "customers.yml"


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Seeded:
    """The demo customers' database, seeded once in the run."""
    folder = tmp_path_factory.mktemp("seeded")
    file = folder / "seeded.db"
    seed(sqlite_url(file), folder)
    return Seeded(file)


@pytest.fixture(scope="session")
def stack(seeded: Seeded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The three processes over a copy of the seeded SQLite database, for the whole run."""
    with new_stack(tmp_path_factory.mktemp("stack") / "data", seeded.new_sqlite) as running:
        yield running


@pytest.fixture(scope="session")
def customer_ids() -> dict[str, str]:
    """The demo customers' ids by the keys of seeds/customers.yml."""
    customers = yaml.safe_load(CUSTOMERS.read_text(encoding="utf-8"))["customers"]
    return {customer["key"]: str(customer["id"]) for customer in customers}
