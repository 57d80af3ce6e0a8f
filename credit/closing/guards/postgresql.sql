-- Accruals are written many at a time, one statement for a whole range of customers. The ledger's trigger looks at journals
-- one by one, in a dozen statements each; for a hundred thousand of them that is the whole cost of a closing. Here the same
-- rules are asked of all accruals of one statement together: nothing is left out, and a journal of any other kind still
-- goes through the ledger's trigger.

CREATE OR REPLACE TRIGGER journals_spread AFTER INSERT ON journals FOR EACH ROW WHEN (NEW.kind <> 'accrual')
  EXECUTE FUNCTION xz_journals_spread();

-- Look-ups by index, in a plan that is made once: every statement here reads a few rows of large tables.
CREATE FUNCTION xz_accruals_spread() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  journals_ uuid[];
  days date[];
  nths int[];
  ids uuid[];
  minors bigint[];
  currencies text[];
  refusal text;
BEGIN
  IF NOT EXISTS (SELECT 1 FROM fresh WHERE kind = 'accrual') THEN RETURN NULL; END IF;
  IF current_setting('transaction_isolation') <> 'read committed' THEN PERFORM xz_fail('isolation_level'); END IF;
  PERFORM pg_advisory_xact_lock_shared(7110001);
  IF (SELECT min(effective_on) FROM fresh WHERE kind = 'accrual') <= (SELECT max(day) FROM closed_days) THEN
    PERFORM xz_fail('effective_day_closed');
  END IF;
  IF (SELECT max(effective_on) FROM fresh WHERE kind = 'accrual') > (SELECT "on" FROM business_day) THEN
    PERFORM xz_fail('effective_day_ahead');
  END IF;
  IF EXISTS (SELECT 1 FROM fresh WHERE kind = 'accrual' AND ((lines IS JSON ARRAY) IS NOT TRUE OR hold_id IS NOT NULL
             OR hold_act IS NOT NULL OR reverses IS NOT NULL)) THEN
    PERFORM xz_fail('journal_malformed');
  END IF;

  SELECT array_agg(f.id), array_agg(f.effective_on), array_agg(l.nth - 1), array_agg(l.account), array_agg(l.minor),
         array_agg(l.currency)
  INTO journals_, days, nths, ids, minors, currencies
  FROM fresh AS f, ROWS FROM (jsonb_to_recordset(f.lines::jsonb) AS (account uuid, minor bigint, currency text))
    WITH ORDINALITY AS l(account, minor, currency, nth)
  WHERE f.kind = 'accrual';
  IF (SELECT count(*) FROM fresh WHERE kind = 'accrual') <> (SELECT count(DISTINCT j) FROM unnest(journals_) AS j) THEN
    PERFORM xz_fail('journal_empty');
  END IF;
  IF array_position(minors, NULL) IS NOT NULL OR array_position(currencies, NULL) IS NOT NULL
     OR array_position(ids, NULL) IS NOT NULL THEN
    PERFORM xz_fail('journal_malformed');
  END IF;
  -- One spelling only: readers of JSON differ on doubled keys and on 5e2.
  IF EXISTS (
    SELECT 1 FROM fresh AS f WHERE f.kind = 'accrual' AND f.lines IS DISTINCT FROM (
      SELECT '[' || string_agg(format('{"account":"%s","minor":%s,"currency":"%s"}', replace(l.account::text, '-', ''),
                                      l.minor, l.currency), ',' ORDER BY l.nth) || ']'
      FROM ROWS FROM (jsonb_to_recordset(f.lines::jsonb) AS (account uuid, minor bigint, currency text))
        WITH ORDINALITY AS l(account, minor, currency, nth))) THEN
    PERFORM xz_fail('journal_malformed');
  END IF;
  -- In the one order in which everybody locks, so that postings queue instead of deadlocking.
  PERFORM 1 FROM balances WHERE account_id = ANY (ids) ORDER BY account_id FOR NO KEY UPDATE;
  SELECT min(broken) INTO refusal FROM (
    SELECT CASE
      WHEN count(*) < 2 THEN 'journal_empty'
      WHEN bool_or(l.minor = 0) THEN 'posting_zero'
      WHEN bool_or(l.minor NOT BETWEEN -9007199254740991 AND 9007199254740991) THEN 'posting_too_large'
      WHEN count(a.id) < count(*) THEN 'account_unknown'
      WHEN count(DISTINCT a.id) < count(*) THEN 'journal_account_repeated'
      WHEN bool_or(l.currency <> a.currency) THEN 'posting_currency'
      WHEN min(l.currency) <> max(l.currency) THEN 'journal_mixed_currency'
      WHEN sum(l.minor) <> 0 THEN 'journal_unbalanced'
      WHEN bool_or(b.closed_on IS NOT NULL) OR bool_or(b.account_id IS NULL AND c.account_id IS NOT NULL)
        THEN 'account_closed'
      WHEN bool_or(a.is_held) THEN 'hold_required'
      WHEN bool_or(a.customer_id IS NOT NULL AND b.account_id IS NULL) THEN 'account_unknown'
    END AS broken
    FROM unnest(journals_, ids, minors, currencies) AS l(journal, account, minor, currency)
    LEFT JOIN accounts AS a ON a.id = l.account LEFT JOIN balances AS b ON b.account_id = l.account
    LEFT JOIN account_closures AS c ON c.account_id = l.account
    GROUP BY l.journal) AS journal_by_journal;
  IF refusal IS NOT NULL THEN PERFORM xz_fail(refusal); END IF;

  WITH moved AS (
    UPDATE balances AS b SET balance_minor = b.balance_minor + l.minor, posting_count = b.posting_count + 1
    FROM unnest(ids, minors) AS l(account, minor) WHERE b.account_id = l.account
    RETURNING b.account_id, b.posting_count, b.balance_minor
  ), spread AS (
    SELECT l.journal, l.nth, l.account, l.minor, l.currency, l.day
    FROM unnest(journals_, nths, ids, minors, currencies, days) AS l(journal, nth, account, minor, currency, day)
  )
  INSERT INTO postings (journal_id, line, account_id, amount_minor, currency, effective_on, account_sequence, balance_after)
  SELECT s.journal, s.nth, s.account, s.minor, s.currency, s.day, b.posting_count + 1, b.balance_minor + s.minor
  -- The balances as they were before: a data-changing WITH is not seen by its own statement.
  FROM spread AS s LEFT JOIN balances AS b ON b.account_id = s.account;
  RETURN NULL;
END $$;

CREATE TRIGGER accruals_spread AFTER INSERT ON journals REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION xz_accruals_spread();

-- The two checks behind the spreading, without joins of rows with rows: those took the square of a statement's postings,
-- since a plan once made for a single journal is kept.

CREATE OR REPLACE FUNCTION xz_postings_new() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (
    SELECT 1 FROM fresh AS f
    -- OFFSET 0: by id, and not by the day, which the planner believes to be as good and which all of today share.
    LEFT JOIN LATERAL (SELECT effective_on, lines FROM journals WHERE id = f.journal_id OFFSET 0) AS j ON true
    WHERE j.effective_on IS DISTINCT FROM f.effective_on OR (j.lines::jsonb -> f.line::int) IS DISTINCT FROM
      jsonb_build_object('account', replace(f.account_id::text, '-', ''), 'minor', f.amount_minor, 'currency', f.currency)
  ) THEN
    PERFORM xz_fail('posting_not_in_journal');
  END IF;
  IF EXISTS (
    SELECT 1 FROM fresh AS f
    LEFT JOIN LATERAL (SELECT posting_count, balance_minor FROM balances WHERE account_id = f.account_id OFFSET 0) AS b ON true
    WHERE b.posting_count IS DISTINCT FROM f.account_sequence OR b.balance_minor IS DISTINCT FROM f.balance_after) THEN
    PERFORM xz_fail('posting_out_of_sequence');
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION xz_balances_move() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (
    SELECT 1 FROM (
      SELECT account_id, count(*) AS sides, count(DISTINCT ARRAY[floor_minor, ceiling_minor]) AS bounds,
             count(DISTINCT COALESCE(closed_on, '-infinity'::date)) AS closings,
             max(balance_minor) FILTER (WHERE fresh) AS n_balance, max(balance_minor) FILTER (WHERE NOT fresh) AS o_balance,
             max(posting_count) FILTER (WHERE fresh) AS n_count, max(posting_count) FILTER (WHERE NOT fresh) AS o_count,
             max(closed_on) FILTER (WHERE fresh) AS closed_on
      FROM (SELECT true AS fresh, * FROM after_ UNION ALL SELECT false, * FROM before_) AS both_sides
      GROUP BY account_id) AS n
    LEFT JOIN LATERAL (
      SELECT balance_after, amount_minor FROM postings
      WHERE account_id = n.account_id AND account_sequence = n.n_count OFFSET 0) AS p ON true
    LEFT JOIN LATERAL (
      SELECT account_id FROM account_closures WHERE account_id = n.account_id AND closed_on = n.closed_on OFFSET 0) AS c
      ON true
    WHERE (n.sides = 2 AND n.bounds = 1 AND CASE
      WHEN n.closings = 1 THEN
        n.n_count = n.o_count + 1 AND p.balance_after = n.n_balance AND p.amount_minor = n.n_balance - n.o_balance
      ELSE n.n_count = n.o_count AND n.n_balance = n.o_balance AND c.account_id IS NOT NULL
    END) IS NOT TRUE) THEN
    PERFORM xz_fail('balance_not_from_posting');
  END IF;
  RETURN NULL;
END $$;
