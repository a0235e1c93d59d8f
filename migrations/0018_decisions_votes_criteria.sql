CREATE TABLE "appeals" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "appeals_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"application_id" bigint NOT NULL,
	"decision_id" bigint NOT NULL,
	"filed_by" text NOT NULL,
	"filed_on" date NOT NULL,
	"grounds" text NOT NULL,
	"due_on" date NOT NULL,
	"state" text DEFAULT 'open' NOT NULL,
	"recorded_by" bigint NOT NULL,
	"recorded_at" timestamp with time zone NOT NULL,
	"ended_by" bigint,
	"ended_at" timestamp with time zone,
	"end_reason" text,
	CONSTRAINT "appeals_state" CHECK ("appeals"."state" in ('open', 'upheld', 'overturned', 'withdrawn')),
	CONSTRAINT "appeals_ended" CHECK (("appeals"."ended_at" is not null) = ("appeals"."state" <> 'open'))
);
--> statement-breakpoint
CREATE TABLE "criterion_evidence" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "criterion_evidence_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"application_id" bigint NOT NULL,
	"criterion" text NOT NULL,
	"kind" text NOT NULL,
	"text" text DEFAULT '' NOT NULL,
	"url" text,
	"document_id" bigint,
	"added_by" bigint NOT NULL,
	"added_at" timestamp with time zone NOT NULL,
	"removed_by" bigint,
	"removed_at" timestamp with time zone,
	CONSTRAINT "criterion_evidence_criterion" CHECK ("criterion_evidence"."criterion" in ('employer_need', 'high_skill_wage_demand', 'wage_gain', 'advancement', 'portability', 'stackability', 'alignment', 'competencies', 'assessment_integrity')),
	CONSTRAINT "criterion_evidence_kind" CHECK ("criterion_evidence"."kind" in ('note', 'link', 'document')),
	CONSTRAINT "criterion_evidence_link" CHECK (("criterion_evidence"."url" is not null) = ("criterion_evidence"."kind" = 'link')),
	CONSTRAINT "criterion_evidence_document" CHECK (("criterion_evidence"."document_id" is not null) = ("criterion_evidence"."kind" = 'document')),
	CONSTRAINT "criterion_evidence_removed" CHECK (("criterion_evidence"."removed_at" is null) = ("criterion_evidence"."removed_by" is null))
);
--> statement-breakpoint
CREATE TABLE "criterion_reviews" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "criterion_reviews_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"application_id" bigint NOT NULL,
	"criterion" text NOT NULL,
	"verdict" text NOT NULL,
	"note" text DEFAULT '' NOT NULL,
	"reviewed_by" bigint NOT NULL,
	"reviewed_at" timestamp with time zone NOT NULL,
	CONSTRAINT "criterion_reviews_criterion" CHECK ("criterion_reviews"."criterion" in ('employer_need', 'high_skill_wage_demand', 'wage_gain', 'advancement', 'portability', 'stackability', 'alignment', 'competencies', 'assessment_integrity')),
	CONSTRAINT "criterion_reviews_verdict" CHECK ("criterion_reviews"."verdict" in ('shown', 'not_shown'))
);
--> statement-breakpoint
CREATE TABLE "decisions" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "decisions_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"application_id" bigint NOT NULL,
	"kind" text NOT NULL,
	"outcome" text NOT NULL,
	"reason" text NOT NULL,
	"public_reason" text DEFAULT '' NOT NULL,
	"conditions" text DEFAULT '' NOT NULL,
	"decided_by_body" text DEFAULT '' NOT NULL,
	"state" text DEFAULT 'proposed' NOT NULL,
	"proposed_by" bigint NOT NULL,
	"proposed_at" timestamp with time zone NOT NULL,
	"ended_by" bigint,
	"ended_at" timestamp with time zone,
	"approval_record_id" bigint,
	"appeal_id" bigint,
	CONSTRAINT "decisions_kind" CHECK ("decisions"."kind" in ('first', 'appeal', 'revocation')),
	CONSTRAINT "decisions_outcome" CHECK ("decisions"."outcome" in ('approved', 'denied', 'deferred', 'revoked')),
	CONSTRAINT "decisions_revocation" CHECK (("decisions"."outcome" = 'revoked') = ("decisions"."kind" = 'revocation')),
	CONSTRAINT "decisions_state" CHECK ("decisions"."state" in ('proposed', 'confirmed', 'withdrawn')),
	CONSTRAINT "decisions_ended" CHECK (("decisions"."ended_at" is not null) = ("decisions"."state" <> 'proposed')),
	CONSTRAINT "decisions_two_people" CHECK ("decisions"."state" <> 'confirmed' or ("decisions"."ended_by" is not null and "decisions"."ended_by" <> "decisions"."proposed_by")),
	CONSTRAINT "decisions_appeal" CHECK (("decisions"."appeal_id" is not null) = ("decisions"."kind" = 'appeal'))
);
--> statement-breakpoint
CREATE TABLE "ballot_votes" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "ballot_votes_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"ballot_id" bigint NOT NULL,
	"seat_id" bigint,
	"contact_id" bigint,
	"employer_id" bigint,
	"voter" text NOT NULL,
	"choice" text NOT NULL,
	"relation" text DEFAULT 'none' NOT NULL,
	"reason" text DEFAULT '' NOT NULL,
	CONSTRAINT "ballot_votes_choice" CHECK ("ballot_votes"."choice" in ('approve', 'reject', 'abstain', 'recused')),
	CONSTRAINT "ballot_votes_relation" CHECK ("ballot_votes"."relation" in ('none', 'customer', 'board', 'sells_or_paid', 'issuer', 'reseller', 'training_provider', 'applicant'))
);
--> statement-breakpoint
CREATE TABLE "ballots" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "ballots_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"agency_id" bigint NOT NULL,
	"credential_id" bigint NOT NULL,
	"held_on" date NOT NULL,
	"note" text DEFAULT '' NOT NULL,
	"document_id" bigint,
	"recorded_by" bigint NOT NULL,
	"recorded_at" timestamp with time zone NOT NULL,
	"withdrawn_at" timestamp with time zone,
	"withdrawn_by" bigint,
	"withdraw_reason" text,
	"kind" text NOT NULL,
	"body" text NOT NULL,
	"committee_id" bigint,
	"meeting_id" bigint,
	"eligible" integer NOT NULL,
	"quorum" integer NOT NULL,
	CONSTRAINT "ballots_kind" CHECK ("ballots"."kind" in ('panel_vote', 'employer_ballot')),
	CONSTRAINT "ballots_quorum" CHECK ("ballots"."eligible" > 0 and "ballots"."quorum" between 0 and "ballots"."eligible"),
	CONSTRAINT "ballots_withdrawn" CHECK (("ballots"."withdrawn_at" is null) = ("ballots"."withdrawn_by" is null) and ("ballots"."withdrawn_at" is null) = ("ballots"."withdraw_reason" is null))
);
--> statement-breakpoint
CREATE TABLE "board_letters" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "board_letters_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"agency_id" bigint NOT NULL,
	"credential_id" bigint NOT NULL,
	"held_on" date NOT NULL,
	"note" text DEFAULT '' NOT NULL,
	"document_id" bigint,
	"recorded_by" bigint NOT NULL,
	"recorded_at" timestamp with time zone NOT NULL,
	"withdrawn_at" timestamp with time zone,
	"withdrawn_by" bigint,
	"withdraw_reason" text,
	"kind" text NOT NULL,
	"board" text NOT NULL,
	"supports" boolean NOT NULL,
	CONSTRAINT "board_letters_kind" CHECK ("board_letters"."kind" in ('letter', 'forwarded')),
	CONSTRAINT "board_letters_withdrawn" CHECK (("board_letters"."withdrawn_at" is null) = ("board_letters"."withdrawn_by" is null) and ("board_letters"."withdrawn_at" is null) = ("board_letters"."withdraw_reason" is null))
);
--> statement-breakpoint
CREATE TABLE "rubric_reviews" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "rubric_reviews_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"agency_id" bigint NOT NULL,
	"credential_id" bigint NOT NULL,
	"held_on" date NOT NULL,
	"note" text DEFAULT '' NOT NULL,
	"document_id" bigint,
	"recorded_by" bigint NOT NULL,
	"recorded_at" timestamp with time zone NOT NULL,
	"withdrawn_at" timestamp with time zone,
	"withdrawn_by" bigint,
	"withdraw_reason" text,
	"team" text NOT NULL,
	"is_settling" boolean NOT NULL,
	"tier" text,
	CONSTRAINT "rubric_reviews_withdrawn" CHECK (("rubric_reviews"."withdrawn_at" is null) = ("rubric_reviews"."withdrawn_by" is null) and ("rubric_reviews"."withdrawn_at" is null) = ("rubric_reviews"."withdraw_reason" is null))
);
--> statement-breakpoint
ALTER TABLE "applications" ADD COLUMN "applicant_kind" text DEFAULT 'agencies' NOT NULL;--> statement-breakpoint
ALTER TABLE "applications" ADD COLUMN "applicant_name" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "applications" ADD COLUMN "applicant_employer_id" bigint;--> statement-breakpoint
ALTER TABLE "applications" ADD COLUMN "renewal_of" bigint;--> statement-breakpoint
ALTER TABLE "applications" ADD COLUMN "conditions" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "applications" ADD COLUMN "public_reason" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "applications" ADD COLUMN "decided_by_body" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "applications" ADD COLUMN "review_due_on" date;--> statement-breakpoint
ALTER TABLE "applications" ADD COLUMN "due_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "applications" ADD COLUMN "lapses_on" date;--> statement-breakpoint
ALTER TABLE "applications" ADD COLUMN "ended_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "applications" ADD COLUMN "end_reason" text;--> statement-breakpoint
ALTER TABLE "lists" ADD COLUMN "lapse_after_days" integer DEFAULT 180 NOT NULL;--> statement-breakpoint
ALTER TABLE "appeals" ADD CONSTRAINT "appeals_application_id_applications_id_fk" FOREIGN KEY ("application_id") REFERENCES "public"."applications"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "appeals" ADD CONSTRAINT "appeals_decision_id_decisions_id_fk" FOREIGN KEY ("decision_id") REFERENCES "public"."decisions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "appeals" ADD CONSTRAINT "appeals_recorded_by_staff_members_id_fk" FOREIGN KEY ("recorded_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "appeals" ADD CONSTRAINT "appeals_ended_by_staff_members_id_fk" FOREIGN KEY ("ended_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "criterion_evidence" ADD CONSTRAINT "criterion_evidence_application_id_applications_id_fk" FOREIGN KEY ("application_id") REFERENCES "public"."applications"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "criterion_evidence" ADD CONSTRAINT "criterion_evidence_document_id_documents_id_fk" FOREIGN KEY ("document_id") REFERENCES "public"."documents"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "criterion_evidence" ADD CONSTRAINT "criterion_evidence_added_by_staff_members_id_fk" FOREIGN KEY ("added_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "criterion_evidence" ADD CONSTRAINT "criterion_evidence_removed_by_staff_members_id_fk" FOREIGN KEY ("removed_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "criterion_reviews" ADD CONSTRAINT "criterion_reviews_application_id_applications_id_fk" FOREIGN KEY ("application_id") REFERENCES "public"."applications"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "criterion_reviews" ADD CONSTRAINT "criterion_reviews_reviewed_by_staff_members_id_fk" FOREIGN KEY ("reviewed_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "decisions" ADD CONSTRAINT "decisions_application_id_applications_id_fk" FOREIGN KEY ("application_id") REFERENCES "public"."applications"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "decisions" ADD CONSTRAINT "decisions_proposed_by_staff_members_id_fk" FOREIGN KEY ("proposed_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "decisions" ADD CONSTRAINT "decisions_ended_by_staff_members_id_fk" FOREIGN KEY ("ended_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "decisions" ADD CONSTRAINT "decisions_approval_record_id_approval_records_id_fk" FOREIGN KEY ("approval_record_id") REFERENCES "public"."approval_records"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "decisions" ADD CONSTRAINT "decisions_appeal_id_appeals_id_fk" FOREIGN KEY ("appeal_id") REFERENCES "public"."appeals"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ballot_votes" ADD CONSTRAINT "ballot_votes_ballot_id_ballots_id_fk" FOREIGN KEY ("ballot_id") REFERENCES "public"."ballots"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ballot_votes" ADD CONSTRAINT "ballot_votes_seat_id_committee_seats_id_fk" FOREIGN KEY ("seat_id") REFERENCES "public"."committee_seats"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ballot_votes" ADD CONSTRAINT "ballot_votes_contact_id_contacts_id_fk" FOREIGN KEY ("contact_id") REFERENCES "public"."contacts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ballot_votes" ADD CONSTRAINT "ballot_votes_employer_id_employers_id_fk" FOREIGN KEY ("employer_id") REFERENCES "public"."employers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ballots" ADD CONSTRAINT "ballots_agency_id_agencies_id_fk" FOREIGN KEY ("agency_id") REFERENCES "public"."agencies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ballots" ADD CONSTRAINT "ballots_credential_id_credentials_id_fk" FOREIGN KEY ("credential_id") REFERENCES "public"."credentials"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ballots" ADD CONSTRAINT "ballots_document_id_documents_id_fk" FOREIGN KEY ("document_id") REFERENCES "public"."documents"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ballots" ADD CONSTRAINT "ballots_recorded_by_staff_members_id_fk" FOREIGN KEY ("recorded_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ballots" ADD CONSTRAINT "ballots_withdrawn_by_staff_members_id_fk" FOREIGN KEY ("withdrawn_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ballots" ADD CONSTRAINT "ballots_committee_id_committees_id_fk" FOREIGN KEY ("committee_id") REFERENCES "public"."committees"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ballots" ADD CONSTRAINT "ballots_meeting_id_meetings_id_fk" FOREIGN KEY ("meeting_id") REFERENCES "public"."meetings"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "board_letters" ADD CONSTRAINT "board_letters_agency_id_agencies_id_fk" FOREIGN KEY ("agency_id") REFERENCES "public"."agencies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "board_letters" ADD CONSTRAINT "board_letters_credential_id_credentials_id_fk" FOREIGN KEY ("credential_id") REFERENCES "public"."credentials"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "board_letters" ADD CONSTRAINT "board_letters_document_id_documents_id_fk" FOREIGN KEY ("document_id") REFERENCES "public"."documents"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "board_letters" ADD CONSTRAINT "board_letters_recorded_by_staff_members_id_fk" FOREIGN KEY ("recorded_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "board_letters" ADD CONSTRAINT "board_letters_withdrawn_by_staff_members_id_fk" FOREIGN KEY ("withdrawn_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rubric_reviews" ADD CONSTRAINT "rubric_reviews_agency_id_agencies_id_fk" FOREIGN KEY ("agency_id") REFERENCES "public"."agencies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rubric_reviews" ADD CONSTRAINT "rubric_reviews_credential_id_credentials_id_fk" FOREIGN KEY ("credential_id") REFERENCES "public"."credentials"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rubric_reviews" ADD CONSTRAINT "rubric_reviews_document_id_documents_id_fk" FOREIGN KEY ("document_id") REFERENCES "public"."documents"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rubric_reviews" ADD CONSTRAINT "rubric_reviews_recorded_by_staff_members_id_fk" FOREIGN KEY ("recorded_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rubric_reviews" ADD CONSTRAINT "rubric_reviews_withdrawn_by_staff_members_id_fk" FOREIGN KEY ("withdrawn_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "appeals_once" ON "appeals" USING btree ("decision_id");--> statement-breakpoint
CREATE UNIQUE INDEX "appeals_one_open" ON "appeals" USING btree ("application_id") WHERE "appeals"."state" = 'open';--> statement-breakpoint
CREATE INDEX "criterion_evidence_application_id_criterion_index" ON "criterion_evidence" USING btree ("application_id","criterion");--> statement-breakpoint
CREATE INDEX "criterion_reviews_application_id_criterion_index" ON "criterion_reviews" USING btree ("application_id","criterion");--> statement-breakpoint
CREATE UNIQUE INDEX "decisions_one_open" ON "decisions" USING btree ("application_id") WHERE "decisions"."state" = 'proposed';--> statement-breakpoint
CREATE INDEX "decisions_application_id_index" ON "decisions" USING btree ("application_id");--> statement-breakpoint
CREATE UNIQUE INDEX "ballot_votes_once" ON "ballot_votes" USING btree ("ballot_id","contact_id") WHERE "ballot_votes"."contact_id" is not null;--> statement-breakpoint
CREATE INDEX "ballot_votes_ballot_id_index" ON "ballot_votes" USING btree ("ballot_id");--> statement-breakpoint
CREATE INDEX "ballot_votes_employer_id_index" ON "ballot_votes" USING btree ("employer_id");--> statement-breakpoint
CREATE INDEX "ballots_credential_id_index" ON "ballots" USING btree ("credential_id");--> statement-breakpoint
CREATE INDEX "ballots_meeting_id_index" ON "ballots" USING btree ("meeting_id");--> statement-breakpoint
CREATE INDEX "board_letters_credential_id_index" ON "board_letters" USING btree ("credential_id");--> statement-breakpoint
CREATE INDEX "rubric_reviews_credential_id_index" ON "rubric_reviews" USING btree ("credential_id");--> statement-breakpoint
ALTER TABLE "applications" ADD CONSTRAINT "applications_applicant_employer_id_employers_id_fk" FOREIGN KEY ("applicant_employer_id") REFERENCES "public"."employers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "applications" ADD CONSTRAINT "applications_renewal_of_applications_id_fk" FOREIGN KEY ("renewal_of") REFERENCES "public"."applications"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "applications_review_due" ON "applications" USING btree ("review_due_on") WHERE "applications"."state" = 'decided' and "applications"."decision" = 'approved';--> statement-breakpoint
CREATE INDEX "applications_lapsing" ON "applications" USING btree ("lapses_on") WHERE "applications"."state" = 'due_for_review';--> statement-breakpoint
CREATE UNIQUE INDEX "applications_one_renewal" ON "applications" USING btree ("renewal_of") WHERE "applications"."renewal_of" is not null;--> statement-breakpoint
ALTER TABLE "applications" ADD CONSTRAINT "applications_applicant_kind" CHECK ("applications"."applicant_kind" in ('employers', 'schools', 'colleges', 'workforce_boards', 'agencies', 'issuers'));--> statement-breakpoint
-- Applications that ended before these columns existed, and approvals that come up for review by their list's cycle.
UPDATE "applications" SET "ended_at" = "updated_at" WHERE "state" in ('renewed', 'lapsed', 'revoked');--> statement-breakpoint
UPDATE "applications" SET "due_at" = "updated_at", "lapses_on" = ("updated_at" + interval '180 days')::date WHERE "state" in ('due_for_review', 'renewed', 'lapsed');--> statement-breakpoint
UPDATE "applications" a SET "review_due_on" = (a."decided_at" + CASE l."review_cycle" WHEN 'quarterly' THEN interval '3 months' WHEN 'twice_a_year' THEN interval '6 months' WHEN 'annual' THEN interval '12 months' WHEN 'every_2_years' THEN interval '24 months' ELSE interval '60 months' END)::date FROM "lists" l WHERE l."id" = a."list_id" AND a."state" = 'decided' AND a."decision" = 'approved' AND l."review_cycle" <> 'rolling';--> statement-breakpoint
UPDATE "applications" a SET "applicant_name" = g."name" FROM "agencies" g WHERE g."id" = a."agency_id";--> statement-breakpoint
ALTER TABLE "applications" ADD CONSTRAINT "applications_due" CHECK (not ("applications"."state" in ('due_for_review', 'renewed', 'lapsed')) or ("applications"."due_at" is not null and "applications"."lapses_on" is not null));--> statement-breakpoint
ALTER TABLE "applications" ADD CONSTRAINT "applications_ended" CHECK (("applications"."ended_at" is not null) = ("applications"."state" in ('renewed', 'lapsed', 'revoked')));--> statement-breakpoint
ALTER TABLE "lists" ADD CONSTRAINT "lists_lapse_after_days" CHECK ("lists"."lapse_after_days" between 1 and 730);--> statement-breakpoint
-- What was voted, and what was found of a criterion, is never changed.
CREATE TRIGGER ballot_votes_append_only BEFORE UPDATE OR DELETE ON ballot_votes
  FOR EACH ROW EXECUTE FUNCTION refuse_any_change();
--> statement-breakpoint
CREATE TRIGGER criterion_reviews_append_only BEFORE UPDATE OR DELETE ON criterion_reviews
  FOR EACH ROW EXECUTE FUNCTION refuse_any_change();
--> statement-breakpoint
-- A record of a body can be taken back once, with a reason, and in no other way change.
CREATE FUNCTION body_records_only_withdraw() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.withdrawn_at IS NULL
    AND to_jsonb(NEW) - 'withdrawn_at' - 'withdrawn_by' - 'withdraw_reason'
      = to_jsonb(OLD) - 'withdrawn_at' - 'withdrawn_by' - 'withdraw_reason' THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '% only withdraws', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
--> statement-breakpoint
CREATE TRIGGER ballots_only_withdraw BEFORE UPDATE OR DELETE ON ballots
  FOR EACH ROW EXECUTE FUNCTION body_records_only_withdraw();
--> statement-breakpoint
CREATE TRIGGER board_letters_only_withdraw BEFORE UPDATE OR DELETE ON board_letters
  FOR EACH ROW EXECUTE FUNCTION body_records_only_withdraw();
--> statement-breakpoint
CREATE TRIGGER rubric_reviews_only_withdraw BEFORE UPDATE OR DELETE ON rubric_reviews
  FOR EACH ROW EXECUTE FUNCTION body_records_only_withdraw();
--> statement-breakpoint
-- A decision that was confirmed or taken back stays as it is.
CREATE FUNCTION decisions_end_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.state = 'proposed' THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'decisions end once' USING ERRCODE = 'restrict_violation';
END
$$;
--> statement-breakpoint
CREATE TRIGGER decisions_end_once BEFORE UPDATE OR DELETE ON decisions
  FOR EACH ROW EXECUTE FUNCTION decisions_end_once();
