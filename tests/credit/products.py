"""The product file with a few values changed, for tests of what a lender may set differently."""

from __future__ import annotations

import copy
from typing import Any

import yaml

from credit.catalogue import Catalogue
from credit.catalogue.service import DEFAULT_FILE


def content() -> dict[str, Any]:
    """The product file as it stands."""
    loaded: dict[str, Any] = yaml.safe_load(DEFAULT_FILE.read_text(encoding="utf-8"))
    return loaded


def changed(**values: Any) -> dict[str, Any]:
    """The product file with values changed by place, written `paylater__revolving_daily_ppm=500`."""
    altered = copy.deepcopy(content())
    for place, value in values.items():
        *parents, last = place.split("__")
        part = altered
        for name in parents:
            part = part[name]
        part[last] = value
    return altered


def products(**values: Any) -> Catalogue:
    return Catalogue.model_validate(changed(**values))
