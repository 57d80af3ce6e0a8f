-- Decisions and what they were made by are written once; kept by SQLite itself.
-- BEFORE INSERT guards also stop INSERT OR REPLACE, which would delete without firing a delete trigger.

CREATE TRIGGER decision_rules_append BEFORE INSERT ON decision_rules BEGIN
  SELECT RAISE(ABORT, 'xz:ledger_append_only') WHERE EXISTS (SELECT 1 FROM decision_rules WHERE digest = NEW.digest);
END;

CREATE TRIGGER decisions_append BEFORE INSERT ON decisions BEGIN
  SELECT RAISE(ABORT, 'xz:ledger_append_only') WHERE EXISTS (
    SELECT 1 FROM decisions WHERE id = NEW.id UNION ALL SELECT 1 FROM decisions WHERE request_id = NEW.request_id);
  SELECT RAISE(ABORT, 'xz:decision_rules_unknown')
  WHERE NOT EXISTS (SELECT 1 FROM decision_rules WHERE digest = NEW.policy_digest AND kind = 'policy')
    OR NOT EXISTS (SELECT 1 FROM decision_rules WHERE digest = NEW.card_digest AND kind = 'card');
END;

CREATE TRIGGER decision_reviews_append BEFORE INSERT ON decision_reviews BEGIN
  SELECT RAISE(ABORT, 'xz:ledger_append_only') WHERE EXISTS (
    SELECT 1 FROM decision_reviews WHERE id = NEW.id UNION ALL SELECT 1 FROM decision_reviews WHERE ticket_id = NEW.ticket_id);
END;

CREATE TRIGGER data_consents_append BEFORE INSERT ON data_consents BEGIN
  SELECT RAISE(ABORT, 'xz:ledger_append_only') WHERE EXISTS (SELECT 1 FROM data_consents WHERE id = NEW.id);
END;

CREATE TRIGGER decision_rules_no_update BEFORE UPDATE ON decision_rules BEGIN SELECT RAISE(ABORT, 'xz:ledger_append_only'); END;
CREATE TRIGGER decision_rules_no_delete BEFORE DELETE ON decision_rules BEGIN SELECT RAISE(ABORT, 'xz:ledger_append_only'); END;
CREATE TRIGGER decisions_no_update BEFORE UPDATE ON decisions BEGIN SELECT RAISE(ABORT, 'xz:ledger_append_only'); END;
CREATE TRIGGER decisions_no_delete BEFORE DELETE ON decisions BEGIN SELECT RAISE(ABORT, 'xz:ledger_append_only'); END;
CREATE TRIGGER decision_reviews_no_update BEFORE UPDATE ON decision_reviews BEGIN SELECT RAISE(ABORT, 'xz:ledger_append_only'); END;
CREATE TRIGGER decision_reviews_no_delete BEFORE DELETE ON decision_reviews BEGIN SELECT RAISE(ABORT, 'xz:ledger_append_only'); END;
CREATE TRIGGER data_consents_no_update BEFORE UPDATE ON data_consents BEGIN SELECT RAISE(ABORT, 'xz:ledger_append_only'); END;
CREATE TRIGGER data_consents_no_delete BEFORE DELETE ON data_consents BEGIN SELECT RAISE(ABORT, 'xz:ledger_append_only'); END;
