"""Trial balance, statement and journal, as people and as machines read them."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.credit.cli.conftest import YESTERDAY, Terminal, repay
from tests.credit.evidence.lender import CASH, CUSTOMER, DEBT, Lender
from tests.ledger_proof.databases import TODAY

# ── trial balance ───────────────────────────────────────────────────────────────────────────────────────────


def test_the_trial_balance_counts_in_whole_minor_units(terminal: Terminal, sealed: Lender) -> None:
    found = terminal.json("trial-balance")
    kinds = {kind["kind"]: kind["balance_minor"] for kind in found["kinds"]}
    assert kinds == {"loan_principal": 10_000, "cash": -9_900, "fee_income": -100}
    assert found["totals"] == {"CNY": {"debits_minor": 10_000, "credits_minor": 10_000, "difference_minor": 0}}
    assert found["day"] == str(TODAY)


def test_the_trial_balance_is_a_table_with_totals(terminal: Terminal, sealed: Lender) -> None:
    lines = terminal.read("trial-balance").splitlines()
    assert lines[0].strip() == f"Trial balance on {TODAY}"
    assert [line.split() for line in lines if "Total" in line] == [
        ["│", "Total", "│", "CNY", "│", "100.00", "│", "100.00"]
    ]
    assert any("Loan principal" in line and "100.00" in line for line in lines)


def test_a_past_days_trial_balance_leaves_out_what_counts_later(terminal: Terminal, lender: Lender) -> None:
    repay(lender, "repay:early", -400, YESTERDAY)
    lender.lend("loan:1")
    before = terminal.json("trial-balance", "--on", YESTERDAY)
    assert before["day"] == str(YESTERDAY)
    assert {kind["kind"]: kind["balance_minor"] for kind in before["kinds"]} == {"cash": -400, "loan_principal": 400}
    assert terminal.json("trial-balance", "--on", TODAY) == terminal.json("trial-balance") != before


def test_a_trial_balance_that_does_not_balance_is_shown_and_refused(terminal: Terminal, sealed: Lender) -> None:
    sealed.tamper("postings", "UPDATE postings SET amount_minor = amount_minor + 7 WHERE amount_minor = -10")
    done = terminal.type("trial-balance", "--json")
    assert done.exit_code == 1
    assert '"difference_minor": 70' in done.stdout
    assert '"ledger_out_of_balance"' in done.stderr
    assert "differ by 0.70" in terminal.type("trial-balance").stderr


def test_a_day_to_come_has_no_trial_balance(terminal: Terminal) -> None:
    code, sentence = terminal.refused("trial-balance", "--on", "2026-10-29")
    assert (code, sentence) == ("day_ahead", "2026-10-29 has not begun yet; the ledger is at 2026-10-28.")


# ── statement ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_statement_carries_the_balance_after_each_posting(terminal: Terminal, lender: Lender) -> None:
    (loan,) = lender.lend("loan:1")
    paid = repay(lender, "repay:1", 250, TODAY)
    found = terminal.json("account", DEBT)
    moved = [(entry["journal"], entry["amount_minor"], entry["balance_minor"]) for entry in found["entries"]]
    assert moved == [(str(loan), 1_000, 1_000), (str(paid), -250, 750)]
    assert (found["opening_minor"], found["closing_minor"], found["next_cursor"]) == (0, 750, None)
    assert (found["account"], found["kind"], found["currency"]) == (DEBT, "loan_principal", "CNY")
    assert all(type(entry["amount_minor"]) is int for entry in found["entries"])


def test_a_statement_is_a_table_in_yuan(terminal: Terminal, lender: Lender) -> None:
    (loan,) = lender.lend("loan:1")
    lines = terminal.read("account", DEBT).splitlines()
    assert "Opening balance" in lines[3]
    assert [cell.strip() for cell in lines[4].split("│")] == [str(TODAY), str(loan), "borrow", "10.00", "10.00"]


def test_pages_of_a_statement_join_without_gap(terminal: Terminal, sealed: Lender) -> None:
    entries, cursor, page = [], [], None
    while page is None or page["next_cursor"]:
        page = terminal.json("account", CASH, "--most", 3, *cursor)
        assert page["opening_minor"] == (entries[-1]["balance_minor"] if entries else 0)
        entries, cursor = entries + page["entries"], ["--cursor", page["next_cursor"]]
    assert [entry["journal"] for entry in entries] == [str(key) for key in sealed.journal_ids()]
    assert entries[-1]["balance_minor"] == -9_900
    assert "There is more: --cursor 2026-10-28." in terminal.read("account", CASH, "--most", 3)


def test_a_statement_ends_on_the_day_it_is_asked_for(terminal: Terminal, sealed: Lender) -> None:
    found = terminal.json("account", CASH, "--from", YESTERDAY, "--to", YESTERDAY)
    assert (found["entries"], found["opening_minor"], found["closing_minor"]) == ([], 0, 0)
    assert terminal.json("account", CASH, "--to", YESTERDAY)["entries"] == []  # before it was opened


def test_a_statement_from_after_its_end_is_wrong_usage(terminal: Terminal) -> None:
    said = terminal.misused("account", CASH, "--from", TODAY, "--to", YESTERDAY)
    assert f"Invalid value for '--from': {TODAY} is after {YESTERDAY}." in said


def test_a_cursor_that_is_none_is_wrong_usage(terminal: Terminal) -> None:
    assert "'page 2' is not where a page ended." in terminal.misused("account", CASH, "--cursor", "page 2")


def test_an_unknown_account_is_named_in_the_refusal(terminal: Terminal) -> None:
    refusal = ("account_unknown", "There is no account house/treasure.")
    assert terminal.refused("account", "house/treasure") == refusal


# ── journals ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_journal_is_found_by_its_id_and_by_its_request(terminal: Terminal, sealed: Lender) -> None:
    key = sealed.sealed_ids()[5]
    by_id = terminal.json("journal", key)
    assert by_id == terminal.json("journal", by_id["request_id"]) == terminal.json("journal", key.hex)
    assert (by_id["id"], by_id["kind"], by_id["customer"]) == (str(key), "borrow", str(CUSTOMER))
    assert by_id["facts"] == {"amount": "10.00", "note": "借款"}
    assert by_id["sealed"] == {"block": 2, "position": 1}
    lines = {line["account"]: (line["amount_minor"], line["currency"]) for line in by_id["lines"]}
    assert lines == {DEBT: (1_000, "CNY"), CASH: (-990, "CNY"), "house/income/fee": (-10, "CNY")}


def test_a_request_id_may_look_like_a_journals_id(terminal: Terminal, lender: Lender) -> None:
    name = uuid4()
    (key,) = lender.lend(str(name))
    assert terminal.json("journal", name)["id"] == str(key)


def test_a_journal_is_printed_with_debits_and_credits(terminal: Terminal, lender: Lender) -> None:
    (key,) = lender.lend("loan:1")
    text = terminal.read("journal", "loan:1")
    assert f"            id  {key}\n" in text
    assert '         facts  {"amount": "10.00", "note": "借款"}\n' in text
    cells = [[cell.strip() for cell in line.split("│")] for line in text.splitlines()]
    assert [CASH, "", "9.90"] in cells
    assert [DEBT, "10.00", ""] in cells
    assert "sealed" not in text


@pytest.mark.parametrize("name", ["loan:none", "019db000-0000-7000-8000-000000000000", "not-a-uuid", " "])
def test_an_unknown_journal_is_named_in_the_refusal(terminal: Terminal, name: str) -> None:
    refusal = ("journal_not_found", f"There is no journal with the id or request id {name}.")
    assert terminal.refused("journal", name) == refusal
    assert terminal.refused("prove", name, "--out", "never-written.json") == refusal


def test_a_journal_whose_lines_were_spoiled_is_no_crash(terminal: Terminal, sealed: Lender) -> None:
    sealed.tamper("journals", "UPDATE journals SET lines = 'spoiled' WHERE request_id = 'loan:3'")
    assert terminal.refused("journal", "loan:3")[0] == "content_unreadable"


def test_what_a_terminal_would_obey_is_spelled_out(terminal: Terminal, lender: Lender) -> None:
    lender.lend("loan:\x1b[31m:red_heart:")
    assert "request id  loan:\\x1b[31m:red_heart:\n" in terminal.read("journal", "loan:\x1b[31m:red_heart:")
    assert "\x1b" not in terminal.type("journal", "\x1b[2J").stderr


# ── holds ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_holds_may_be_asked_for_by_customer(terminal: Terminal) -> None:
    assert terminal.json("holds", "--customer", CUSTOMER) == {"holds": []}
