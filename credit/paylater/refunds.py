"""Money back from a merchant: where the purchase stands now, then other debt of the line, then the credit balance."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from credit.books import Books
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.ids import new_id
from credit.kernel.money import Money, round_half_up
from credit.ledger.service import Lines
from credit.lines import service as lines_service
from credit.lines.models import Line
from credit.paylater import rules
from credit.paylater.accounts import account, owed, principal_owed
from credit.paylater.models import InstallmentPlan, InstallmentRow, Purchase, Refund
from credit.paylater.service import lower_standing
from credit.paylater.spending import CLEARING


def refund(books: Books, customer_id: UUID, purchase_id: UUID, amount: Money, *, request_id: str) -> Refund:
    """Give back all or part of a purchase. A repeat of the request gives the first refund.

    Not yet billed: from unbilled spending. Billed: from the open bill, then from installments not yet billed, the last
    rows first (fees of rows billed stay charged; of rows cut they fall away, of a row shortened in proportion), then
    from unbilled spending. Bought in installments: from its own rows first. What is left is owed to the customer.
    Raises PURCHASE_NOT_FOUND, REFUND_EXCEEDS_PURCHASE, AMOUNT_NOT_POSITIVE, REQUEST_ID_REUSED."""
    books.lock_customer(customer_id)
    line = lines_service.require_line(books, customer_id, lines_service.PAYLATER)
    bought = books.session.get(Purchase, purchase_id, populate_existing=True)
    if bought is None or bought.line_id != line.id:
        raise CreditError(ErrorCode.PURCHASE_NOT_FOUND)
    if amount.minor <= 0:
        raise CreditError(ErrorCode.AMOUNT_NOT_POSITIVE, amount=amount)
    if (earlier := books.ledger.find(request_id)) is not None:
        return _first(books, earlier.id, purchase_id, amount, request_id)
    left = bought.amount_minor - bought.refunded_minor
    if amount.minor > left:
        raise CreditError(ErrorCode.REFUND_EXCEEDS_PURCHASE, amount=amount, left=Money(left))
    parts = owed(books, line)
    shares = rules.allocate(amount.minor, parts, _order(bought))
    rest = amount.minor - sum(shares.values())
    lines = Lines()
    for part, share in shares.items():
        lines.move(Money(share), debit=CLEARING, credit=account(line, part))
    lines.move(Money(rest), debit=CLEARING, credit=account(line, "credit"))
    lines_service.release(books, lines, line, owed_after=Money(principal_owed(parts).minor - sum(shares.values())))
    lower_standing(books, line, principal=shares.get("billed", 0), settled=shares.get("billed", 0))
    shorten_plans(books, line, shares.get("plan", 0), first=bought.plan_id)
    facts: dict[str, object] = {"purchase": str(purchase_id), "amount": amount.minor}
    journal = books.post("refund", request_id, lines, customer_id=customer_id, facts=facts)
    bought.refunded_minor += amount.minor
    given = Refund(
        id=new_id(),
        purchase_id=purchase_id,
        line_id=line.id,
        on=books.today,
        amount_minor=amount.minor,
        unbilled_minor=shares.get("unbilled", 0),
        billed_minor=shares.get("billed", 0),
        plan_minor=shares.get("plan", 0),
        credit_minor=rest,
        statement_id=None,
        journal_id=journal,
    )
    books.session.add(given)
    books.session.flush()
    return given


def _order(bought: Purchase) -> tuple[str, ...]:
    if bought.plan_id is not None:
        return ("plan", "billed", "unbilled")
    if bought.statement_id is None:
        return ("unbilled",)
    return ("billed", "plan", "unbilled")


def _first(books: Books, journal_id: UUID, purchase_id: UUID, amount: Money, request_id: str) -> Refund:
    given = books.session.scalars(select(Refund).where(Refund.journal_id == journal_id)).one_or_none()
    if given is None or (given.purchase_id, given.amount_minor) != (purchase_id, amount.minor):
        raise CreditError(ErrorCode.REQUEST_ID_REUSED, request_id)
    return given


def shorten_plans(books: Books, line: Line, principal: int, *, first: UUID | None = None) -> None:
    """Take `principal` minor units out of rows not yet billed: the plan named first, then the newest, last rows first.

    A row with nothing left goes away with its fee."""
    if not principal:
        return
    rows = books.session.scalars(
        select(InstallmentRow)
        .join(InstallmentPlan, InstallmentPlan.id == InstallmentRow.plan_id)
        .where(InstallmentPlan.line_id == line.id, InstallmentRow.statement_id.is_(None))
        .order_by(InstallmentPlan.opened_on.desc(), InstallmentPlan.id.desc(), InstallmentRow.number.desc())
    ).all()
    for row in sorted(rows, key=lambda row: row.plan_id != first):  # stable: the order above within each group
        took = min(principal, row.principal_minor)
        if took == row.principal_minor:
            books.session.delete(row)
        elif took:
            kept = row.principal_minor - took
            row.fee_minor = round_half_up(row.fee_minor * kept, row.principal_minor)
            row.principal_minor = kept
        principal -= took
    if principal:
        raise AssertionError(f"line {line.id}: rows and ledger differ by {principal}")
    books.session.flush()
