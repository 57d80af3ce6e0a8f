"""What a diagnosis finds: a code, and the figures, days and ids that prove it. Nothing here is worded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from credit.kernel.money import Money

Evidence = str | int | Money | date | datetime | UUID
Proof = Mapping[str, Evidence | None]
"""Evidence under way: what is not known is None."""


class Code(StrEnum):
    """Every finding there is; its wording is `utter_word_found_<code>`. Rates in evidence end in `_ppm`."""

    # why a limit is what it is, or has not come back
    LIMIT_CLOSED = "limit_closed"
    LIMIT_FROZEN = "limit_frozen"
    LIMIT_FROZEN_UNTIL = "limit_frozen_until"
    LIMIT_CUT = "limit_cut"
    LIMIT_LOWERED_ON_REQUEST = "limit_lowered_on_request"
    LIMIT_TEMPORARY_ENDED = "limit_temporary_ended"
    LIMIT_BELOW_DEBT = "limit_below_debt"
    LIMIT_PAYMENT_WAITING = "limit_payment_waiting"
    LIMIT_HELD_BY_MERCHANT = "limit_held_by_merchant"
    LIMIT_HELD_FOR_LOAN = "limit_held_for_loan"
    LIMIT_PARTLY_GIVEN_BACK = "limit_partly_given_back"
    LIMIT_GIVEN_BACK = "limit_given_back"
    LIMIT_IN_INSTALLMENTS = "limit_in_installments"
    LIMIT_OWED_ON_BILL = "limit_owed_on_bill"
    LIMIT_OWED_UNBILLED = "limit_owed_unbilled"
    LIMIT_OWED_LOANS = "limit_owed_loans"
    LIMIT_OWN_CAP = "limit_own_cap"
    LIMIT_TEMPORARY_RUNNING = "limit_temporary_running"
    LIMIT_RAISED = "limit_raised"
    LIMIT_NOTHING_FOUND = "limit_nothing_found"
    # why a bill is what it is
    BILL_PART = "bill_part"
    BILL_NOTHING_BOUGHT = "bill_nothing_bought"
    BILL_FROM_PLAN = "bill_from_plan"
    BILL_FROM_PURCHASE_PLAN = "bill_from_purchase_plan"
    BILL_EMPTY = "bill_empty"
    BILL_FIRST = "bill_first"
    BILL_MORE = "bill_more"
    BILL_LESS = "bill_less"
    BILL_SAME = "bill_same"
    BILL_MERCHANT_NEW = "bill_merchant_new"
    BILL_MERCHANT_MORE = "bill_merchant_more"
    BILL_MERCHANT_LESS = "bill_merchant_less"
    BILL_MERCHANT_GONE = "bill_merchant_gone"
    BILL_PART_MORE = "bill_part_more"
    BILL_PART_LESS = "bill_part_less"
    BILL_BOUGHT_TWICE = "bill_bought_twice"
    BILL_DIFFERS = "bill_differs"
    BILL_ADDS_UP = "bill_adds_up"
    BILL_PAID_SINCE = "bill_paid_since"
    BILL_REFUNDED_SINCE = "bill_refunded_since"
    BILL_SPLIT_SINCE = "bill_split_since"
    BILL_BRIDGED_SINCE = "bill_bridged_since"
    BILL_GROWN_SINCE = "bill_grown_since"
    BILL_NOW_OWED = "bill_now_owed"
    BILL_SETTLED = "bill_settled"
    NEXT_BOUGHT = "next_bought"
    NEXT_INSTALLMENTS = "next_installments"
    NEXT_FEES = "next_fees"
    NEXT_INTEREST = "next_interest"
    NEXT_REFUNDED = "next_refunded"
    NEXT_CREDIT = "next_credit"
    NEXT_NOTHING = "next_nothing"
    # where a repayment is
    REPAY_WAITING = "repay_waiting"
    REPAY_FAILED = "repay_failed"
    REPAY_EXPIRED = "repay_expired"
    REPAY_BOUNCED = "repay_bounced"
    REPAY_TWICE = "repay_twice"
    REPAY_AUTOPAY_FAILED = "repay_autopay_failed"
    REPAY_AUTOPAY_PARTIAL = "repay_autopay_partial"
    REPAY_RETURNING = "repay_returning"
    REPAY_RETURNED = "repay_returned"
    REPAY_ON_BILL = "repay_on_bill"
    REPAY_ON_LOAN = "repay_on_loan"
    REPAY_WITH_LOAN = "repay_with_loan"
    REPAY_NONE = "repay_none"
    REPAY_BILL_LEFT = "repay_bill_left"
    REPAY_BILL_SETTLED = "repay_bill_settled"
    REPAY_LOAN_LEFT = "repay_loan_left"
    REPAY_LOAN_LATE = "repay_loan_late"
    # where a loan's money is
    PAYOUT_WAITING = "payout_waiting"
    PAYOUT_FAILED = "payout_failed"
    PAYOUT_EXPIRED = "payout_expired"
    PAYOUT_UNCONFIRMED = "payout_unconfirmed"
    PAYOUT_OFFER_EXPIRED = "payout_offer_expired"
    PAYOUT_DONE = "payout_done"
    PAYOUT_INTO_BILL = "payout_into_bill"
    PAYOUT_NONE = "payout_none"
    # where a refund is
    REFUND_LOWERED_BILL = "refund_lowered_bill"
    REFUND_SHORTENED_PLAN = "refund_shortened_plan"
    REFUND_LOWERED_UNBILLED = "refund_lowered_unbilled"
    REFUND_BECAME_CREDIT = "refund_became_credit"
    REFUND_NONE = "refund_none"
    REFUND_CREDIT_BALANCE = "refund_credit_balance"
    REFUND_CREDIT_PAID_OUT = "refund_credit_paid_out"
    # why a payment does not go through
    PAY_NOT_OPEN = "pay_not_open"
    PAY_CLOSED = "pay_closed"
    PAY_FROZEN = "pay_frozen"
    PAY_FROZEN_UNTIL = "pay_frozen_until"
    PAY_OVERDUE = "pay_overdue"
    PAY_NOTHING_LEFT = "pay_nothing_left"
    PAY_ABOVE_LIMIT = "pay_above_limit"
    PAY_ABOVE_CAP = "pay_above_cap"
    PAY_ABOVE_OWN_CAP = "pay_above_own_cap"
    PAY_OWN_CAP_REACHED = "pay_own_cap_reached"
    PAY_HELD = "pay_held"
    PAY_FITS = "pay_fits"
    PAY_POSSIBLE = "pay_possible"
    # why nothing can be borrowed
    BORROW_UNDERAGE = "borrow_underage"
    BORROW_STUDENT = "borrow_student"
    BORROW_NOT_OPEN = "borrow_not_open"
    BORROW_CLOSED = "borrow_closed"
    BORROW_OVERDUE = "borrow_overdue"
    BORROW_FROZEN = "borrow_frozen"
    BORROW_FROZEN_UNTIL = "borrow_frozen_until"
    BORROW_TOO_MANY = "borrow_too_many"
    BORROW_LIMIT_USED = "borrow_limit_used"
    BORROW_BELOW_SMALLEST = "borrow_below_smallest"
    BORROW_STEP = "borrow_step"
    BORROW_ABOVE_LIMIT = "borrow_above_limit"
    BORROW_ABOVE_CAP = "borrow_above_cap"
    BORROW_PAYOUT_WAITING = "borrow_payout_waiting"
    BORROW_POSSIBLE = "borrow_possible"
    # why a product cannot be opened, apart from a score
    OPEN_ALREADY = "open_already"
    OPEN_FROZEN = "open_frozen"
    OPEN_FROZEN_UNTIL = "open_frozen_until"
    OPEN_CLOSED = "open_closed"
    OPEN_IDENTITY = "open_identity"
    OPEN_UNDERAGE = "open_underage"
    OPEN_STUDENT = "open_student"
    OPEN_BLOCKED = "open_blocked"
    OPEN_OVERDUE = "open_overdue"
    OPEN_NO_ROOM = "open_no_room"
    OPEN_NOTHING_FOUND = "open_nothing_found"
    # why a line is frozen, and when it comes back
    FROZEN_OVERDUE = "frozen_overdue"
    FROZEN_CURED = "frozen_cured"
    FROZEN_STUDENT = "frozen_student"
    FROZEN_FRAUD = "frozen_fraud"
    FROZEN_OTHER = "frozen_other"
    FROZEN_NOT = "frozen_not"
    # what being late costs
    LATE_BILL = "late_bill"
    LATE_LOAN = "late_loan"
    LATE_SO_FAR = "late_so_far"
    LATE_FROM_TOMORROW = "late_from_tomorrow"
    LATE_IN_GRACE = "late_in_grace"
    LATE_NOT = "late_not"
    LATE_REVOLVES = "late_revolves"
    LATE_WOULD_COST_BILL = "late_would_cost_bill"
    LATE_WOULD_COST_LOAN = "late_would_cost_loan"
    LATE_RATE = "late_rate"
    # what if
    IF_PAY_NOW = "if_pay_now"
    IF_MINIMUM = "if_minimum"
    IF_SPLIT = "if_split"
    IF_BORROW = "if_borrow"
    IF_PREPAID = "if_prepaid"
    IF_NOTHING_OWED = "if_nothing_owed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One cause, or that none was found. Amounts are Money, ids are those of the ledger's journals and of rows."""

    code: Code
    evidence: Mapping[str, Evidence] = field(default_factory=dict)

    def money(self, name: str) -> Money:
        """An amount of the evidence. Raises KeyError, TypeError."""
        amount = self.evidence[name]
        if not isinstance(amount, Money):
            raise TypeError(f"{self.code}: {name} is no amount")
        return amount


Findings = tuple[Finding, ...]


def found(code: Code, **evidence: Evidence | None) -> Finding:
    """A finding without the evidence that is not known."""
    return Finding(code, {name: value for name, value in evidence.items() if value is not None})


def codes(findings: Iterable[Finding]) -> list[Code]:
    return [finding.code for finding in findings]
