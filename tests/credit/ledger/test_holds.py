"""Amounts set aside: held, then posted, released or expired, once; what is held cannot be drawn a second time."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from credit.kernel.errors import CreditError, ErrorCode
from credit.kernel.ids import new_id
from credit.kernel.money import Money
from credit.ledger import holds
from credit.ledger.models import Hold
from credit.ledger.service import Event, Lines
from tests.credit.ledger.conftest import CASH, Books
from tests.credit.world import START, minor

LAST = START + timedelta(days=2)


def event(books: Books, request_id: str, on: date = START) -> Event:
    return Event("test_hold", request_id, holder(books), on, {})


def holder(books: Books) -> UUID:
    return books.world.journals("purchase")[0].customer_id or new_id()


def held(books: Books) -> str:
    return books.available.replace("available", "held")


def place(books: Books, amount: str, request_id: str = "hold-1", **other: Any) -> UUID:
    content: dict[str, Any] = {"from_code": books.available, "held_code": held(books), "expires_on": LAST} | other
    what = event(books, request_id)
    return books.world.do(lambda opened: holds.place(opened.ledger, what, amount=Money(minor(amount)), **content))


def post(books: Books, hold: UUID, amount: str, *, on: date = START) -> UUID:
    lines = Lines().shift(books.used, minor(amount))
    what = event(books, f"post-{hold}", on)
    return books.world.do(lambda opened: holds.post(opened.ledger, hold, what, lines, amount=Money(minor(amount))))


def release(books: Books, hold: UUID) -> UUID:
    say: dict[str, Any] = {"request_id": f"release-{hold}", "effective_on": START, "reason": "changed their mind"}
    return books.world.do(lambda opened: holds.release(opened.ledger, hold, **say))


def state(books: Books, hold: UUID) -> str:
    return books.world.look(lambda opened: opened.session.scalars(select(Hold.state).where(Hold.id == hold)).one())


def figures(books: Books) -> tuple[int, int, int]:
    """Available, held, used."""
    return books.balance(books.available), books.balance(held(books)), books.balance(books.used)


def code_of(refusal: pytest.ExceptionInfo[CreditError]) -> ErrorCode:
    return refusal.value.code


def test_what_is_held_is_no_longer_available(books: Books) -> None:
    hold = place(books, "4000.00")
    assert figures(books) == (minor("5000"), minor("4000"), minor("1000"))
    assert state(books, hold) == "pending"
    assert books.world.look(lambda opened: holds.held_for(opened.ledger, holder(books))) == Money(minor("4000"))


def test_a_hold_counts_against_the_floor(books: Books) -> None:
    place(books, "8999.99")
    with pytest.raises(CreditError) as refusal:
        place(books, "0.02", "hold-2")
    assert code_of(refusal) is ErrorCode.BALANCE_OUT_OF_BOUNDS
    assert figures(books) == (1, minor("8999.99"), minor("1000"))


def test_a_posted_hold_becomes_what_it_was_for(books: Books) -> None:
    hold = place(books, "4000.00")
    post(books, hold, "4000.00")
    assert figures(books) == (minor("5000"), 0, minor("5000"))
    assert state(books, hold) == "posted"


def test_less_may_be_posted_and_the_rest_goes_back(books: Books) -> None:
    hold = place(books, "4000.00")
    post(books, hold, "1500.00")
    assert figures(books) == (minor("7500"), 0, minor("2500"))


def test_a_released_hold_is_available_again(books: Books) -> None:
    hold = place(books, "4000.00")
    release(books, hold)
    assert figures(books) == (minor("9000"), 0, minor("1000"))
    assert state(books, hold) == "released"


def test_a_hold_is_closed_only_once(books: Books) -> None:
    hold = place(books, "4000.00")
    release(books, hold)
    with pytest.raises(CreditError) as refusal:
        post(books, hold, "4000.00")
    assert code_of(refusal) is ErrorCode.HOLD_NOT_PENDING
    assert figures(books) == (minor("9000"), 0, minor("1000"))


def test_a_hold_that_nobody_used_expires_with_its_last_day(books: Books) -> None:
    hold = place(books, "4000.00")
    books.world.go_to(LAST)
    assert state(books, hold) == "pending"
    books.world.go(1)
    assert state(books, hold) == "expired"
    assert figures(books) == (minor("9000"), 0, minor("1000"))
    with pytest.raises(CreditError) as refusal:
        post(books, hold, "4000.00", on=LAST)
    assert code_of(refusal) is ErrorCode.HOLD_NOT_PENDING


def test_a_repeated_request_gets_the_same_hold(books: Books) -> None:
    assert place(books, "4000.00") == place(books, "4000.00")
    assert figures(books)[1] == minor("4000")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount": "0.00"}, ErrorCode.AMOUNT_NOT_POSITIVE),
        ({"amount": "-1.00"}, ErrorCode.AMOUNT_NOT_POSITIVE),
        ({"from_code": CASH}, ErrorCode.HOLD_MISMATCH),
        ({"held_code": "line/nobody/held"}, ErrorCode.ACCOUNT_UNKNOWN),
        ({"expires_on": START - timedelta(days=1)}, ErrorCode.HOLD_MISMATCH),
    ],
    ids=["zero", "negative", "money of the house", "no held account", "expired before it began"],
)
def test_a_hold_that_makes_no_sense_is_refused(books: Books, change: dict[str, Any], code: ErrorCode) -> None:
    before = books.rows()
    with pytest.raises(CreditError) as refusal:
        place(books, **({"amount": "10.00"} | change))
    assert code_of(refusal) is code
    assert books.rows() == before


def test_more_than_is_held_cannot_be_posted(books: Books) -> None:
    hold = place(books, "4000.00")
    with pytest.raises(CreditError) as refusal:
        post(books, hold, "4000.01")
    assert code_of(refusal) is ErrorCode.HOLD_MISMATCH
    assert state(books, hold) == "pending"


def test_a_hold_that_never_was_cannot_be_posted(books: Books) -> None:
    with pytest.raises(CreditError) as refusal:
        post(books, new_id(), "1.00")
    assert code_of(refusal) is ErrorCode.HOLD_NOT_FOUND


def test_a_held_account_moves_only_with_a_hold(books: Books) -> None:
    before = books.rows()
    with pytest.raises(CreditError) as refusal:
        lines = Lines().move(Money(100), debit=held(books), credit=books.available)
        books.world.do(lambda opened: opened.ledger.post(event(books, "sneaky"), lines))
    assert code_of(refusal) is ErrorCode.HOLD_REQUIRED
    assert books.rows() == before


def test_reversing_what_a_hold_became_gives_the_amount_back_to_where_it_came_from(books: Books) -> None:
    journal = post(books, place(books, "4000.00"), "4000.00")
    books.world.do(
        lambda opened: opened.ledger.reverse(journal, request_id="back", effective_on=START, reason="payout failed")
    )
    assert figures(books) == (minor("9000"), 0, minor("1000"))


def test_a_limit_is_not_cut_into_what_is_held(books: Books) -> None:
    place(books, "4000.00")
    with pytest.raises(CreditError) as refusal:
        books.world.change_limit(holder(books), "4999.99")
    assert code_of(refusal) is ErrorCode.LIMIT_HELD
    books.world.change_limit(holder(books), "5000.00")
    assert figures(books) == (0, minor("4000"), minor("1000"))


def test_a_raw_connection_cannot_write_or_close_a_hold_by_hand(books: Books) -> None:
    hold = place(books, "4000.00")
    for statement in (
        "UPDATE holds SET state = 'released'",
        "UPDATE holds SET amount_minor = 1",
        "DELETE FROM holds",
    ):
        with pytest.raises(Exception, match=r"xz:|check_violation|ck_holds"):
            books.raw.run(statement)
    assert state(books, hold) == "pending"
    assert figures(books) == (minor("5000"), minor("4000"), minor("1000"))
