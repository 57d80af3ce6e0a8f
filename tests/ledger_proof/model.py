"""The ledger as a child would keep it: a list of journals in memory, every figure added up anew when asked for.

It shares no code with the ledger. Each operation first says why it must be refused, as a set of error codes; only when
there is no reason is it carried out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

LARGEST = 2**53 - 1
BACK_DATING_DAYS = 3


@dataclass
class ModelAccount:
    code: str
    kind: str
    customer: int | None
    currency: str = "CNY"
    floor: int | None = None
    ceiling: int | None = None
    closed: bool = False

    @property
    def held(self) -> bool:
        return self.kind == "limit_held"

    @property
    def memo(self) -> bool:
        return self.kind.startswith("limit_")


@dataclass(frozen=True)
class ModelHoldStep:
    hold: str
    """The request id that placed it."""
    act: str
    expires_on: date | None = None


@dataclass
class ModelJournal:
    request_id: str
    kind: str
    customer: int | None
    effective_on: date
    lines: dict[str, int]
    facts: dict[str, str] = field(default_factory=dict)
    reverses: str | None = None
    """The request id of the journal that it undoes."""
    step: ModelHoldStep | None = None


@dataclass
class ModelHold:
    source: str
    held: str
    amount: int
    expires_on: date
    placed_by: str
    state: str = "pending"
    closed_by: str | None = None


@dataclass
class ModelBooks:
    """Everything there is."""

    today: date
    accounts: dict[str, ModelAccount] = field(default_factory=dict)
    journals: dict[str, ModelJournal] = field(default_factory=dict)
    holds: dict[str, ModelHold] = field(default_factory=dict)
    final: list[date] = field(default_factory=list)
    rollups: dict[tuple[str, date], tuple[int, int]] = field(default_factory=dict)

    # ---- figures, always added up anew ----

    def balance(self, code: str, day: date | None = None, *, after: date | None = None) -> int:
        return sum(
            journal.lines.get(code, 0)
            for journal in self.journals.values()
            if (day is None or journal.effective_on <= day) and (after is None or journal.effective_on > after)
        )

    def count(self, code: str) -> int:
        return sum(code in journal.lines for journal in self.journals.values())

    def trial(self, day: date) -> dict[tuple[str, str], int]:
        """By (kind, currency), kinds that ever moved up to the day."""
        found: Counter[tuple[str, str]] = Counter()
        for journal in self.journals.values():
            if journal.effective_on <= day:
                for code, minor in journal.lines.items():
                    found[self.accounts[code].kind, self.accounts[code].currency] += minor
        return {key: minor for key, minor in found.items() if minor}

    def currencies(self, lines: dict[str, int]) -> dict[str, str]:
        return {code: self.accounts[code].currency for code in lines if code in self.accounts}

    # ---- why not ----

    def reasons(self, journal: ModelJournal, currencies: dict[str, str] | None = None) -> set[str]:
        """Why a new journal must be refused. `currencies` are what the caller says where it is not the account's."""
        lines, known = journal.lines, {code: self.accounts.get(code) for code in journal.lines}
        named = {
            code: (currencies or {}).get(code, account.currency if account else "CNY")
            for code, account in known.items()
        }
        found = set()
        if len(lines) < 2:
            found.add("journal_empty")
        if any(abs(minor) > LARGEST for minor in lines.values()):
            found.add("posting_too_large")
        if None in known.values():
            found.add("account_unknown")
        if any(account and account.currency != named[code] for code, account in known.items()):
            found.add("posting_currency")
        found |= self._sum_reasons(lines, named)
        if any(account and account.closed for account in known.values()):
            found.add("account_closed")
        if sum(bool(account and account.held) for account in known.values()) != (journal.step is not None):
            found.add("hold_required")
        if self.final and journal.effective_on <= self.final[-1]:
            found.add("effective_day_closed")
        if journal.effective_on > self.today:
            found.add("effective_day_ahead")
        return found or self._bound_reasons(lines)

    def _sum_reasons(self, lines: dict[str, int], named: dict[str, str]) -> set[str]:
        sums: Counter[str] = Counter()
        for code, minor in lines.items():
            sums[named[code]] += minor
        if not any(sums.values()):
            return set()
        return {"journal_unbalanced"} if len(sums) == 1 else {"journal_mixed_currency"}

    def _bound_reasons(self, lines: dict[str, int]) -> set[str]:
        for code, minor in lines.items():
            account = self.accounts[code]
            if account.customer is None:
                continue
            after = self.balance(code) + minor
            low = account.floor is not None and after < account.floor
            high = account.ceiling is not None and after > account.ceiling
            if low or high or abs(after) > LARGEST:
                return {"balance_out_of_bounds"}
        return set()

    def reasons_to_place(self, journal: ModelJournal, source: str, held: str) -> set[str]:
        assert journal.step is not None
        assert journal.step.expires_on is not None
        found = self.reasons(journal)
        if found - {"balance_out_of_bounds"}:
            return found
        of, to = self.accounts[source], self.accounts[held]
        if of.customer != to.customer or journal.step.expires_on < journal.effective_on:
            found.add("hold_mismatch")
        return found

    def reasons_to_finish(self, journal: ModelJournal) -> set[str]:
        """For posting and releasing. A hold that is finished is called so, whatever else the journal would do."""
        assert journal.step is not None
        hold = self.holds[journal.step.hold]
        found = self.reasons(journal)
        if found - {"balance_out_of_bounds"}:
            return found
        if hold.state != "pending":
            return {"hold_not_pending"}
        if journal.step.act == "post" and journal.effective_on > hold.expires_on:
            found.add("hold_expired")
        return found

    def reasons_to_reverse(self, journal: ModelJournal) -> set[str]:
        assert journal.reverses is not None
        original = self.journals[journal.reverses]
        if original.reverses is not None:
            return {"reversal_of_reversal"}
        found = self.reasons(journal) - {"hold_required"}
        if original.step is not None and original.step.act != "post":
            found.add("hold_required")
        if any(other.reverses == journal.reverses for other in self.journals.values()):
            found.add("journal_already_reversed")
        return found

    def reasons_to_close(self, code: str) -> set[str]:
        account = self.accounts.get(code)
        if account is None:
            return {"account_unknown"}
        if account.closed:
            return {"account_closed"}
        pending = any(code in (hold.source, hold.held) for hold in self.holds.values() if hold.state == "pending")
        return {"account_not_empty"} if self.balance(code) or pending else set()

    # ---- what an operation writes ----

    def opposite(self, request_id: str) -> dict[str, int]:
        """The lines that undo a journal: what a posted hold took goes back to where the hold came from."""
        journal = self.journals[request_id]
        hold = self.holds[journal.step.hold] if journal.step and journal.step.act == "post" else None
        lines: Counter[str] = Counter()
        for code, minor in journal.lines.items():
            lines[hold.source if hold and code == hold.held else code] -= minor
        return nonzero(lines)

    def write(self, journal: ModelJournal) -> None:
        self.journals[journal.request_id] = journal
        step = journal.step
        if step is None:
            return
        if step.act == "place":
            assert step.expires_on is not None
            held = next(code for code, minor in journal.lines.items() if minor > 0)
            source = next(code for code, minor in journal.lines.items() if minor < 0)
            amount = journal.lines[held]
            self.holds[step.hold] = ModelHold(source, held, amount, step.expires_on, journal.request_id)
        else:
            hold = self.holds[step.hold]
            hold.state = {"post": "posted", "release": "released", "expire": "expired"}[step.act]
            hold.closed_by = journal.request_id

    def due(self) -> list[str]:
        """Holds that the closing of today gives back."""
        return [key for key, hold in self.holds.items() if hold.state == "pending" and hold.expires_on <= self.today]

    def close_day(self) -> None:
        """Roll up the house accounts that moved, and go to the next day."""
        day, before = self.today - timedelta(days=BACK_DATING_DAYS), self.final[-1] if self.final else None
        if before is None or day > before:
            for code, account in self.accounts.items():
                moves = [
                    journal
                    for journal in self.journals.values()
                    if code in journal.lines
                    and journal.effective_on <= day
                    and (before is None or journal.effective_on > before)
                ]
                if account.customer is None and moves:
                    moved = sum(journal.lines[code] for journal in moves)
                    self.rollups[code, day] = (moved, self.balance(code, day))
            self.final.append(day)
        self.today += timedelta(days=1)


def nonzero(lines: dict[str, int]) -> dict[str, int]:
    return {code: minor for code, minor in lines.items() if minor}
