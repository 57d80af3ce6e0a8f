"""What watching goes by: `watching:` of the policy file, the file's version, and the scorecard."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from credit.monitoring.policy import Watching, read_watching
from credit.scoring.card import Scorecard
from credit.scoring.policy import DEFAULT, present_policy


@dataclass(frozen=True, slots=True)
class Orders:
    policy: Watching
    version: str
    """Of the policy file."""
    card: Scorecard


@cache
def present_watching() -> Watching:
    """The lender's own, read once. Raises CatalogueError naming the place of every fault."""
    return read_watching(present_policy().watching, DEFAULT.name)


@cache
def present_orders() -> Orders:
    """The same with the scorecard. Raises CatalogueError, SCORECARD_DAMAGED, SCORECARD_VERSION."""
    return Orders(present_watching(), present_policy().version, Scorecard.load())
