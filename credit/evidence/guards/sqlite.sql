-- Evidence is appended block by block; kept by SQLite itself.
-- BEFORE INSERT guards also stop INSERT OR REPLACE, which would delete without firing a delete trigger.

CREATE TRIGGER evidence_blocks_append BEFORE INSERT ON evidence_blocks BEGIN
  SELECT RAISE(ABORT, 'xz:block_out_of_order')
  WHERE NEW.height IS NOT (SELECT COALESCE(MAX(height), 0) + 1 FROM evidence_blocks) OR NEW.journal_count < 1;
END;

CREATE TRIGGER evidence_leaves_append BEFORE INSERT ON evidence_leaves BEGIN
  SELECT RAISE(ABORT, 'xz:leaf_not_in_block') WHERE typeof(NEW.position) <> 'integer' OR NEW.position < 0 OR NEW.position >= COALESCE(
    (SELECT journal_count FROM evidence_blocks WHERE height = NEW.height), 0);
  SELECT RAISE(ABORT, 'xz:leaf_taken') WHERE EXISTS (SELECT 1 FROM evidence_leaves WHERE journal_id = NEW.journal_id)
    OR EXISTS (SELECT 1 FROM evidence_leaves WHERE height = NEW.height AND position = NEW.position);
  SELECT RAISE(ABORT, 'xz:journal_not_found') WHERE NOT EXISTS (SELECT 1 FROM journals WHERE id = NEW.journal_id);
END;

CREATE TRIGGER evidence_blocks_no_update BEFORE UPDATE ON evidence_blocks BEGIN SELECT RAISE(ABORT, 'xz:ledger_append_only'); END;
CREATE TRIGGER evidence_blocks_no_delete BEFORE DELETE ON evidence_blocks BEGIN SELECT RAISE(ABORT, 'xz:ledger_append_only'); END;
CREATE TRIGGER evidence_leaves_no_update BEFORE UPDATE ON evidence_leaves BEGIN SELECT RAISE(ABORT, 'xz:ledger_append_only'); END;
CREATE TRIGGER evidence_leaves_no_delete BEFORE DELETE ON evidence_leaves BEGIN SELECT RAISE(ABORT, 'xz:ledger_append_only'); END;
