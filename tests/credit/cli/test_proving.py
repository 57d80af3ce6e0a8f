"""Sealing, verifying and proving from the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from credit.evidence import verify_proof
from credit.evidence.keys import KEY_FILE
from tests.credit.cli.conftest import Terminal
from tests.credit.evidence.lender import Lender


def checked(proof: Path, key: Path) -> tuple[int, str]:
    """The stand-alone script's exit code and sentence, as a process that knows nothing of this project."""
    command = [sys.executable, "-I", "-S", str(verify_proof.__file__), str(proof), str(key)]
    done = subprocess.run(command, cwd=proof.parent, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


# ── sealing ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_sealing_says_how_much_was_sealed(terminal: Terminal, lender: Lender) -> None:
    lender.lend("loan:1", "loan:2", "loan:3")
    assert terminal.json("seal", "--block-size", 2) == {"blocks": 2, "journals": 3, "height": 2}
    lender.lend("loan:4")
    assert terminal.read("seal") == "Sealed 1 journal in 1 block; the chain is 3 blocks long.\n"
    assert terminal.json("seal") == {"blocks": 0, "journals": 0, "height": 3}


def test_sealing_goes_on_until_it_is_stopped(
    terminal: Terminal, lender: Lender, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses = iter(["loan:2", None])

    def sleep(seconds: float) -> None:
        assert seconds == 5
        request = next(pauses)
        if request is None:
            raise KeyboardInterrupt
        lender.lend(request)

    monkeypatch.setattr("time.sleep", sleep)
    lender.lend("loan:1")
    lines = [json.loads(line) for line in terminal.read("seal", "--every", 5, "--json").splitlines()]
    assert lines == [{"blocks": 1, "journals": 1, "height": nth} for nth in (1, 2)]


def test_a_key_others_can_read_seals_nothing(terminal: Terminal, sealed: Lender) -> None:
    (sealed.folder / KEY_FILE).chmod(0o644)
    sealed.lend("loan:new")
    code, sentence = terminal.refused("seal")
    assert (code, sentence.startswith(KEY_FILE.capitalize())) == ("key_exposed", True)
    assert terminal.json("verify")["waiting"] == 1


# ── verifying ───────────────────────────────────────────────────────────────────────────────────────────────


def test_sound_books_are_called_sound(terminal: Terminal, sealed: Lender) -> None:
    sealed.lend("loan:new")
    said = terminal.read("verify")
    assert said.startswith("Sound: 3 blocks with 10 journals, 33 postings.\nNot sealed yet: 1 newer journal.\n")
    counts = {"blocks": 3, "sealed": 10, "waiting": 1, "postings": 33}
    assert terminal.json("verify") == {"sound": True, "fault": None, **counts}


def test_verify_names_the_first_journal_that_does_not_fit(terminal: Terminal, sealed: Lender) -> None:
    first, second = sealed.sealed_ids()[5], sealed.sealed_ids()[8]
    for key in (second, first):
        sealed.tamper("journals", f"UPDATE journals SET facts = '{{}}' WHERE id = '{sealed.spelled(key)}'")
    sentence = f"journal {first} was changed after it was sealed in block 2"
    done = terminal.type("verify")
    assert (done.exit_code, done.stderr) == (1, f"J{sentence[1:]}. (journal_tampered)\n")
    assert done.stdout == "NOT SOUND. Found in order before the fault: 1 block with 4 journals, 0 postings.\n"
    machine = terminal.type("verify", "--json")
    fault = {"code": "journal_tampered", "message": sentence, "block": 2, "journal": str(first)}
    assert json.loads(machine.stdout)["fault"] == fault
    assert json.loads(machine.stderr)["error"] == fault | {"message": f"J{sentence[1:]}."}
    assert machine.exit_code == 1


def test_verify_holds_the_chain_to_a_head_noted_earlier(terminal: Terminal, sealed: Lender, tmp_path: Path) -> None:
    noted = tmp_path / "noted.json"
    noted.write_text(terminal.read("head"))
    assert terminal.json("verify", "--head", noted)["sound"]
    (sealed.folder / "ledger_head.json").unlink()
    for table in ("evidence_leaves", "evidence_blocks"):
        sealed.tamper(table, f"DELETE FROM {table} WHERE height = 3")
    assert terminal.json("verify")["sound"]
    assert "(block_missing)" in terminal.type("verify", "--head", noted).stderr


@pytest.mark.parametrize(("option", "code"), [("--head", "head_unreadable"), ("--key", "key_unreadable")])
def test_a_file_that_is_not_there_is_refused(terminal: Terminal, tmp_path: Path, option: str, code: str) -> None:
    assert terminal.refused("verify", option, tmp_path / "nothing")[0] == code


def test_a_published_key_can_be_trusted_instead(terminal: Terminal, sealed: Lender, tmp_path: Path) -> None:
    published = tmp_path / "published.pem"
    published.write_text(terminal.read("public-key"))
    assert terminal.json("verify", "--key", published)["sound"]
    terminal.json("rotate-key", "--yes")
    sealed.lend("loan:new")
    sealed.seal()
    assert "(key_wrong)" in terminal.type("verify", "--key", published).stderr
    assert terminal.json("verify")["sound"]


# ── proofs ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def proof(terminal: Terminal, sealed: Lender, tmp_path: Path) -> Path:
    """A proof file of one journal, with the public key beside it."""
    (tmp_path / "key.pem").write_text(terminal.read("public-key"))
    done = terminal.json("prove", "loan:5", "--out", tmp_path / "proof.json")
    key_id = terminal.json("public-key")["key_id"]
    journal = str(sealed.sealed_ids()[5])
    assert done == {"out": str(tmp_path / "proof.json"), "journal": journal, "block": 2, "key_id": key_id}
    return tmp_path / "proof.json"


def test_a_proof_file_convinces_the_stand_alone_script(proof: Path, sealed: Lender) -> None:
    code, sentence = checked(proof, proof.with_name("key.pem"))
    key = sealed.sealed_ids()[5].hex
    assert code == 0
    assert sentence.startswith(f"VALID: journal {key} (borrow, effective 2026-10-28) is number 2 of 4 in block 2,")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("journal", "facts"), '{"amount":"1.00"}'),
        (("journal", "effective_on"), "2026-10-27"),
        (("journal", "request_id"), "loan:6"),
        (("head", "sealed_at"), "2026-10-27T00:00:00.000000+00:00"),
        (("position",), 2),
        (("signature",), "0" * 128),
    ],
)
def test_a_proof_file_that_was_changed_is_not_accepted(proof: Path, path: tuple[str, ...], value: Any) -> None:
    content = json.loads(proof.read_text("utf-8"))
    part = content
    for name in path[:-1]:
        part = part[name]
    assert part[path[-1]] != value
    part[path[-1]] = value
    proof.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    code, sentence = checked(proof, proof.with_name("key.pem"))
    assert (code, sentence.startswith("NOT VALID: ")) == (1, True)


def test_a_proof_outlives_the_key_that_signed_it(terminal: Terminal, proof: Path) -> None:
    assert terminal.json("rotate-key", "--yes")["before"] == json.loads(proof.read_text("utf-8"))["key_id"]
    assert checked(proof, proof.with_name("key.pem"))[0] == 0
    proof.with_name("new.pem").write_text(terminal.read("public-key"))
    assert checked(proof, proof.with_name("new.pem"))[0] == 1
    again = proof.with_name("again.json")
    said = terminal.read("prove", "loan:5", "--out", again)
    assert again.read_text("utf-8") == proof.read_text("utf-8")
    assert f"{json.loads(again.read_text('utf-8'))['key_id']}.pem (that key is in DATA_DIR/ledger_keys)" in said


def test_a_proof_shows_nothing_of_other_journals(proof: Path) -> None:
    text = proof.read_text("utf-8")
    assert "loan:5" in text
    assert [other for other in range(10) if other != 5 and f"loan:{other}" in text] == []


def test_a_file_that_is_there_is_left_alone(terminal: Terminal, sealed: Lender, tmp_path: Path) -> None:
    there = tmp_path / "there.json"
    there.write_text("mine")
    refusal = ("file_exists", f"{there} is there already; it was left as it is.")
    assert terminal.refused("prove", "loan:5", "--out", there) == refusal
    assert there.read_text() == "mine"
    assert terminal.refused("prove", "loan:5", "--out", tmp_path / "no" / "folder.json")[0] == "file_failed"


def test_what_is_not_sealed_or_was_changed_is_not_proved(terminal: Terminal, sealed: Lender, tmp_path: Path) -> None:
    (fresh,) = sealed.lend("loan:new")
    out = tmp_path / "proof.json"
    refusal = ("not_sealed", f"Journal {fresh} stands in no block yet; seal first.")
    assert terminal.refused("prove", "loan:new", "--out", out) == refusal
    sealed.tamper("journals", "UPDATE journals SET facts = '{}' WHERE request_id = 'loan:5'")
    assert terminal.refused("prove", "loan:5", "--out", out)[0] == "journal_tampered"
    assert not out.exists()


def test_a_log_proof_names_its_blocks(terminal: Terminal, sealed: Lender, tmp_path: Path) -> None:
    out = tmp_path / "log.json"
    assert terminal.json("prove-log", 1, 3, "--out", out) == {"out": str(out), "older": 1, "newer": 3}
    assert terminal.refused("prove-log", 1, 9, "--out", tmp_path / "x.json")[0] == "no_such_block"
    assert terminal.refused("prove-log", 3, 1, "--out", tmp_path / "x.json")[0] == "no_such_block"


def test_before_anything_is_sealed_there_is_no_head_and_no_key(terminal: Terminal) -> None:
    assert terminal.refused("head") == ("no_such_block", "Nothing is sealed yet.")
    assert terminal.refused("public-key")[0] == "key_unreadable"
    assert terminal.refused("rotate-key", "--yes")[0] == "key_unreadable"
