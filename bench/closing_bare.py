"""The baseline of the closing: one hand-written statement that accrues a day for everybody and sums the books.

It reads the same debts, balances and open days' postings, and writes the same rows (counters, journals with their
lines, postings, balances), into tables with the same columns and indexes but without triggers and foreign keys. It
knows nothing of grace days, reminders, classes or restarting, and sums once, where ours
and the guards do so in turn."""

from __future__ import annotations

import time
from datetime import date, timedelta

import psycopg

from credit.ledger.chart import chart
from credit.ledger.lines import account_id
from tests.ledger_proof.databases import NOW

PLAIN = ("journals", "postings", "balances", "loans", "paylater_standings", "lines", "accounts")
STATEMENT = """
WITH day AS MATERIALIZED (
  SELECT s.line_id AS debt, l.customer_id, m.interest_account, s.past_due_minor * l.daily_rate_ppm AS exact,
         s.interest_exact, s.interest_posted
  FROM paylater_standings AS s JOIN lines AS l ON l.id = s.line_id JOIN places AS m ON m.debt = s.line_id
  WHERE s.past_due_minor > 0
  UNION ALL
  SELECT o.id, o.customer_id, m.interest_account, b.balance_minor * o.daily_rate_ppm, o.interest_exact,
         o.interest_posted
  FROM loans AS o JOIN places AS m ON m.debt = o.id JOIN balances AS b ON b.account_id = m.principal_account
  WHERE o.settled_on IS NULL
), due AS MATERIALIZED (
  SELECT *, uuidv7() AS journal, interest_exact + exact AS after,
         (2 * (interest_exact + exact) + 1000000) / 2000000 - interest_posted AS minor
  FROM day
), spelled AS MATERIALIZED (
  SELECT *, format('[{"account":"%%s","minor":%%s,"currency":"CNY"},{"account":"%%s","minor":%%s,"currency":"CNY"}]',
                   replace(interest_account::text, '-', ''), minor, replace(%(income)s::text, '-', ''), -minor) AS lines
  FROM due
), standings AS (
  UPDATE paylater_standings AS s SET interest_exact = d.after, interest_posted = s.interest_posted + d.minor
  FROM due AS d WHERE d.debt = s.line_id
), loan AS (
  UPDATE loans AS o SET interest_exact = d.after, interest_posted = o.interest_posted + d.minor
  FROM due AS d WHERE d.debt = o.id
), journal AS (
  INSERT INTO journals (id, request_id, fingerprint, kind, customer_id, effective_on, recorded_at, facts, lines)
  SELECT journal, 'accrual:' || debt || ':' || %(day)s, encode(sha256(convert_to(lines, 'UTF8')), 'hex'), 'accrual',
         customer_id, %(day)s::date, %(now)s, '{}', lines FROM spelled
), sub_ledger AS (
  SELECT a.gl_class, a.kind, sum(b.balance_minor) AS minor FROM balances AS b JOIN accounts AS a ON a.id = b.account_id
  GROUP BY a.gl_class, a.kind
), general_ledger AS (
  SELECT a.gl_class, a.kind, j.effective_on, sum(p.amount_minor) AS minor
  FROM journals AS j JOIN postings AS p ON p.journal_id = j.id JOIN accounts AS a ON a.id = p.account_id
  WHERE j.effective_on > %(final)s::date GROUP BY a.gl_class, a.kind, j.effective_on
), moved AS (
  UPDATE balances AS b SET balance_minor = b.balance_minor + d.minor, posting_count = b.posting_count + 1
  FROM due AS d WHERE d.interest_account = b.account_id
  RETURNING d.journal, b.account_id, d.minor, b.posting_count, b.balance_minor
)
INSERT INTO postings
  (journal_id, line, account_id, amount_minor, currency, effective_on, account_sequence, balance_after)
SELECT journal, 0, account_id, minor, 'CNY', %(day)s::date, posting_count, balance_minor FROM moved
UNION ALL SELECT journal, 1, %(income)s, -minor, 'CNY', %(day)s::date, NULL, NULL FROM due
WHERE (SELECT count(minor) FROM sub_ledger) > 0 AND (SELECT count(minor) FROM general_ledger) > 0
"""


def plain_twin(url: str) -> None:
    """The tables without guards, in the schema `plain` of the same database, with what stands in ours now."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("CREATE SCHEMA plain")
        for table in PLAIN:
            options = connection.execute(
                "SELECT array_to_string(reloptions, ', ') FROM pg_class WHERE oid = %s::regclass", (f"public.{table}",)
            ).fetchone()
            storage = f" WITH ({options[0]})" if options and options[0] else ""
            connection.execute(f"CREATE TABLE plain.{table} (LIKE public.{table} INCLUDING INDEXES){storage}".encode())
            connection.execute(f"INSERT INTO plain.{table} SELECT * FROM public.{table}".encode())
        connection.execute(
            "CREATE TABLE plain.places (debt uuid PRIMARY KEY, interest_account uuid, principal_account uuid)"
        )
        debts = [
            (row[0], "paylater", "accrued") for row in connection.execute("SELECT line_id FROM paylater_standings")
        ]
        debts += [(row[0], "loan", "interest") for row in connection.execute("SELECT id FROM loans")]
        with connection.cursor().copy("COPY plain.places FROM STDIN") as copy:
            for key, product, part in debts:
                name = f"{product}/{key}/"
                copy.write_row((key, account_id.__wrapped__(name + part), account_id.__wrapped__(name + "principal")))
        connection.execute("VACUUM ANALYZE")


def accrue_bare(url: str, day: date) -> tuple[float, int]:
    """Seconds for one day, with its commit, and how many debts it moved."""
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute("SET search_path = plain")
        connection.commit()
        begun = time.perf_counter()
        final = day - timedelta(days=chart().back_dating_days + 1)
        facts = {"day": day.isoformat(), "final": final, "now": NOW, "income": account_id("house/income/interest")}
        written = connection.execute(STATEMENT.encode(), facts).rowcount
        connection.commit()
        return time.perf_counter() - begun, written // 2
