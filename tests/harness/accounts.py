"""A look into the stack's ledger from outside the three processes."""

from __future__ import annotations

from decimal import Decimal
from typing import Self
from uuid import UUID

from credit.app import open_app
from credit.kernel.database import open_engine
from credit.kernel.settings import Settings
from credit.ledger.audit import check_books
from tests.harness.processes import Stack


class Accounts:
    """Reads limits through the credit module and checks the books. A context manager."""

    def __init__(self, stack: Stack) -> None:
        self._app = open_app(Settings.from_environment(stack.around.environment()))
        self._engine = open_engine(stack.database_url)

    def available(self, customer_id: UUID, product: str) -> Decimal:
        """What can still be used of the product's limit, in yuan."""
        line = next(line for line in self._app.limits(customer_id).lines if line.product == product)
        return Decimal(line.available.minor) / 100

    def problems_in_the_books(self) -> list[str]:
        """What the audit finds wrong; empty when all invariants hold."""
        return list(check_books(self._engine))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._app.close()
        self._engine.dispose()
