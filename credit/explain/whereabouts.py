"""Where a repayment, a refund or a loan's money is. Pure: what the orders, receipts and refunds on file say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from credit.explain.findings import Code, Finding, Findings, Proof, found
from credit.kernel.money import ZERO, Money

BILL, LOAN, KEPT = "bill", "loan", "kept"
DISBURSE, REPAY, REFUND = "disburse", "repay", "refund"


@dataclass(frozen=True, slots=True)
class OrderFact:
    """An order to the bank. `state` is `sent` (waiting), `done`, `failed`, `expired` or `replaced`."""

    id: UUID
    purpose: str
    state: str
    amount: Money
    on: date
    until: date
    source: str = "debit_card"
    debt: str | None = None
    """`bill` or `loan`, of a repayment."""
    settled_on: date | None = None
    bank_reason: str | None = None


@dataclass(frozen=True, slots=True)
class ReceivedFact:
    """Money that arrived, by its journal; `kind` is `bill`, `loan` or `kept` (nothing was owed: it goes back).

    `split` is what it paid, by part of the debt; `bounced_on` the day on which the bank took it back."""

    id: UUID
    kind: str
    on: date
    amount: Money
    journal_id: UUID
    split: Mapping[str, Money] = field(default_factory=dict)
    bounced_on: date | None = None
    by_loan: bool = False
    """The bill was repaid with a cash loan: no money came in."""


@dataclass(frozen=True, slots=True)
class AutopayFact:
    """The newest attempt at something due. `outcome` is `paid`, `partial`, `failed` or `waiting`."""

    on: date
    at: str
    outcome: str
    wanted: Money
    paid: Money
    bank_reason: str | None = None


@dataclass(frozen=True, slots=True)
class OwedFact:
    """A debt as it stands: the bill with its total, or a running loan with what it was opened for."""

    kind: str
    amount: Money
    total: Money
    due_on: date | None
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class RepaidFacts:
    since: date
    """The first day looked at."""
    orders: tuple[OrderFact, ...] = ()
    """Repayments and money going back, newest first."""
    received: tuple[ReceivedFact, ...] = ()
    """Newest first."""
    autopay: AutopayFact | None = None
    owed: tuple[OwedFact, ...] = ()


def repay_findings(facts: RepaidFacts, kind: str | None = None) -> Findings:
    """Where repayments are: what is wrong or under way first, then what arrived, then what is still owed.

    `kind` looks at the bill or at loans alone. REPAY_NONE when nothing was paid or tried."""
    mine = [each for each in facts.received if kind in {None, each.kind} or each.kind == KEPT]
    orders = [each for each in facts.orders if each.purpose == REPAY and kind in {None, each.debt}]
    arrived = [each for each in mine if each.bounced_on is None and each.kind != KEPT]
    findings = [
        *_trouble(orders, mine, arrived),
        *_autopay(facts.autopay, arrived),
        *_going_back(facts.orders),
        *(_arrived(each) for each in arrived),
    ]
    if not findings:
        findings.append(found(Code.REPAY_NONE, since=facts.since))
    return (*findings, *(_owed(debt) for debt in facts.owed if kind in {None, debt.kind}))


def _trouble(orders: list[OrderFact], mine: list[ReceivedFact], arrived: list[ReceivedFact]) -> Iterator[Finding]:
    for order in orders:
        if order.state == "sent":
            yield _of_order(Code.REPAY_WAITING, order)
    newest = max(((each.on, each.id) for each in arrived), default=None)
    failed = next((order for order in orders if order.state in {"failed", "expired"}), None)
    if failed is not None and (newest is None or (failed.settled_on or failed.on, failed.id) > newest):
        yield _of_order(Code.REPAY_FAILED if failed.state == "failed" else Code.REPAY_EXPIRED, failed)
    for each in mine:
        if each.bounced_on is not None:
            facts: Proof = {"amount": each.amount, "on": each.on, "bounced_on": each.bounced_on}
            yield found(Code.REPAY_BOUNCED, **facts, journal=each.journal_id)
    same = Counter((each.on, each.kind, each.amount) for each in arrived)
    for (on, kind, amount), count in sorted(same.items(), reverse=True):
        if count > 1:
            yield found(Code.REPAY_TWICE, on=on, amount=amount, count=count, where=kind)


def _of_order(code: Code, order: OrderFact) -> Finding:
    times: Proof = {"on": order.on, "until": order.until, "settled_on": order.settled_on}
    whose: Proof = {"order": order.id, "source": order.source, "bank_reason": order.bank_reason}
    return found(code, amount=order.amount, **times, **whose)


def _autopay(last: AutopayFact | None, arrived: list[ReceivedFact]) -> Iterator[Finding]:
    """An attempt that took too little, unless something has been paid since."""
    if last is None or last.outcome not in {"partial", "failed"} or any(each.on > last.on for each in arrived):
        return
    short = last.wanted - last.paid
    facts: Proof = {"wanted": last.wanted, "paid": last.paid, "amount": short, "on": last.on}
    code = Code.REPAY_AUTOPAY_PARTIAL if last.paid else Code.REPAY_AUTOPAY_FAILED
    yield found(code, **facts, at=last.at, bank_reason=last.bank_reason)


def _going_back(orders: tuple[OrderFact, ...]) -> Iterator[Finding]:
    """Money that nothing was owed for: on its way back, or back."""
    for order in orders:
        if order.purpose == REFUND and order.state != "replaced":
            code = Code.REPAY_RETURNED if order.state == "done" else Code.REPAY_RETURNING
            yield _of_order(code, order)


def _arrived(each: ReceivedFact) -> Finding:
    if each.by_loan:
        return found(Code.REPAY_WITH_LOAN, amount=each.amount, on=each.on, journal=each.journal_id)
    code = Code.REPAY_ON_BILL if each.kind == BILL else Code.REPAY_ON_LOAN
    principal = each.split.get("billed", ZERO) + each.split.get("principal", ZERO)
    rest = each.amount - principal
    return found(code, amount=each.amount, on=each.on, principal=principal, rest=rest, journal=each.journal_id)


def _owed(debt: OwedFact) -> Finding:
    late = Code.REPAY_LOAN_LATE if debt.is_late else Code.REPAY_LOAN_LEFT
    code = Code.REPAY_BILL_LEFT if debt.kind == BILL else late
    if debt.kind == BILL and not debt.amount:
        return found(Code.REPAY_BILL_SETTLED, total=debt.total)
    return found(code, amount=debt.amount, total=debt.total, due_on=debt.due_on)


# ── a loan's money ──────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class LentFact:
    """A loan that was opened, the newest first; `into_bill` when it repaid the pay-later bill."""

    id: UUID
    principal: Money
    on: date
    into_bill: bool


@dataclass(frozen=True, slots=True)
class BorrowOfferFact:
    """The newest offer of a loan that nobody confirmed."""

    id: UUID
    amount: Money
    on: date
    expires_at: datetime
    expired: bool


@dataclass(frozen=True, slots=True)
class LentFacts:
    orders: tuple[OrderFact, ...] = ()
    """Payouts, newest first."""
    loans: tuple[LentFact, ...] = ()
    offer: BorrowOfferFact | None = None


def disbursement_findings(facts: LentFacts) -> Findings:
    """Where the borrowed money is: at the bank, refused by it, never confirmed, paid out, or gone into the bill.

    PAYOUT_NONE when nothing was ever borrowed or asked for."""
    newest = facts.loans[0] if facts.loans else None
    findings = [_of_order(Code.PAYOUT_WAITING, order) for order in facts.orders if order.state == "sent"]
    last = next((order for order in facts.orders if order.state in {"failed", "expired"}), None)
    if last is not None and (newest is None or (last.on, last.id) > (newest.on, newest.id)):
        findings.append(_of_order(Code.PAYOUT_FAILED if last.state == "failed" else Code.PAYOUT_EXPIRED, last))
    offer = facts.offer
    if offer is not None and (newest is None or (offer.on, offer.id) > (newest.on, newest.id)):
        code = Code.PAYOUT_OFFER_EXPIRED if offer.expired else Code.PAYOUT_UNCONFIRMED
        findings.append(found(code, amount=offer.amount, on=offer.on, expires_at=offer.expires_at, offer=offer.id))
    if newest is not None:
        code = Code.PAYOUT_INTO_BILL if newest.into_bill else Code.PAYOUT_DONE
        findings.append(found(code, amount=newest.principal, on=newest.on, loan=newest.id))
    return tuple(findings) or (found(Code.PAYOUT_NONE),)


# ── refunds ─────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class RefundFact:
    """Money back from a merchant, by what it lowered. The shares sum to the amount."""

    id: UUID
    purchase_id: UUID
    merchant: str
    on: date
    bought_on: date
    amount: Money
    journal_id: UUID
    billed: Money = ZERO
    plan: Money = ZERO
    unbilled: Money = ZERO
    credit: Money = ZERO


@dataclass(frozen=True, slots=True)
class PaidOutFact:
    """A credit balance that the customer had paid out."""

    amount: Money
    on: date
    journal_id: UUID


@dataclass(frozen=True, slots=True)
class RefundFacts:
    since: date
    """The first day looked at."""
    refunds: tuple[RefundFact, ...] = ()
    """Newest first."""
    credit: Money = ZERO
    """Owed to the customer now."""
    paid_out: PaidOutFact | None = None
    orders: tuple[OrderFact, ...] = ()
    next_statement_on: date | None = None


REFUND_SHARES = (
    ("billed", Code.REFUND_LOWERED_BILL),
    ("plan", Code.REFUND_SHORTENED_PLAN),
    ("unbilled", Code.REFUND_LOWERED_UNBILLED),
    ("credit", Code.REFUND_BECAME_CREDIT),
)


def refund_findings(facts: RefundFacts) -> Findings:
    """Every refund by what it lowered, then what is owed to the customer and what is on its way to them.

    The amounts of one refund's findings sum to it. REFUND_NONE when none arrived."""
    findings = [each for refund in facts.refunds for each in _shares(refund, facts.next_statement_on)]
    if not findings:
        findings.append(found(Code.REFUND_NONE, since=facts.since))
    if facts.credit:
        findings.append(found(Code.REFUND_CREDIT_BALANCE, amount=facts.credit))
    if facts.paid_out is not None:
        out = facts.paid_out
        findings.append(found(Code.REFUND_CREDIT_PAID_OUT, amount=out.amount, on=out.on, journal=out.journal_id))
    return (*findings, *_going_back(facts.orders))


def _shares(refund: RefundFact, next_on: date | None) -> Iterator[Finding]:
    whose: Proof = {"merchant": refund.merchant, "purchase": refund.purchase_id, "journal": refund.journal_id}
    times: Proof = {"on": refund.on, "bought_on": refund.bought_on, "next_statement_on": next_on}
    for name, code in REFUND_SHARES:
        share: Money = getattr(refund, name)
        if share:
            yield found(code, amount=share, whole=refund.amount, **whose, **times)
