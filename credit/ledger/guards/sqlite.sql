-- What the ledger promises, kept by SQLite itself against any code on any connection.
-- BEFORE INSERT guards also stop INSERT OR REPLACE, which would delete without firing a delete trigger. Every rule is a
-- RAISE(ABORT): an outer INSERT OR IGNORE would carry over into these programs and skip a mere CHECK or UNIQUE silently.

CREATE TRIGGER journals_check BEFORE INSERT ON journals BEGIN
  SELECT RAISE(ABORT, 'xz:request_id_reused') WHERE EXISTS (
    SELECT 1 FROM journals WHERE id = NEW.id OR request_id = NEW.request_id);
  SELECT RAISE(ABORT, 'xz:append_only') WHERE NEW.reverses IS NOT NULL AND EXISTS (
    SELECT 1 FROM journals WHERE reverses = NEW.reverses);
  SELECT RAISE(ABORT, 'xz:journal_empty') WHERE NOT json_valid(NEW.lines);
  SELECT RAISE(ABORT, 'xz:journal_empty') WHERE json_type(NEW.lines) <> 'array' OR json_array_length(NEW.lines) < 2;
  SELECT RAISE(ABORT, 'xz:journal_unbalanced') WHERE EXISTS (
    SELECT 1 FROM json_each(NEW.lines) WHERE json_type(value, '$.minor') IS NOT 'integer'
      OR json_extract(value, '$.minor') = 0
      OR json_extract(value, '$.minor') NOT BETWEEN -9007199254740991 AND 9007199254740991);
  -- One spelling only: readers of JSON differ on doubled keys and on 5e2.
  SELECT RAISE(ABORT, 'xz:journal_unbalanced') WHERE NEW.lines IS NOT (
    SELECT json_group_array(json_object('account', json_extract(value, '$.account'), 'minor',
      json_extract(value, '$.minor'), 'currency', json_extract(value, '$.currency'))) FROM json_each(NEW.lines));
  SELECT RAISE(ABORT, 'xz:journal_unbalanced') WHERE EXISTS (
    SELECT 1 FROM json_each(NEW.lines) GROUP BY json_extract(value, '$.account') HAVING COUNT(*) > 1);
  SELECT RAISE(ABORT, 'xz:account_unknown') WHERE EXISTS (
    SELECT 1 FROM json_each(NEW.lines) AS l LEFT JOIN accounts AS a
      ON a.id = json_extract(l.value, '$.account') AND a.currency = json_extract(l.value, '$.currency')
    WHERE a.id IS NULL);
  SELECT RAISE(ABORT, 'xz:journal_unbalanced') WHERE EXISTS (
    SELECT 1 FROM json_each(NEW.lines) GROUP BY json_extract(value, '$.currency')
    HAVING SUM(json_extract(value, '$.minor')) <> 0);
END;

CREATE TRIGGER journals_spread AFTER INSERT ON journals BEGIN
  INSERT INTO postings (journal_id, line, account_id, amount_minor, currency, effective_on, account_sequence, balance_after)
  SELECT NEW.id, l.key, json_extract(l.value, '$.account'), json_extract(l.value, '$.minor'),
         json_extract(l.value, '$.currency'), NEW.effective_on,
         b.posting_count + 1, b.balance_minor + json_extract(l.value, '$.minor')
  FROM json_each(NEW.lines) AS l LEFT JOIN balances AS b ON b.account_id = json_extract(l.value, '$.account');
END;

CREATE TRIGGER postings_check BEFORE INSERT ON postings BEGIN
  SELECT RAISE(ABORT, 'xz:posting_not_in_journal') WHERE EXISTS (
    SELECT 1 FROM postings WHERE journal_id = NEW.journal_id AND line = NEW.line);
  SELECT RAISE(ABORT, 'xz:posting_not_in_journal') WHERE NOT EXISTS (
    SELECT 1 FROM journals AS j, json_each(j.lines) AS l
    WHERE j.id = NEW.journal_id AND l.key = NEW.line AND j.effective_on = NEW.effective_on
      AND json_extract(l.value, '$.account') = NEW.account_id
      AND json_extract(l.value, '$.minor') = NEW.amount_minor
      AND json_extract(l.value, '$.currency') = NEW.currency);
  SELECT RAISE(ABORT, 'xz:posting_out_of_sequence') WHERE NOT EXISTS (
    SELECT 1 FROM accounts AS a LEFT JOIN balances AS b ON b.account_id = a.id
    WHERE a.id = NEW.account_id AND NEW.account_sequence IS b.posting_count + 1
      AND NEW.balance_after IS b.balance_minor + NEW.amount_minor);
END;

CREATE TRIGGER postings_move_balance AFTER INSERT ON postings WHEN NEW.account_sequence IS NOT NULL BEGIN
  UPDATE balances SET balance_minor = NEW.balance_after, posting_count = NEW.account_sequence
  WHERE account_id = NEW.account_id;
END;

CREATE TRIGGER balances_open BEFORE INSERT ON balances BEGIN
  SELECT RAISE(ABORT, 'xz:balance_not_from_posting') WHERE NEW.balance_minor <> 0 OR NEW.posting_count <> 0
    OR EXISTS (SELECT 1 FROM balances WHERE account_id = NEW.account_id)
    OR EXISTS (SELECT 1 FROM postings WHERE account_id = NEW.account_id)
    OR NOT EXISTS (SELECT 1 FROM accounts WHERE id = NEW.account_id);
END;

CREATE TRIGGER balances_check BEFORE UPDATE ON balances BEGIN
  SELECT RAISE(ABORT, 'xz:balance_out_of_bounds') WHERE NEW.balance_minor < NEW.floor_minor
    OR NEW.balance_minor > NEW.ceiling_minor;
  SELECT RAISE(ABORT, 'xz:balance_not_from_posting') WHERE NEW.account_id IS NOT OLD.account_id
    OR NEW.floor_minor IS NOT OLD.floor_minor OR NEW.ceiling_minor IS NOT OLD.ceiling_minor
    OR NEW.posting_count <> OLD.posting_count + 1
    OR NOT EXISTS (
      SELECT 1 FROM postings WHERE account_id = NEW.account_id AND account_sequence = NEW.posting_count
        AND balance_after = NEW.balance_minor AND amount_minor = NEW.balance_minor - OLD.balance_minor);
END;

CREATE TRIGGER accounts_open BEFORE INSERT ON accounts BEGIN
  SELECT RAISE(ABORT, 'xz:append_only') WHERE EXISTS (SELECT 1 FROM accounts WHERE id = NEW.id OR code = NEW.code);
END;

CREATE TRIGGER journals_no_update BEFORE UPDATE ON journals BEGIN SELECT RAISE(ABORT, 'xz:append_only'); END;
CREATE TRIGGER journals_no_delete BEFORE DELETE ON journals BEGIN SELECT RAISE(ABORT, 'xz:append_only'); END;
CREATE TRIGGER postings_no_update BEFORE UPDATE ON postings BEGIN SELECT RAISE(ABORT, 'xz:append_only'); END;
CREATE TRIGGER postings_no_delete BEFORE DELETE ON postings BEGIN SELECT RAISE(ABORT, 'xz:append_only'); END;
CREATE TRIGGER accounts_no_update BEFORE UPDATE ON accounts BEGIN SELECT RAISE(ABORT, 'xz:append_only'); END;
CREATE TRIGGER accounts_no_delete BEFORE DELETE ON accounts BEGIN SELECT RAISE(ABORT, 'xz:append_only'); END;
CREATE TRIGGER balances_no_delete BEFORE DELETE ON balances BEGIN SELECT RAISE(ABORT, 'xz:append_only'); END;
