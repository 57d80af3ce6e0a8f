"""How cases stay apart: each begins with the seeded database and an assistant that remembers nothing.

The stack's SQLite file is overwritten in place with what it held when the processes had started, by SQLite's own
backup: one transaction that the three running processes see as a whole. Business date, offers, PIN counters and the
gateway's history live in that file, so they go back too. What Rasa remembers of the customer is dropped. Nothing is
restarted, and the order does not matter."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from uuid import UUID

import pytest

from tests.harness.accounts import Accounts
from tests.harness.processes import Stack


@pytest.fixture(scope="session")
def accounts(stack: Stack) -> Iterator[Accounts]:
    with Accounts(stack) as opened:
        yield opened


Limits = Callable[[UUID, str], Decimal]


@pytest.fixture
def begin(stack: Stack, accounts: Accounts) -> Iterator[Callable[[str], Limits]]:
    """Put everything back for the customer, and give the reader of limits. Afterwards the books must be right."""

    def _begin(customer_id: str) -> Limits:
        stack.restore()
        stack.forget(customer_id)
        stack.mark_logs()
        return accounts.available

    yield _begin
    stack.bring_back()
    assert accounts.problems_in_the_books() == []
