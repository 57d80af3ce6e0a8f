-- What the ledger promises, kept by PostgreSQL itself against any code on any connection.

CREATE FUNCTION xz_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'xz:append_only' USING ERRCODE = 'integrity_constraint_violation'; END $$;

CREATE FUNCTION xz_journals_check() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE content jsonb;
BEGIN
  BEGIN
    content := NEW.lines::jsonb;
  EXCEPTION WHEN others THEN
    RAISE EXCEPTION 'xz:journal_empty' USING ERRCODE = 'integrity_constraint_violation';
  END;
  IF jsonb_typeof(content) <> 'array' OR jsonb_array_length(content) < 2 THEN
    RAISE EXCEPTION 'xz:journal_empty' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM jsonb_array_elements(content) AS l
             WHERE jsonb_typeof(l.value->'minor') IS DISTINCT FROM 'number' OR l.value->>'minor' !~ '^-?[1-9][0-9]{0,15}$'
                OR ABS((l.value->>'minor')::numeric) > 9007199254740991) THEN
    RAISE EXCEPTION 'xz:journal_unbalanced' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM jsonb_to_recordset(content) AS l(account uuid, minor bigint, currency text)
             LEFT JOIN accounts AS a ON a.id = l.account AND a.currency = l.currency WHERE a.id IS NULL) THEN
    RAISE EXCEPTION 'xz:account_unknown' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  -- One spelling only: readers of JSON differ on doubled keys and on 5e2.
  IF NEW.lines IS DISTINCT FROM (
       SELECT '[' || string_agg(format('{"account":"%s","minor":%s,"currency":"%s"}', l.value->>'account', l.value->>'minor',
                                       l.value->>'currency'), ',' ORDER BY l.ordinality) || ']'
       FROM jsonb_array_elements(content) WITH ORDINALITY AS l)
     OR EXISTS (SELECT 1 FROM jsonb_array_elements(content) AS l GROUP BY l.value->>'account' HAVING COUNT(*) > 1) THEN
    RAISE EXCEPTION 'xz:journal_unbalanced' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM jsonb_to_recordset(content) AS l(account uuid, minor bigint, currency text)
             GROUP BY l.currency HAVING SUM(l.minor) <> 0) THEN
    RAISE EXCEPTION 'xz:journal_unbalanced' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION xz_journals_spread() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Rows are locked in one order everywhere, so that two journals over the same accounts queue instead of deadlocking.
  PERFORM 1 FROM balances
  WHERE account_id IN (SELECT (l.value->>'account')::uuid FROM jsonb_array_elements(NEW.lines::jsonb) AS l)
  ORDER BY account_id FOR UPDATE;
  INSERT INTO postings (journal_id, line, account_id, amount_minor, currency, effective_on, account_sequence, balance_after)
  SELECT NEW.id, l.ordinality - 1, a.id, (l.value->>'minor')::bigint, l.value->>'currency', NEW.effective_on,
         b.posting_count + 1, b.balance_minor + (l.value->>'minor')::bigint
  FROM jsonb_array_elements(NEW.lines::jsonb) WITH ORDINALITY AS l
  JOIN accounts AS a ON a.id = (l.value->>'account')::uuid
  LEFT JOIN balances AS b ON b.account_id = a.id;
  RETURN NULL;
END $$;

CREATE FUNCTION xz_postings_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM journals AS j, jsonb_array_elements(j.lines::jsonb) WITH ORDINALITY AS l
    WHERE j.id = NEW.journal_id AND l.ordinality - 1 = NEW.line AND j.effective_on = NEW.effective_on
      AND (l.value->>'account')::uuid = NEW.account_id AND (l.value->>'minor')::bigint = NEW.amount_minor
      AND l.value->>'currency' = NEW.currency) THEN
    RAISE EXCEPTION 'xz:posting_not_in_journal' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NOT EXISTS (
    SELECT 1 FROM accounts AS a LEFT JOIN balances AS b ON b.account_id = a.id
    WHERE a.id = NEW.account_id AND NEW.account_sequence IS NOT DISTINCT FROM b.posting_count + 1
      AND NEW.balance_after IS NOT DISTINCT FROM b.balance_minor + NEW.amount_minor) THEN
    RAISE EXCEPTION 'xz:posting_out_of_sequence' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION xz_postings_move_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE balances SET balance_minor = NEW.balance_after, posting_count = NEW.account_sequence
  WHERE account_id = NEW.account_id;
  RETURN NULL;
END $$;

CREATE FUNCTION xz_balances_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.balance_minor <> 0 OR NEW.posting_count <> 0
     OR EXISTS (SELECT 1 FROM postings WHERE account_id = NEW.account_id) THEN
    RAISE EXCEPTION 'xz:balance_not_from_posting' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION xz_balances_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.account_id <> OLD.account_id
     OR NEW.floor_minor IS DISTINCT FROM OLD.floor_minor OR NEW.ceiling_minor IS DISTINCT FROM OLD.ceiling_minor
     OR NEW.posting_count <> OLD.posting_count + 1
     OR NOT EXISTS (
       SELECT 1 FROM postings WHERE account_id = NEW.account_id AND account_sequence = NEW.posting_count
         AND balance_after = NEW.balance_minor AND amount_minor = NEW.balance_minor - OLD.balance_minor) THEN
    RAISE EXCEPTION 'xz:balance_not_from_posting' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER journals_check BEFORE INSERT ON journals FOR EACH ROW EXECUTE FUNCTION xz_journals_check();
CREATE TRIGGER journals_spread AFTER INSERT ON journals FOR EACH ROW EXECUTE FUNCTION xz_journals_spread();
CREATE TRIGGER postings_check BEFORE INSERT ON postings FOR EACH ROW EXECUTE FUNCTION xz_postings_check();
CREATE TRIGGER postings_move_balance AFTER INSERT ON postings FOR EACH ROW
  WHEN (NEW.account_sequence IS NOT NULL) EXECUTE FUNCTION xz_postings_move_balance();
CREATE TRIGGER balances_open BEFORE INSERT ON balances FOR EACH ROW EXECUTE FUNCTION xz_balances_open();
CREATE TRIGGER balances_check BEFORE UPDATE ON balances FOR EACH ROW EXECUTE FUNCTION xz_balances_check();
CREATE TRIGGER journals_frozen BEFORE UPDATE OR DELETE ON journals FOR EACH ROW EXECUTE FUNCTION xz_refuse();
CREATE TRIGGER postings_frozen BEFORE UPDATE OR DELETE ON postings FOR EACH ROW EXECUTE FUNCTION xz_refuse();
CREATE TRIGGER accounts_frozen BEFORE UPDATE OR DELETE ON accounts FOR EACH ROW EXECUTE FUNCTION xz_refuse();
CREATE TRIGGER balances_kept BEFORE DELETE ON balances FOR EACH ROW EXECUTE FUNCTION xz_refuse();
CREATE TRIGGER journals_no_truncate BEFORE TRUNCATE ON journals FOR EACH STATEMENT EXECUTE FUNCTION xz_refuse();
CREATE TRIGGER postings_no_truncate BEFORE TRUNCATE ON postings FOR EACH STATEMENT EXECUTE FUNCTION xz_refuse();
CREATE TRIGGER accounts_no_truncate BEFORE TRUNCATE ON accounts FOR EACH STATEMENT EXECUTE FUNCTION xz_refuse();
CREATE TRIGGER balances_no_truncate BEFORE TRUNCATE ON balances FOR EACH STATEMENT EXECUTE FUNCTION xz_refuse();
