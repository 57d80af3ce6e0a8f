"""One card of every kind, as the account service would make it, with the lengths that a page has to bear."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from credit.cards import (
    BillCard,
    BillEntry,
    BillPart,
    ComparisonCard,
    ListCard,
    ListItem,
    MoneyOut,
    NoticeCard,
    ReceiptCard,
    ScheduleCard,
    ScheduleLoan,
    ScheduleRow,
    Way,
)
from credit.kernel.ids import new_id
from tests.channels.doubles import limit_lines, offer_card


def fen(minor: int) -> MoneyOut:
    return MoneyOut(minor=minor)


def every_card(now: datetime) -> dict[str, dict[str, Any]]:
    """By kind, in JSON form."""
    cards = [
        {"kind": "limit", "lines": [line.model_dump(mode="json") for line in limit_lines()]},
        *(
            card.model_dump(mode="json")
            for card in (bill(), schedule(), offer_card(now), comparison(), receipt(), spending())
        ),
        NoticeCard(level="warning", code="due_soon").model_dump(mode="json"),
    ]
    return {card["kind"]: card for card in cards}


def bill() -> BillCard:
    parts = {"purchases": 318_420, "installments": 50_000, "interest": 1_234, "refunds": -4_680}
    entries = [
        BillEntry(on=date(2026, 10, 3 + nth), merchant=name, amount=fen(amount), kind=kind)  # type: ignore[arg-type]
        for nth, (name, amount, kind) in enumerate(
            [
                ("极光数码旗舰店（万象城二层东区服务中心）", 129_900, "purchase"),
                ("邻里超市", 34_290, "purchase"),
                ("邻里超市", -4_680, "refund"),
                ("云上航空", 154_230, "purchase"),
                ("", 50_000, "installment"),
            ]
        )
    ]
    total = sum(parts.values())
    return BillCard(
        name="信用付",
        statement_on=date(2026, 11, 1),
        due_on=date(2026, 11, 10),
        total=fen(total),
        paid=fen(0),
        outstanding=fen(total),
        minimum=fen(36_497),
        minimum_outstanding=fen(36_497),
        days_overdue=0,
        penalty=fen(0),
        parts=[BillPart(part=name, amount=fen(amount)) for name, amount in parts.items()],  # type: ignore[arg-type]
        entries=entries,
        previous_total=fen(204_420),
        unbilled=fen(41_480),
        next_statement_on=date(2026, 12, 1),
        autopay=False,
    )


def schedule() -> ScheduleCard:
    rows = [
        ScheduleRow(
            number=nth + 1,
            due_on=date(2026 + (9 + nth) // 12, (9 + nth) % 12 + 1, 20),
            principal=fen(90_000 + 1_200 * nth),
            interest=fen(14_000 - 1_150 * nth),
            fee=fen(0),
            total=fen(104_000 + 50 * nth),
            status="paid" if nth == 0 else "overdue" if nth == 1 else "planned",
        )
        for nth in range(12)
    ]
    loan = ScheduleLoan(
        loan_id=new_id(),
        kind="loan",
        opened_on=date(2026, 9, 20),
        principal=fen(1_159_200),
        remaining=fen(1_069_200),
        payoff_today=fen(1_082_345),
        method="level_payment",
        term=12,
        daily_rate_ppm=400,
        simple_yearly_ppm=146_000,
        compound_yearly_ppm=156_200,
        days_overdue=3,
        penalty=fen(187),
        next_due_on=date(2026, 11, 20),
        next_due=fen(104_050),
        rows=rows,
    )
    return ScheduleCard(loans=[loan])


def comparison() -> ComparisonCard:
    def way(name: str, cost: int, **more: Any) -> Way:
        zero = {"pay_today": fen(0), "later_payments": 0, "largest_later_payment": fen(0)}
        return Way(way=name, possible=True, total_paid=fen(204_420 + cost), cost=fen(cost), **{**zero, **more})  # type: ignore[arg-type]

    ways = [
        way("pay_now", 0, pay_today=fen(204_420)),
        way("pay_minimum", 1_601, pay_today=fen(20_442), later_payments=1, largest_later_payment=fen(185_579)),
        way(
            "installment", 6_133, term=6, later_payments=6, largest_later_payment=fen(35_093), simple_yearly_ppm=100_800
        ),
        Way(
            way="borrow",
            possible=False,
            refusal="limit_exceeded",
            pay_today=fen(0),
            later_payments=0,
            largest_later_payment=fen(0),
            total_paid=fen(0),
            cost=fen(0),
        ),
    ]
    return ComparisonCard(name="信用付", outstanding=fen(204_420), due_on=date(2026, 11, 10), ways=ways)


def receipt() -> ReceiptCard:
    return ReceiptCard(
        offer_id=new_id(),
        offer_kind="borrow",
        journal_id=new_id(),
        executed_at=datetime(2026, 11, 8, 4, tzinfo=UTC) + timedelta(minutes=3),
        business_date=date(2026, 11, 8),
        amount=fen(500_000),
        loan_id=new_id(),
        first_due_on=date(2026, 12, 8),
        limits=limit_lines(10_000),
    )


def spending() -> ListCard:
    items = [
        ListItem(on=date(2026, 11, 6), title="悦食外卖", amount=fen(4_680)),
        ListItem(on=date(2026, 11, 3), title="暖冬服饰", amount=fen(36_800), note="refunded"),
        ListItem(title="<b>不是标签</b>", amount=fen(100)),
        ListItem(on=date(2026, 10, 26), title="晨光书店", amount=fen(7_320)),
    ]
    return ListCard(title="spending", items=items)
