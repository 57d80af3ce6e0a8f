"""Granting, drawing, releasing, changing and freezing. Every figure is a ledger account of the line:

`granted` (what was promised, negative), `available` (never below zero, kept so by the database), `held` (set aside for
something not yet final, see credit.ledger.holds) and `used`. They sum to zero. `used` equals the principal owed, or the
limit while more is owed than the limit allows."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import bindparam, select

from credit.books import Books
from credit.cards import LimitCard, LimitLine, money_out
from credit.catalogue.models import Cycle
from credit.customers.models import Customer
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.ids import new_id
from credit.kernel.money import DAYS_IN_YEAR, Money
from credit.ledger import holds
from credit.ledger.service import Event, Lines
from credit.lines.models import Line, LineChange

PAYLATER, CASHLOAN = "paylater", "cashloan"

_LINE_OF = select(Line).where(Line.customer_id == bindparam("customer"), Line.product == bindparam("product"))


def account(line: Line, part: str) -> str:
    """Ledger account of a line: `granted`, `available`, `held` or `used`."""
    return f"line/{line.id}/{part}"


def find_line(books: Books, customer_id: UUID, product: str) -> Line | None:
    key = (Line, customer_id, product)
    if books.holds(customer_id) and isinstance(kept := books.kept(key), Line):
        return kept
    line = books.session.scalars(_LINE_OF, {"customer": customer_id, "product": product}).one_or_none()
    return line if line is None else books.keep(key, line)


def require_line(books: Books, customer_id: UUID, product: str) -> Line:
    """The customer's line of a product. Raises PRODUCT_NOT_OPEN."""
    line = find_line(books, customer_id, product)
    if line is None or line.status == "closed":
        raise CreditError(ErrorCode.PRODUCT_NOT_OPEN, product=books.catalogue.product_name(product))
    return line


def require_usable(books: Books, line: Line) -> None:
    """Raises LINE_FROZEN unless the line may be drawn on."""
    if line.status == "frozen":
        raise CreditError(
            ErrorCode.LINE_FROZEN, reason=line.frozen_reason, product=books.catalogue.product_name(line.product)
        )


def open_line(
    books: Books, customer: Customer, product: str, *, limit: Money, daily_rate_ppm: int, cycle: Cycle | None = None
) -> Line:
    """Grant a line. Raises EXPOSURE_EXCEEDED when both lines together would pass the policy's bound."""
    _refuse_exposure(books, customer.id, product, limit)
    line = Line(
        id=new_id(),
        customer_id=customer.id,
        product=product,
        status="open",
        opened_on=books.today,
        daily_rate_ppm=daily_rate_ppm,
        statement_day=cycle.statement_day if cycle else None,
        due_day=cycle.due_day if cycle else None,
        limit_minor=limit.minor,
    )
    books.session.add(line)
    books.session.flush()
    for part, floor, ceiling in (("granted", None, 0), ("available", 0, None), ("held", 0, None), ("used", 0, None)):
        books.ledger.open_account(
            account(line, part),
            kind=f"limit_{part}",
            opened_on=books.today,
            customer_id=customer.id,
            floor=floor,
            ceiling=ceiling,
        )
    grant = Lines().move(limit, debit=account(line, "available"), credit=account(line, "granted"))
    books.post("limit_granted", f"grant:{line.id}", grant, customer_id=customer.id)
    remember_change(books, line, "opened", "application", 0, limit.minor)
    return line


def _refuse_exposure(books: Books, customer_id: UUID, product: str, limit: Money) -> None:
    other = find_line(books, customer_id, CASHLOAN if product == PAYLATER else PAYLATER)
    most = books.catalogue.exposure.both_lines
    if limit.minor + (other.limit_minor if other else 0) > most.minor:
        raise CreditError(ErrorCode.EXPOSURE_EXCEEDED, most=most)


def available(books: Books, line: Line) -> Money:
    """What may still be drawn, temporary states such as a freeze left aside."""
    return books.ledger.balance(account(line, "available"))


def draw(lines: Lines, line: Line, amount: Money) -> None:
    """Take `amount` from the limit; the database refuses what is not there."""
    lines.move(amount, debit=account(line, "used"), credit=account(line, "available"))


def place_hold(books: Books, line: Line, amount: Money, *, until: date, request_id: str) -> UUID:
    """Set limit aside until the business day `until` has passed; returns the hold. The database refuses what is not
    there. Post it with `credit.ledger.holds.post` and lines that debit `used`, in place of `draw`."""
    event = Event("limit_held", request_id, line.customer_id, books.today, {"line": str(line.id)})
    return holds.place(
        books.ledger,
        event,
        from_code=account(line, "available"),
        held_code=account(line, "held"),
        amount=amount,
        expires_on=until,
    )


def release(books: Books, lines: Lines, line: Line, *, owed_after: Money) -> None:
    """Give limit back after principal was repaid. What is owed above a cut limit is not given back."""
    used = books.ledger.balance(account(line, "used"))
    freed = used - Money(min(line.limit_minor, owed_after.minor))
    if freed.minor > 0:
        lines.move(freed, debit=account(line, "available"), credit=account(line, "used"))


def change_limit(books: Books, line: Line, new_limit: Money, *, owed: Money, reason: str, request_id: str) -> None:
    """Raise or cut. A cut below what is owed leaves nothing available until enough is repaid.

    Raises EXPOSURE_EXCEEDED for a raise beyond the policy's bound, LIMIT_HELD for a cut into what is held: that amount
    may be owed in a moment."""
    before = line.limit_minor
    if new_limit.minor > before:
        _refuse_exposure(books, line.customer_id, line.product, new_limit)
    parts = books.ledger.balances(account(line, part) for part in ("used", "available", "held"))
    used, free, held = parts.values()
    if held and new_limit.minor < before and new_limit.minor < owed.minor + held.minor:
        raise CreditError(ErrorCode.LIMIT_HELD, held=held)
    now_used = min(new_limit.minor, owed.minor)
    lines = Lines()
    lines.shift(account(line, "granted"), before - new_limit.minor)
    lines.shift(account(line, "used"), now_used - used.minor)
    lines.shift(account(line, "available"), new_limit.minor - now_used - held.minor - free.minor)
    line.limit_minor = new_limit.minor
    kind = "raised" if new_limit.minor > before else "cut"
    books.post("limit_changed", request_id, lines, customer_id=line.customer_id, facts={"reason": reason})
    remember_change(books, line, kind, reason, before, new_limit.minor)


def freeze(books: Books, line: Line, reason: str) -> None:
    """Stop new credit on a line. What is owed stays owed and can be repaid."""
    if line.status == "open":
        line.status, line.frozen_reason = "frozen", reason
        remember_change(books, line, "frozen", reason, line.limit_minor, line.limit_minor)


def unfreeze(books: Books, line: Line, reason: str) -> None:
    """Allow new credit again."""
    if line.status == "frozen":
        line.status, line.frozen_reason = "open", None
        remember_change(books, line, "unfrozen", reason, line.limit_minor, line.limit_minor)


def limit_card(books: Books, customer_id: UUID) -> LimitCard:
    """Both lines as they stand. A product never opened is not in the list."""
    books.customer(customer_id)
    found = (find_line(books, customer_id, product) for product in (PAYLATER, CASHLOAN))
    return LimitCard(lines=[_limit_line(books, line) for line in found if line is not None])


def changes(books: Books, line: Line) -> list[LineChange]:
    """The line's history, newest first."""
    return list(
        books.session.scalars(
            select(LineChange).where(LineChange.line_id == line.id).order_by(LineChange.on.desc(), LineChange.id.desc())
        )
    )


def _limit_line(books: Books, line: Line) -> LimitLine:
    parts = books.ledger.balances(account(line, part) for part in ("available", "held"))
    free, held = parts.values()
    limit = Money(line.limit_minor)
    cash = line.product == CASHLOAN
    return LimitLine(
        product="cashloan" if cash else "paylater",
        name=books.catalogue.product_name(line.product),
        status="frozen" if line.status == "frozen" else "closed" if line.status == "closed" else "open",
        limit=money_out(limit),
        used=money_out(limit - free - held),
        available=money_out(free),
        single_cap=money_out(books.catalogue.cashloan.largest_loan) if cash else None,
        daily_rate_ppm=line.daily_rate_ppm,
        simple_yearly_ppm=line.daily_rate_ppm * DAYS_IN_YEAR,
        frozen_reason=line.frozen_reason,
    )


def remember_change(books: Books, line: Line, kind: str, reason: str, before: int, after: int) -> None:
    """Write into the line's history what changed and why, limits in minor units."""
    books.session.add(
        LineChange(
            id=new_id(),
            line_id=line.id,
            on=books.today,
            kind=kind,
            reason=reason,
            before_minor=before,
            after_minor=after,
        )
    )
