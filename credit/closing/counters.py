"""The exact counters of debts: how they move by a day, and one statement that writes many of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass, fields
from uuid import UUID

from sqlalchemy.orm import Session

from credit.kernel.money import PPM, round_half_up
from credit.loans.models import Loan
from credit.paylater.models import Standing


@dataclass(frozen=True, slots=True)
class Counters:
    """Exact: minor units × PPM, since the debt began. Posted: minor units."""

    interest_exact: int
    interest_posted: int
    penalty_exact: int
    penalty_posted: int

    def after(self, interest: int, penalty: int) -> Counters:
        """With one more day of exact interest and penalty, and everything posted that is a whole 分."""
        exact, late = self.interest_exact + interest, self.penalty_exact + penalty
        return Counters(exact, round_half_up(exact, PPM), late, round_half_up(late, PPM))


_NAMES = [field.name for field in fields(Counters)]


def move_counters(session: Session, table: type[Standing | Loan], counters: Mapping[UUID, Counters]) -> None:
    """Write the counters of many rows, by their keys; objects of the session read them anew."""
    if not counters:
        return
    key = "line_id" if table is Standing else "id"
    connection = session.connection()
    values = [astuple(row) for row in counters.values()]
    if connection.dialect.name == "sqlite":
        places = ", ".join(f"{name} = ?" for name in _NAMES)
        connection.exec_driver_sql(
            f"UPDATE {table.__tablename__} SET {places} WHERE {key} = ?",  # noqa: S608
            [(*row, ident.hex) for ident, row in zip(counters, values, strict=True)],
        )
    else:
        places = ", ".join(f"{name} = v.{name}" for name in _NAMES)
        arrays = ", ".join(["%s::uuid[]", *["%s::bigint[]"] * len(_NAMES)])
        connection.exec_driver_sql(
            f"UPDATE {table.__tablename__} AS t SET {places} "  # noqa: S608
            f"FROM unnest({arrays}) AS v(ident, {', '.join(_NAMES)}) WHERE t.{key} = v.ident",
            (list(counters), *(list(column) for column in zip(*values, strict=True))),
        )
    for known in list(session.identity_map.values()):
        if isinstance(known, table):
            session.expire(known, _NAMES)
