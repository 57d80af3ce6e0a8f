"""Random operations on a real ledger and on the model at once; after every step the two must say the same."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID, uuid4

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule
from sqlalchemy import update
from sqlalchemy.orm import Session

from credit.customers.models import BusinessDay
from credit.kernel.money import Money
from credit.ledger import holds
from credit.ledger.assertions import assert_in_balance
from credit.ledger.finality import make_final
from credit.ledger.service import Ledger, Lines
from tests.ledger_proof.agreement import differences
from tests.ledger_proof.choices import Choice, amounts, back, choices, lasting, numbers, operation
from tests.ledger_proof.databases import NOW
from tests.ledger_proof.model import LARGEST, ModelAccount, ModelHoldStep, ModelJournal, nonzero
from tests.ledger_proof.two_books import TwoBooks
from tests.ledger_proof.world import (
    CUSTOMERS,
    event_of,
    lines_of,
    open_in,
)


class LedgerMachine(TwoBooks):
    """One run of random operations."""

    # The everyday journal first: hypothesis goes back to the first choice most often.
    @operation(weight=3, debtor=numbers, amount=st.integers(1, 400), ago=back)
    def lend(self, debtor: int, amount: int, ago: timedelta) -> None:
        """An everyday journal that mostly succeeds, so that there is something to go wrong."""
        nth = debtor % CUSTOMERS
        lines = {
            f"c/{nth}/principal": amount,
            "house/cash": -amount,
            f"c/{nth}/available": -amount,
            f"c/{nth}/used": amount,
        }
        self.try_post("lend", ModelJournal(self.request(), "lend", nth, self.books.today - ago, lines))

    # ---- accounts ----

    @operation(nth=numbers, customer=st.integers(0, CUSTOMERS - 1), bound=st.one_of(st.none(), st.integers(0, 300)))
    def open_account(self, nth: int, customer: int, bound: int | None) -> None:
        kind = ("loan_principal", "loan_interest", "nonsense", "suspense", "limit_used")[nth % 5]
        code = f"x/{nth % 11}"
        house = kind == "suspense"
        floor = None if bound is None or house else -bound
        account = ModelAccount(code, kind, None if house else customer, floor=floor)
        reasons = {"account_exists"} if code in self.books.accounts else set()
        if kind == "nonsense":
            reasons = {"account_kind_unknown"}
        self.do("open account", lambda ledger: open_in(ledger, account), reasons)
        if not reasons:
            self.books.accounts[code] = account

    @operation(nth=numbers, unknown=st.sampled_from([False] * 9 + [True]))
    def close_account(self, nth: int, unknown: bool) -> None:
        # The first accounts stay open, so that a long run does not run out of places to post to.
        codes = [code for code in self.books.accounts if code.startswith("x/")]
        code = "x/unknown" if unknown or not codes else codes[nth % len(codes)]
        reasons = self.books.reasons_to_close(code)
        self.do(
            "close account",
            lambda ledger: ledger.close_account(code, closed_on=self.books.today, reason="no longer used"),
            reasons,
        )
        if not reasons:
            self.books.accounts[code].closed = True

    # ---- journals ----

    @operation(
        first=numbers,
        second=numbers,
        third=numbers,
        amount=amounts,
        part=numbers,
        ago=back,
        memo=st.booleans(),
    )
    def post_balanced(
        self, first: int, second: int, third: int, amount: int, part: int, ago: timedelta, memo: bool
    ) -> None:
        """Two or three lines that sum to zero; bounds, days and closed accounts decide."""
        lines: dict[str, int] = {}
        share = part % amount
        for nth, minor in ((first, amount), (second, -share), (third, share - amount)):
            code = self.pick(nth, memo=memo)
            lines[code] = lines.get(code, 0) + minor
        lines = {code: minor for code, minor in lines.items() if minor}
        self.try_post("post", ModelJournal(self.request(), "move", None, self.books.today - ago, lines))

    @operation(nth=numbers, yuan=st.integers(1, 90), dollars=st.integers(1, 90), off=st.sampled_from([0, 0, 0, 1, -5]))
    def post_two_currencies(self, nth: int, yuan: int, dollars: int, off: int) -> None:
        """Each currency sums to zero, or one does not."""
        customer = nth % CUSTOMERS
        lines = {"house/cash": -yuan, f"c/{customer}/principal": yuan}
        lines |= {"house/dollars": -dollars - off, f"c/{customer}/dollars": dollars}
        self.try_post("two currencies", ModelJournal(self.request(), "fx", customer, self.books.today, lines))

    @operation(nth=numbers, amount=st.integers(1, 90), how=st.integers(0, 5))
    def post_nonsense(self, nth: int, amount: int, how: int) -> None:
        """Journals that no ledger may take."""
        code = self.pick(nth)
        lines = {
            0: {code: amount},
            1: {},
            2: {code: amount, "house/income/fee" if code == "house/cash" else "house/cash": 1 - amount * 2},
            3: {code: amount, "nowhere": -amount},
            4: {
                code: LARGEST + amount,
                "house/income/fee" if code == "house/cash" else "house/cash": -LARGEST - amount,
            },
            5: {code: amount, "house/dollars": -amount},
        }[how]
        journal = ModelJournal(
            self.request(), "nonsense", None, self.books.today, {c: m for c, m in lines.items() if m}
        )
        # The last one calls an account of dollars yuan, so that only the account's own currency speaks against it.
        self.try_post(f"nonsense {how}", journal, dict.fromkeys(lines, "CNY") if how == 5 else None)

    @operation(nth=numbers, change=st.integers(0, 4))
    def repeat(self, nth: int, change: int) -> None:
        """The same request again: with the same content the first answer, with any other a refusal."""
        plain = [journal for journal in self.books.journals.values() if journal.step is None and not journal.reverses]
        first = plain[nth % len(plain)]
        lines, kind, day = dict(first.lines), first.kind, first.effective_on
        if change == 1:
            lines = {code: -minor for code, minor in lines.items()}
        if change == 2:
            kind = "something else"
        if change == 3:
            day -= timedelta(days=1)
        again = ModelJournal(first.request_id, kind, first.customer, day, lines, {"note": "new"} if change == 4 else {})
        reasons = {"request_id_reused"} if change else set()
        key = self.do(
            "repeat",
            lambda ledger: ledger.post(event_of(again), lines_of(lines, self.books.currencies(lines))),
            reasons,
        )
        assert change or key == self.ids[first.request_id]

    @operation(amounts_=st.lists(st.integers(1, 300), min_size=1, max_size=3), nth=numbers)
    def abandon(self, amounts_: list[int], nth: int) -> None:
        """A transaction that posts, opens and holds, and then ends in an error of its caller: nothing stays."""

        class ChangedMyMindError(Exception):
            pass

        request = self.request()

        def work(session: Session) -> None:
            ledger = Ledger(session, NOW)
            open_in(ledger, ModelAccount(f"y/{request}", "loan_fee", 0))
            for part, amount in enumerate(amounts_):
                journal = ModelJournal(f"{request}:{part}", "dropped", nth % CUSTOMERS, self.books.today, {})
                lines = Lines().move(Money(amount), debit=f"y/{request}", credit="house/cash")
                ledger.post(event_of(journal), lines)
            raise ChangedMyMindError

        self.steps.append("abandon")
        try:
            self.database.attempt(work)
        except ChangedMyMindError:
            return
        raise AssertionError("the caller's own error was swallowed")

    # ---- holds ----

    @operation(
        weight=3,
        nth=numbers,
        other=st.sampled_from([0] * 8 + [1, 2]),
        amount=st.one_of(st.integers(1, 200), amounts),
        lasts=lasting,
        ago=back,
    )
    def place_hold(self, nth: int, other: int, amount: int, lasts: timedelta, ago: timedelta) -> None:
        """Mostly of one customer's line; sometimes from another customer's, or to an account that holds nothing."""
        customer = nth % CUSTOMERS
        source = f"c/{(customer + (other == 1)) % CUSTOMERS}/available"
        held = f"c/{customer}/{'used' if other == 2 else 'held'}"
        day, request = self.books.today - ago, self.request()
        until = self.books.today + lasts
        step = ModelHoldStep(request, "place", until)
        journal = ModelJournal(request, "hold", customer, day, {held: amount, source: -amount}, step=step)
        reasons = self.books.reasons_to_place(journal, source, held)
        key = self.do(
            "place hold",
            lambda ledger: holds.place(
                ledger, event_of(journal), from_code=source, held_code=held, amount=Money(amount), expires_on=until
            ),
            reasons,
        )
        if not reasons:
            self.books.write(journal)
            self.hold_ids[request] = key
            self._remember_id(request)

    @operation(weight=3, nth=numbers, percent=st.sampled_from([100, 100, 100, 1, 50, 101, 0]), ago=back)
    def post_hold(self, nth: int, percent: int, ago: timedelta) -> None:
        """All or part of a hold becomes final, whatever state it is in; more than is held must not."""
        if not self.books.holds:
            return
        request, hold = self._hold(nth)
        final = hold.amount * percent // 100 + (percent == 101)
        used = hold.held.replace("held", "used")
        lines = {used: final, hold.held: -hold.amount, hold.source: hold.amount - final}
        step = ModelHoldStep(request, "post")
        journal = ModelJournal(self.request(), "drawn", 0, self.books.today - ago, nonzero(lines), step=step)
        impossible = not 0 < final <= hold.amount
        reasons = {"hold_mismatch"} if impossible else self.books.reasons_to_finish(journal)
        self._finish(
            "post hold",
            journal,
            lambda ledger: holds.post(
                ledger,
                self.hold_ids[request],
                event_of(journal),
                Lines().shift(used, final),
                amount=None if percent == 100 else Money(final),
            ),
            reasons,
        )

    @operation(nth=numbers, ago=back)
    def release_hold(self, nth: int, ago: timedelta) -> None:
        if not self.books.holds:
            return
        request, hold = self._hold(nth)
        step = ModelHoldStep(request, "release")
        day = self.books.today - ago
        customer = self.books.accounts[hold.held].customer
        lines = {hold.held: -hold.amount, hold.source: hold.amount}
        journal = ModelJournal(self.request(), "hold_released", customer, day, lines, step=step)
        self._finish(
            "release hold",
            journal,
            lambda ledger: holds.release(
                ledger, self.hold_ids[request], request_id=journal.request_id, effective_on=day, reason="not needed"
            ),
            self.books.reasons_to_finish(journal),
        )

    # ---- reversals, days ----

    @operation(weight=2, nth=numbers, ago=back, again=st.sampled_from([False, False, False, True]))
    def reverse(self, nth: int, ago: timedelta, again: bool) -> None:
        """Any journal; `again` asks the same twice under one request id, which gives the first answer."""
        original = list(self.books.journals)[nth % len(self.books.journals)]
        day, request = self.books.today - ago, self.request()
        facts = {"of": str(self.ids[original]), "reason": "mistake"}
        customer = self.books.journals[original].customer
        undo = ModelJournal(request, "reversal", customer, day, self.books.opposite(original), facts, original)
        reasons = self.books.reasons_to_reverse(undo)

        def work(ledger: Ledger) -> UUID:
            return ledger.reverse(self.ids[original], request_id=request, effective_on=day, reason="mistake")

        key = self.do("reverse", work, reasons)
        if not reasons:
            self.books.write(undo)
            self.ids[request] = key
            assert not again or self.do("reverse again", work, set()) == key

    @operation(reverse=st.booleans(), ago=back)
    def name_what_is_not_there(self, reverse: bool, ago: timedelta) -> None:
        day = self.books.today - ago
        if reverse:
            self.do(
                "reverse unknown",
                lambda ledger: ledger.reverse(uuid4(), request_id="x", effective_on=day, reason="none"),
                {"journal_not_found"},
            )
        else:
            self.do(
                "release unknown",
                lambda ledger: holds.release(ledger, uuid4(), request_id="x", effective_on=day, reason="none"),
                {"hold_not_found"},
            )

    @operation(weight=2)
    def close_day(self) -> None:
        """Holds that are due expire, the day that leaves the open ones becomes final, the date moves."""
        today, due = self.books.today, self.books.due()

        def work(ledger: Ledger) -> list[UUID]:
            expired = holds.expire_due(ledger, today)
            make_final(ledger.session, today, NOW)
            assert_in_balance(ledger.session)
            tomorrow = today + timedelta(days=1)
            ledger.session.execute(update(BusinessDay).where(BusinessDay.id == 1).values(on=tomorrow))
            return expired

        expired = self.do("close day", work, set())
        assert sorted(expired) == sorted(self.hold_ids[request] for request in due)
        for request in due:
            self._expire(request, today)
        self.books.close_day()

    def _expire(self, request: str, today: date) -> None:
        hold = self.books.holds[request]
        expire_request = f"expire:{self.hold_ids[request]}"
        customer = self.books.accounts[hold.held].customer
        lines = {hold.held: -hold.amount, hold.source: hold.amount}
        step = ModelHoldStep(request, "expire")
        self.books.write(ModelJournal(expire_request, "hold_expired", customer, today, lines, step=step))
        self._remember_id(expire_request)

    # ---- what hypothesis chooses from ----
    # One rule for all: of several, hypothesis leaves out half for a whole run, and most runs would lack what belongs
    # together.

    @rule(of=choices())
    def step(self, of: Choice) -> None:
        getattr(self, of[0])(**of[1])

    # ---- after every step ----

    @invariant()
    def the_two_say_the_same(self) -> None:
        assert differences(self.url, self.engine, self.books, self.ids, self.hold_ids, len(self.steps)) == []
