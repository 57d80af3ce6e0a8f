"""Commands about evidence: seal, verify, proofs, keys."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import select

from credit.cli.books import Operator, find_journal, open_books
from credit.cli.output import FOUND_WRONG, AsJson, OperatorError, Printer, told
from credit.evidence.errors import EvidenceCode, EvidenceError
from credit.evidence.heads import HEAD_FILE, kept_head
from credit.evidence.keys import Trusted, by_id, read_public
from credit.evidence.models import Block
from credit.evidence.proofs import prove_journal, prove_log
from credit.evidence.sealer import BLOCK_SIZE, Sealer
from credit.evidence.verify import Verdict, verify

Out = Annotated[Path, typer.Option("--out", metavar="FILE", help="Where to write; an existing file is left alone.")]


@told
def seal(
    block_size: Annotated[int, typer.Option(min=1, max=65_536, help="Journals in a block, at most.")] = BLOCK_SIZE,
    every: Annotated[int, typer.Option(metavar="SECONDS", min=0, help="Go on, with this pause; 0: once.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Seal every journal that stands in no block yet. Makes the key at first use."""
    printer = Printer(as_json)
    with open_books() as books:
        sealer = Sealer(books.database, books.data_dir, books.clock, block_size=block_size)
        while True:
            done = sealer.seal()
            if as_json:
                printer.json({"blocks": done.blocks, "journals": done.journals, "height": done.height})
            elif done.journals or not every:
                printer.say(f"Sealed {done.journals} journals in {done.blocks} blocks; the chain has {done.height}.")
            if not every:
                return
            time.sleep(every)


@told
def verify_books(
    key: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="Trust this public key instead of those kept here.")
    ] = None,
    head: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="A head noted earlier; the chain must hold it.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Walk all books and all evidence. Exit code 1 names the first thing that does not fit."""
    with open_books() as books:
        trusted = by_id(read_public(path) for path in key) if key else books.keys.trusted()
        kept = [kept_head(books.data_dir / HEAD_FILE), *(_given_head(path) for path in head or [])]
        verdict = verify(books.database, trusted, kept)
    if as_json:
        Printer(as_json).json(_verdict(verdict))
    else:
        _print_verdict(Printer(as_json), verdict, trusted)
    if verdict.fault is not None:
        raise typer.Exit(FOUND_WRONG)


def _given_head(path: Path) -> tuple[str, str]:
    found = kept_head(path)
    if found is None:
        raise EvidenceError(EvidenceCode.HEAD_UNREADABLE, f"{path} is not there")
    return found


def _verdict(verdict: Verdict) -> dict[str, Any]:
    fault = verdict.fault
    told_fault = fault and {
        "code": str(fault.code),
        "message": fault.sentence,
        "block": fault.height,
        "journal": None if fault.journal_id is None else str(fault.journal_id),
    }
    counts = {"blocks": verdict.blocks, "sealed": verdict.sealed, "waiting": verdict.waiting}
    return {"sound": fault is None, "fault": told_fault, **counts, "postings": verdict.postings}


def _print_verdict(printer: Printer, verdict: Verdict, trusted: Trusted) -> None:
    if verdict.fault is not None:
        printer.say(f"NOT SOUND ({verdict.fault.code}): {verdict.fault.sentence}.")
        printer.say(f"Up to there {verdict.blocks} blocks with {verdict.sealed} journals fit.")
        return
    printer.say(f"Sound: {verdict.blocks} blocks with {verdict.sealed} journals, {verdict.postings} postings.")
    if verdict.waiting:
        printer.say(f"{verdict.waiting} newer journals are not sealed yet.")
    if trusted:
        printer.say(f"Trusted keys: {', '.join(trusted)}.")


@told
def prove(
    name: Annotated[str, typer.Argument(metavar="JOURNAL", help="Journal id or request id.")],
    out: Out,
    as_json: AsJson = False,
) -> None:
    """Write the proof file of one sealed journal, to hand to the customer."""
    with open_books() as books, books.database.read() as session:
        proof = prove_journal(session, find_journal(session, name).id)
    _write(out, proof)
    summary = {"journal": proof["journal"]["id"], "block": proof["head"]["height"], "key_id": proof["key_id"]}
    if as_json:
        Printer(as_json).json({"out": str(out), **summary})
    else:
        printer = Printer(as_json)
        printer.say(f"Wrote {out}: journal {summary['journal']} in block {summary['block']}, key {summary['key_id']}.")
        printer.say("It is checked with credit/evidence/verify_proof.py and the public key, and nothing else.")


@told
def prove_continuation(
    older: Annotated[int, typer.Argument(help="Height of the earlier block.")],
    newer: Annotated[int, typer.Argument(help="Height of the later block.")],
    out: Out,
    as_json: AsJson = False,
) -> None:
    """Write the proof that the log at a later block begins with the log at an earlier one."""
    with open_books() as books, books.database.read() as session:
        proof = prove_log(session, older, newer)
    _write(out, proof)
    if as_json:
        Printer(as_json).json({"out": str(out), "older": older, "newer": newer})
    else:
        Printer(as_json).say(f"Wrote {out}: the log at block {newer} continues that at block {older}.")


@told
def show_head(as_json: AsJson = False) -> None:
    """The newest signed head, to be kept elsewhere and given to `verify --head` later. Always JSON."""
    with open_books() as books, books.database.read() as session:
        newest = select(Block.head, Block.signature).order_by(Block.height.desc()).limit(1)
        block = session.execute(newest).one_or_none()
    if block is None:
        raise EvidenceError(EvidenceCode.NO_SUCH_BLOCK, "nothing is sealed yet")
    Printer(as_json).json({"head": json.loads(block.head), "signature": block.signature})


@told
def show_public_key(as_json: AsJson = False) -> None:
    """The present public key, to be published."""
    with open_books() as books:
        key = books.keys.signing_key(make=False).public
    if as_json:
        Printer(as_json).json({"key_id": key.key_id, "pem": key.pem()})
    else:
        typer.echo(key.pem(), nl=False)


@told
def rotate_key(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False, as_json: AsJson = False
) -> None:
    """Replace the signing key. Old blocks stay valid under the old public key, which is kept."""
    with open_books() as books:
        before = books.keys.signing_key(make=False).public.key_id
        _confirm(f"Replace key {before}? Its private part is gone afterwards.", yes=yes)
        fresh = _rotate(books)
    if as_json:
        Printer(as_json).json({"before": before, "key_id": fresh})
    else:
        Printer(as_json).say(f"Key {fresh} signs from now on; publish it. Key {before} is kept for checking.")


def _rotate(books: Operator) -> str:
    return books.keys.rotate().public.key_id


def _confirm(question: str, *, yes: bool) -> None:
    if not yes and not typer.confirm(question, err=True):
        raise OperatorError("not_confirmed", "Nothing was done.")


def _write(path: Path, proof: dict[str, Any]) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            json.dump(proof, file, ensure_ascii=False, indent=2)
            file.write("\n")
    except FileExistsError as error:
        raise OperatorError("file_exists", f"{path} is there already; it was left as it is.") from error
