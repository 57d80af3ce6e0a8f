"""Commands about evidence: seal, verify, proofs, keys."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from sqlalchemy import select

from credit.cli.arguments import AsJson, Confirmed, JournalName
from credit.cli.books import find_journal, open_books
from credit.cli.output import Printer, counted
from credit.cli.refusing import OperatorError, confirm, told
from credit.evidence.errors import EvidenceCode, EvidenceError
from credit.evidence.heads import HEAD_FILE, kept_head
from credit.evidence.keys import PUBLIC_FOLDER, Trusted, by_id, read_public
from credit.evidence.models import Block
from credit.evidence.proofs import prove_journal, prove_log
from credit.evidence.sealer import BLOCK_SIZE, Sealed, Sealer
from credit.evidence.verify import Verdict, verify
from credit.kernel.errors import CreditError, ErrorCode

Out = Annotated[Path, typer.Option("--out", metavar="FILE", help="Where to write; an existing file is left alone.")]


@told
def seal(
    block_size: Annotated[
        int, typer.Option(metavar="NUMBER", min=1, max=65_536, help="Journals in a block, at most.")
    ] = BLOCK_SIZE,
    every: Annotated[
        int, typer.Option(metavar="SECONDS", min=0, help="Seal again after this pause, until Ctrl-C; 0: only once.")
    ] = 0,
    as_json: AsJson = False,
) -> None:
    """Seal every journal that stands in no block yet.

    The key that signs the blocks is made at first use and kept in DATA_DIR."""
    with open_books() as books:
        sealer = Sealer(books.database, books.data_dir, books.clock, block_size=block_size)
        _print_sealed(sealer.seal(), as_json=as_json)
        try:
            while every:
                time.sleep(every)
                _seal_again(sealer, as_json=as_json)
        except KeyboardInterrupt:
            return


def _seal_again(sealer: Sealer, *, as_json: bool) -> None:
    """A database that is away for a while is told and waited for; evidence that does not fit ends the command."""
    try:
        done = sealer.seal()
    except CreditError as refusal:
        if refusal.code is not ErrorCode.ACCOUNT_SERVICE_UNREACHABLE:
            raise
        sys.stderr.write("The database cannot be reached; sealing goes on when it can.\n")
        return
    if done.journals:
        _print_sealed(done, as_json=as_json)


def _print_sealed(done: Sealed, *, as_json: bool) -> None:
    printer = Printer(as_json)
    if as_json:
        printer.json({"blocks": done.blocks, "journals": done.journals, "height": done.height})
        return
    fresh = f"Sealed {counted(done.journals, 'journal')} in {counted(done.blocks, 'block')}"
    printer.say(f"{fresh}; the chain is {counted(done.height, 'block')} long.")


@told
def verify_books(
    key: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Trust this public key and not those kept in DATA_DIR; may be repeated."),
    ] = None,
    head: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="A head noted earlier, which the chain must still hold; may be repeated."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check all books against all evidence.

    Exit code 1 when something does not fit; the first thing that does not is named, by its journal where it has one."""
    with open_books() as books:
        trusted = by_id(read_public(path) for path in key) if key else books.keys.trusted()
        kept = [kept_head(books.data_dir / HEAD_FILE), *(_given_head(path) for path in head or [])]
        verdict = verify(books.database, trusted, kept)
    if as_json:
        Printer(as_json).json(_verdict(verdict))
    else:
        _print_verdict(Printer(as_json), verdict, trusted)
    if verdict.fault is not None:
        raise verdict.fault


def _given_head(path: Path) -> tuple[str, str]:
    found = kept_head(path)
    if found is None:
        raise EvidenceError(EvidenceCode.HEAD_UNREADABLE, f"there is no file {path}")
    return found


def _verdict(verdict: Verdict) -> dict[str, Any]:
    fault = verdict.fault
    told_fault = fault and {
        "code": str(fault.code),
        "message": fault.sentence,
        "block": fault.height,
        "journal": fault.journal_id,
    }
    counts = {"blocks": verdict.blocks, "sealed": verdict.sealed, "waiting": verdict.waiting}
    return {"sound": fault is None, "fault": told_fault, **counts, "postings": verdict.postings}


def _print_verdict(printer: Printer, verdict: Verdict, trusted: Trusted) -> None:
    walked = f"{counted(verdict.blocks, 'block')} with {counted(verdict.sealed, 'journal')}"
    if verdict.fault is not None:
        printer.say(f"NOT SOUND. Found in order before the fault: {walked}, {counted(verdict.postings, 'posting')}.")
        return
    printer.say(f"Sound: {walked}, {counted(verdict.postings, 'posting')}.")
    if verdict.waiting:
        printer.say(f"Not sealed yet: {counted(verdict.waiting, 'newer journal')}.")
    if trusted:
        printer.say(f"Trusted keys: {', '.join(trusted)}.")


@told
def prove(
    journal: JournalName,
    out: Out,
    as_json: AsJson = False,
) -> None:
    """Write a journal's proof file, for its customer.

    The file shows that the journal was sealed and not changed since. It is checked with the public key and
    credit/evidence/verify_proof.py, a script that needs nothing but Python."""
    with open_books() as books, books.database.read() as session:
        proof = prove_journal(session, find_journal(session, journal).id)
    _write(out, proof)
    key, block, signer = UUID(proof["journal"]["id"]), proof["head"]["height"], proof["key_id"]
    printer = Printer(as_json)
    if as_json:
        printer.json({"out": str(out), "journal": key, "block": block, "key_id": signer})
        return
    printer.say(f"Wrote {out}: journal {key} in block {block}, signed with key {signer}.")
    printer.say(
        f"To check it: python3 verify_proof.py {out.name} {signer}.pem (that key is in DATA_DIR/{PUBLIC_FOLDER})."
    )


@told
def prove_continuation(
    older: Annotated[int, typer.Argument(metavar="OLDER", help="Height of the earlier block.")],
    newer: Annotated[int, typer.Argument(metavar="NEWER", help="Height of the later block.")],
    out: Out,
    as_json: AsJson = False,
) -> None:
    """Write the proof that the log was only continued.

    It shows that the log at a later block begins with the log at an earlier one."""
    with open_books() as books, books.database.read() as session:
        proof = prove_log(session, older, newer)
    _write(out, proof)
    if as_json:
        Printer(as_json).json({"out": str(out), "older": older, "newer": newer})
    else:
        Printer(as_json).say(f"Wrote {out}: the log at block {newer} continues that at block {older}.")


@told
def show_head(as_json: AsJson = False) -> None:
    """Print the newest signed head, as JSON always.

    Keep it elsewhere and give it to `verify --head` later: a chain that was cut off or made anew no longer holds it."""
    with open_books() as books, books.database.read() as session:
        newest = select(Block.head, Block.signature).order_by(Block.height.desc()).limit(1)
        block = session.execute(newest).one_or_none()
    if block is None:
        raise EvidenceError(EvidenceCode.NO_SUCH_BLOCK, "nothing is sealed yet")
    Printer(as_json).json({"head": json.loads(block.head), "signature": block.signature})


@told
def show_public_key(as_json: AsJson = False) -> None:
    """Print the present public key, to be published."""
    with open_books() as books:
        key = books.keys.signing_key(make=False).public
    if as_json:
        Printer(as_json).json({"key_id": key.key_id, "pem": key.pem()})
    else:
        typer.echo(key.pem(), nl=False)


@told
def rotate_key(yes: Confirmed = False, as_json: AsJson = False) -> None:
    """Replace the signing key.

    Old blocks stay valid under the old public key, which is kept."""
    with open_books() as books:
        before = books.keys.signing_key(make=False).public.key_id
        confirm(f"Replace key {before}? Its private part is gone afterwards.", yes=yes)
        fresh = books.keys.rotate().public.key_id
    if as_json:
        Printer(as_json).json({"before": before, "key_id": fresh})
    else:
        Printer(as_json).say(f"Key {fresh} signs from now on; publish it. Key {before} is kept for checking.")


def _write(path: Path, proof: dict[str, Any]) -> None:
    text = json.dumps(proof, ensure_ascii=False, indent=2) + "\n"
    try:
        file = path.open("x", encoding="utf-8")
    except FileExistsError as error:
        raise OperatorError("file_exists", f"{path} is there already; it was left as it is.") from error
    try:
        with file:
            file.write(text)
    except OSError:
        path.unlink(missing_ok=True)  # half a proof would be taken for a false one
        raise
