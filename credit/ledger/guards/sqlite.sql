-- What the ledger promises, kept by SQLite itself against any code on any connection.
--
-- INSERT OR REPLACE deletes without firing delete triggers, and INSERT OR IGNORE skips rows that break a constraint,
-- inside triggers too. So every rule is a RAISE, which neither can override, and every BEFORE INSERT refuses a taken key.

-- ---- journals: checked, then spread ----

CREATE TRIGGER journals_new BEFORE INSERT ON journals BEGIN
  SELECT RAISE(ABORT, 'xz:request_id_reused') WHERE EXISTS (SELECT 1 FROM journals WHERE request_id = NEW.request_id);
  SELECT RAISE(ABORT, 'xz:request_id_reused') WHERE EXISTS (SELECT 1 FROM journals WHERE id = NEW.id);
  SELECT RAISE(ABORT, 'xz:journal_already_reversed') WHERE NEW.reverses IS NOT NULL
    AND EXISTS (SELECT 1 FROM journals WHERE reverses = NEW.reverses);
  SELECT RAISE(ABORT, 'xz:journal_malformed')
    WHERE typeof(NEW.id) <> 'text' OR typeof(NEW.request_id) <> 'text' OR NEW.effective_on IS NOT date(NEW.effective_on)
      OR (NEW.hold_id IS NULL) <> (NEW.hold_act IS NULL) OR NOT json_valid(NEW.lines) OR json_type(NEW.lines) <> 'array';
  -- One spelling only: readers of JSON differ on doubled keys and on 5e2.
  SELECT RAISE(ABORT, 'xz:journal_malformed') WHERE NEW.lines IS NOT (
    SELECT json_group_array(json_object('account', json_extract(value, '$.account'), 'minor',
      json_extract(value, '$.minor'), 'currency', json_extract(value, '$.currency'))) FROM json_each(NEW.lines));
  SELECT RAISE(ABORT, 'xz:effective_day_closed') WHERE NEW.effective_on <= (SELECT MAX(day) FROM closed_days);
  SELECT RAISE(ABORT, 'xz:effective_day_ahead') WHERE EXISTS (SELECT 1 FROM business_day WHERE NEW.effective_on > "on");
  SELECT CASE
    WHEN COUNT(*) < 2 THEN RAISE(ABORT, 'xz:journal_empty')
    WHEN MAX(l.minor_type IS NOT 'integer' OR typeof(l.currency) <> 'text') THEN RAISE(ABORT, 'xz:journal_malformed')
    WHEN MAX(l.minor = 0) THEN RAISE(ABORT, 'xz:posting_zero')
    WHEN MAX(l.minor NOT BETWEEN -9007199254740991 AND 9007199254740991) THEN RAISE(ABORT, 'xz:posting_too_large')
    WHEN COUNT(a.id) < COUNT(*) THEN RAISE(ABORT, 'xz:account_unknown')
    WHEN COUNT(DISTINCT a.id) < COUNT(*) THEN RAISE(ABORT, 'xz:journal_account_repeated')
    WHEN MAX(l.currency <> a.currency) THEN RAISE(ABORT, 'xz:posting_currency')
    WHEN MIN(l.currency) = MAX(l.currency) AND SUM(l.minor) <> 0 THEN RAISE(ABORT, 'xz:journal_unbalanced')
    WHEN MIN(l.currency) <> MAX(l.currency) AND EXISTS (
      SELECT 1 FROM json_each(NEW.lines) GROUP BY json_extract(value, '$.currency')
      HAVING SUM(json_extract(value, '$.minor')) <> 0) THEN RAISE(ABORT, 'xz:journal_mixed_currency')
    WHEN COUNT(c.account_id) > 0 THEN RAISE(ABORT, 'xz:account_closed')
    WHEN SUM(a.is_held) <> (NEW.hold_id IS NOT NULL) THEN RAISE(ABORT, 'xz:hold_required')
    WHEN MAX(a.customer_id IS NOT NULL AND b.account_id IS NULL) THEN RAISE(ABORT, 'xz:account_unknown')
  END
  FROM (SELECT json_extract(value, '$.account') AS account, json_extract(value, '$.minor') AS minor,
               json_type(value, '$.minor') AS minor_type, json_extract(value, '$.currency') AS currency
        FROM json_each(NEW.lines)) AS l
  LEFT JOIN accounts AS a ON a.id = l.account
  LEFT JOIN balances AS b ON b.account_id = a.id
  LEFT JOIN account_closures AS c ON c.account_id = a.id;
END;

CREATE TRIGGER journals_spread AFTER INSERT ON journals BEGIN
  INSERT INTO postings (journal_id, line, account_id, amount_minor, currency, effective_on, account_sequence, balance_after)
  SELECT NEW.id, l.key, json_extract(l.value, '$.account'), json_extract(l.value, '$.minor'),
         json_extract(l.value, '$.currency'), NEW.effective_on,
         b.posting_count + 1, b.balance_minor + json_extract(l.value, '$.minor')
  FROM json_each(NEW.lines) AS l LEFT JOIN balances AS b ON b.account_id = json_extract(l.value, '$.account');
END;

CREATE TRIGGER journals_no_update BEFORE UPDATE ON journals BEGIN SELECT RAISE(ABORT, 'xz:ledger_append_only'); END;
CREATE TRIGGER journals_no_delete BEFORE DELETE ON journals BEGIN SELECT RAISE(ABORT, 'xz:ledger_append_only'); END;

-- ---- postings: only as their journal says ----

CREATE TRIGGER postings_new BEFORE INSERT ON postings BEGIN
  SELECT RAISE(ABORT, 'xz:posting_not_in_journal') WHERE EXISTS (
    SELECT 1 FROM postings WHERE journal_id = NEW.journal_id AND line = NEW.line);
  -- The journal's lines have one spelling, so a line can be compared as text.
  SELECT RAISE(ABORT, 'xz:posting_not_in_journal') WHERE typeof(NEW.line) <> 'integer' OR NOT EXISTS (
    SELECT 1 FROM journals AS j
    WHERE j.id = NEW.journal_id AND j.effective_on = NEW.effective_on
      AND json_extract(j.lines, '$[' || NEW.line || ']') =
        json_object('account', NEW.account_id, 'minor', NEW.amount_minor, 'currency', NEW.currency));
  SELECT RAISE(ABORT, 'xz:posting_out_of_sequence') WHERE NOT EXISTS (
    SELECT 1 FROM accounts AS a LEFT JOIN balances AS b ON b.account_id = a.id
    WHERE a.id = NEW.account_id AND NEW.account_sequence IS b.posting_count + 1
      AND NEW.balance_after IS b.balance_minor + NEW.amount_minor);
END;

CREATE TRIGGER postings_move_balance AFTER INSERT ON postings WHEN NEW.account_sequence IS NOT NULL BEGIN
  UPDATE balances SET balance_minor = NEW.balance_after, posting_count = NEW.account_sequence
  WHERE account_id = NEW.account_id;
END;

CREATE TRIGGER postings_no_update BEFORE UPDATE ON postings BEGIN SELECT RAISE(ABORT, 'xz:ledger_append_only'); END;
CREATE TRIGGER postings_no_delete BEFORE DELETE ON postings BEGIN SELECT RAISE(ABORT, 'xz:ledger_append_only'); END;

-- ---- balances: move by a posting, within their bounds; close by a closure ----

CREATE TRIGGER balances_new BEFORE INSERT ON balances BEGIN
  SELECT RAISE(ABORT, 'xz:balance_not_from_posting')
    WHERE NEW.balance_minor IS NOT 0 OR NEW.posting_count IS NOT 0 OR NEW.closed_on IS NOT NULL
      OR EXISTS (SELECT 1 FROM balances WHERE account_id = NEW.account_id)
      OR EXISTS (SELECT 1 FROM postings WHERE account_id = NEW.account_id)
      OR NOT EXISTS (SELECT 1 FROM accounts WHERE id = NEW.account_id);
END;

CREATE TRIGGER balances_move BEFORE UPDATE ON balances WHEN NEW.closed_on IS OLD.closed_on BEGIN
  SELECT RAISE(ABORT, 'xz:balance_not_from_posting') WHERE NEW.account_id IS NOT OLD.account_id
    OR NEW.floor_minor IS NOT OLD.floor_minor OR NEW.ceiling_minor IS NOT OLD.ceiling_minor
    OR NEW.posting_count IS NOT OLD.posting_count + 1
    OR NOT EXISTS (
      SELECT 1 FROM postings WHERE account_id = NEW.account_id AND account_sequence = NEW.posting_count
        AND balance_after = NEW.balance_minor AND amount_minor = NEW.balance_minor - OLD.balance_minor);
  SELECT RAISE(ABORT, 'xz:balance_out_of_bounds') WHERE NEW.balance_minor < NEW.floor_minor
    OR NEW.balance_minor > NEW.ceiling_minor
    OR NEW.balance_minor NOT BETWEEN -9007199254740991 AND 9007199254740991;
END;

CREATE TRIGGER balances_close BEFORE UPDATE ON balances WHEN NEW.closed_on IS NOT OLD.closed_on BEGIN
  SELECT RAISE(ABORT, 'xz:ledger_append_only') WHERE NEW.account_id IS NOT OLD.account_id
    OR NEW.floor_minor IS NOT OLD.floor_minor OR NEW.ceiling_minor IS NOT OLD.ceiling_minor
    OR NEW.posting_count IS NOT OLD.posting_count OR NEW.balance_minor IS NOT OLD.balance_minor
    OR NOT EXISTS (SELECT 1 FROM account_closures WHERE account_id = NEW.account_id AND closed_on = NEW.closed_on);
END;

CREATE TRIGGER balances_no_delete BEFORE DELETE ON balances BEGIN SELECT RAISE(ABORT, 'xz:ledger_append_only'); END;

-- ---- accounts and their closing ----

CREATE TRIGGER accounts_new BEFORE INSERT ON accounts BEGIN
  SELECT RAISE(ABORT, 'xz:account_exists') WHERE EXISTS (SELECT 1 FROM accounts WHERE id = NEW.id);
  SELECT RAISE(ABORT, 'xz:account_exists') WHERE EXISTS (SELECT 1 FROM accounts WHERE code = NEW.code);
  SELECT RAISE(ABORT, 'xz:journal_malformed') WHERE typeof(NEW.id) <> 'text' OR typeof(NEW.is_held) <> 'integer'
    OR NEW.is_held NOT IN (0, 1)
    OR NEW.gl_class NOT IN ('asset', 'liability', 'equity', 'income', 'expense', 'memo');
END;

CREATE TRIGGER accounts_no_update BEFORE UPDATE ON accounts BEGIN SELECT RAISE(ABORT, 'xz:ledger_append_only'); END;
CREATE TRIGGER accounts_no_delete BEFORE DELETE ON accounts BEGIN SELECT RAISE(ABORT, 'xz:ledger_append_only'); END;

CREATE TRIGGER account_closures_new BEFORE INSERT ON account_closures BEGIN
  SELECT RAISE(ABORT, 'xz:account_closed') WHERE EXISTS (
    SELECT 1 FROM account_closures WHERE account_id = NEW.account_id);
  SELECT RAISE(ABORT, 'xz:account_unknown') WHERE NOT EXISTS (SELECT 1 FROM accounts WHERE id = NEW.account_id);
  SELECT RAISE(ABORT, 'xz:account_not_empty')
    WHERE (SELECT SUM(amount_minor) FROM postings WHERE account_id = NEW.account_id) <> 0
      OR EXISTS (SELECT 1 FROM holds WHERE state = 'pending' AND NEW.account_id IN (from_account_id, held_account_id));
END;

CREATE TRIGGER account_closures_mark AFTER INSERT ON account_closures BEGIN
  UPDATE balances SET closed_on = NEW.closed_on WHERE account_id = NEW.account_id;
END;

CREATE TRIGGER account_closures_no_update BEFORE UPDATE ON account_closures BEGIN
  SELECT RAISE(ABORT, 'xz:ledger_append_only');
END;

CREATE TRIGGER account_closures_no_delete BEFORE DELETE ON account_closures BEGIN
  SELECT RAISE(ABORT, 'xz:ledger_append_only');
END;

-- ---- reversals: once, of a journal that is no reversal, line by line the opposite ----
-- What a posted hold took from the held account goes back to where the hold came from.

CREATE TRIGGER journals_reverse AFTER INSERT ON journals WHEN NEW.reverses IS NOT NULL BEGIN
  SELECT RAISE(ABORT, 'xz:journal_not_found') WHERE NOT EXISTS (SELECT 1 FROM journals WHERE id = NEW.reverses);
  SELECT RAISE(ABORT, 'xz:reversal_of_reversal') WHERE EXISTS (
    SELECT 1 FROM journals WHERE id = NEW.reverses AND reverses IS NOT NULL);
  SELECT RAISE(ABORT, 'xz:hold_required') WHERE EXISTS (
    SELECT 1 FROM journals WHERE id = NEW.reverses AND hold_act IN ('place', 'release', 'expire'));
  SELECT RAISE(ABORT, 'xz:reversal_mismatch') WHERE EXISTS (
    SELECT account FROM (
      SELECT CASE WHEN p.account_id = h.held_account_id THEN h.from_account_id ELSE p.account_id END AS account,
             p.amount_minor AS minor
      FROM postings AS p LEFT JOIN holds AS h ON h.closed_by = p.journal_id WHERE p.journal_id = NEW.reverses
      UNION ALL
      SELECT json_extract(value, '$.account'), json_extract(value, '$.minor') FROM json_each(NEW.lines))
    GROUP BY account HAVING SUM(minor) <> 0);
END;

-- ---- holds: written by the journal that places them, closed once by the journal that closes them ----

CREATE TRIGGER journals_hold_place AFTER INSERT ON journals WHEN NEW.hold_act IS 'place' BEGIN
  INSERT INTO holds (id, request_id, customer_id, from_account_id, held_account_id, amount_minor, currency, expires_on,
                     state, placed_by, closed_by)
  SELECT NEW.hold_id, NEW.request_id, h.customer_id, f.id, h.id, json_extract(lh.value, '$.minor'), h.currency,
         NEW.hold_expires_on, 'pending', NEW.id, NULL
  FROM json_each(NEW.lines) AS lh JOIN accounts AS h ON h.id = json_extract(lh.value, '$.account') AND h.is_held
  JOIN json_each(NEW.lines) AS lf ON lf.key <> lh.key
  JOIN accounts AS f ON f.id = json_extract(lf.value, '$.account') AND f.customer_id = h.customer_id
  WHERE json_array_length(NEW.lines) = 2 AND json_extract(lh.value, '$.minor') > 0
    AND NEW.hold_expires_on IS date(NEW.hold_expires_on) AND NEW.hold_expires_on >= NEW.effective_on;
  SELECT RAISE(ABORT, 'xz:hold_mismatch') WHERE NOT EXISTS (SELECT 1 FROM holds WHERE placed_by = NEW.id);
END;

CREATE TRIGGER journals_hold_close AFTER INSERT ON journals WHEN NEW.hold_act IS NOT NULL AND NEW.hold_act <> 'place' BEGIN
  SELECT RAISE(ABORT, 'xz:hold_mismatch') WHERE NEW.hold_act NOT IN ('post', 'release', 'expire');
  SELECT RAISE(ABORT, 'xz:hold_not_found') WHERE NOT EXISTS (SELECT 1 FROM holds WHERE id = NEW.hold_id);
  SELECT RAISE(ABORT, 'xz:hold_not_pending') WHERE EXISTS (
    SELECT 1 FROM holds WHERE id = NEW.hold_id AND state <> 'pending');
  SELECT RAISE(ABORT, 'xz:hold_expired') WHERE NEW.hold_act = 'post' AND EXISTS (
    SELECT 1 FROM holds WHERE id = NEW.hold_id AND NEW.effective_on > expires_on);
  SELECT RAISE(ABORT, 'xz:hold_mismatch') WHERE NEW.hold_act = 'expire' AND EXISTS (
    SELECT 1 FROM holds WHERE id = NEW.hold_id AND NEW.effective_on < expires_on);
  SELECT RAISE(ABORT, 'xz:hold_mismatch') WHERE NOT EXISTS (
    SELECT 1 FROM holds AS h JOIN json_each(NEW.lines) AS l ON json_extract(l.value, '$.account') = h.held_account_id
    WHERE h.id = NEW.hold_id AND json_extract(l.value, '$.minor') = -h.amount_minor);
  SELECT RAISE(ABORT, 'xz:hold_mismatch') WHERE NEW.hold_act <> 'post' AND (
    json_array_length(NEW.lines) <> 2 OR NOT EXISTS (
      SELECT 1 FROM holds AS h JOIN json_each(NEW.lines) AS l ON json_extract(l.value, '$.account') = h.from_account_id
      WHERE h.id = NEW.hold_id AND json_extract(l.value, '$.minor') = h.amount_minor));
  UPDATE holds SET closed_by = NEW.id,
    state = CASE NEW.hold_act WHEN 'post' THEN 'posted' WHEN 'release' THEN 'released' ELSE 'expired' END
  WHERE id = NEW.hold_id;
END;

CREATE TRIGGER holds_new BEFORE INSERT ON holds BEGIN
  SELECT RAISE(ABORT, 'xz:hold_mismatch')
    WHERE EXISTS (SELECT 1 FROM holds WHERE id = NEW.id) OR EXISTS (SELECT 1 FROM holds WHERE placed_by = NEW.placed_by)
      OR EXISTS (SELECT 1 FROM holds WHERE request_id = NEW.request_id)
      OR NEW.state IS NOT 'pending' OR NEW.closed_by IS NOT NULL
      OR NOT EXISTS (
        SELECT 1 FROM journals AS j
        JOIN json_each(j.lines) AS h ON json_extract(h.value, '$.account') = NEW.held_account_id
        JOIN json_each(j.lines) AS f ON json_extract(f.value, '$.account') = NEW.from_account_id
        JOIN accounts AS a ON a.id = NEW.held_account_id
        WHERE j.id = NEW.placed_by AND j.hold_act = 'place' AND j.hold_id = NEW.id AND j.request_id = NEW.request_id
          AND json_array_length(j.lines) = 2 AND a.is_held AND a.customer_id = NEW.customer_id
          AND a.currency = NEW.currency AND j.hold_expires_on = NEW.expires_on
          AND json_extract(h.value, '$.minor') = NEW.amount_minor
          AND json_extract(f.value, '$.minor') = -NEW.amount_minor);
END;

CREATE TRIGGER holds_close BEFORE UPDATE ON holds BEGIN
  SELECT RAISE(ABORT, 'xz:hold_not_pending') WHERE OLD.state <> 'pending';
  SELECT RAISE(ABORT, 'xz:hold_mismatch')
    WHERE NEW.id IS NOT OLD.id OR NEW.request_id IS NOT OLD.request_id OR NEW.customer_id IS NOT OLD.customer_id
      OR NEW.from_account_id IS NOT OLD.from_account_id OR NEW.held_account_id IS NOT OLD.held_account_id
      OR NEW.amount_minor IS NOT OLD.amount_minor OR NEW.currency IS NOT OLD.currency
      OR NEW.expires_on IS NOT OLD.expires_on OR NEW.placed_by IS NOT OLD.placed_by
      OR NOT EXISTS (
        SELECT 1 FROM journals WHERE id = NEW.closed_by AND hold_id = NEW.id
          AND (hold_act = 'post' AND NEW.state = 'posted' OR hold_act = 'release' AND NEW.state = 'released'
            OR hold_act = 'expire' AND NEW.state = 'expired'));
END;

CREATE TRIGGER holds_no_delete BEFORE DELETE ON holds BEGIN SELECT RAISE(ABORT, 'xz:ledger_append_only'); END;

-- ---- closed days: their totals are what the postings say, and are spread into roll-ups and control totals ----

CREATE VIEW open_moves AS
  SELECT p.account_id, p.amount_minor, j.effective_on FROM journals AS j JOIN postings AS p ON p.journal_id = j.id
  WHERE j.effective_on > COALESCE((SELECT MAX(day) FROM closed_days), '0000-01-01');

CREATE TRIGGER closed_days_new BEFORE INSERT ON closed_days BEGIN
  SELECT RAISE(ABORT, 'xz:effective_day_closed') WHERE NEW.day <= (SELECT MAX(day) FROM closed_days);
  SELECT RAISE(ABORT, 'xz:journal_malformed') WHERE NEW.day IS NOT date(NEW.day) OR NOT json_valid(NEW.totals)
    OR json_type(NEW.totals, '$.accounts') IS NOT 'array' OR json_type(NEW.totals, '$.kinds') IS NOT 'array';
  SELECT RAISE(ABORT, 'xz:effective_day_ahead') WHERE EXISTS (SELECT 1 FROM business_day WHERE NEW.day > "on");
  SELECT RAISE(ABORT, 'xz:rollup_wrong') WHERE EXISTS (
    SELECT account, moved, balance, COUNT(*) FROM (
      SELECT m.account_id AS account, SUM(m.amount_minor) AS moved, SUM(m.amount_minor) + COALESCE((
        SELECT r.balance_minor FROM rollups AS r WHERE r.account_id = m.account_id ORDER BY r.day DESC LIMIT 1), 0) AS balance
      FROM open_moves AS m LEFT JOIN balances AS b ON b.account_id = m.account_id
      WHERE m.effective_on <= NEW.day AND b.account_id IS NULL GROUP BY m.account_id
      UNION ALL
      SELECT json_extract(value, '$.account'), json_extract(value, '$.moved'), json_extract(value, '$.balance')
      FROM json_each(NEW.totals, '$.accounts'))
    GROUP BY account, moved, balance HAVING COUNT(*) <> 2);
  SELECT RAISE(ABORT, 'xz:rollup_wrong') WHERE EXISTS (
    SELECT 1 FROM (
      SELECT gl_class, kind, currency, SUM(moved) AS moved, SUM(before) + SUM(moved) AS balance FROM (
        SELECT a.gl_class, a.kind, a.currency, SUM(m.amount_minor) AS moved, 0 AS before
        FROM open_moves AS m JOIN accounts AS a ON a.id = m.account_id WHERE m.effective_on <= NEW.day
        GROUP BY a.gl_class, a.kind, a.currency
        UNION ALL
        SELECT gl_class, kind, currency, 0, balance_minor FROM control_totals WHERE day = (SELECT MAX(day) FROM closed_days))
      GROUP BY gl_class, kind, currency
      UNION ALL
      SELECT json_extract(value, '$.gl_class'), json_extract(value, '$.kind'), json_extract(value, '$.currency'),
             json_extract(value, '$.moved'), json_extract(value, '$.balance')
      FROM json_each(NEW.totals, '$.kinds'))
    GROUP BY gl_class, kind, currency, moved, balance HAVING COUNT(*) <> 2);
END;

CREATE TRIGGER closed_days_spread AFTER INSERT ON closed_days BEGIN
  INSERT INTO rollups (account_id, day, moved_minor, balance_minor)
  SELECT json_extract(value, '$.account'), NEW.day, json_extract(value, '$.moved'), json_extract(value, '$.balance')
  FROM json_each(NEW.totals, '$.accounts');
  INSERT INTO control_totals (day, gl_class, kind, currency, moved_minor, balance_minor)
  SELECT NEW.day, json_extract(value, '$.gl_class'), json_extract(value, '$.kind'), json_extract(value, '$.currency'),
         json_extract(value, '$.moved'), json_extract(value, '$.balance')
  FROM json_each(NEW.totals, '$.kinds');
END;

CREATE TRIGGER rollups_new BEFORE INSERT ON rollups BEGIN
  SELECT RAISE(ABORT, 'xz:rollup_wrong')
    WHERE EXISTS (SELECT 1 FROM rollups WHERE account_id = NEW.account_id AND day = NEW.day)
      OR NOT EXISTS (
        SELECT 1 FROM closed_days AS d, json_each(d.totals, '$.accounts') AS t
        WHERE d.day = NEW.day AND json_extract(t.value, '$.account') = NEW.account_id
          AND json_extract(t.value, '$.moved') = NEW.moved_minor
          AND json_extract(t.value, '$.balance') = NEW.balance_minor);
END;

CREATE TRIGGER control_totals_new BEFORE INSERT ON control_totals BEGIN
  SELECT RAISE(ABORT, 'xz:rollup_wrong')
    WHERE EXISTS (
        SELECT 1 FROM control_totals WHERE day = NEW.day AND gl_class = NEW.gl_class AND kind = NEW.kind
          AND currency = NEW.currency)
      OR NOT EXISTS (
        SELECT 1 FROM closed_days AS d, json_each(d.totals, '$.kinds') AS t
        WHERE d.day = NEW.day AND json_extract(t.value, '$.gl_class') = NEW.gl_class
          AND json_extract(t.value, '$.kind') = NEW.kind AND json_extract(t.value, '$.currency') = NEW.currency
          AND json_extract(t.value, '$.moved') = NEW.moved_minor
          AND json_extract(t.value, '$.balance') = NEW.balance_minor);
END;

CREATE TRIGGER closed_days_no_update BEFORE UPDATE ON closed_days BEGIN SELECT RAISE(ABORT, 'xz:ledger_append_only'); END;
CREATE TRIGGER closed_days_no_delete BEFORE DELETE ON closed_days BEGIN SELECT RAISE(ABORT, 'xz:ledger_append_only'); END;
CREATE TRIGGER rollups_no_update BEFORE UPDATE ON rollups BEGIN SELECT RAISE(ABORT, 'xz:ledger_append_only'); END;
CREATE TRIGGER rollups_no_delete BEFORE DELETE ON rollups BEGIN SELECT RAISE(ABORT, 'xz:ledger_append_only'); END;
CREATE TRIGGER control_totals_no_update BEFORE UPDATE ON control_totals BEGIN
  SELECT RAISE(ABORT, 'xz:ledger_append_only');
END;
CREATE TRIGGER control_totals_no_delete BEFORE DELETE ON control_totals BEGIN
  SELECT RAISE(ABORT, 'xz:ledger_append_only');
END;
