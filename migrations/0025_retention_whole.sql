CREATE TABLE "retention_proposals" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "retention_proposals_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"agency_id" bigint NOT NULL,
	"months" jsonb NOT NULL,
	"state" text DEFAULT 'proposed' NOT NULL,
	"proposed_by" bigint NOT NULL,
	"proposed_at" timestamp with time zone NOT NULL,
	"ended_by" bigint,
	"ended_at" timestamp with time zone,
	CONSTRAINT "retention_proposals_state" CHECK ("retention_proposals"."state" in ('proposed', 'confirmed', 'withdrawn')),
	CONSTRAINT "retention_proposals_ended" CHECK (("retention_proposals"."ended_at" is not null) = ("retention_proposals"."state" in ('confirmed', 'withdrawn'))),
	CONSTRAINT "retention_proposals_ended_by" CHECK (("retention_proposals"."ended_by" is null) = ("retention_proposals"."ended_at" is null)),
	CONSTRAINT "retention_proposals_two_people" CHECK ("retention_proposals"."state" <> 'confirmed' or "retention_proposals"."ended_by" <> "retention_proposals"."proposed_by")
);
--> statement-breakpoint
ALTER TABLE "documents" DROP CONSTRAINT "documents_salt";--> statement-breakpoint
ALTER TABLE "documents" DROP CONSTRAINT "documents_forgotten";--> statement-breakpoint
ALTER TABLE "log_erasures" DROP CONSTRAINT "log_erasures_kind";--> statement-breakpoint
ALTER TABLE "log_openings" DROP CONSTRAINT "log_openings_kind";--> statement-breakpoint
ALTER TABLE "log_pending" DROP CONSTRAINT "log_pending_kind";--> statement-breakpoint
ALTER TABLE "retention_rules" DROP CONSTRAINT "retention_rules_class";--> statement-breakpoint
ALTER TABLE "retention_runs" DROP CONSTRAINT "retention_runs_class";--> statement-breakpoint
ALTER TABLE "retention_rules" ADD COLUMN "confirmed_by" bigint;--> statement-breakpoint
ALTER TABLE "retention_proposals" ADD CONSTRAINT "retention_proposals_agency_id_agencies_id_fk" FOREIGN KEY ("agency_id") REFERENCES "public"."agencies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "retention_proposals" ADD CONSTRAINT "retention_proposals_proposed_by_staff_members_id_fk" FOREIGN KEY ("proposed_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "retention_proposals" ADD CONSTRAINT "retention_proposals_ended_by_staff_members_id_fk" FOREIGN KEY ("ended_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "retention_proposals_one_open" ON "retention_proposals" USING btree ("agency_id") WHERE "retention_proposals"."state" = 'proposed';--> statement-breakpoint
ALTER TABLE "retention_rules" ADD CONSTRAINT "retention_rules_confirmed_by_staff_members_id_fk" FOREIGN KEY ("confirmed_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "evidence_snapshots_public_version" ON "evidence_snapshots" USING btree ("public_sha256") WHERE "evidence_snapshots"."public_sha256" is not null;--> statement-breakpoint
ALTER TABLE "documents" ADD CONSTRAINT "documents_salt" CHECK ("documents"."salt" is not null or "documents"."removed_at" is not null);--> statement-breakpoint
ALTER TABLE "documents" ADD CONSTRAINT "documents_forgotten" CHECK ("documents"."removed_at" is null or "documents"."name" = '');--> statement-breakpoint
ALTER TABLE "log_erasures" ADD CONSTRAINT "log_erasures_kind" CHECK ("log_erasures"."kind" in ('audit_event', 'answer', 'answer_end', 'snapshot', 'erasure', 'answer_kept'));--> statement-breakpoint
ALTER TABLE "log_openings" ADD CONSTRAINT "log_openings_kind" CHECK ("log_openings"."kind" in ('audit_event', 'answer', 'answer_end', 'snapshot', 'erasure', 'answer_kept'));--> statement-breakpoint
ALTER TABLE "log_pending" ADD CONSTRAINT "log_pending_kind" CHECK ("log_pending"."kind" in ('audit_event', 'answer', 'answer_end', 'snapshot', 'erasure', 'answer_kept'));--> statement-breakpoint
ALTER TABLE "retention_rules" ADD CONSTRAINT "retention_rules_two_people" CHECK ("retention_rules"."confirmed_by" <> "retention_rules"."set_by");--> statement-breakpoint
ALTER TABLE "retention_rules" ADD CONSTRAINT "retention_rules_class" CHECK ("retention_rules"."class" in ('respondent_names', 'contact_details', 'unsent_drafts', 'import_details', 'disclosed_packets', 'attached_files', 'case_notes'));--> statement-breakpoint
ALTER TABLE "retention_runs" ADD CONSTRAINT "retention_runs_class" CHECK ("retention_runs"."class" in ('respondent_names', 'contact_details', 'unsent_drafts', 'import_details', 'disclosed_packets', 'attached_files', 'case_notes'));--> statement-breakpoint
-- Retention takes away what names people and nothing else: text becomes blank, or says that it was removed.
CREATE FUNCTION is_only_removal(before jsonb, after jsonb, personal text[]) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  name text;
BEGIN
  IF (after - personal) <> (before - personal) OR after = before THEN
    RETURN false;
  END IF;
  FOREACH name IN ARRAY personal LOOP
    IF (after -> name) IS DISTINCT FROM (before -> name)
       AND ((after ->> name) IS NULL OR (after ->> name) NOT IN ('', '[removed]')) THEN
      RETURN false;
    END IF;
  END LOOP;
  RETURN true;
END $$;
--> statement-breakpoint
-- A stored file never changes. Only its content and its name may be taken away, once; its hash stays.
CREATE OR REPLACE FUNCTION documents_only_forget() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.removed_at IS NULL AND NEW.removed_at IS NOT NULL
     AND (to_jsonb(NEW) - '{content,name,removed_at}'::text[])
       = (to_jsonb(OLD) - '{content,name,removed_at}'::text[]) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'documents are never changed' USING ERRCODE = 'restrict_violation';
END $$;
--> statement-breakpoint
CREATE FUNCTION ballot_votes_only_removal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND is_only_removal(to_jsonb(OLD), to_jsonb(NEW), '{voter,reason}') THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'ballot_votes is append-only' USING ERRCODE = 'restrict_violation';
END $$;
--> statement-breakpoint
DROP TRIGGER ballot_votes_append_only ON ballot_votes;
--> statement-breakpoint
CREATE TRIGGER ballot_votes_append_only BEFORE UPDATE OR DELETE ON ballot_votes
  FOR EACH ROW EXECUTE FUNCTION ballot_votes_only_removal();
--> statement-breakpoint
CREATE FUNCTION criterion_reviews_only_removal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND is_only_removal(to_jsonb(OLD), to_jsonb(NEW), '{note}') THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'criterion_reviews is append-only' USING ERRCODE = 'restrict_violation';
END $$;
--> statement-breakpoint
DROP TRIGGER criterion_reviews_append_only ON criterion_reviews;
--> statement-breakpoint
CREATE TRIGGER criterion_reviews_append_only BEFORE UPDATE OR DELETE ON criterion_reviews
  FOR EACH ROW EXECUTE FUNCTION criterion_reviews_only_removal();
--> statement-breakpoint
CREATE OR REPLACE FUNCTION body_records_only_withdraw() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.withdrawn_at IS NULL
    AND to_jsonb(NEW) - 'withdrawn_at' - 'withdrawn_by' - 'withdraw_reason'
      = to_jsonb(OLD) - 'withdrawn_at' - 'withdrawn_by' - 'withdraw_reason' THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'UPDATE' AND is_only_removal(to_jsonb(OLD), to_jsonb(NEW), '{note,withdraw_reason}') THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '% only withdraws', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION decisions_end_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.state = 'proposed' THEN RETURN NEW; END IF;
  IF TG_OP = 'UPDATE' AND is_only_removal(to_jsonb(OLD), to_jsonb(NEW), '{reason}') THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'decisions end once' USING ERRCODE = 'restrict_violation';
END
$$;
