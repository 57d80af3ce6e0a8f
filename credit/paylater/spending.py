"""Paying with the line: what a payment is checked for, at once, or authorised first and captured later."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, select

from credit.books import Books
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.ids import new_id
from credit.kernel.money import Money
from credit.ledger import holds
from credit.ledger.models import Hold
from credit.ledger.service import Event, Lines
from credit.lines import service as lines_service
from credit.lines.models import Line, SpendingCap
from credit.paylater.accounts import account
from credit.paylater.models import Authorisation, Purchase

CLEARING = "house/clearing"


def check_payment(books: Books, line: Line, amount: Money, category: str) -> None:
    """Everything a payment is refused for.

    Raises LINE_FROZEN, AMOUNT_NOT_POSITIVE, CATEGORY_NOT_ALLOWED, LIMIT_EXCEEDED, PAYMENT_ABOVE_CAP,
    OWN_CAP_EXCEEDED."""
    lines_service.require_usable(books, line)
    rules, product = books.catalogue.paylater.spending, books.catalogue.paylater.name
    if amount.minor <= 0:
        raise CreditError(ErrorCode.AMOUNT_NOT_POSITIVE, amount=amount)
    if category in rules.refused_categories:
        raise CreditError(ErrorCode.CATEGORY_NOT_ALLOWED, category, product=product)
    free = lines_service.available(books, line)
    if amount > free:
        raise CreditError(ErrorCode.LIMIT_EXCEEDED, amount=amount, available=free)
    if amount > rules.largest_payment:
        raise CreditError(ErrorCode.PAYMENT_ABOVE_CAP, amount=amount, cap=rules.largest_payment, product=product)
    left = own_cap_left(books, line)
    if left is not None and amount > left:
        raise CreditError(ErrorCode.OWN_CAP_EXCEEDED, amount=amount, left=left)


def purchase(
    books: Books, customer_id: UUID, amount: Money, *, merchant: str, category: str, request_id: str
) -> Purchase:
    """Pay a merchant from the line. A repeat of the request gives the first purchase.

    Raises PRODUCT_NOT_OPEN, REQUEST_ID_REUSED, and as `check_payment`."""
    books.lock_customer(customer_id)
    line = lines_service.require_line(books, customer_id, lines_service.PAYLATER)
    lines = Lines().move(amount, debit=account(line, "unbilled"), credit=CLEARING)
    lines_service.draw(lines, line, amount)
    facts: dict[str, object] = {"merchant": merchant, "amount": amount.minor}
    if (earlier := books.ledger.find(request_id)) is not None:
        journal = books.post(
            "purchase", request_id, lines, customer_id=customer_id, facts=facts, effective_on=earlier.effective_on
        )
        return books.session.scalars(select(Purchase).where(Purchase.journal_id == journal)).one()
    check_payment(books, line, amount, category)
    journal = books.post("purchase", request_id, lines, customer_id=customer_id, facts=facts)
    return remember_purchase(books, line, amount, merchant=merchant, category=category, journal_id=journal)


def remember_purchase(
    books: Books,
    line: Line,
    amount: Money,
    *,
    merchant: str,
    category: str,
    journal_id: UUID,
    plan_id: UUID | None = None,
) -> Purchase:
    """The row that says what was bought; its journal is posted already."""
    bought = Purchase(
        id=new_id(),
        line_id=line.id,
        on=books.today,
        merchant=merchant,
        category=category,
        amount_minor=amount.minor,
        refunded_minor=0,
        statement_id=None,
        plan_id=plan_id,
        journal_id=journal_id,
    )
    books.session.add(bought)
    books.session.flush()
    return bought


# ── authorise first, capture later ──────────────────────────────────────────────────────────────────────────


def authorise(
    books: Books, customer_id: UUID, amount: Money, *, merchant: str, category: str, request_id: str
) -> Authorisation:
    """Set the amount aside for a merchant; nothing is owed yet. A repeat of the request gives the first one.

    Raises PRODUCT_NOT_OPEN and as `check_payment`."""
    books.lock_customer(customer_id)
    line = lines_service.require_line(books, customer_id, lines_service.PAYLATER)
    earlier = books.session.scalars(
        select(Authorisation).join(Hold, Hold.id == Authorisation.hold_id).where(Hold.request_id == request_id)
    ).one_or_none()
    if earlier is not None:
        if (earlier.line_id, earlier.amount_minor, earlier.merchant) != (line.id, amount.minor, merchant):
            raise CreditError(ErrorCode.REQUEST_ID_REUSED, request_id)
        return earlier
    check_payment(books, line, amount, category)
    until = books.today + timedelta(days=books.catalogue.paylater.spending.authorisation_days)
    hold = lines_service.place_hold(books, line, amount, until=until, request_id=request_id)
    authorised = Authorisation(
        id=new_id(),
        line_id=line.id,
        on=books.today,
        merchant=merchant,
        category=category,
        amount_minor=amount.minor,
        hold_id=hold,
        purchase_id=None,
    )
    books.session.add(authorised)
    books.session.flush()
    return authorised


def capture(books: Books, authorisation_id: UUID, amount: Money | None = None, *, request_id: str) -> Purchase:
    """The merchant takes the payment, or less of it; the rest of the hold goes back. It enters the bill today.

    Raises AUTHORISATION_NOT_FOUND, AUTHORISATION_OVER, CAPTURE_EXCEEDS_AUTHORISATION, AMOUNT_NOT_POSITIVE. A line
    frozen since does not stop it: the merchant has delivered on the lender's word."""
    authorised, line = _locked(books, authorisation_id)
    wanted = amount if amount is not None else Money(authorised.amount_minor)
    if wanted.minor <= 0:
        raise CreditError(ErrorCode.AMOUNT_NOT_POSITIVE, amount=wanted)
    if wanted.minor > authorised.amount_minor:
        most = Money(authorised.amount_minor)
        raise CreditError(ErrorCode.CAPTURE_EXCEEDS_AUTHORISATION, amount=wanted, authorised=most)
    lines = Lines().move(wanted, debit=account(line, "unbilled"), credit=CLEARING)
    lines.shift(lines_service.account(line, "used"), wanted.minor)
    facts: dict[str, object] = {"merchant": authorised.merchant, "amount": wanted.minor}
    event = Event("purchase", request_id, line.customer_id, books.today, facts)
    try:
        journal = holds.post(books.ledger, authorised.hold_id, event, lines, amount=wanted)
    except CreditError as refusal:
        raise _over(refusal) from refusal
    bought = remember_purchase(
        books, line, wanted, merchant=authorised.merchant, category=authorised.category, journal_id=journal
    )
    authorised.purchase_id = bought.id
    books.session.flush()
    return bought


def cancel(books: Books, authorisation_id: UUID, *, request_id: str) -> None:
    """The merchant does not want the payment: the limit is free again.

    Raises AUTHORISATION_NOT_FOUND, AUTHORISATION_OVER."""
    authorised, _ = _locked(books, authorisation_id)
    try:
        holds.release(
            books.ledger, authorised.hold_id, request_id=request_id, effective_on=books.today, reason="cancelled"
        )
    except CreditError as refusal:
        raise _over(refusal) from refusal


def pending(books: Books, line: Line) -> list[Authorisation]:
    """Authorisations that may still be captured, oldest first."""
    return list(
        books.session.scalars(
            select(Authorisation)
            .join(Hold, Hold.id == Authorisation.hold_id)
            .where(Authorisation.line_id == line.id, Hold.state == "pending")
            .order_by(Authorisation.on, Authorisation.id)
        )
    )


def _locked(books: Books, authorisation_id: UUID) -> tuple[Authorisation, Line]:
    authorised = books.session.get(Authorisation, authorisation_id)
    if authorised is None:
        raise CreditError(ErrorCode.AUTHORISATION_NOT_FOUND)
    line = books.session.get_one(Line, authorised.line_id)
    books.lock_customer(line.customer_id)
    books.session.refresh(authorised)
    return authorised, line


def _over(refusal: CreditError) -> CreditError:
    if refusal.code in {ErrorCode.HOLD_NOT_PENDING, ErrorCode.HOLD_EXPIRED}:
        return CreditError(ErrorCode.AUTHORISATION_OVER, str(refusal))
    return refusal


# ── the customer's own cap ──────────────────────────────────────────────────────────────────────────────────


def set_own_cap(books: Books, customer_id: UUID, *, monthly: Money | None, payment: Money | None) -> None:
    """Allow oneself less than the limit; both None takes the cap away. Raises PRODUCT_NOT_OPEN, AMOUNT_NOT_POSITIVE."""
    books.lock_customer(customer_id)
    line = lines_service.require_line(books, customer_id, lines_service.PAYLATER)
    for amount in (monthly, payment):
        if amount is not None and amount.minor < 0:
            raise CreditError(ErrorCode.AMOUNT_NOT_POSITIVE, amount=amount)
    cap = books.session.get(SpendingCap, line.id)
    if monthly is None and payment is None:
        if cap is not None:
            books.session.delete(cap)
            books.session.flush()
        return
    figures = {
        "monthly_minor": monthly.minor if monthly is not None else None,
        "payment_minor": payment.minor if payment is not None else None,
        "set_on": books.today,
    }
    if cap is None:
        books.session.add(SpendingCap(line_id=line.id, **figures))
    else:
        for name, value in figures.items():
            setattr(cap, name, value)
    books.session.flush()


def own_cap_left(books: Books, line: Line) -> Money | None:
    """What the customer's own cap still lets through in one payment today; None without a cap."""
    cap = books.session.get(SpendingCap, line.id)
    if cap is None:
        return None
    left = [cap.payment_minor] if cap.payment_minor is not None else []
    if cap.monthly_minor is not None:
        left.append(max(0, cap.monthly_minor - spent_this_month(books, line)))
    return Money(min(left))


def spent_this_month(books: Books, line: Line) -> int:
    """Minor units: purchases of the calendar month less what of them was refunded, and what is authorised."""
    first: date = books.today.replace(day=1)
    bought = select(func.coalesce(func.sum(Purchase.amount_minor - Purchase.refunded_minor), 0)).where(
        Purchase.line_id == line.id, Purchase.on >= first
    )
    waiting = sum(each.amount_minor for each in pending(books, line))
    return int(books.session.scalars(bought).one()) + waiting
