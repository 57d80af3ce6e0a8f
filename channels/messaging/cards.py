"""Cards as short lines: a title and rows of a name and a value. Every kind has such a form."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from pydantic import TypeAdapter

from channels.messaging.port import CardSummary
from channels.wording import Wording
from credit.cards import (
    AnyCard,
    BillCard,
    ComparisonCard,
    LimitCard,
    LimitLine,
    ListCard,
    MoneyOut,
    NoticeCard,
    OfferCard,
    ReceiptCard,
    ScheduleCard,
    ScheduleLoan,
    Way,
)
from credit.kernel.money import Money, percent

CARDS: TypeAdapter[Any] = TypeAdapter(AnyCard)
MOST_ROWS = 8
"""Of a list; more of it is in the app or on the web."""
PREFIX = "utter_messaging_"

Row = tuple[str, str]


class CardLines:
    """Draws cards. All words are responses; figures are the card's own."""

    def __init__(self, wording: Wording) -> None:
        self._wording = wording
        self._kinds: dict[type, Callable[[Any], tuple[str, Iterable[Row]]]] = {
            LimitCard: self._limit,
            BillCard: self._bill,
            ScheduleCard: self._schedule,
            OfferCard: self._offer,
            ComparisonCard: self._comparison,
            ReceiptCard: self._receipt,
            ListCard: self._list,
            NoticeCard: lambda _card: (self._say("title_notice"), ()),  # its text stands alone
        }

    def summary(self, card: AnyCard) -> CardSummary:
        title, rows = self._kinds[type(card)](card)
        return CardSummary(title, tuple(rows))

    def line(self, row: Row) -> str:
        return self._say("row", name=row[0], value=row[1])

    def _say(self, name: str, /, **facts: object) -> str:
        return self._wording.say(PREFIX + name, **facts)

    def _value(self, value: object) -> str:
        """An amount with its unit, a day or an instant as it is written."""
        if isinstance(value, MoneyOut):
            return self._say("yuan", amount=value.money())
        if isinstance(value, date | datetime):
            return self._wording.written(value)
        return str(value)

    def _rows(self, kind: str, **values: object) -> list[Row]:
        """One row for each value that there is, in the given order."""
        return [
            (self._say(f"{kind}_{name}"), self._value(value)) for name, value in values.items() if value is not None
        ]

    def _rate(self, ppm: int | None) -> str | None:
        return None if ppm is None else self._say("rate", rate=percent(ppm))

    def _count(self, name: str, number: int | None) -> str | None:
        return self._say(name, count=number) if number else None

    def _limit(self, card: LimitCard) -> tuple[str, list[Row]]:
        return self._say("title_limit"), [(line.name, self._line_state(line)) for line in card.lines]

    def _line_state(self, line: LimitLine) -> str:
        if line.status != "open":
            return self._say(f"limit_{line.status}")
        facts: dict[str, object] = {"available": line.available.money(), "limit": line.limit.money()}
        if line.daily_rate_ppm is None or line.simple_yearly_ppm is None:
            return self._say("limit_open", **facts)
        rates = {"daily": percent(line.daily_rate_ppm), "simple": percent(line.simple_yearly_ppm)}
        return self._say("limit_priced", **facts, **rates)

    def _bill(self, card: BillCard) -> tuple[str, list[Row]]:
        rows = self._rows(
            "bill",
            outstanding=card.outstanding,
            minimum=card.minimum_outstanding,
            due_on=card.due_on,
            total=card.total,
            overdue=self._count("days", card.days_overdue),
            penalty=card.penalty if card.penalty.minor else None,
        )
        return self._say("title_bill", name=card.name), rows

    def _schedule(self, card: ScheduleCard) -> tuple[str, list[Row]]:
        return self._say("title_schedule"), [self._loan(loan) for loan in card.loans]

    def _loan(self, loan: ScheduleLoan) -> Row:
        name = self._say(f"schedule_{loan.kind}", amount=loan.principal.money())
        facts: dict[str, object] = {"remaining": loan.remaining.money(), "simple": percent(loan.simple_yearly_ppm)}
        if loan.next_due_on is None:
            return name, self._say("schedule_over", **facts)
        return name, self._say("schedule_value", on=loan.next_due_on, due=loan.next_due.money(), **facts)

    def _offer(self, card: OfferCard) -> tuple[str, list[Row]]:
        """All that must be known before confirming; the page behind the link has the dated rows and the cost table."""
        title = self._say(f"offer_{card.offer_kind}")
        if card.status != "open":
            return title, [(title, self._say(f"offer_{card.status}"))]
        method = card.method and self._wording.say(f"utter_word_method_{card.method}")
        penalty = next((cost.daily_rate_ppm for cost in card.cost_table if cost.item == "overdue_penalty"), None)
        first = card.rows[0] if card.rows else None
        rows = self._rows(
            "offer",
            product=card.product_name,
            lender=card.lender,
            amount=card.amount,
            term=self._count("periods", card.term),
            method=method or None,
            daily=self._rate(card.daily_rate_ppm),
            simple=self._rate(card.simple_yearly_ppm),
            compound=self._rate(card.compound_yearly_ppm),
            interest=card.total_interest,
            fee=card.total_fee,
            repayment=card.total_repayment,
            first=first and self._say("offer_first_value", on=first.due_on, amount=first.total.money()),
            overdue=penalty and self._say("offer_overdue_value", rate=percent(penalty)),
            expires=card.expires_at,
        )
        return title, rows

    def _comparison(self, card: ComparisonCard) -> tuple[str, list[Row]]:
        return self._say("title_comparison"), [self._way(way) for way in card.ways]

    def _way(self, way: Way) -> Row:
        name = self._say(f"way_{way.way}")
        if way.term:
            name = self._say("way_term", way=name, count=way.term)
        if not way.possible:
            reason = f"utter_word_refusal_{way.refusal}"
            return name, self._wording.say(reason if reason in self._wording else "utter_word_refusal_other")
        facts: dict[str, Money] = {
            "today": way.pay_today.money(),
            "total": way.total_paid.money(),
            "cost": way.cost.money(),
        }
        if way.simple_yearly_ppm is None:
            return name, self._say("way_value", **facts)
        return name, self._say("way_priced", **facts, simple=percent(way.simple_yearly_ppm))

    def _receipt(self, card: ReceiptCard) -> tuple[str, list[Row]]:
        rows = self._rows(
            "receipt",
            amount=card.amount,
            first_due_on=card.first_due_on,
            bill=card.bill_outstanding,
        )
        return self._say("title_receipt"), rows

    def _list(self, card: ListCard) -> tuple[str, list[Row]]:
        rows: list[Row] = []
        for item in card.items[:MOST_ROWS]:
            note = f"{PREFIX}note_{item.note}"
            parts = [
                self._value(item.amount) if item.amount is not None else "",
                self._wording.say(note) if note in self._wording else "",
            ]
            name = " ".join([*([self._value(item.on)] if item.on else []), item.title])
            rows.append((name, " ".join(part for part in parts if part)))
        if len(card.items) > MOST_ROWS:
            rows.append((self._say("more", count=len(card.items) - MOST_ROWS), ""))
        return self._say("title_list"), rows
