-- Decisions and what they were made by are written once; kept by PostgreSQL itself. Needs xz_refuse() and xz_fail() of the
-- ledger's guards.

CREATE FUNCTION xz_decisions_append() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM decision_rules WHERE digest = NEW.policy_digest AND kind = 'policy')
     OR NOT EXISTS (SELECT 1 FROM decision_rules WHERE digest = NEW.card_digest AND kind = 'card') THEN
    PERFORM xz_fail('decision_rules_unknown');
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER decisions_append BEFORE INSERT ON decisions FOR EACH ROW EXECUTE FUNCTION xz_decisions_append();
CREATE TRIGGER decision_rules_frozen BEFORE UPDATE OR DELETE ON decision_rules FOR EACH ROW EXECUTE FUNCTION xz_refuse();
CREATE TRIGGER decisions_frozen BEFORE UPDATE OR DELETE ON decisions FOR EACH ROW EXECUTE FUNCTION xz_refuse();
CREATE TRIGGER decision_reviews_frozen BEFORE UPDATE OR DELETE ON decision_reviews FOR EACH ROW EXECUTE FUNCTION xz_refuse();
CREATE TRIGGER data_consents_frozen BEFORE UPDATE OR DELETE ON data_consents FOR EACH ROW EXECUTE FUNCTION xz_refuse();
CREATE TRIGGER decision_rules_no_truncate BEFORE TRUNCATE ON decision_rules FOR EACH STATEMENT EXECUTE FUNCTION xz_refuse();
CREATE TRIGGER decisions_no_truncate BEFORE TRUNCATE ON decisions FOR EACH STATEMENT EXECUTE FUNCTION xz_refuse();
CREATE TRIGGER decision_reviews_no_truncate BEFORE TRUNCATE ON decision_reviews FOR EACH STATEMENT EXECUTE FUNCTION xz_refuse();
CREATE TRIGGER data_consents_no_truncate BEFORE TRUNCATE ON data_consents FOR EACH STATEMENT EXECUTE FUNCTION xz_refuse();
