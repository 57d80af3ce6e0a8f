"""What a mixin of the front door needs of the class that it is mixed into."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from credit.books import Books


class Desk(Protocol):
    def reading[T](self, look: Callable[[Books], T]) -> T: ...

    def writing[T](self, work: Callable[[Books], T]) -> T: ...
