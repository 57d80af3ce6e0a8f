"""Every case of the YAML files in this folder, against the three real processes."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from tests.harness.conversations import Case, Conversation, UnexpectedError, load
from tests.harness.processes import Stack

pytestmark = pytest.mark.long

CASES = load(Path(__file__).parent)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_conversation(
    case: Case,
    stack: Stack,
    customer_ids: dict[str, str],
    begin: Callable[[str], Callable[[UUID, str], Decimal]],
) -> None:
    customer_id = customer_ids[case.customer]
    conversation = Conversation(stack, customer_id, begin(customer_id))
    try:
        conversation.play(case)
    except UnexpectedError as problem:
        report = str(problem)
    else:
        return
    pytest.fail(report, pytrace=False)  # outside the except, or pytest would print it twice


def test_there_are_enough_conversations() -> None:
    assert len(CASES) >= 180
    assert len({str(case) for case in CASES}) == len(CASES), "two cases of a file have the same name"
