"""What a customer is handed: checked by the stand-alone script, in a process of its own that sees two files only."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from credit.evidence import verify_proof
from credit.evidence.errors import EvidenceCode, EvidenceError
from credit.evidence.heads import read_head
from credit.evidence.keys import KeyFolder
from credit.evidence.proofs import log_proof_fault, prove_journal, prove_log
from tests.credit.evidence.lender import Lender

SCRIPT = Path(verify_proof.__file__)
Forge = Callable[[dict[str, Any]], None]


class Customer:
    """Has the proof, the public key and a copy of the script, and nothing else."""

    def __init__(self, folder: Path, key_pem: str) -> None:
        self.folder = folder
        folder.mkdir()
        (folder / "verify_proof.py").write_bytes(SCRIPT.read_bytes())
        (folder / "key.pem").write_text(key_pem)

    def check(self, proof: object) -> tuple[int, str]:
        """Exit code and sentence."""
        text = proof if isinstance(proof, str) else json.dumps(proof, ensure_ascii=False, indent=2)
        (self.folder / "proof.json").write_text(text, "utf-8")
        return self.run("proof.json", "key.pem")

    def run(self, *arguments: str) -> tuple[int, str]:
        # -I -S: neither this project nor installed packages can be found
        command = [sys.executable, "-I", "-S", "verify_proof.py", *arguments]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
        assert "Traceback" not in done.stderr
        return done.returncode, done.stdout


@pytest.fixture
def customer(sealed: Lender, tmp_path: Path) -> Customer:
    return Customer(tmp_path / "customer", KeyFolder(sealed.folder).signing_key(make=False).public.pem())


def proof_of(lender: Lender, key: UUID) -> dict[str, Any]:
    with lender.database.read() as session:
        return prove_journal(session, key)


def test_a_proof_convinces_a_stranger(sealed: Lender, customer: Customer) -> None:
    key = sealed.sealed_ids()[6]
    code, sentence = customer.check(proof_of(sealed, key))
    assert (code, sentence.count("\n")) == (0, 1)
    assert sentence.startswith(f"VALID: journal {key.hex} (borrow, effective 2026-10-28) is number 3 of 4 in block 2,")


def test_every_journal_has_a_proof(sealed: Lender) -> None:
    raw = KeyFolder(sealed.folder).signing_key(make=False).public.raw
    sentences = {verify_proof.check_journal(proof_of(sealed, key), raw) for key in sealed.sealed_ids()}
    assert len(sentences) == 10


def test_a_proof_says_how_to_check_it_and_names_accounts_and_no_address(sealed: Lender) -> None:
    proof = proof_of(sealed, sealed.sealed_ids()[0])
    assert "verify_proof.py" in proof["note"]
    assert "://" not in json.dumps(proof)
    assert sorted(proof["accounts"].values()) == ["house/cash", "house/income/fee", "loan/aa/principal"]
    assert proof["key_id"] == proof["head"]["key_id"]


def _other_amount(proof: dict[str, Any]) -> None:
    proof["journal"]["lines"] = proof["journal"]["lines"].replace("1000", "100")


def _other_account(proof: dict[str, Any]) -> None:
    account = next(iter(proof["accounts"]))
    proof["accounts"][account] = "loan/bb/principal"


FORGERIES: dict[str, Forge] = {
    "amount": _other_amount,
    "account name": _other_account,
    "kind": lambda proof: proof["journal"].update(kind="repay"),
    "another field": lambda proof: proof["journal"].update(note="x"),
    "place": lambda proof: proof.update(position=proof["position"] + 1),
    "place beyond": lambda proof: proof.update(position=-1),
    "path cut": lambda proof: proof["path"].pop(),
    "path longer": lambda proof: proof["path"].append("00" * 32),
    "path changed": lambda proof: proof["path"].__setitem__(0, "00" * 32),
    "root": lambda proof: proof["head"].update(root="00" * 32),
    "time": lambda proof: proof["head"].update(sealed_at="2020-01-01T00:00:00.000000+00:00"),
    "key id": lambda proof: proof["head"].update(key_id="0" * 16),
    "signature": lambda proof: proof.update(signature="00" * 64),
    "signature short": lambda proof: proof.update(signature="00"),
    "signature no hex": lambda proof: proof.update(signature="signed"),
    "head format": lambda proof: proof["head"].update(format="xinzhang-ledger-head-2"),
    "format": lambda proof: proof.update(format="xinzhang-ledger-proof-2"),
    "no journal": lambda proof: proof.pop("journal"),
    "no head": lambda proof: proof.update(head=None),
    "odd types": lambda proof: proof.update(position="2", path=7),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_proof_is_refused(sealed: Lender, forgery: str) -> None:
    proof = proof_of(sealed, sealed.sealed_ids()[2])
    raw = KeyFolder(sealed.folder).signing_key(make=False).public.raw
    assert verify_proof.check_journal(proof, raw)
    FORGERIES[forgery](proof)
    with pytest.raises((verify_proof.NotValidError, KeyError, TypeError, ValueError)):
        verify_proof.check_journal(proof, raw)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("", "not a whole proof"),
        ("[1, 2]", "not a whole proof"),
        ('{"format": "xinzhang-ledger-proof-1"}', "not a whole proof"),
        ('{"format": "other"}', "not one this script knows"),
        ("[" * 100_000, "not a whole proof"),
    ],
)
def test_a_file_that_is_no_proof_gets_a_sentence(customer: Customer, text: str, answer: str) -> None:
    code, sentence = customer.check(text)
    assert (code, sentence.startswith("NOT VALID: ")) == (1, True)
    assert answer in sentence


def test_a_forged_amount_gets_a_sentence(sealed: Lender, customer: Customer) -> None:
    proof = proof_of(sealed, sealed.sealed_ids()[2])
    _other_amount(proof)
    assert customer.check(proof) == (1, "NOT VALID: its content is not what was sealed.\n")


def test_another_lenders_key_does_not_fit(sealed: Lender, customer: Customer, tmp_path: Path) -> None:
    other = KeyFolder(tmp_path / "other").signing_key(make=True).public
    (customer.folder / "key.pem").write_text(other.pem())
    code, sentence = customer.check(proof_of(sealed, sealed.sealed_ids()[0]))
    assert code == 1
    assert "signed with another key" in sentence


def test_a_proof_signed_by_a_forger_is_refused(sealed: Lender, customer: Customer, tmp_path: Path) -> None:
    """Everything fits but the key, whose id the forger has copied."""
    proof = proof_of(sealed, sealed.sealed_ids()[0])
    forger = KeyFolder(tmp_path / "forger").signing_key(make=True)
    proof["signature"] = forger.sign(verify_proof.canonical(proof["head"]))
    assert customer.check(proof) == (1, "NOT VALID: its signature is not that of the key.\n")


@pytest.mark.parametrize("key", ["", "no key", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"])
def test_without_a_key_nothing_is_checked(customer: Customer, key: str) -> None:
    (customer.folder / "key.pem").write_text(key)
    assert customer.check({}) == (2, "")


def test_called_wrongly_it_tells_how(customer: Customer) -> None:
    assert customer.run("proof.json") == (2, "")
    assert customer.run("nowhere.json", "key.pem")[0] == 1


def test_the_script_stays_tiny_and_needs_nothing() -> None:
    lines = SCRIPT.read_text("utf-8").splitlines()
    imported = {line.split()[1].split(".")[0] for line in lines if line.startswith(("import ", "from "))}
    assert len(lines) < 150
    assert imported <= sys.stdlib_module_names


# ── its Ed25519 against the library's ───────────────────────────────────────────────────────────────────────

RFC_8032 = (  # test 2 of section 7.1: public key, message, signature
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    "72",
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
)


def test_signatures_of_the_standard_hold() -> None:
    key, content, signature = (bytes.fromhex(text) for text in RFC_8032)
    assert verify_proof.signed(key, content, signature)
    assert not verify_proof.signed(key, content + b"x", signature)
    more = int.from_bytes(signature[32:], "little") + verify_proof.ORDER  # the same point, another spelling
    assert not verify_proof.signed(key, content, signature[:32] + more.to_bytes(32, "little"))


@settings(max_examples=40, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=80), st.integers(0, 511), st.integers(0, 255))
def test_it_agrees_with_the_library_on_good_and_spoiled_signatures(
    seed: bytes, content: bytes, bit: int, key_bit: int
) -> None:
    private = Ed25519PrivateKey.from_private_bytes(seed)
    key = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    signature = private.sign(content)
    assert verify_proof.signed(key, content, signature)
    spoiled = bytearray(signature)
    spoiled[bit // 8] ^= 1 << bit % 8
    with pytest.raises(InvalidSignature):
        private.public_key().verify(bytes(spoiled), content)
    assert not holds(key, content, bytes(spoiled))
    other = bytearray(key)
    other[key_bit // 8] ^= 1 << key_bit % 8
    assert not holds(bytes(other), content, signature)


def holds(key: bytes, content: bytes, signature: bytes) -> bool:
    try:
        return verify_proof.signed(key, content, signature)
    except verify_proof.NotValidError:
        return False


# ── refusals and log proofs ─────────────────────────────────────────────────────────────────────────────────


def test_what_is_not_sealed_has_no_proof(sealed: Lender) -> None:
    (key,) = sealed.lend("loan:new")
    with pytest.raises(EvidenceError) as refusal:
        proof_of(sealed, key)
    assert refusal.value.code is EvidenceCode.NOT_SEALED


def test_no_proof_is_handed_out_for_a_changed_or_lost_journal(sealed: Lender) -> None:
    key = sealed.sealed_ids()[0]
    sealed.tamper("journals", f"UPDATE journals SET kind = 'x' WHERE id = '{sealed.spelled(key)}'")
    with pytest.raises(EvidenceError) as refusal:
        proof_of(sealed, key)
    assert refusal.value.code is EvidenceCode.JOURNAL_TAMPERED
    sealed.tamper("journals", f"DELETE FROM journals WHERE id = '{sealed.spelled(key)}'")
    with pytest.raises(EvidenceError) as refusal:
        proof_of(sealed, key)
    assert refusal.value.code is EvidenceCode.JOURNAL_MISSING


def test_a_later_log_is_shown_to_begin_with_an_earlier(lender: Lender) -> None:
    lender.lend(*[f"loan:{nth}" for nth in range(9)])
    lender.seal(block_size=1)
    trusted = KeyFolder(lender.folder).trusted()
    with lender.database.read() as session:
        for newer in range(2, 10):
            for older in range(1, newer):
                proof = json.loads(json.dumps(prove_log(session, older, newer)))
                assert log_proof_fault(proof, trusted) is None
                proof["log_path"] = [*proof["log_path"], "00" * 32]
                assert log_proof_fault(proof, trusted) is EvidenceCode.CHAIN_BROKEN


def test_a_log_proof_of_other_heads_does_not_hold(lender: Lender) -> None:
    lender.lend(*[f"loan:{nth}" for nth in range(6)])
    lender.seal(block_size=1)
    trusted = KeyFolder(lender.folder).trusted()
    with lender.database.read() as session:
        proof, other = prove_log(session, 3, 6), prove_log(session, 4, 6)
    assert log_proof_fault({**proof, "older": other["older"]}, trusted) is EvidenceCode.CHAIN_BROKEN
    assert log_proof_fault({**proof, "newer": other["older"]}, trusted) is EvidenceCode.CHAIN_BROKEN
    assert log_proof_fault(proof, {}) is EvidenceCode.KEY_WRONG
    unsigned = {**proof, "newer": {**proof["newer"], "signature": "00" * 64}}
    assert log_proof_fault(unsigned, trusted) is EvidenceCode.SIGNATURE_WRONG
    assert read_head(verify_proof.canonical(proof["older"]["head"]).decode()).height == 3


@pytest.mark.parametrize(("older", "newer"), [(0, 1), (2, 2), (3, 1), (1, 9)])
def test_there_is_no_log_proof_of_blocks_that_are_not_there(sealed: Lender, older: int, newer: int) -> None:
    with sealed.database.read() as session, pytest.raises(EvidenceError) as refusal:
        prove_log(session, older, newer)
    assert refusal.value.code is EvidenceCode.NO_SUCH_BLOCK
