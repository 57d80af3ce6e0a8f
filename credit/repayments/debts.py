"""A customer's debts, and money onto one of them. Every payment leaves what it needs to be taken back."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select

from credit.books import Books
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.ids import canonical_json, new_id
from credit.kernel.money import Money
from credit.ledger.service import Lines
from credit.lines import service as lines_service
from credit.lines.models import Line
from credit.loans import repaying
from credit.loans import service as loans_service
from credit.loans.accounts import owed as loan_owed
from credit.loans.accounts import payoff
from credit.loans.models import Loan, LoanRow
from credit.loans.replanning import Effect
from credit.paylater import service as paylater_service
from credit.paylater.accounts import owed, payable_now
from credit.payments.port import Source
from credit.repayments.allocation import Debt
from credit.repayments.models import Repayment

CASH = "house/cash"
LOAN, BILL, KEPT = "loan", "bill", "kept"

_OF_REQUEST = select(Repayment).where(Repayment.request_id == bindparam("request"))


@dataclass(frozen=True, slots=True)
class Origin:
    """Where money came from. `reference` is the bank's own number, `payer` somebody else than the customer."""

    source: Source = Source.DEBIT_CARD
    reference: str | None = None
    payer: str | None = None


OWN_CARD = Origin()


def debts_of(books: Books, customer_id: UUID) -> list[Debt]:
    """The open bill and the running loans, whatever of them is owed."""
    found = []
    for loan in loans_service.running_loans(books, customer_id):
        rate = loan.daily_rate_ppm
        late = loans_service.days_overdue(books, loan) > 0
        found.append(
            Debt(
                kind=LOAN,
                id=loan.id,
                due=repaying.due_now(books, loan),
                owed=payoff(loan_owed(books, loan)),
                due_on=repaying.next_row(books, loan).due_on,
                burden_ppm=books.catalogue.overdue.penalty_ppm(rate) if late else rate,
                late=late,
            )
        )
    line = lines_service.find_line(books, customer_id, lines_service.PAYLATER)
    statement = paylater_service.latest_statement(books, line) if line else None
    if line is not None and statement is not None and (payable := payable_now(owed(books, line))):
        since = paylater_service.standing_of(books, line).overdue_since
        rate = line.daily_rate_ppm
        found.append(
            Debt(
                kind=BILL,
                id=line.id,
                due=payable if statement.due_on <= books.today or since else Money(0),
                owed=payable,
                due_on=since or statement.due_on,
                burden_ppm=books.catalogue.overdue.penalty_ppm(rate) if since else rate,
                late=since is not None,
            )
        )
    return found


def pay_bill(books: Books, customer_id: UUID, amount: Money, *, request_id: str, origin: Origin = OWN_CARD) -> UUID:
    """Money onto the open bill; returns the journal. A repeat of the request changes nothing.

    Raises what `settle_bill` does."""
    line = lines_service.require_line(books, customer_id, lines_service.PAYLATER)
    if earlier := _repeated(books, request_id, line.id, amount):
        return earlier
    before = _standing(books, line)
    lines = Lines()
    shares = paylater_service.settle_bill(books, line, amount, paid_from=CASH, lines=lines)
    journal = books.post("bill_repaid", request_id, lines, customer_id=customer_id, facts={"amount": amount.minor})
    split = {part: share for part, share in shares.items() if share}
    remember(books, customer_id, BILL, line.id, amount, request_id, origin, journal, split, before)
    return journal


def pay_loan(
    books: Books,
    loan: Loan,
    amount: Money,
    *,
    request_id: str,
    origin: Origin = OWN_CARD,
    effect: Effect | None = None,
) -> UUID:
    """Money onto a loan; returns the journal. A repeat of the request changes nothing.

    Raises what `settle_loan` does."""
    if earlier := _repeated(books, request_id, loan.id, amount):
        return earlier
    before = _plan(books, loan)
    lines = Lines()
    shares = repaying.settle_loan(books, loan, amount, paid_from=CASH, lines=lines, effect=effect)
    facts: dict[str, object] = {"loan": str(loan.id), "amount": amount.minor}
    journal = books.post("loan_repaid", request_id, lines, customer_id=loan.customer_id, facts=facts)
    split = {"penalty": shares.penalty, "interest": shares.interest, "principal": shares.principal}
    remember(books, loan.customer_id, LOAN, loan.id, amount, request_id, origin, journal, split, before)
    return journal


def _repeated(books: Books, request_id: str, debt_id: UUID, amount: Money) -> UUID | None:
    earlier = books.session.scalars(_OF_REQUEST, {"request": request_id}).one_or_none()
    if earlier is None:
        return None
    if (earlier.debt_id, earlier.amount_minor) != (debt_id, amount.minor):
        raise CreditError(ErrorCode.REQUEST_ID_REUSED, request_id)
    return earlier.journal_id


def remember(
    books: Books,
    customer_id: UUID,
    kind: str,
    debt_id: UUID | None,
    amount: Money,
    request_id: str,
    origin: Origin,
    journal: UUID,
    split: dict[str, int],
    before: dict[str, Any],
) -> Repayment:
    share = Repayment(
        id=new_id(),
        request_id=request_id,
        customer_id=customer_id,
        reference=origin.reference,
        source=origin.source,
        payer=origin.payer,
        kind=kind,
        debt_id=debt_id,
        received_on=books.today,
        amount_minor=amount.minor,
        journal_id=journal,
        split=canonical_json(split),
        before=canonical_json(before),
    )
    books.session.add(share)
    books.session.flush()
    return share


def _standing(books: Books, line: Line) -> dict[str, Any]:
    standing, statement = paylater_service.standing_of(books, line), paylater_service.latest_statement(books, line)
    return {
        "statement": str(statement.id) if statement else None,
        "past_due": standing.past_due_minor,
        "overdue": standing.overdue_minor,
        "overdue_principal": standing.overdue_principal_minor,
        "since": _day(standing.overdue_since),
        "cured_on": _day(books.customer(line.customer_id).overdue_cured_on),
    }


def _plan(books: Books, loan: Loan) -> dict[str, Any]:
    return {
        "rows": [asdict(RowMark.of(row)) for row in loans_service.rows_of(books, loan)],
        "cured_on": _day(books.customer(loan.customer_id).overdue_cured_on),
    }


@dataclass(frozen=True, slots=True)
class RowMark:
    """A loan's row as it was; days as ISO text."""

    number: int
    due_on: str
    principal: int
    interest: int
    principal_paid: int
    interest_paid: int
    paid_on: str | None

    @classmethod
    def of(cls, row: LoanRow) -> RowMark:
        return cls(
            row.number,
            row.due_on.isoformat(),
            row.principal_minor,
            row.interest_minor,
            row.principal_paid,
            row.interest_paid,
            _day(row.paid_on),
        )

    def put_back(self, loan: Loan, known: dict[int, LoanRow]) -> LoanRow:
        """The row with these marks again; a row that had fallen away comes back."""
        row = known.get(self.number) or LoanRow(loan_id=loan.id, number=self.number)
        row.due_on = date.fromisoformat(self.due_on)
        row.principal_minor, row.interest_minor = self.principal, self.interest
        row.principal_paid, row.interest_paid = self.principal_paid, self.interest_paid
        row.paid_on = date.fromisoformat(self.paid_on) if self.paid_on else None
        return row


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
