"""What an offer says: worked out from the present state, the same way when it is shown and when it is executed."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from credit.books import Books
from credit.cards import BillPart, CostItem, OfferRow, money_out
from credit.cost.rules import YearlyCost, refuse_above_cap
from credit.customers.models import Customer
from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.money import ZERO, Currency, Money, total
from credit.ledger.service import Lines
from credit.lines import service as lines_service
from credit.lines.models import Line
from credit.loans import repaying
from credit.loans import service as loans_service
from credit.loans.accounts import owed as loan_owed
from credit.loans.accounts import payoff
from credit.loans.models import Loan, LoanRow
from credit.loans.quotes import method_named
from credit.loans.replanning import Effect
from credit.paylater import installments, life, plans
from credit.paylater import service as paylater_service
from credit.paylater.accounts import owed, payable_now
from credit.payments.port import Source, source_named
from credit.refinance import service as refinance_service
from credit.schedules.rules import PlannedRow


class Wish(BaseModel):
    """What the customer asked for. `amount` is minor units; None means all of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: str
    amount: int | None = None
    currency: Currency = Currency.CNY
    term: int | None = None
    method: str | None = None
    loan_id: UUID | None = None
    source: str | None = None
    """Where a repayment comes from; the bound debit card unless told."""
    effect: Effect | None = None
    """What principal repaid early does: fewer rows or smaller ones."""
    asked_by: Literal["customer", "lender"] = "customer"
    """Who had the idea; borrowing to repay is for the customer's own."""

    def money(self, whole: Money) -> Money:
        return whole if self.amount is None else Money(self.amount, self.currency)


def build(books: Books, customer: Customer, wish: Wish) -> dict[str, Any]:
    """The fields of the offer card that say what would happen, ready for JSON. Raises what the wish is refused for."""
    builder = {
        "borrow": _borrow,
        "repay_bill": _repay_bill,
        "repay_loan": _repay_loan,
        "repay_with_loan": _repay_with_loan,
        "installment": _installment,
        "settle_plan": _settle_plan,
        "pay_out_credit": _pay_out_credit,
    }[wish.kind]
    return {
        "offer_kind": wish.kind,
        "business_date": books.today,
        "lender": books.catalogue.lender.name,
        "account_tail": customer.card_tail,
        **builder(books, customer, wish),
    }


def _borrow(books: Books, customer: Customer, wish: Wish) -> dict[str, Any]:
    line = loans_service.require_may_borrow(books, customer)
    amount = wish.money(loans_service.largest_loan(books, line))
    loans_service.check_amount(books, line, amount)
    terms = loans_service.work_out(books, line, amount, _term(wish), method_named(books, wish.method))
    return {
        **_loan_body(books, terms),
        "purpose": loans_service.CONSUMPTION,
        "pays_into": "debit_card",
        "limit_after": money_out(lines_service.available(books, line) - amount),
    }


def _repay_with_loan(books: Books, customer: Customer, wish: Wish) -> dict[str, Any]:
    if wish.asked_by != "customer":
        raise CreditError(ErrorCode.BRIDGE_NOT_ASKED_FOR)
    _, cash, bill = refinance_service.require_bridge(books, customer)
    amount = wish.money(bill)
    refinance_service.check_amount(books, cash, amount, bill)
    terms = loans_service.work_out(books, cash, amount, _term(wish), method_named(books, wish.method))
    return {
        **_loan_body(books, terms),
        "purpose": loans_service.REPAY_PAYLATER,
        "pays_into": "paylater_bill",
        "limit_after": money_out(lines_service.available(books, cash) - amount),
        "bill_after": money_out(bill - amount),
    }


def _repay_bill(books: Books, customer: Customer, wish: Wish) -> dict[str, Any]:
    line = lines_service.require_line(books, customer.id, lines_service.PAYLATER)
    paylater_service.require_open_bill(books, line)
    tail = customer.card_tail if source_of(books, wish) is Source.DEBIT_CARD else None
    parts = owed(books, line)
    payable = payable_now(parts)
    amount = wish.money(payable)
    if amount.minor <= 0:
        raise CreditError(ErrorCode.AMOUNT_NOT_POSITIVE, amount=amount)
    if amount > payable:
        raise CreditError(ErrorCode.REPAYMENT_EXCEEDS_DEBT, offered=amount, owed=payable)
    shares = paylater_service.split_payment(books, line, parts, amount)
    names = {"billed": "purchases", "interest": "interest", "fee": "fees", "penalty": "penalty"}
    return {
        **_repayment_body(books.catalogue.paylater.name, amount, books),
        "account_tail": tail,
        "pays": [_part(names[part], share) for part, share in shares.items()],
        "bill_after": money_out(payable - amount),
    }


def _repay_loan(books: Books, customer: Customer, wish: Wish) -> dict[str, Any]:
    loan = loan_to_repay(books, customer.id, wish.loan_id)
    tail = customer.card_tail if source_of(books, wish) is Source.DEBIT_CARD else None
    whole = payoff(loan_owed(books, loan))
    amount = wish.money(whole)
    split = repaying.split_payment(books, loan, amount)
    parts = (("purchases", split.principal), ("interest", split.interest), ("penalty", split.penalty))
    return {
        **_repayment_body(books.catalogue.cashloan.name, amount, books),
        "account_tail": tail,
        "pays": [_part(part, share) for part, share in parts if share],
        "bill_after": money_out(whole - amount),
        **_plan_after(books, loan, split, wish),
    }


def _plan_after(books: Books, loan: Loan, split: repaying.Split, wish: Wish) -> dict[str, Any]:
    """When the customer chose what an early repayment does: the rows that will be left."""
    if wish.effect is None or not split.principal_early:
        return {}
    with books.session.begin_nested() as trial:
        # The same code that will do it, on the books themselves, and taken back.
        left = loan_owed(books, loan)["principal"] - split.principal
        repaying.mark_rows(books, loan, split)
        if left:
            repaying.plan_again(books, loan, left, effect=wish.effect)
        rows = [_row_left(row) for row in loans_service.unpaid_rows(books, loan)] if left else []
        trial.rollback()
    return {"rows": rows, "method": loan.method, "term": len(rows)}


def _row_left(row: LoanRow) -> OfferRow:
    principal, interest = row.principal_minor - row.principal_paid, row.interest_minor - row.interest_paid
    return OfferRow(
        number=row.number,
        due_on=row.due_on,
        principal=money_out(Money(principal)),
        interest=money_out(Money(interest)),
        fee=money_out(ZERO),
        total=money_out(Money(principal + interest)),
    )


def source_of(books: Books, wish: Wish) -> Source:
    """Raises SOURCE_IS_CREDIT_CARD, SOURCE_UNKNOWN."""
    source = source_named(wish.source or Source.DEBIT_CARD)
    if source not in books.catalogue.repayments.sources:
        raise CreditError(ErrorCode.SOURCE_UNKNOWN, source)
    return source


def _part(name: str, minor: int) -> BillPart:
    return BillPart.model_validate({"part": name, "amount": money_out(Money(minor))})


def loan_to_repay(books: Books, customer_id: UUID, loan_id: UUID | None) -> Loan:
    """The loan named, or the one due next. Raises LOAN_NOT_FOUND, NOTHING_OWED."""
    if loan_id is not None:
        return loans_service.find_loan(books, customer_id, loan_id)
    running = loans_service.running_loans(books, customer_id)
    if not running:
        raise CreditError(ErrorCode.NOTHING_OWED)
    return min(running, key=lambda loan: (repaying.next_row(books, loan).due_on, loan.opened_on, loan.id))


def _installment(books: Books, customer: Customer, wish: Wish) -> dict[str, Any]:
    line = lines_service.require_line(books, customer.id, lines_service.PAYLATER)
    _, principal = installments.splittable(books, line)
    amount = wish.money(principal)
    installments.check_amount(books, amount, principal)
    _, rows = installments.plan(books, line, amount, _term(wish))
    cost = loans_service.cost_of(books.today, amount, rows)
    refuse_above_cap(cost, books.catalogue.cost.cap)
    return {
        **_rows_body(books, amount, rows, cost, line.daily_rate_ppm),
        "product_name": books.catalogue.paylater.name,
        "pays_into": "paylater_bill",
        "bill_after": money_out(payable_now(owed(books, line)) - amount),
    }


def _settle_plan(books: Books, customer: Customer, wish: Wish) -> dict[str, Any]:
    line = lines_service.require_line(books, customer.id, lines_service.PAYLATER)
    due = plans.settlement(books, line, plan_to_settle(books, line, wish.loan_id))
    parts = (("installments", due.principal.minor), ("fees", due.fee.minor))
    return {
        **_repayment_body(books.catalogue.paylater.name, due.amount, books),
        "pays": [_part(part, share) for part, share in parts if share],
        "limit_after": money_out(lines_service.available(books, line) + due.principal),
    }


def plan_to_settle(books: Books, line: Line, plan_id: UUID | None) -> UUID:
    """The plan named, or the oldest one running. Raises PLAN_NOT_FOUND."""
    if plan_id is not None:
        return plan_id
    running = installments.running_plans(books, line)
    if not running:
        raise CreditError(ErrorCode.PLAN_NOT_FOUND)
    return running[0][0].id


def _pay_out_credit(books: Books, customer: Customer, wish: Wish) -> dict[str, Any]:
    line = lines_service.require_line(books, customer.id, lines_service.PAYLATER)
    amount = life.pay_out_credit(books, line, paid_to="house/cash", lines=Lines())
    return {**_repayment_body(books.catalogue.paylater.name, amount, books), "pays_into": "debit_card"}


def _term(wish: Wish) -> int:
    return wish.term if wish.term is not None else 0


def _loan_body(books: Books, terms: loans_service.LoanTerms) -> dict[str, Any]:
    return {
        **_rows_body(books, terms.amount, terms.rows, terms.cost, terms.daily_rate_ppm),
        "product_name": books.catalogue.cashloan.name,
        "method": terms.method,
        "daily_rate_ppm": terms.daily_rate_ppm,
    }


def _rows_body(
    books: Books, amount: Money, rows: tuple[PlannedRow, ...], cost: YearlyCost, daily_ppm: int
) -> dict[str, Any]:
    interest, fee = total([row.interest for row in rows]), total([row.fee for row in rows])
    return {
        "amount": money_out(amount),
        "term": len(rows),
        "simple_yearly_ppm": cost.simple_ppm,
        "compound_yearly_ppm": cost.compound_ppm,
        "total_interest": money_out(interest),
        "total_fee": money_out(fee),
        "total_repayment": money_out(amount + interest + fee),
        "rows": [_offer_row(row) for row in rows],
        "cost_table": _cost_table(books, interest, fee, daily_ppm),
        "reading_seconds": books.catalogue.offers.reading_seconds.credit,
    }


def _offer_row(row: PlannedRow) -> OfferRow:
    return OfferRow(
        number=row.number,
        due_on=row.due_on,
        principal=money_out(row.principal),
        interest=money_out(row.interest),
        fee=money_out(row.fee),
        total=money_out(row.total),
    )


def _cost_table(books: Books, interest: Money, fee: Money, daily_ppm: int) -> list[CostItem]:
    """Each item with its collecting body, contingent ones too; what is not charged is zero (fact sheet, 3.1)."""
    lender, nothing = books.catalogue.lender.name, money_out(ZERO)
    penalty = books.catalogue.overdue.penalty_ppm(daily_ppm)
    return [
        CostItem(item="interest", when="normal", amount=money_out(interest), collected_by=lender),
        CostItem(item="installment_fee", when="normal", amount=money_out(fee), collected_by=lender),
        CostItem(item="guarantee_fee", when="normal", amount=nothing, collected_by=lender),
        CostItem(item="other_fee", when="normal", amount=nothing, collected_by=lender),
        CostItem(item="overdue_penalty", when="contingent", daily_rate_ppm=penalty, collected_by=lender),
        CostItem(item="misuse_penalty", when="contingent", amount=nothing, collected_by=lender),
        CostItem(item="early_settlement", when="contingent", amount=nothing, collected_by=lender),
    ]


def _repayment_body(product_name: str, amount: Money, books: Books) -> dict[str, Any]:
    nothing = money_out(ZERO)
    return {
        "product_name": product_name,
        "amount": money_out(amount),
        "total_interest": nothing,
        "total_fee": nothing,
        "total_repayment": money_out(amount),
        "pays_into": "lender",
        "reading_seconds": books.catalogue.offers.reading_seconds.repayment,
    }
