"""Reading journals back."""

from __future__ import annotations

import json
from typing import Any

from credit.ledger.models import Journal


def journal_facts(journal: Journal) -> dict[str, Any]:
    """What the feature noted when it posted."""
    facts: dict[str, Any] = json.loads(journal.facts)
    return facts
