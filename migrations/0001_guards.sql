-- A new employer record is a counting unit of its own until a link says otherwise.
CREATE FUNCTION employers_own_unit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.unit_id = 0 THEN
    NEW.unit_id := NEW.id;
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER employers_own_unit BEFORE INSERT ON employers FOR EACH ROW EXECUTE FUNCTION employers_own_unit();
--> statement-breakpoint
-- Wording, notices and counting rules never change once they were used: a new version is made instead.
CREATE FUNCTION refuse_change_once_used() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.used_at IS NULL AND TG_OP = 'UPDATE' THEN
    RETURN NEW;
  ELSIF OLD.used_at IS NULL THEN
    RETURN OLD;
  ELSIF TG_OP = 'UPDATE' AND to_jsonb(NEW) = to_jsonb(OLD) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '% is immutable once used', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
--> statement-breakpoint
CREATE TRIGGER instrument_versions_immutable BEFORE UPDATE OR DELETE ON instrument_versions
  FOR EACH ROW EXECUTE FUNCTION refuse_change_once_used();
--> statement-breakpoint
CREATE TRIGGER notice_versions_immutable BEFORE UPDATE OR DELETE ON notice_versions
  FOR EACH ROW EXECUTE FUNCTION refuse_change_once_used();
--> statement-breakpoint
CREATE TRIGGER policy_versions_immutable BEFORE UPDATE OR DELETE ON policy_versions
  FOR EACH ROW EXECUTE FUNCTION refuse_change_once_used();
--> statement-breakpoint
-- Append-only: what was recorded stays.
CREATE FUNCTION refuse_any_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
--> statement-breakpoint
CREATE TRIGGER audit_events_append_only BEFORE UPDATE OR DELETE ON audit_events
  FOR EACH ROW EXECUTE FUNCTION refuse_any_change();
--> statement-breakpoint
CREATE TRIGGER evidence_snapshots_append_only BEFORE UPDATE OR DELETE ON evidence_snapshots
  FOR EACH ROW EXECUTE FUNCTION refuse_any_change();
--> statement-breakpoint
-- An answer version may be ended once (superseded or withdrawn); nothing else of it may change.
CREATE FUNCTION answers_only_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.ended_at IS NULL
     AND (to_jsonb(NEW) - 'ended_at' - 'end_kind') = (to_jsonb(OLD) - 'ended_at' - 'end_kind') THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'answers are never overwritten' USING ERRCODE = 'restrict_violation';
END $$;
--> statement-breakpoint
CREATE TRIGGER answers_only_end BEFORE UPDATE OR DELETE ON answers FOR EACH ROW EXECUTE FUNCTION answers_only_end();
