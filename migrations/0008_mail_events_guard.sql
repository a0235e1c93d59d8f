-- A receipt stays as it came: only its message, once found, and what it led to are added, and only once.
CREATE FUNCTION mail_events_only_applied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.applied_at IS NULL
     AND (to_jsonb(NEW) - 'message_id' - 'applied_at' - 'outcome' - 'suppression_id')
       = (to_jsonb(OLD) - 'message_id' - 'applied_at' - 'outcome' - 'suppression_id') THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'mail_events is append-only' USING ERRCODE = 'restrict_violation';
END $$;
--> statement-breakpoint
CREATE TRIGGER mail_events_only_applied BEFORE UPDATE OR DELETE ON mail_events
  FOR EACH ROW EXECUTE FUNCTION mail_events_only_applied();
