CREATE TABLE "ballot_voters" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "ballot_voters_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"mailed_ballot_id" bigint NOT NULL,
	"contact_id" bigint NOT NULL,
	"employer_id" bigint NOT NULL,
	"token_hash" "bytea" NOT NULL,
	CONSTRAINT "ballot_voters_token_hash_unique" UNIQUE("token_hash")
);
--> statement-breakpoint
CREATE TABLE "mailed_ballots" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "mailed_ballots_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"agency_id" bigint NOT NULL,
	"credential_id" bigint NOT NULL,
	"state" text DEFAULT 'proposed' NOT NULL,
	"body" text NOT NULL,
	"note" text DEFAULT '' NOT NULL,
	"is_secret" boolean NOT NULL,
	"closes_at" timestamp with time zone NOT NULL,
	"proposed_by" bigint NOT NULL,
	"proposed_at" timestamp with time zone NOT NULL,
	"opened_by" bigint,
	"opened_at" timestamp with time zone,
	"ballot_id" bigint,
	"cancelled_by" bigint,
	"cancelled_at" timestamp with time zone,
	"cancel_reason" text,
	CONSTRAINT "mailed_ballots_ballot_id_unique" UNIQUE("ballot_id"),
	CONSTRAINT "mailed_ballots_state" CHECK ("mailed_ballots"."state" in ('proposed', 'open', 'cancelled')),
	CONSTRAINT "mailed_ballots_two_people" CHECK ("mailed_ballots"."opened_by" <> "mailed_ballots"."proposed_by"),
	CONSTRAINT "mailed_ballots_opened" CHECK (num_nulls("mailed_ballots"."opened_by", "mailed_ballots"."opened_at", "mailed_ballots"."ballot_id") in (0, 3)),
	CONSTRAINT "mailed_ballots_open" CHECK (case "mailed_ballots"."state" when 'open' then "mailed_ballots"."opened_at" is not null when 'proposed' then "mailed_ballots"."opened_at" is null else true end),
	CONSTRAINT "mailed_ballots_cancelled" CHECK (("mailed_ballots"."cancelled_at" is not null) = ("mailed_ballots"."state" in ('cancelled'))),
	CONSTRAINT "mailed_ballots_cancel_reason" CHECK (num_nulls("mailed_ballots"."cancelled_by", "mailed_ballots"."cancelled_at", "mailed_ballots"."cancel_reason") in (0, 3))
);
--> statement-breakpoint
CREATE TABLE "vendor_findings" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "vendor_findings_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
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
	"finding" text NOT NULL,
	"source" text NOT NULL,
	CONSTRAINT "vendor_findings_finding" CHECK ("vendor_findings"."finding" in ('generic', 'vendor_specific', 'excepted')),
	CONSTRAINT "vendor_findings_withdrawn" CHECK (("vendor_findings"."withdrawn_at" is null) = ("vendor_findings"."withdrawn_by" is null) and ("vendor_findings"."withdrawn_at" is null) = ("vendor_findings"."withdraw_reason" is null))
);
--> statement-breakpoint
ALTER TABLE "messages" DROP CONSTRAINT "messages_kind";--> statement-breakpoint
DROP INDEX "ballot_votes_once";--> statement-breakpoint
ALTER TABLE "decisions" ADD COLUMN "document_id" bigint;--> statement-breakpoint
ALTER TABLE "ballot_votes" ADD COLUMN "voter_id" bigint;--> statement-breakpoint
ALTER TABLE "ballot_votes" ADD COLUMN "version" integer;--> statement-breakpoint
ALTER TABLE "ballot_votes" ADD COLUMN "cast_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "ballot_votes" ADD COLUMN "provenance" text;--> statement-breakpoint
ALTER TABLE "ballot_voters" ADD CONSTRAINT "ballot_voters_mailed_ballot_id_mailed_ballots_id_fk" FOREIGN KEY ("mailed_ballot_id") REFERENCES "public"."mailed_ballots"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ballot_voters" ADD CONSTRAINT "ballot_voters_contact_id_contacts_id_fk" FOREIGN KEY ("contact_id") REFERENCES "public"."contacts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ballot_voters" ADD CONSTRAINT "ballot_voters_employer_id_employers_id_fk" FOREIGN KEY ("employer_id") REFERENCES "public"."employers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "mailed_ballots" ADD CONSTRAINT "mailed_ballots_agency_id_agencies_id_fk" FOREIGN KEY ("agency_id") REFERENCES "public"."agencies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "mailed_ballots" ADD CONSTRAINT "mailed_ballots_credential_id_credentials_id_fk" FOREIGN KEY ("credential_id") REFERENCES "public"."credentials"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "mailed_ballots" ADD CONSTRAINT "mailed_ballots_proposed_by_staff_members_id_fk" FOREIGN KEY ("proposed_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "mailed_ballots" ADD CONSTRAINT "mailed_ballots_opened_by_staff_members_id_fk" FOREIGN KEY ("opened_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "mailed_ballots" ADD CONSTRAINT "mailed_ballots_ballot_id_ballots_id_fk" FOREIGN KEY ("ballot_id") REFERENCES "public"."ballots"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "mailed_ballots" ADD CONSTRAINT "mailed_ballots_cancelled_by_staff_members_id_fk" FOREIGN KEY ("cancelled_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "vendor_findings" ADD CONSTRAINT "vendor_findings_agency_id_agencies_id_fk" FOREIGN KEY ("agency_id") REFERENCES "public"."agencies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "vendor_findings" ADD CONSTRAINT "vendor_findings_credential_id_credentials_id_fk" FOREIGN KEY ("credential_id") REFERENCES "public"."credentials"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "vendor_findings" ADD CONSTRAINT "vendor_findings_document_id_documents_id_fk" FOREIGN KEY ("document_id") REFERENCES "public"."documents"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "vendor_findings" ADD CONSTRAINT "vendor_findings_recorded_by_staff_members_id_fk" FOREIGN KEY ("recorded_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "vendor_findings" ADD CONSTRAINT "vendor_findings_withdrawn_by_staff_members_id_fk" FOREIGN KEY ("withdrawn_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "ballot_voters_once" ON "ballot_voters" USING btree ("mailed_ballot_id","contact_id");--> statement-breakpoint
CREATE INDEX "ballot_voters_contact_id_index" ON "ballot_voters" USING btree ("contact_id");--> statement-breakpoint
CREATE INDEX "mailed_ballots_credential_id_index" ON "mailed_ballots" USING btree ("credential_id");--> statement-breakpoint
CREATE INDEX "vendor_findings_credential_id_index" ON "vendor_findings" USING btree ("credential_id");--> statement-breakpoint
ALTER TABLE "decisions" ADD CONSTRAINT "decisions_document_id_documents_id_fk" FOREIGN KEY ("document_id") REFERENCES "public"."documents"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ballot_votes" ADD CONSTRAINT "ballot_votes_voter_id_ballot_voters_id_fk" FOREIGN KEY ("voter_id") REFERENCES "public"."ballot_voters"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "ballot_votes_version" ON "ballot_votes" USING btree ("voter_id","version") WHERE "ballot_votes"."voter_id" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "ballot_votes_once" ON "ballot_votes" USING btree ("ballot_id","contact_id") WHERE "ballot_votes"."contact_id" is not null and "ballot_votes"."voter_id" is null;--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_kind" CHECK ("messages"."kind" in ('invitation', 'reminder', 'referral', 'receipt', 'confirmation', 'rsvp_confirmation', 'meeting_cancelled', 'meeting_moved', 'ballot', 'ballot_receipt'));--> statement-breakpoint
ALTER TABLE "ballot_votes" ADD CONSTRAINT "ballot_votes_provenance" CHECK ("ballot_votes"."provenance" in ('mailed_link_own_domain', 'mailed_link_other_domain', 'mailed_link_free_mail', 'forwarded_mailed', 'staff_entered', 'forwarded_verified', 'forwarded_unverified', 'open_link_verified', 'open_link_unverified', 'staff_letter', 'staff_phone', 'committee_vote'));--> statement-breakpoint
ALTER TABLE "ballot_votes" ADD CONSTRAINT "ballot_votes_by_link" CHECK (num_nulls("ballot_votes"."voter_id", "ballot_votes"."version", "ballot_votes"."cast_at", "ballot_votes"."provenance") in (0, 4));--> statement-breakpoint
-- A finding can be taken back once, with a reason; who may vote is fixed when a ballot is proposed.
CREATE TRIGGER vendor_findings_only_withdraw BEFORE UPDATE OR DELETE ON vendor_findings
  FOR EACH ROW EXECUTE FUNCTION body_records_only_withdraw();
--> statement-breakpoint
CREATE TRIGGER ballot_voters_append_only BEFORE UPDATE OR DELETE ON ballot_voters
  FOR EACH ROW EXECUTE FUNCTION refuse_any_change();
