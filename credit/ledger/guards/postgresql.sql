-- What the ledger promises, kept by PostgreSQL itself against any code on any connection.
--
-- The functions fix their search path: a temporary table named `balances` must not stand in for the real one.

CREATE FUNCTION xz_fail(code text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'xz:%', code USING ERRCODE = 'integrity_constraint_violation'; END $$;

CREATE FUNCTION xz_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'xz:ledger_append_only' USING ERRCODE = 'integrity_constraint_violation'; END $$;

-- ---- journals: checked and spread in one trigger, a few set-based statements ----
-- AFTER INSERT, so that ON CONFLICT (request_id) DO NOTHING answers a repeat before any rule is asked.
-- One plan for all journals, since planning the checks anew for each took a third of the time; and that plan by index: a
-- plan made while the books were empty would read whole tables until the next ANALYZE.

CREATE FUNCTION xz_journals_spread() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  content jsonb;
  ids uuid[];
  minors bigint[];
  currencies text[];
  refusal text;
BEGIN
  -- An older snapshot would miss a day closed, or an account closed, since it was taken.
  IF current_setting('transaction_isolation') <> 'read committed' THEN PERFORM xz_fail('isolation_level'); END IF;
  -- Shared with every other posting, against the closing of a day. The number is credit.books.CLOSING_LOCK.
  PERFORM pg_advisory_xact_lock_shared(7110001);
  IF NEW.effective_on <= (SELECT max(day) FROM closed_days) THEN PERFORM xz_fail('effective_day_closed'); END IF;
  IF EXISTS (SELECT 1 FROM business_day WHERE NEW.effective_on > "on") THEN PERFORM xz_fail('effective_day_ahead'); END IF;
  IF (NEW.lines IS JSON ARRAY) IS NOT TRUE OR (NEW.hold_id IS NULL) <> (NEW.hold_act IS NULL) THEN
    PERFORM xz_fail('journal_malformed');
  END IF;
  content := NEW.lines::jsonb;
  IF content @? '$[*] ? (@.minor.type() != "number")' THEN PERFORM xz_fail('journal_malformed'); END IF;

  -- Arrays, so that every look-up below goes by index: PostgreSQL takes a JSON array for a hundred rows.
  SELECT array_agg(account), array_agg(minor), array_agg(currency) INTO ids, minors, currencies
  FROM jsonb_to_recordset(content) AS l(account uuid, minor bigint, currency text);
  -- One spelling only: readers of JSON differ on doubled keys and on 5e2.
  IF cardinality(ids) > 0 AND NEW.lines IS DISTINCT FROM (
      SELECT '[' || string_agg(format('{"account":"%s","minor":%s,"currency":"%s"}', replace(l.account::text, '-', ''),
                                      l.minor, l.currency), ',' ORDER BY l.nth) || ']'
      FROM unnest(ids, minors, currencies) WITH ORDINALITY AS l(account, minor, currency, nth)) THEN
    PERFORM xz_fail('journal_malformed');
  END IF;
  -- Rows are locked in one order everywhere, so that two journals over the same accounts queue instead of deadlocking.
  WITH b AS MATERIALIZED (
    SELECT account_id, closed_on FROM balances WHERE account_id = ANY (ids) ORDER BY account_id FOR NO KEY UPDATE
  )
  SELECT CASE
    WHEN count(*) < 2 THEN 'journal_empty'
    WHEN count(l.minor) < count(*) OR count(l.currency) < count(*) THEN 'journal_malformed'
    WHEN bool_or(l.minor = 0) THEN 'posting_zero'
    WHEN bool_or(l.minor NOT BETWEEN -9007199254740991 AND 9007199254740991) THEN 'posting_too_large'
    WHEN count(a.id) < count(*) THEN 'account_unknown'
    WHEN count(DISTINCT a.id) < count(*) THEN 'journal_account_repeated'
    WHEN bool_or(l.currency <> a.currency) THEN 'posting_currency'
    WHEN min(l.currency) = max(l.currency) AND sum(l.minor) <> 0 THEN 'journal_unbalanced'
    WHEN min(l.currency) <> max(l.currency) AND EXISTS (
      SELECT 1 FROM unnest(currencies, minors) AS m(currency, minor) GROUP BY m.currency HAVING sum(m.minor) <> 0)
      THEN 'journal_mixed_currency'
    WHEN bool_or(b.closed_on IS NOT NULL)
      OR count(*) FILTER (WHERE b.account_id IS NULL AND EXISTS (SELECT 1 FROM account_closures WHERE account_id = a.id)) > 0
      THEN 'account_closed'
    WHEN count(*) FILTER (WHERE a.is_held) <> (NEW.hold_id IS NOT NULL)::int THEN 'hold_required'
    WHEN bool_or(a.customer_id IS NOT NULL AND b.account_id IS NULL) THEN 'account_unknown'
  END INTO refusal
  FROM unnest(ids, minors, currencies) AS l(account, minor, currency)
  LEFT JOIN accounts AS a ON a.id = l.account LEFT JOIN b ON b.account_id = l.account;
  IF refusal IS NOT NULL THEN PERFORM xz_fail(refusal); END IF;
  -- Before the balances move: a hold closed twice is told as that, not as a floor.
  IF NEW.hold_act <> 'place' THEN PERFORM xz_require_pending(NEW.hold_id); END IF;

  WITH moved AS (
    UPDATE balances AS b SET balance_minor = b.balance_minor + l.minor, posting_count = b.posting_count + 1
    FROM unnest(ids, minors) AS l(account, minor) WHERE b.account_id = l.account
    RETURNING b.account_id, b.posting_count, b.balance_minor
  )
  INSERT INTO postings (journal_id, line, account_id, amount_minor, currency, effective_on, account_sequence, balance_after)
  SELECT NEW.id, l.nth - 1, l.account, l.minor, l.currency, NEW.effective_on, m.posting_count, m.balance_minor
  FROM unnest(ids, minors, currencies) WITH ORDINALITY AS l(account, minor, currency, nth)
  LEFT JOIN moved AS m ON m.account_id = l.account;

  IF NEW.reverses IS NOT NULL THEN PERFORM xz_check_reversal(NEW); END IF;
  IF NEW.hold_act = 'place' THEN PERFORM xz_place_hold(NEW); END IF;
  IF NEW.hold_act <> 'place' THEN PERFORM xz_close_hold(NEW); END IF;
  RETURN NULL;
END $$;

-- ---- reversals: once, of a journal that is no reversal, line by line the opposite ----
-- What a posted hold took from the held account goes back to where the hold came from.

CREATE FUNCTION xz_check_reversal(j journals) RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE original journals;
BEGIN
  SELECT * INTO original FROM journals WHERE id = j.reverses;
  IF original.id IS NULL THEN PERFORM xz_fail('journal_not_found'); END IF;
  IF original.reverses IS NOT NULL THEN PERFORM xz_fail('reversal_of_reversal'); END IF;
  IF original.hold_act IN ('place', 'release', 'expire') THEN PERFORM xz_fail('hold_required'); END IF;
  IF EXISTS (
    SELECT account FROM (
      SELECT CASE WHEN p.account_id = h.held_account_id THEN h.from_account_id ELSE p.account_id END AS account,
             p.amount_minor AS minor
      FROM postings AS p LEFT JOIN holds AS h ON h.closed_by = p.journal_id WHERE p.journal_id = j.reverses
      UNION ALL
      SELECT account_id, amount_minor FROM postings WHERE journal_id = j.id) AS both_sides
    GROUP BY account HAVING sum(minor) <> 0) THEN
    PERFORM xz_fail('reversal_mismatch');
  END IF;
END $$;

-- ---- holds: written by the journal that places them, closed once by the journal that closes them ----

CREATE FUNCTION xz_place_hold(j journals) RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE placed bigint;
BEGIN
  INSERT INTO holds (id, request_id, customer_id, from_account_id, held_account_id, amount_minor, currency, expires_on,
                     state, placed_by, closed_by)
  SELECT j.hold_id, j.request_id, h.customer_id, f.id, h.id, ph.amount_minor, h.currency, j.hold_expires_on,
         'pending', j.id, NULL
  FROM postings AS ph JOIN accounts AS h ON h.id = ph.account_id AND h.is_held
  JOIN postings AS pf ON pf.journal_id = ph.journal_id AND pf.line <> ph.line
  JOIN accounts AS f ON f.id = pf.account_id AND f.customer_id = h.customer_id
  WHERE ph.journal_id = j.id AND ph.amount_minor > 0 AND j.hold_expires_on >= j.effective_on
    AND (SELECT count(*) FROM postings WHERE journal_id = j.id) = 2;
  GET DIAGNOSTICS placed = ROW_COUNT;
  IF placed <> 1 THEN PERFORM xz_fail('hold_mismatch'); END IF;
END $$;

CREATE FUNCTION xz_require_pending(wanted uuid) RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE found text;
BEGIN
  SELECT state INTO found FROM holds WHERE id = wanted FOR UPDATE;
  IF found IS NULL THEN PERFORM xz_fail('hold_not_found'); END IF;
  IF found <> 'pending' THEN PERFORM xz_fail('hold_not_pending'); END IF;
END $$;

CREATE FUNCTION xz_close_hold(j journals) RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE hold holds;
BEGIN
  IF j.hold_act NOT IN ('post', 'release', 'expire') THEN PERFORM xz_fail('hold_mismatch'); END IF;
  SELECT * INTO hold FROM holds WHERE id = j.hold_id;
  IF j.hold_act = 'post' AND j.effective_on > hold.expires_on THEN PERFORM xz_fail('hold_expired'); END IF;
  IF j.hold_act = 'expire' AND j.effective_on < hold.expires_on THEN PERFORM xz_fail('hold_mismatch'); END IF;
  IF NOT EXISTS (SELECT 1 FROM postings WHERE journal_id = j.id AND account_id = hold.held_account_id
                 AND amount_minor = -hold.amount_minor) THEN
    PERFORM xz_fail('hold_mismatch');
  END IF;
  IF j.hold_act <> 'post' AND (
      (SELECT count(*) FROM postings WHERE journal_id = j.id) <> 2
      OR NOT EXISTS (SELECT 1 FROM postings WHERE journal_id = j.id AND account_id = hold.from_account_id
                     AND amount_minor = hold.amount_minor)) THEN
    PERFORM xz_fail('hold_mismatch');
  END IF;
  UPDATE holds SET closed_by = j.id,
    state = CASE j.hold_act WHEN 'post' THEN 'posted' WHEN 'release' THEN 'released' ELSE 'expired' END
  WHERE id = hold.id;
END $$;

CREATE FUNCTION xz_holds_new() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.state <> 'pending' OR NEW.closed_by IS NOT NULL OR NOT EXISTS (
    SELECT 1 FROM journals AS j
    JOIN postings AS h ON h.journal_id = j.id AND h.account_id = NEW.held_account_id
    JOIN postings AS f ON f.journal_id = j.id AND f.account_id = NEW.from_account_id
    JOIN accounts AS a ON a.id = NEW.held_account_id
    WHERE j.id = NEW.placed_by AND j.hold_act = 'place' AND j.hold_id = NEW.id AND j.request_id = NEW.request_id
      AND (SELECT count(*) FROM postings WHERE journal_id = j.id) = 2 AND a.is_held AND a.customer_id = NEW.customer_id
      AND a.currency = NEW.currency AND j.hold_expires_on = NEW.expires_on
      AND h.amount_minor = NEW.amount_minor AND f.amount_minor = -NEW.amount_minor) THEN
    PERFORM xz_fail('hold_mismatch');
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION xz_holds_close() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF OLD.state <> 'pending' THEN PERFORM xz_fail('hold_not_pending'); END IF;
  IF (NEW.id, NEW.request_id, NEW.customer_id, NEW.from_account_id, NEW.held_account_id, NEW.amount_minor, NEW.currency,
      NEW.expires_on, NEW.placed_by)
     IS DISTINCT FROM
     (OLD.id, OLD.request_id, OLD.customer_id, OLD.from_account_id, OLD.held_account_id, OLD.amount_minor, OLD.currency,
      OLD.expires_on, OLD.placed_by)
     OR NOT EXISTS (
       SELECT 1 FROM journals WHERE id = NEW.closed_by AND hold_id = NEW.id
         AND (hold_act, NEW.state) IN (('post', 'posted'), ('release', 'released'), ('expire', 'expired'))) THEN
    PERFORM xz_fail('hold_mismatch');
  END IF;
  RETURN NEW;
END $$;

-- ---- postings: only as their journal says; balances: move by a posting, close by a closure ----

CREATE FUNCTION xz_postings_new() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (
    SELECT 1 FROM fresh AS f LEFT JOIN (
      SELECT j.id, j.effective_on, l.account, l.minor, l.currency, l.nth
      -- OFFSET 0: by id, and not by the day, which the planner believes to be as good and which all of today share.
      FROM (SELECT DISTINCT journal_id FROM fresh) AS touched
        CROSS JOIN LATERAL (SELECT * FROM journals WHERE id = touched.journal_id OFFSET 0) AS j,
        ROWS FROM (jsonb_to_recordset(j.lines::jsonb) AS (account uuid, minor bigint, currency text))
          WITH ORDINALITY AS l(account, minor, currency, nth)
    ) AS said ON said.id = f.journal_id AND said.nth - 1 = f.line AND said.effective_on = f.effective_on
      AND said.account = f.account_id AND said.minor = f.amount_minor AND said.currency = f.currency
    WHERE said.id IS NULL) THEN
    PERFORM xz_fail('posting_not_in_journal');
  END IF;
  IF EXISTS (
    SELECT 1 FROM fresh AS f LEFT JOIN balances AS b ON b.account_id = f.account_id
    WHERE b.posting_count IS DISTINCT FROM f.account_sequence OR b.balance_minor IS DISTINCT FROM f.balance_after) THEN
    PERFORM xz_fail('posting_out_of_sequence');
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION xz_balances_new() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.balance_minor <> 0 OR NEW.posting_count <> 0 OR NEW.closed_on IS NOT NULL
     OR EXISTS (SELECT 1 FROM postings WHERE account_id = NEW.account_id) THEN
    PERFORM xz_fail('balance_not_from_posting');
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION xz_balances_move() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (
    SELECT 1 FROM after_ AS n LEFT JOIN before_ AS o
      ON o.account_id = n.account_id AND o.floor_minor IS NOT DISTINCT FROM n.floor_minor
      AND o.ceiling_minor IS NOT DISTINCT FROM n.ceiling_minor
    LEFT JOIN postings AS p ON p.account_id = n.account_id AND p.account_sequence = n.posting_count
    LEFT JOIN account_closures AS c ON c.account_id = n.account_id AND c.closed_on = n.closed_on
    WHERE CASE
      WHEN n.closed_on IS NOT DISTINCT FROM o.closed_on THEN
        n.posting_count = o.posting_count + 1 AND p.balance_after = n.balance_minor
          AND p.amount_minor = n.balance_minor - o.balance_minor
      ELSE n.posting_count = o.posting_count AND n.balance_minor = o.balance_minor AND c.account_id IS NOT NULL
    END IS NOT TRUE) THEN
    PERFORM xz_fail('balance_not_from_posting');
  END IF;
  RETURN NULL;
END $$;

-- ---- closing an account: the row that postings lock is locked and marked ----

CREATE FUNCTION xz_account_closures_new() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE kept boolean;
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN PERFORM xz_fail('isolation_level'); END IF;
  PERFORM 1 FROM balances WHERE account_id = NEW.account_id FOR UPDATE;
  kept := FOUND;
  -- A house account has no row to lock, so all posting waits for a moment.
  IF NOT kept THEN PERFORM pg_advisory_xact_lock(7110001); END IF;
  IF NOT EXISTS (SELECT 1 FROM accounts WHERE id = NEW.account_id) THEN PERFORM xz_fail('account_unknown'); END IF;
  IF EXISTS (SELECT 1 FROM account_closures WHERE account_id = NEW.account_id) THEN
    PERFORM xz_fail('account_closed');
  END IF;
  IF (SELECT sum(amount_minor) FROM postings WHERE account_id = NEW.account_id) <> 0
     OR EXISTS (SELECT 1 FROM holds WHERE state = 'pending' AND NEW.account_id IN (from_account_id, held_account_id)) THEN
    PERFORM xz_fail('account_not_empty');
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION xz_account_closures_mark() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE balances SET closed_on = NEW.closed_on WHERE account_id = NEW.account_id;
  RETURN NULL;
END $$;

-- ---- closed days: their totals are what the postings say, and are spread into roll-ups and control totals ----

CREATE VIEW open_moves AS
  SELECT p.account_id, p.amount_minor, j.effective_on FROM journals AS j JOIN postings AS p ON p.journal_id = j.id
  WHERE j.effective_on > COALESCE((SELECT max(day) FROM closed_days), '-infinity'::date);

CREATE FUNCTION xz_closed_days_new() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN PERFORM xz_fail('isolation_level'); END IF;
  PERFORM pg_advisory_xact_lock(7110001);
  IF NEW.day <= (SELECT max(day) FROM closed_days) THEN PERFORM xz_fail('effective_day_closed'); END IF;
  IF EXISTS (SELECT 1 FROM business_day WHERE NEW.day > "on") THEN PERFORM xz_fail('effective_day_ahead'); END IF;
  IF (NEW.totals IS JSON OBJECT) IS NOT TRUE THEN PERFORM xz_fail('journal_malformed'); END IF;
  IF EXISTS (
    SELECT 1 FROM (
      SELECT m.account_id AS account, sum(m.amount_minor) AS moved, sum(m.amount_minor) + COALESCE((
        SELECT r.balance_minor FROM rollups AS r WHERE r.account_id = m.account_id ORDER BY r.day DESC LIMIT 1), 0) AS balance
      FROM open_moves AS m LEFT JOIN balances AS b ON b.account_id = m.account_id
      WHERE m.effective_on <= NEW.day AND b.account_id IS NULL GROUP BY m.account_id
      UNION ALL
      SELECT account, moved, balance
      FROM jsonb_to_recordset(NEW.totals::jsonb->'accounts') AS t(account uuid, moved bigint, balance bigint)) AS both_sides
    GROUP BY account, moved, balance HAVING count(*) <> 2) THEN
    PERFORM xz_fail('rollup_wrong');
  END IF;
  IF EXISTS (
    SELECT 1 FROM (
      SELECT gl_class, kind, currency, sum(moved) AS moved, sum(before) + sum(moved) AS balance FROM (
        SELECT a.gl_class, a.kind, a.currency, sum(m.amount_minor) AS moved, 0 AS before
        FROM open_moves AS m JOIN accounts AS a ON a.id = m.account_id WHERE m.effective_on <= NEW.day
        GROUP BY a.gl_class, a.kind, a.currency
        UNION ALL
        SELECT gl_class, kind, currency, 0, balance_minor FROM control_totals
        WHERE day = (SELECT max(day) FROM closed_days)) AS parts
      GROUP BY gl_class, kind, currency
      UNION ALL
      SELECT gl_class, kind, currency, moved, balance
      FROM jsonb_to_recordset(NEW.totals::jsonb->'kinds')
        AS t(gl_class text, kind text, currency text, moved bigint, balance bigint)) AS both_sides
    GROUP BY gl_class, kind, currency, moved, balance HAVING count(*) <> 2) THEN
    PERFORM xz_fail('rollup_wrong');
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION xz_closed_days_spread() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO rollups (account_id, day, moved_minor, balance_minor)
  SELECT account, NEW.day, moved, balance
  FROM jsonb_to_recordset(NEW.totals::jsonb->'accounts') AS t(account uuid, moved bigint, balance bigint);
  INSERT INTO control_totals (day, gl_class, kind, currency, moved_minor, balance_minor)
  SELECT NEW.day, gl_class, kind, currency, moved, balance
  FROM jsonb_to_recordset(NEW.totals::jsonb->'kinds')
    AS t(gl_class text, kind text, currency text, moved bigint, balance bigint);
  RETURN NULL;
END $$;

CREATE FUNCTION xz_rollups_new() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM closed_days AS d,
      jsonb_to_recordset(d.totals::jsonb->'accounts') AS t(account uuid, moved bigint, balance bigint)
    WHERE d.day = NEW.day AND (t.account, t.moved, t.balance) = (NEW.account_id, NEW.moved_minor, NEW.balance_minor)) THEN
    PERFORM xz_fail('rollup_wrong');
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION xz_control_totals_new() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM closed_days AS d, jsonb_to_recordset(d.totals::jsonb->'kinds')
      AS t(gl_class text, kind text, currency text, moved bigint, balance bigint)
    WHERE d.day = NEW.day AND (t.gl_class, t.kind, t.currency, t.moved, t.balance)
      = (NEW.gl_class, NEW.kind, NEW.currency, NEW.moved_minor, NEW.balance_minor)) THEN
    PERFORM xz_fail('rollup_wrong');
  END IF;
  RETURN NEW;
END $$;

-- ---- the triggers ----

CREATE TRIGGER journals_spread AFTER INSERT ON journals FOR EACH ROW EXECUTE FUNCTION xz_journals_spread();
CREATE TRIGGER postings_new AFTER INSERT ON postings REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION xz_postings_new();
CREATE TRIGGER balances_new BEFORE INSERT ON balances FOR EACH ROW EXECUTE FUNCTION xz_balances_new();
CREATE TRIGGER balances_move AFTER UPDATE ON balances REFERENCING OLD TABLE AS before_ NEW TABLE AS after_
  FOR EACH STATEMENT EXECUTE FUNCTION xz_balances_move();
CREATE TRIGGER holds_new BEFORE INSERT ON holds FOR EACH ROW EXECUTE FUNCTION xz_holds_new();
CREATE TRIGGER holds_close BEFORE UPDATE ON holds FOR EACH ROW EXECUTE FUNCTION xz_holds_close();
CREATE TRIGGER account_closures_new BEFORE INSERT ON account_closures FOR EACH ROW
  EXECUTE FUNCTION xz_account_closures_new();
CREATE TRIGGER account_closures_mark AFTER INSERT ON account_closures FOR EACH ROW
  EXECUTE FUNCTION xz_account_closures_mark();
CREATE TRIGGER closed_days_new BEFORE INSERT ON closed_days FOR EACH ROW EXECUTE FUNCTION xz_closed_days_new();
CREATE TRIGGER closed_days_spread AFTER INSERT ON closed_days FOR EACH ROW EXECUTE FUNCTION xz_closed_days_spread();
CREATE TRIGGER rollups_new BEFORE INSERT ON rollups FOR EACH ROW EXECUTE FUNCTION xz_rollups_new();
CREATE TRIGGER control_totals_new BEFORE INSERT ON control_totals FOR EACH ROW EXECUTE FUNCTION xz_control_totals_new();

CREATE TRIGGER accounts_frozen BEFORE UPDATE OR DELETE ON accounts FOR EACH ROW EXECUTE FUNCTION xz_refuse();
CREATE TRIGGER account_closures_frozen BEFORE UPDATE OR DELETE ON account_closures FOR EACH ROW EXECUTE FUNCTION xz_refuse();
CREATE TRIGGER journals_frozen BEFORE UPDATE OR DELETE ON journals FOR EACH ROW EXECUTE FUNCTION xz_refuse();
CREATE TRIGGER postings_frozen BEFORE UPDATE OR DELETE ON postings FOR EACH ROW EXECUTE FUNCTION xz_refuse();
CREATE TRIGGER balances_kept BEFORE DELETE ON balances FOR EACH ROW EXECUTE FUNCTION xz_refuse();
CREATE TRIGGER holds_kept BEFORE DELETE ON holds FOR EACH ROW EXECUTE FUNCTION xz_refuse();
CREATE TRIGGER closed_days_frozen BEFORE UPDATE OR DELETE ON closed_days FOR EACH ROW EXECUTE FUNCTION xz_refuse();
CREATE TRIGGER rollups_frozen BEFORE UPDATE OR DELETE ON rollups FOR EACH ROW EXECUTE FUNCTION xz_refuse();
CREATE TRIGGER control_totals_frozen BEFORE UPDATE OR DELETE ON control_totals FOR EACH ROW EXECUTE FUNCTION xz_refuse();
CREATE TRIGGER accounts_no_truncate BEFORE TRUNCATE ON accounts FOR EACH STATEMENT EXECUTE FUNCTION xz_refuse();
CREATE TRIGGER account_closures_no_truncate BEFORE TRUNCATE ON account_closures FOR EACH STATEMENT EXECUTE FUNCTION xz_refuse();
CREATE TRIGGER journals_no_truncate BEFORE TRUNCATE ON journals FOR EACH STATEMENT EXECUTE FUNCTION xz_refuse();
CREATE TRIGGER postings_no_truncate BEFORE TRUNCATE ON postings FOR EACH STATEMENT EXECUTE FUNCTION xz_refuse();
CREATE TRIGGER balances_no_truncate BEFORE TRUNCATE ON balances FOR EACH STATEMENT EXECUTE FUNCTION xz_refuse();
CREATE TRIGGER holds_no_truncate BEFORE TRUNCATE ON holds FOR EACH STATEMENT EXECUTE FUNCTION xz_refuse();
CREATE TRIGGER closed_days_no_truncate BEFORE TRUNCATE ON closed_days FOR EACH STATEMENT EXECUTE FUNCTION xz_refuse();
CREATE TRIGGER rollups_no_truncate BEFORE TRUNCATE ON rollups FOR EACH STATEMENT EXECUTE FUNCTION xz_refuse();
CREATE TRIGGER control_totals_no_truncate BEFORE TRUNCATE ON control_totals FOR EACH STATEMENT EXECUTE FUNCTION xz_refuse();
