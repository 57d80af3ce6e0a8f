"""The figures that are kept beside the journals, recomputed: postings, balances, holds, roll-ups."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from sqlalchemy import Select, String, cast, func, select, text, type_coerce
from sqlalchemy.orm import Session

from credit.evidence.errors import EvidenceCode, EvidenceError
from credit.evidence.reading import streamed
from credit.ledger.models import Journal, Posting

CHUNK = 2000
_END: tuple[str | None, Iterator[Any]] = None, iter(())


def check_postings(session: Session) -> Iterator[int]:
    """Every journal's postings against its own lines, in the order of ids; yields how many were right so far.

    Raises POSTING_DIFFERS, JOURNAL_UNBALANCED, JOURNAL_TAMPERED."""
    with (
        streamed(session, _journals(session), chunk=CHUNK) as journals,
        streamed(session, _postings(session), chunk=CHUNK * 4) as postings,
    ):
        groups = groupby(map(tuple, postings), key=itemgetter(0))
        key, spread = next(groups, _END)
        count = 0
        for journal_id, effective_on, lines in journals:
            if key is not None and key < journal_id:
                break
            found = [row[1:] for row in spread] if key == journal_id else []
            _check_lines(journal_id, effective_on, lines, found)
            count += len(found)
            if key == journal_id:
                key, spread = next(groups, _END)
            yield count
    if key is not None:
        sentence = f"there are postings of journal {UUID(key)}, and no such journal"
        raise EvidenceError(EvidenceCode.POSTING_DIFFERS, sentence, journal_id=UUID(key))


def _check_lines(journal_id: str, effective_on: Any, lines: str, found: list[Any]) -> None:
    key = UUID(journal_id)
    try:
        said = [(line["account"], line["minor"], line["currency"]) for line in json.loads(lines)]
        told = [
            (nth, UUID(account).hex, minor, money, effective_on) for nth, (account, minor, money) in enumerate(said)
        ]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        sentence = f"the lines of journal {key} cannot be read"
        raise EvidenceError(EvidenceCode.JOURNAL_TAMPERED, sentence, journal_id=key) from error
    if found != told:
        raise EvidenceError(
            EvidenceCode.POSTING_DIFFERS, f"the postings of journal {key} are not its lines", journal_id=key
        )
    sums: dict[str, int] = defaultdict(int)
    for _, minor, currency in said:
        sums[currency] += minor
    if any(sums.values()):
        sentence = f"the lines of journal {key} do not sum to zero"
        raise EvidenceError(EvidenceCode.JOURNAL_UNBALANCED, sentence, journal_id=key)


def _journals(session: Session) -> Select[Any]:
    day = _day(session, Journal.effective_on)
    return select(_hex(session, Journal.id), day, Journal.lines).order_by(Journal.id)


def _postings(session: Session) -> Select[Any]:
    return select(
        _hex(session, Posting.journal_id),
        Posting.line,
        _hex(session, Posting.account_id),
        Posting.amount_minor,
        Posting.currency,
        _day(session, Posting.effective_on),
    ).order_by(Posting.journal_id, Posting.line)


def _hex(session: Session, column: Any) -> Any:
    if session.get_bind().dialect.name == "sqlite":
        return type_coerce(column, String)
    return func.replace(cast(column, String), "-", "", type_=String)


def _day(session: Session, column: Any) -> Any:
    # SQLite's own text: a tampered day need not be one that can be read.
    return type_coerce(column, String) if session.get_bind().dialect.name == "sqlite" else column


# ── figures: each query returns what differs, so that the database does the walking ─────────────────────────

_BALANCE = """
SELECT a.code FROM balances AS b JOIN accounts AS a ON a.id = b.account_id LEFT JOIN (
  SELECT account_id, SUM(amount_minor) AS total, COUNT(*) AS number FROM postings GROUP BY account_id
) AS p ON p.account_id = b.account_id
WHERE b.balance_minor <> COALESCE(p.total, 0) OR b.posting_count <> COALESCE(p.number, 0)
ORDER BY a.code LIMIT 1"""

_RUNNING = """
SELECT a.code, w.journal_id FROM (
  SELECT p.account_id, p.journal_id, p.account_sequence, p.balance_after,
         SUM(p.amount_minor) OVER running AS total, ROW_NUMBER() OVER running AS number
  FROM postings AS p JOIN balances AS b ON b.account_id = p.account_id
  WINDOW running AS (PARTITION BY p.account_id ORDER BY p.account_sequence)
) AS w JOIN accounts AS a ON a.id = w.account_id
WHERE w.account_sequence IS NULL OR w.account_sequence <> w.number
   OR w.balance_after IS NULL OR w.balance_after <> w.total
ORDER BY w.journal_id LIMIT 1"""

_UNKEPT = """
SELECT a.code FROM accounts AS a
WHERE a.customer_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM balances AS b WHERE b.account_id = a.id)
ORDER BY a.code LIMIT 1"""

_HOLD = """
SELECT h.request_id FROM holds AS h
LEFT JOIN journals AS p ON p.id = h.placed_by LEFT JOIN journals AS c ON c.id = h.closed_by
LEFT JOIN postings AS m ON m.journal_id = h.placed_by AND m.account_id = h.held_account_id
WHERE p.id IS NULL OR p.hold_id <> h.id OR p.hold_act <> 'place' OR p.hold_expires_on <> h.expires_on
   OR m.amount_minor IS NULL OR m.amount_minor <> h.amount_minor
   OR (h.state = 'pending' AND h.closed_by IS NOT NULL) OR (h.state <> 'pending' AND (
     c.id IS NULL OR c.hold_id <> h.id
     OR h.state <> CASE c.hold_act WHEN 'post' THEN 'posted' WHEN 'release' THEN 'released' ELSE 'expired' END))
ORDER BY h.request_id LIMIT 1"""

_HOLD_JOURNAL = """
SELECT j.id FROM journals AS j WHERE j.hold_act IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM holds AS h WHERE h.id = j.hold_id AND j.id IN (h.placed_by, h.closed_by))
ORDER BY j.id LIMIT 1"""

_ROLLUP = """
SELECT a.code FROM (
  SELECT m.account_id, m.day, SUM(m.moved) AS moved, SUM(m.balance) AS balance FROM (
    SELECT r.account_id, r.day, r.moved_minor AS moved,
           r.balance_minor - SUM(r.moved_minor) OVER (PARTITION BY r.account_id ORDER BY r.day) AS balance
    FROM rollups AS r
    UNION ALL
    SELECT d.account_id, (SELECT MIN(c.day) FROM closed_days AS c WHERE c.day >= d.effective_on), -d.moved, 0
    FROM (SELECT p.account_id, p.effective_on, SUM(p.amount_minor) AS moved FROM postings AS p
          WHERE NOT EXISTS (SELECT 1 FROM balances AS b WHERE b.account_id = p.account_id)
            AND p.effective_on <= (SELECT MAX(day) FROM closed_days)
          GROUP BY p.account_id, p.effective_on) AS d
  ) AS m GROUP BY m.account_id, m.day
) AS w JOIN accounts AS a ON a.id = w.account_id
WHERE w.moved <> 0 OR w.balance <> 0
ORDER BY a.code LIMIT 1"""

_FIGURES = (
    (EvidenceCode.BALANCE_DIFFERS, _BALANCE, "the balance of {0} is not the sum of its postings"),
    (EvidenceCode.BALANCE_DIFFERS, _UNKEPT, "the balance of {0} is gone"),
    (EvidenceCode.BALANCE_DIFFERS, _ROLLUP, "a closed day's roll-up of {0} is not the sum of its postings"),
    (EvidenceCode.HOLD_DIFFERS, _HOLD, "the hold of request {0} is not what its journals say"),
)


def check_figures(session: Session) -> None:
    """Everything that is kept so as not to be summed each time. Raises BALANCE_DIFFERS, HOLD_DIFFERS."""
    if row := session.execute(text(_RUNNING)).first():
        key = UUID(str(row.journal_id))
        sentence = f"the running balance of {row.code} is wrong at journal {key}"
        raise EvidenceError(EvidenceCode.BALANCE_DIFFERS, sentence, journal_id=key)
    for code, query, sentence in _FIGURES:
        if row := session.execute(text(query)).first():
            raise EvidenceError(code, sentence.format(row[0]))
    if row := session.execute(text(_HOLD_JOURNAL)).first():
        key = UUID(str(row[0]))
        raise EvidenceError(EvidenceCode.HOLD_DIFFERS, f"journal {key} moved a hold that is not kept", journal_id=key)
