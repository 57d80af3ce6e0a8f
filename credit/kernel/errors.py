"""Refusals: a code for machines, English for developers, facts for the wording in bot/domain/errors.yml."""

from __future__ import annotations

from enum import StrEnum


class ErrorCode(StrEnum):
    """Every refusal a customer can be told about; its wording is `utter_error_<code>`."""

    # what was asked for
    AMOUNT_UNREADABLE = "amount_unreadable"
    AMOUNT_NOT_POSITIVE = "amount_not_positive"
    AMOUNT_TOO_LARGE = "amount_too_large"
    AMOUNT_BELOW_MINIMUM = "amount_below_minimum"
    AMOUNT_STEP = "amount_step"
    CURRENCY_NOT_SUPPORTED = "currency_not_supported"
    TERM_NOT_SOLD = "term_not_sold"
    METHOD_NOT_SOLD = "method_not_sold"
    # lines and borrowing
    PRODUCT_NOT_OPEN = "product_not_open"
    LINE_FROZEN = "line_frozen"
    LIMIT_EXCEEDED = "limit_exceeded"
    LOAN_ABOVE_CAP = "loan_above_cap"
    TOO_MANY_LOANS = "too_many_loans"
    STUDENT_MAY_NOT_BORROW = "student_may_not_borrow"
    UNDERAGE = "underage"
    OVERDUE_BLOCKS_CREDIT = "overdue_blocks_credit"
    EXPOSURE_EXCEEDED = "exposure_exceeded"
    COST_ABOVE_CAP = "cost_above_cap"
    # bills, loans, repaying
    NOTHING_OWED = "nothing_owed"
    NO_OPEN_BILL = "no_open_bill"
    REPAYMENT_EXCEEDS_DEBT = "repayment_exceeds_debt"
    LOAN_NOT_FOUND = "loan_not_found"
    PURCHASE_NOT_FOUND = "purchase_not_found"
    REFUND_EXCEEDS_PURCHASE = "refund_exceeds_purchase"
    INSTALLMENT_NOT_POSSIBLE = "installment_not_possible"
    # borrow to repay
    BRIDGE_OFF = "bridge_off"
    BRIDGE_OVERDUE = "bridge_overdue"
    BRIDGE_ABOVE_BILL = "bridge_above_bill"
    BRIDGE_TOO_SOON = "bridge_too_soon"
    BRIDGE_OF_BRIDGE = "bridge_of_bridge"
    # offers and confirmation
    OFFER_NOT_FOUND = "offer_not_found"
    OFFER_EXPIRED = "offer_expired"
    OFFER_ALREADY_EXECUTED = "offer_already_executed"
    OFFER_DECLINED = "offer_declined"
    OFFER_OUTDATED = "offer_outdated"
    PIN_WRONG = "pin_wrong"
    PIN_LOCKED = "pin_locked"
    # ledger and closing
    JOURNAL_EMPTY = "journal_empty"
    JOURNAL_MALFORMED = "journal_malformed"
    JOURNAL_UNBALANCED = "journal_unbalanced"
    JOURNAL_MIXED_CURRENCY = "journal_mixed_currency"
    JOURNAL_ACCOUNT_REPEATED = "journal_account_repeated"
    POSTING_ZERO = "posting_zero"
    POSTING_TOO_LARGE = "posting_too_large"
    POSTING_CURRENCY = "posting_currency"
    ACCOUNT_UNKNOWN = "account_unknown"
    ACCOUNT_KIND_UNKNOWN = "account_kind_unknown"
    ACCOUNT_EXISTS = "account_exists"
    ACCOUNT_CLOSED = "account_closed"
    ACCOUNT_NOT_EMPTY = "account_not_empty"
    BALANCE_OUT_OF_BOUNDS = "balance_out_of_bounds"
    REQUEST_ID_REUSED = "request_id_reused"
    EFFECTIVE_DAY_CLOSED = "effective_day_closed"
    EFFECTIVE_DAY_AHEAD = "effective_day_ahead"
    JOURNAL_NOT_FOUND = "journal_not_found"
    JOURNAL_ALREADY_REVERSED = "journal_already_reversed"
    REVERSAL_OF_REVERSAL = "reversal_of_reversal"
    REVERSAL_MISMATCH = "reversal_mismatch"
    HOLD_NOT_FOUND = "hold_not_found"
    HOLD_NOT_PENDING = "hold_not_pending"
    HOLD_EXPIRED = "hold_expired"
    HOLD_REQUIRED = "hold_required"
    HOLD_MISMATCH = "hold_mismatch"
    LIMIT_HELD = "limit_held"
    LEDGER_APPEND_ONLY = "ledger_append_only"
    LEDGER_OUT_OF_BALANCE = "ledger_out_of_balance"
    CLOSING_WRONG_DAY = "closing_wrong_day"
    # the door
    CUSTOMER_UNKNOWN = "customer_unknown"
    TOKEN_MISSING = "token_missing"  # noqa: S105
    TOKEN_INVALID = "token_invalid"  # noqa: S105
    TOKEN_EXPIRED = "token_expired"  # noqa: S105
    BODY_INVALID = "body_invalid"
    MESSAGE_EMPTY = "message_empty"
    MESSAGE_TOO_LONG = "message_too_long"
    MESSAGE_ID_REUSED = "message_id_reused"
    RATE_LIMITED = "rate_limited"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    ASSISTANT_UNREACHABLE = "assistant_unreachable"
    ACCOUNT_SERVICE_UNREACHABLE = "account_service_unreachable"
    # the calendar and notices
    CALENDAR_HORIZON = "calendar_horizon"
    NOTICE_NOT_FOUND = "notice_not_found"
    NOTICE_KIND_UNKNOWN = "notice_kind_unknown"
    NOTICE_CANNOT_BE_REFUSED = "notice_cannot_be_refused"
    # people behind the chat
    TICKET_NOT_FOUND = "ticket_not_found"
    TICKET_TAKEN = "ticket_taken"
    TICKET_CLOSED = "ticket_closed"
    # spending, plans and the life of a line
    CATEGORY_NOT_ALLOWED = "category_not_allowed"
    PAYMENT_ABOVE_CAP = "payment_above_cap"
    OWN_CAP_EXCEEDED = "own_cap_exceeded"
    AUTHORISATION_NOT_FOUND = "authorisation_not_found"
    AUTHORISATION_OVER = "authorisation_over"
    CAPTURE_EXCEEDS_AUTHORISATION = "capture_exceeds_authorisation"
    PLAN_NOT_FOUND = "plan_not_found"
    NO_CREDIT_BALANCE = "no_credit_balance"
    TEMPORARY_LIMIT_TOO_LARGE = "temporary_limit_too_large"
    TEMPORARY_LIMIT_RUNNING = "temporary_limit_running"
    PRODUCT_ALREADY_OPEN = "product_already_open"
    CONSENT_OUTDATED = "consent_outdated"
    IDENTITY_NOT_CHECKED = "identity_not_checked"
    CUSTOMER_BLOCKED = "customer_blocked"
    CANNOT_CLOSE_YET = "cannot_close_yet"
    LIMIT_NOT_LOWER = "limit_not_lower"
    CYCLE_NOT_SOLD = "cycle_not_sold"
    CYCLE_CHANGE_NOT_YET = "cycle_change_not_yet"
    STATEMENT_EXISTS = "statement_exists"
    # money in and out (wording in loans_errors.yml)
    SOURCE_IS_CREDIT_CARD = "source_is_credit_card"
    SOURCE_UNKNOWN = "source_unknown"
    PAYMENT_UNKNOWN = "payment_unknown"
    PAYMENT_PENDING = "payment_pending"
    PAYMENT_FAILED = "payment_failed"
    PAYMENT_ALREADY_BOUNCED = "payment_already_bounced"
    PAYMENT_CANNOT_BOUNCE = "payment_cannot_bounce"
    PAYOUT_FAILED = "payout_failed"
    BANK_REFERENCE_REUSED = "bank_reference_reused"
    BANK_ANSWER_CONTRADICTS = "bank_answer_contradicts"
    EARLY_EFFECT_NOT_POSSIBLE = "early_effect_not_possible"
    LOAN_NOT_SETTLED = "loan_not_settled"
    BRIDGE_NOT_ASKED_FOR = "bridge_not_asked_for"
    AUTOPAY_ATTEMPT_UNKNOWN = "autopay_attempt_unknown"
    # the web widget: pages of other origins, signed links, proofs
    ORIGIN_NOT_ALLOWED = "origin_not_allowed"
    LINK_INVALID = "link_invalid"
    LINK_EXPIRED = "link_expired"
    LINK_USED = "link_used"
    PROOF_NOT_READY = "proof_not_ready"
    # the scorecard (wording in scoring_errors.yml)
    SCORING_INPUT_INVALID = "scoring_input_invalid"
    SCORECARD_DAMAGED = "scorecard_damaged"
    SCORECARD_VERSION = "scorecard_version"
    DATA_CONSENT_MISSING = "data_consent_missing"
    # messaging apps: binding an identity to a customer
    BIND_LINK_INVALID = "bind_link_invalid"
    BIND_LINK_EXPIRED = "bind_link_expired"
    BIND_LINK_USED = "bind_link_used"
    BIND_CONSENT_OUTDATED = "bind_consent_outdated"
    APP_BOUND_ALREADY = "app_bound_already"
    BINDING_NOT_FOUND = "binding_not_found"


class CreditError(Exception):
    """A refusal the customer can be told about; anything else that escapes is a defect.

    `facts` fill the placeholders of the wording: Money, dates, ints, or strings."""

    def __init__(self, code: ErrorCode, developer_text: str = "", **facts: object) -> None:
        super().__init__(f"{code}: {developer_text}" if developer_text else str(code))
        self.code = code
        self.facts = facts


class CatalogueError(ValueError):
    """The product file is wrong; the message names the place. Found at start, never shown to a customer."""
