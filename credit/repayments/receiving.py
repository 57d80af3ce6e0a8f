"""Money that arrives: onto the debts it is for; what no debt takes is kept for the customer and returned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import bindparam, select

from credit.books import Books
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.money import Money, total
from credit.ledger.models import Account
from credit.ledger.service import Lines, account_id
from credit.loans.models import Loan
from credit.loans.replanning import Effect
from credit.payments import orders
from credit.payments.models import PaymentOrder
from credit.payments.port import Source
from credit.repayments import debts
from credit.repayments.allocation import allocate
from credit.repayments.debts import CASH, KEPT, LOAN, Origin
from credit.repayments.models import Repayment

_OF_REFERENCE = select(Repayment).where(Repayment.reference == bindparam("reference")).order_by(Repayment.id)
_OF_REQUESTS = (
    select(Repayment).where(Repayment.request_id.in_(bindparam("requests", expanding=True))).order_by(Repayment.id)
)


@dataclass(frozen=True, slots=True)
class PayerReceipt:
    """What somebody who paid for another person is told: nothing about that person, whatever became of the money."""

    reference: str
    amount: Money
    received_on: date


def receive(
    books: Books,
    customer_id: UUID,
    amount: Money,
    origin: Origin,
    *,
    request_id: str,
    chosen: UUID | None = None,
    effect: Effect | None = None,
) -> list[Repayment]:
    """Spread a payment over the customer's debts; the same bank reference again changes nothing.

    `chosen` is a loan or the pay-later line; a loan that is settled takes nothing and the money goes back. Raises
    CUSTOMER_UNKNOWN, AMOUNT_NOT_POSITIVE, BANK_REFERENCE_REUSED (same number, other content)."""
    books.lock_customer(customer_id)
    if amount.minor <= 0:
        raise CreditError(ErrorCode.AMOUNT_NOT_POSITIVE, amount=amount)
    if earlier := _known(books, customer_id, amount, origin, request_id):
        return earlier
    owing = debts.debts_of(books, customer_id)
    shares = allocate(amount, owing, chosen=chosen)
    for nth, (debt, share) in enumerate(zip(owing, shares, strict=True)):
        if not share:
            continue
        request = f"{request_id}:{nth}" if share != amount else request_id
        if debt.kind == LOAN:
            loan = books.session.get_one(Loan, debt.id)
            debts.pay_loan(books, loan, share, request_id=request, origin=origin, effect=effect)
        else:
            debts.pay_bill(books, customer_id, share, request_id=request, origin=origin)
    left = amount - total(shares)
    if left:
        keep(books, customer_id, left, origin, request_id=f"{request_id}:kept")
    return _of_request(books, request_id)


def _known(books: Books, customer_id: UUID, amount: Money, origin: Origin, request_id: str) -> list[Repayment]:
    """The shares of a payment that was received before, when it says the same."""
    by_reference = of_reference(books, origin.reference) if origin.reference is not None else []
    for earlier, code in (
        (by_reference, ErrorCode.BANK_REFERENCE_REUSED),
        (_of_request(books, request_id), ErrorCode.REQUEST_ID_REUSED),
    ):
        if earlier:
            if earlier[0].customer_id != customer_id or sum(share.amount_minor for share in earlier) != amount.minor:
                raise CreditError(code, origin.reference or request_id)
            return earlier
    return []


def _of_request(books: Books, request_id: str) -> list[Repayment]:
    most = books.catalogue.cashloan.most_open_loans + 1
    names = [request_id, f"{request_id}:kept", *(f"{request_id}:{nth}" for nth in range(most))]
    return list(books.session.scalars(_OF_REQUESTS, {"requests": names}))


def receive_from_other(
    books: Books, customer_id: UUID, amount: Money, *, reference: str, payer: str, request_id: str
) -> PayerReceipt:
    """Somebody else pays. The payer is recorded; what they are told does not depend on what the customer owes.

    Raises as `receive`."""
    origin = Origin(Source.DEBIT_CARD, reference, payer)
    receive(books, customer_id, amount, origin, request_id=request_id)
    return PayerReceipt(reference, amount, books.today)


def of_reference(books: Books, reference: str) -> list[Repayment]:
    """The shares of the payment with that bank reference."""
    return list(books.session.scalars(_OF_REFERENCE, {"reference": reference}))


def return_account(customer_id: UUID) -> str:
    """Ledger account of money that belongs to the customer and is on its way back."""
    return f"customer/{customer_id}/return"


def keep(books: Books, customer_id: UUID, amount: Money, origin: Origin, *, request_id: str) -> PaymentOrder:
    """Money that no debt takes: owed to whoever paid it, and ordered back to where it came from."""
    code = return_account(customer_id)
    if books.session.get(Account, account_id(code)) is None:
        books.ledger.open_account(
            code, kind="customer_return", opened_on=books.today, customer_id=customer_id, ceiling=0
        )
    lines = Lines().move(amount, debit=CASH, credit=code)
    journal = books.post("payment_kept", request_id, lines, customer_id=customer_id, facts={"amount": amount.minor})
    share = debts.remember(
        books, customer_id, KEPT, None, amount, request_id, origin, journal, {"kept": amount.minor}, {}
    )
    return orders.write_order(
        books,
        customer_id,
        orders.REFUND,
        amount,
        request_id=f"refund:{share.id}",
        expires_on=books.today + timedelta(days=books.catalogue.repayments.bank_wait_days),
        source=origin.source,
        content={"repayment": str(share.id), "payer": origin.payer},
    )


def order_again(books: Books, order: PaymentOrder) -> PaymentOrder:
    """A new order in place of a refund that the bank refused."""
    order.state = "replaced"
    return orders.write_order(
        books,
        order.customer_id,
        orders.REFUND,
        Money(order.amount_minor),
        request_id=f"{order.request_id.split('@')[0]}@{books.today}",
        expires_on=books.today + timedelta(days=books.catalogue.repayments.bank_wait_days),
        source=Source(order.source),
        content=orders.content_of(order),
    )


def returned(books: Books, order: PaymentOrder) -> None:
    """The bank has paid a refund out: nothing is owed to the payer any more."""
    lines = Lines().move(Money(order.amount_minor), debit=return_account(order.customer_id), credit=CASH)
    order.journal_id = books.post(
        "payment_returned",
        f"{order.request_id}:paid",
        lines,
        customer_id=order.customer_id,
        facts={"order": str(order.id)},
    )


def owed_back(books: Books, customer_id: UUID) -> Money:
    """What is kept for the customer and not returned yet."""
    return -books.ledger.balances([return_account(customer_id)])[return_account(customer_id)]
