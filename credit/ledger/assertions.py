"""Balance assertions at each closing: the sub-ledger of customers' balance rows against the general ledger's totals.

The two come about in different ways: a balance row moves with each posting, a control total is summed from the postings
of a day once it is final. All sums are set-based, and none goes back beyond the newest final day."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from credit.kernel.errors import CreditError, ErrorCode
from credit.ledger.chart import AccountClass, chart
from credit.ledger.models import Account, Balance, Hold
from credit.ledger.totals import Kind, balances_by_kind


def assert_in_balance(session: Session) -> dict[Kind, int]:
    """The general ledger as it stands, minor units by kind, after comparing it with the sub-ledger.

    Raises LEDGER_OUT_OF_BALANCE(kind, sub_ledger, general_ledger), minor units, for the first kind that differs."""
    general = balances_by_kind(session)
    sub = _sub_ledger(session)
    sides = {name: kind.side for name, kind in chart().kinds.items()}
    for kind in sorted(sub.keys() | {kind for kind in general if sides.get(kind.kind, "customer") == "customer"}):
        if sub.get(kind, 0) != general.get(kind, 0):
            raise _out_of_balance(kind.kind, sub.get(kind, 0), general.get(kind, 0))
    for currency in sorted({kind.currency for kind in general}):
        memo = sum(minor for kind, minor in general.items() if kind.currency == currency and _is_memo(kind))
        money = sum(minor for kind, minor in general.items() if kind.currency == currency and not _is_memo(kind))
        if memo:
            raise _out_of_balance(AccountClass.MEMO, memo, 0)
        if money:
            raise _out_of_balance("all", money, 0)
    held = sum(minor for kind, minor in general.items() if kind.kind in _held_kinds())
    pending = int(session.scalar(select(func.sum(Hold.amount_minor)).where(Hold.state == "pending")) or 0)
    if pending != held:
        raise _out_of_balance("holds", pending, held)
    return general


def _sub_ledger(session: Session) -> dict[Kind, int]:
    key = (Account.gl_class, Account.kind, Account.currency)
    rows = session.execute(
        select(*key, func.sum(Balance.balance_minor)).join(Balance, Balance.account_id == Account.id).group_by(*key)
    )
    return {Kind(*name): int(minor) for *name, minor in rows}


def _is_memo(kind: Kind) -> bool:
    return kind.gl_class == AccountClass.MEMO


def _held_kinds() -> set[str]:
    return {name for name, kind in chart().kinds.items() if kind.held}


def _out_of_balance(kind: str, sub_ledger: int, general_ledger: int) -> CreditError:
    text = f"{kind}: sub-ledger {sub_ledger}, general ledger {general_ledger}"
    return CreditError(
        ErrorCode.LEDGER_OUT_OF_BALANCE, text, kind=kind, sub_ledger=sub_ledger, general_ledger=general_ledger
    )
