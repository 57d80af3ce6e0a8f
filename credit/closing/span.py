"""A range of customers: what one step of a closing works on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement


@dataclass(frozen=True, slots=True)
class Span:
    """All customers from one id to another, both included."""

    first: UUID
    last: UUID

    def holds(self, column: Any) -> ColumnElement[bool]:
        """The condition that a customer column lies in the range."""
        found: ColumnElement[bool] = column.between(self.first, self.last)
        return found
