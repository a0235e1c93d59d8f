CREATE TABLE "answer_holds" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "answer_holds_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"answer_id" bigint NOT NULL,
	"kind" text NOT NULL,
	"reasons" text[] DEFAULT '{}' NOT NULL,
	"set_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone,
	"outcome" text,
	"ended_by" bigint,
	"end_reason" text DEFAULT '' NOT NULL,
	"machine_said_by" bigint,
	"machine_said_at" timestamp with time zone,
	"machine_reason" text DEFAULT '' NOT NULL,
	"machine_agreed_by" bigint,
	"machine_agreed_at" timestamp with time zone,
	CONSTRAINT "answer_holds_kind" CHECK ("answer_holds"."kind" in ('quarantined', 'second_look')),
	CONSTRAINT "answer_holds_outcome" CHECK ("answer_holds"."outcome" in ('released', 'confirmed_by_mail', 'looked_at', 'sent_back')),
	CONSTRAINT "answer_holds_ended" CHECK (("answer_holds"."ended_at" is null) = ("answer_holds"."outcome" is null)),
	CONSTRAINT "answer_holds_said" CHECK (("answer_holds"."machine_said_by" is null) = ("answer_holds"."machine_said_at" is null)),
	CONSTRAINT "answer_holds_agreed" CHECK (("answer_holds"."machine_agreed_by" is null) = ("answer_holds"."machine_agreed_at" is null)),
	CONSTRAINT "answer_holds_two_people" CHECK ("answer_holds"."machine_agreed_by" <> "answer_holds"."machine_said_by"),
	CONSTRAINT "answer_holds_said_first" CHECK ("answer_holds"."machine_agreed_by" is null or "answer_holds"."machine_said_by" is not null)
);
--> statement-breakpoint
CREATE TABLE "answer_sendings" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "answer_sendings_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"invitation_id" bigint NOT NULL,
	"employer_id" bigint NOT NULL,
	"sent_at" timestamp with time zone NOT NULL,
	"network_key" "bytea" NOT NULL,
	"person_key" "bytea" NOT NULL,
	"took_ms" integer NOT NULL,
	"is_quick" boolean NOT NULL,
	"was_shown" boolean NOT NULL
);
--> statement-breakpoint
CREATE TABLE "confirmations" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "confirmations_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"kind" text NOT NULL,
	"token_hash" "bytea" NOT NULL,
	"invitation_id" bigint,
	"submission_id" bigint,
	"contact_id" bigint,
	"created_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"answered_at" timestamp with time zone,
	"answer" text,
	CONSTRAINT "confirmations_token_hash_unique" UNIQUE("token_hash"),
	CONSTRAINT "confirmations_kind" CHECK ("confirmations"."kind" in ('quarantined', 'forwarded', 'open_link')),
	CONSTRAINT "confirmations_answer" CHECK ("confirmations"."answer" in ('mine', 'not_mine')),
	CONSTRAINT "confirmations_answered" CHECK (("confirmations"."answered_at" is null) = ("confirmations"."answer" is null)),
	CONSTRAINT "confirmations_one_source" CHECK (num_nonnulls("confirmations"."invitation_id", "confirmations"."submission_id") = 1),
	CONSTRAINT "confirmations_submission" CHECK (("confirmations"."submission_id" is not null) = ("confirmations"."kind" in ('open_link'))),
	CONSTRAINT "confirmations_contact" CHECK (("confirmations"."contact_id" is null) = ("confirmations"."kind" = 'open_link'))
);
--> statement-breakpoint
CREATE TABLE "flag_reviews" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "flag_reviews_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"invitation_id" bigint NOT NULL,
	"seen_by" bigint NOT NULL,
	"seen_at" timestamp with time zone NOT NULL,
	"note" text DEFAULT '' NOT NULL
);
--> statement-breakpoint
CREATE TABLE "open_links" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "open_links_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"list_id" bigint NOT NULL,
	"agency_id" bigint NOT NULL,
	"instrument_version_id" bigint NOT NULL,
	"notice_version_id" bigint NOT NULL,
	"opened_by" bigint NOT NULL,
	"opened_at" timestamp with time zone NOT NULL,
	"closes_at" timestamp with time zone NOT NULL,
	"closed_by" bigint,
	"closed_at" timestamp with time zone,
	CONSTRAINT "open_links_closed" CHECK (("open_links"."closed_by" is null) = ("open_links"."closed_at" is null))
);
--> statement-breakpoint
CREATE TABLE "submissions" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "submissions_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"kind" text NOT NULL,
	"state" text NOT NULL,
	"agency_id" bigint NOT NULL,
	"credential_id" bigint NOT NULL,
	"employer_id" bigint,
	"contact_id" bigint,
	"instrument_version_id" bigint NOT NULL,
	"notice_version_id" bigint NOT NULL,
	"language" text NOT NULL,
	"familiar" boolean NOT NULL,
	"values" jsonb NOT NULL,
	"relation" text NOT NULL,
	"respondent_name" text NOT NULL,
	"respondent_title" text DEFAULT '' NOT NULL,
	"hiring_authority" boolean,
	"received_at" timestamp with time zone NOT NULL,
	"open_link_id" bigint,
	"employer_name" text DEFAULT '' NOT NULL,
	"employer_place" text DEFAULT '' NOT NULL,
	"employer_website" text DEFAULT '' NOT NULL,
	"email" text,
	"email_key" text,
	"email_domain" text,
	"verified_at" timestamp with time zone,
	"flags" text[] DEFAULT '{}' NOT NULL,
	"said_on" date,
	"document_id" bigint,
	"note" text DEFAULT '' NOT NULL,
	"entered_by" bigint,
	"corrects_id" bigint,
	"decided_by" bigint,
	"decided_at" timestamp with time zone,
	"decision_reason" text DEFAULT '' NOT NULL,
	CONSTRAINT "submissions_kind" CHECK ("submissions"."kind" in ('letter', 'phone', 'committee_vote', 'open_link')),
	CONSTRAINT "submissions_state" CHECK ("submissions"."state" in ('received', 'answered', 'rejected')),
	CONSTRAINT "submissions_language" CHECK ("submissions"."language" in ('en', 'es')),
	CONSTRAINT "submissions_relation" CHECK ("submissions"."relation" in ('none', 'customer', 'board', 'sells_or_paid', 'issuer', 'reseller', 'training_provider', 'applicant')),
	CONSTRAINT "submissions_unfamiliar_is_empty" CHECK ("submissions"."familiar" or "submissions"."values" = '{}'::jsonb),
	CONSTRAINT "submissions_employer" CHECK ("submissions"."state" <> 'answered' or "submissions"."employer_id" is not null),
	CONSTRAINT "submissions_entered" CHECK (("submissions"."entered_by" is not null) = ("submissions"."kind" in ('letter', 'phone', 'committee_vote'))),
	CONSTRAINT "submissions_said_on" CHECK (("submissions"."said_on" is not null) = ("submissions"."kind" in ('letter', 'phone', 'committee_vote'))),
	CONSTRAINT "submissions_paper" CHECK ("submissions"."kind" <> 'letter' or "submissions"."document_id" is not null),
	CONSTRAINT "submissions_open" CHECK (("submissions"."open_link_id" is not null) = ("submissions"."kind" in ('open_link'))),
	CONSTRAINT "submissions_email" CHECK (("submissions"."email" is not null) = ("submissions"."kind" in ('open_link'))),
	CONSTRAINT "submissions_verified" CHECK ("submissions"."verified_at" is null or "submissions"."kind" = 'open_link')
);
--> statement-breakpoint
ALTER TABLE "messages" DROP CONSTRAINT "messages_kind";--> statement-breakpoint
ALTER TABLE "messages" DROP CONSTRAINT "messages_recipient";--> statement-breakpoint
ALTER TABLE "answers" DROP CONSTRAINT "answers_provenance";--> statement-breakpoint
ALTER TABLE "answers" ALTER COLUMN "ask_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "answers" ALTER COLUMN "invitation_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "answers" ALTER COLUMN "contact_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "submission_id" bigint;--> statement-breakpoint
ALTER TABLE "answers" ADD COLUMN "submission_id" bigint;--> statement-breakpoint
ALTER TABLE "answers" ADD COLUMN "said_on" date;--> statement-breakpoint
ALTER TABLE "answer_holds" ADD CONSTRAINT "answer_holds_answer_id_answers_id_fk" FOREIGN KEY ("answer_id") REFERENCES "public"."answers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "answer_holds" ADD CONSTRAINT "answer_holds_ended_by_staff_members_id_fk" FOREIGN KEY ("ended_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "answer_holds" ADD CONSTRAINT "answer_holds_machine_said_by_staff_members_id_fk" FOREIGN KEY ("machine_said_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "answer_holds" ADD CONSTRAINT "answer_holds_machine_agreed_by_staff_members_id_fk" FOREIGN KEY ("machine_agreed_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "answer_sendings" ADD CONSTRAINT "answer_sendings_invitation_id_invitations_id_fk" FOREIGN KEY ("invitation_id") REFERENCES "public"."invitations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "answer_sendings" ADD CONSTRAINT "answer_sendings_employer_id_employers_id_fk" FOREIGN KEY ("employer_id") REFERENCES "public"."employers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "confirmations" ADD CONSTRAINT "confirmations_invitation_id_invitations_id_fk" FOREIGN KEY ("invitation_id") REFERENCES "public"."invitations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "confirmations" ADD CONSTRAINT "confirmations_submission_id_submissions_id_fk" FOREIGN KEY ("submission_id") REFERENCES "public"."submissions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "confirmations" ADD CONSTRAINT "confirmations_contact_id_contacts_id_fk" FOREIGN KEY ("contact_id") REFERENCES "public"."contacts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "flag_reviews" ADD CONSTRAINT "flag_reviews_invitation_id_invitations_id_fk" FOREIGN KEY ("invitation_id") REFERENCES "public"."invitations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "flag_reviews" ADD CONSTRAINT "flag_reviews_seen_by_staff_members_id_fk" FOREIGN KEY ("seen_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "open_links" ADD CONSTRAINT "open_links_list_id_lists_id_fk" FOREIGN KEY ("list_id") REFERENCES "public"."lists"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "open_links" ADD CONSTRAINT "open_links_agency_id_agencies_id_fk" FOREIGN KEY ("agency_id") REFERENCES "public"."agencies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "open_links" ADD CONSTRAINT "open_links_instrument_version_id_instrument_versions_id_fk" FOREIGN KEY ("instrument_version_id") REFERENCES "public"."instrument_versions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "open_links" ADD CONSTRAINT "open_links_notice_version_id_notice_versions_id_fk" FOREIGN KEY ("notice_version_id") REFERENCES "public"."notice_versions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "open_links" ADD CONSTRAINT "open_links_opened_by_staff_members_id_fk" FOREIGN KEY ("opened_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "open_links" ADD CONSTRAINT "open_links_closed_by_staff_members_id_fk" FOREIGN KEY ("closed_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "submissions" ADD CONSTRAINT "submissions_agency_id_agencies_id_fk" FOREIGN KEY ("agency_id") REFERENCES "public"."agencies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "submissions" ADD CONSTRAINT "submissions_credential_id_credentials_id_fk" FOREIGN KEY ("credential_id") REFERENCES "public"."credentials"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "submissions" ADD CONSTRAINT "submissions_employer_id_employers_id_fk" FOREIGN KEY ("employer_id") REFERENCES "public"."employers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "submissions" ADD CONSTRAINT "submissions_contact_id_contacts_id_fk" FOREIGN KEY ("contact_id") REFERENCES "public"."contacts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "submissions" ADD CONSTRAINT "submissions_instrument_version_id_instrument_versions_id_fk" FOREIGN KEY ("instrument_version_id") REFERENCES "public"."instrument_versions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "submissions" ADD CONSTRAINT "submissions_notice_version_id_notice_versions_id_fk" FOREIGN KEY ("notice_version_id") REFERENCES "public"."notice_versions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "submissions" ADD CONSTRAINT "submissions_open_link_id_open_links_id_fk" FOREIGN KEY ("open_link_id") REFERENCES "public"."open_links"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "submissions" ADD CONSTRAINT "submissions_document_id_documents_id_fk" FOREIGN KEY ("document_id") REFERENCES "public"."documents"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "submissions" ADD CONSTRAINT "submissions_entered_by_staff_members_id_fk" FOREIGN KEY ("entered_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "submissions" ADD CONSTRAINT "submissions_corrects_id_submissions_id_fk" FOREIGN KEY ("corrects_id") REFERENCES "public"."submissions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "submissions" ADD CONSTRAINT "submissions_decided_by_staff_members_id_fk" FOREIGN KEY ("decided_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "answer_holds_once" ON "answer_holds" USING btree ("answer_id","kind");--> statement-breakpoint
CREATE INDEX "answer_holds_open" ON "answer_holds" USING btree ("set_at") WHERE "answer_holds"."ended_at" is null;--> statement-breakpoint
CREATE INDEX "answer_sendings_network" ON "answer_sendings" USING btree ("network_key","sent_at");--> statement-breakpoint
CREATE INDEX "answer_sendings_person" ON "answer_sendings" USING btree ("person_key","sent_at");--> statement-breakpoint
CREATE INDEX "answer_sendings_time" ON "answer_sendings" USING btree ("sent_at");--> statement-breakpoint
CREATE INDEX "answer_sendings_invitation_id_index" ON "answer_sendings" USING btree ("invitation_id");--> statement-breakpoint
CREATE INDEX "confirmations_invitation_id_index" ON "confirmations" USING btree ("invitation_id");--> statement-breakpoint
CREATE INDEX "confirmations_submission_id_index" ON "confirmations" USING btree ("submission_id");--> statement-breakpoint
CREATE INDEX "flag_reviews_invitation_id_seen_at_index" ON "flag_reviews" USING btree ("invitation_id","seen_at");--> statement-breakpoint
CREATE UNIQUE INDEX "open_links_current" ON "open_links" USING btree ("list_id") WHERE "open_links"."closed_at" is null;--> statement-breakpoint
CREATE INDEX "open_links_agency_id_index" ON "open_links" USING btree ("agency_id");--> statement-breakpoint
CREATE UNIQUE INDEX "submissions_corrected_once" ON "submissions" USING btree ("corrects_id");--> statement-breakpoint
CREATE INDEX "submissions_agency_id_state_index" ON "submissions" USING btree ("agency_id","state");--> statement-breakpoint
CREATE INDEX "submissions_credential_id_index" ON "submissions" USING btree ("credential_id");--> statement-breakpoint
CREATE INDEX "submissions_employer_id_index" ON "submissions" USING btree ("employer_id");--> statement-breakpoint
CREATE INDEX "submissions_by_address" ON "submissions" USING btree ("email_key","received_at");--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_submission_id_submissions_id_fk" FOREIGN KEY ("submission_id") REFERENCES "public"."submissions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "answers" ADD CONSTRAINT "answers_submission_id_submissions_id_fk" FOREIGN KEY ("submission_id") REFERENCES "public"."submissions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "answers_submission_version" ON "answers" USING btree ("submission_id","version") WHERE "answers"."submission_id" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "answers_submission_current" ON "answers" USING btree ("submission_id") WHERE "answers"."ended_at" is null and "answers"."submission_id" is not null;--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_kind" CHECK ("messages"."kind" in ('invitation', 'reminder', 'referral', 'receipt', 'confirmation', 'rsvp_confirmation', 'meeting_cancelled', 'meeting_moved', 'sign_in'));--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_recipient" CHECK (num_nonnulls("messages"."contact_id", "messages"."staff_id", "messages"."submission_id") = 1);--> statement-breakpoint
ALTER TABLE "answers" ADD CONSTRAINT "answers_one_source" CHECK (num_nonnulls("answers"."ask_id", "answers"."submission_id") = 1);--> statement-breakpoint
ALTER TABLE "answers" ADD CONSTRAINT "answers_by_invitation" CHECK (("answers"."ask_id" is null) = ("answers"."invitation_id" is null));--> statement-breakpoint
ALTER TABLE "answers" ADD CONSTRAINT "answers_have_a_person" CHECK ("answers"."contact_id" is not null or "answers"."submission_id" is not null);--> statement-breakpoint
ALTER TABLE "answers" ADD CONSTRAINT "answers_provenance" CHECK ("answers"."provenance" in ('mailed_link_own_domain', 'mailed_link_other_domain', 'mailed_link_free_mail', 'forwarded_mailed', 'staff_entered', 'forwarded_verified', 'forwarded_unverified', 'open_link_verified', 'open_link_unverified', 'staff_letter', 'staff_phone', 'committee_vote'));--> statement-breakpoint
-- What somebody said stays as it was typed. Who it belongs to and what became of it is noted beside it, and what names a
-- person may be blanked when it need no longer be kept.
CREATE FUNCTION submissions_stay_as_said() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  noted text[] := '{state,employer_id,contact_id,verified_at,flags,decided_by,decided_at,decision_reason}';
  personal text[] := '{respondent_name,respondent_title,employer_name,employer_place,employer_website,email,email_key,email_domain,note}';
  name text;
BEGIN
  IF TG_OP = 'DELETE' OR (to_jsonb(NEW) - noted - personal) <> (to_jsonb(OLD) - noted - personal) THEN
    RAISE EXCEPTION 'submissions are never edited' USING ERRCODE = 'restrict_violation';
  END IF;
  FOREACH name IN ARRAY personal LOOP
    IF (to_jsonb(NEW) -> name) IS DISTINCT FROM (to_jsonb(OLD) -> name) AND (to_jsonb(NEW) ->> name) <> '' THEN
      RAISE EXCEPTION 'submissions are never edited' USING ERRCODE = 'restrict_violation';
    END IF;
  END LOOP;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER submissions_stay_as_said BEFORE UPDATE OR DELETE ON submissions
  FOR EACH ROW EXECUTE FUNCTION submissions_stay_as_said();
