-- Evidence is appended block by block; kept by PostgreSQL itself. Needs xz_refuse() of the ledger's guards.

CREATE FUNCTION xz_evidence_blocks_append() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.height <> (SELECT COALESCE(MAX(height), 0) + 1 FROM evidence_blocks) OR NEW.journal_count < 1 THEN
    RAISE EXCEPTION 'xz:block_out_of_order' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION xz_evidence_leaves_append() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Once for a whole statement: a block's leaves come in one. Places are unique, so a full block stays as it is.
  IF EXISTS (SELECT 1 FROM added AS l LEFT JOIN evidence_blocks AS b ON b.height = l.height
             WHERE l.position < 0 OR l.position >= COALESCE(b.journal_count, 0)) THEN
    RAISE EXCEPTION 'xz:leaf_not_in_block' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM added AS l WHERE NOT EXISTS (SELECT 1 FROM journals AS j WHERE j.id = l.journal_id)) THEN
    RAISE EXCEPTION 'xz:journal_not_found' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER evidence_blocks_append BEFORE INSERT ON evidence_blocks FOR EACH ROW EXECUTE FUNCTION xz_evidence_blocks_append();
CREATE TRIGGER evidence_leaves_append AFTER INSERT ON evidence_leaves REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION xz_evidence_leaves_append();
CREATE TRIGGER evidence_blocks_frozen BEFORE UPDATE OR DELETE ON evidence_blocks FOR EACH ROW EXECUTE FUNCTION xz_refuse();
CREATE TRIGGER evidence_leaves_frozen BEFORE UPDATE OR DELETE ON evidence_leaves FOR EACH ROW EXECUTE FUNCTION xz_refuse();
CREATE TRIGGER evidence_blocks_no_truncate BEFORE TRUNCATE ON evidence_blocks FOR EACH STATEMENT EXECUTE FUNCTION xz_refuse();
CREATE TRIGGER evidence_leaves_no_truncate BEFORE TRUNCATE ON evidence_leaves FOR EACH STATEMENT EXECUTE FUNCTION xz_refuse();
