"""Classes and provisions: pure, no database."""

from __future__ import annotations

from collections.abc import Mapping

from credit.catalogue.closing import CLASSES, Classification, Provisions
from credit.kernel.money import PPM, round_half_up
from credit.schedules.arrears import ArrearsClass, arrears_class, days_past_due

__all__ = ["CLASSES", "class_of", "days_past_due", "provision"]


def class_of(days: int, rule: Classification) -> str:
    """The class of a debt whose oldest unpaid due day was `days` ago (正常 for 0).

    The five classes of the risk classification rules of 2023: any overdue at least 关注, more than 90 days 次级, more
    than 270 可疑, more than 360 损失."""
    return arrears_class(days, [ArrearsClass(name, getattr(rule, name)) for name in CLASSES]).code


def provision(exposures: Mapping[str, int], rule: Provisions) -> dict[str, int]:
    """What must be set aside for the principal owed, both minor units by class; halves of a 分 go up."""
    return {name: round_half_up(exposures.get(name, 0) * getattr(rule, name), PPM) for name in CLASSES}
