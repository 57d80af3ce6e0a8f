"""Reversing from the command line: once, with a reason, and never by accident."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest

from credit.cli import correcting
from credit.ledger.service import Ledger
from tests.credit.cli.conftest import YESTERDAY, Terminal, repay
from tests.credit.evidence.lender import DEBT, NOW, Lender
from tests.ledger_proof.databases import TODAY


def reverse(terminal: Terminal, name: object, reason: str = "posted twice") -> Any:
    return terminal.json("reverse", name, "--reason", reason, "--yes")


def debt(lender: Lender) -> int:
    with lender.database.read() as session:
        return Ledger(session, NOW).balance(DEBT).minor


def test_a_reversal_posts_the_opposite_on_the_present_business_day(terminal: Terminal, lender: Lender) -> None:
    paid = repay(lender, "repay:early", -400, YESTERDAY)
    done = reverse(terminal, "repay:early", "  wrong customer ")
    assert (done["journal"], done["posted_now"]) == (str(paid), True)
    found = terminal.json("journal", done["reversal"])
    assert (found["kind"], found["reverses"], found["effective_on"]) == ("reversal", str(paid), str(TODAY))
    assert found["facts"] == {"of": str(paid), "reason": "wrong customer"}
    assert terminal.json("journal", paid)["reversed_by"] == done["reversal"]
    assert debt(lender) == 0
    assert terminal.json("verify")["sound"]


def test_reversing_twice_for_the_same_reason_finds_the_first_reversal(terminal: Terminal, lender: Lender) -> None:
    (key,) = lender.lend("loan:1")
    first = reverse(terminal, key)
    assert reverse(terminal, "loan:1") == first | {"posted_now": False}
    said = terminal.read("reverse", key, "--reason", "posted twice", "--yes")
    assert said.startswith(f"It was reversed before, by journal {first['reversal']},")
    assert len(lender.journal_ids()) == 2


def test_reversing_twice_for_another_reason_is_refused(terminal: Terminal, lender: Lender) -> None:
    (key,) = lender.lend("loan:1")
    first = reverse(terminal, key)["reversal"]
    sentence = f"Journal {key} was reversed before, by journal {first}, for the reason: posted twice"
    refusal = terminal.refused("reverse", key, "--reason", "a whim", "--yes")
    assert refusal == ("journal_already_reversed", sentence)
    assert (len(lender.journal_ids()), debt(lender)) == (2, 0)


def test_a_reversal_that_was_made_elsewhere_is_found_too(terminal: Terminal, lender: Lender) -> None:
    (key,) = lender.lend("loan:1")

    def elsewhere(session: Any) -> UUID:
        return Ledger(session, NOW).reverse(key, request_id="refund:1", effective_on=TODAY, reason="posted twice")

    first = lender.database.attempt(elsewhere)
    code, sentence = terminal.refused("reverse", key, "--reason", "posted twice", "--yes")
    assert code == "journal_already_reversed"
    assert str(first) in sentence


def test_of_two_operators_at_once_one_posts(terminal: Terminal, lender: Lender) -> None:
    (key,) = lender.lend("loan:1")
    books = correcting.Books

    def work(_: int) -> tuple[UUID, bool]:
        return lender.database.attempt(
            lambda session: correcting._reverse(books(session, correcting.load_catalogue(), NOW), key, "posted twice")
        )

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(work, range(4)))
    assert len({reversal for reversal, _ in found}) == 1
    assert sorted(fresh for _, fresh in found) == [False, False, False, True]
    assert len(lender.journal_ids()) == 2


@pytest.mark.parametrize("name", [str(UUID(int=1)), "loan:none", "no-uuid"])
def test_reversing_an_unknown_journal_is_refused(terminal: Terminal, sealed: Lender, name: str) -> None:
    refusal = terminal.refused("reverse", name, "--reason", "posted twice", "--yes")
    assert refusal == ("journal_not_found", f"There is no journal with the id or request id {name}.")
    assert len(sealed.journal_ids()) == 10


def test_a_reversal_cannot_be_reversed(terminal: Terminal, lender: Lender) -> None:
    lender.lend("loan:1")
    again = reverse(terminal, "loan:1")["reversal"]
    assert terminal.refused("reverse", again, "--reason", "regret", "--yes")[0] == "reversal_of_reversal"
    assert len(lender.journal_ids()) == 2


def test_a_reversal_stays_within_an_accounts_bounds(terminal: Terminal, lender: Lender) -> None:
    lender.lend("loan:1")
    repay(lender, "repay:1", 250, TODAY)
    code, sentence = terminal.refused("reverse", "loan:1", "--reason", "posted twice", "--yes")
    assert code == "balance_out_of_bounds"
    assert sentence == "The reversal would take an account below its floor or above its ceiling."
    assert debt(lender) == 750


def test_a_reversal_needs_a_reason(terminal: Terminal, lender: Lender) -> None:
    lender.lend("loan:1")
    assert "Missing option '--reason'" in terminal.misused("reverse", "loan:1", "--yes")
    assert "a reversal needs a reason." in terminal.misused("reverse", "loan:1", "--reason", " ", "--yes")


@pytest.mark.parametrize("answer", ["n\n", "\n", ""])
def test_what_is_not_confirmed_is_not_posted(terminal: Terminal, lender: Lender, answer: str) -> None:
    (key,) = lender.lend("loan:1")
    done = terminal.type("reverse", "loan:1", "--reason", "posted twice", answer=answer)
    assert done.exit_code == 1
    assert f"Reverse journal {key} (borrow, effective {TODAY})? Reason: posted twice" in done.stderr
    assert done.stderr.endswith(
        "Nothing was done, since it was not confirmed; --yes confirms beforehand. (not_confirmed)\n"
    )
    assert (done.stdout, debt(lender)) == ("", 1_000)


def test_what_is_confirmed_is_posted(terminal: Terminal, lender: Lender) -> None:
    lender.lend("loan:1")
    done = terminal.type("reverse", "loan:1", "--reason", "posted twice", answer="y\n")
    assert (done.exit_code, debt(lender)) == (0, 0)
    assert done.stdout.startswith("Posted journal ")
