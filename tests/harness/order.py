"""Which tests begin first. Files go to the test processes whole, so a long one begun last would run on alone at the end."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files marked `long` come first; within them and after them the order stays."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)
