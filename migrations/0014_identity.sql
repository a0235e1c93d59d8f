CREATE TABLE "recusals" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "recusals_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"seat_id" bigint NOT NULL,
	"contact_id" bigint NOT NULL,
	"issuer_id" bigint NOT NULL,
	"credential_id" bigint,
	"source" text NOT NULL,
	"reason" text NOT NULL,
	"recorded_at" timestamp with time zone NOT NULL,
	"recorded_by" bigint NOT NULL,
	"ended_at" timestamp with time zone,
	"ended_by" bigint,
	"end_reason" text,
	CONSTRAINT "recusals_source" CHECK ("recusals"."source" in ('member', 'staff')),
	CONSTRAINT "recusals_ended" CHECK (("recusals"."ended_at" is null) = ("recusals"."ended_by" is null)),
	CONSTRAINT "recusals_ended_by_another" CHECK ("recusals"."ended_by" <> "recusals"."recorded_by")
);
--> statement-breakpoint
CREATE TABLE "employer_group_members" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "employer_group_members_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"employer_id" bigint NOT NULL,
	"group_id" bigint NOT NULL,
	"joined_at" timestamp with time zone NOT NULL,
	"joined_by" bigint,
	"left_at" timestamp with time zone,
	"left_by" bigint
);
--> statement-breakpoint
CREATE TABLE "employer_groups" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "employer_groups_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"name" text NOT NULL,
	"name_key" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "employer_groups_name_key_unique" UNIQUE("name_key")
);
--> statement-breakpoint
CREATE TABLE "employer_sites" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "employer_sites_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"employer_id" bigint NOT NULL,
	"name" text NOT NULL,
	"name_key" text NOT NULL,
	"address" text DEFAULT '' NOT NULL,
	"city" text DEFAULT '' NOT NULL,
	"state" text DEFAULT '' NOT NULL,
	"zip" text DEFAULT '' NOT NULL,
	"county" text DEFAULT '' NOT NULL,
	"county_fips" text,
	"region" text DEFAULT '' NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	"closed_at" timestamp with time zone,
	CONSTRAINT "employer_sites_county_fips" CHECK ("employer_sites"."county_fips" ~ '^[0-9]{5}$')
);
--> statement-breakpoint
CREATE TABLE "identity_requests" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "identity_requests_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"agency_id" bigint NOT NULL,
	"kind" text NOT NULL,
	"proposal_id" bigint NOT NULL,
	"survivor_id" bigint,
	"reason" text NOT NULL,
	"state" text DEFAULT 'requested' NOT NULL,
	"requested_by" bigint NOT NULL,
	"requested_at" timestamp with time zone NOT NULL,
	"decided_by" bigint,
	"decided_at" timestamp with time zone,
	CONSTRAINT "identity_requests_kind" CHECK ("identity_requests"."kind" in ('reopen', 'merge')),
	CONSTRAINT "identity_requests_state" CHECK ("identity_requests"."state" in ('requested', 'confirmed', 'withdrawn')),
	CONSTRAINT "identity_requests_decided" CHECK (("identity_requests"."decided_at" is not null) = ("identity_requests"."state" in ('confirmed', 'withdrawn'))),
	CONSTRAINT "identity_requests_two_people" CHECK ("identity_requests"."state" <> 'confirmed' or ("identity_requests"."decided_by" is not null and "identity_requests"."decided_by" <> "identity_requests"."requested_by"))
);
--> statement-breakpoint
CREATE TABLE "adjudications" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "adjudications_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"agency_id" bigint NOT NULL,
	"credential_id" bigint NOT NULL,
	"unit_id" bigint NOT NULL,
	"answer_ids" bigint[] NOT NULL,
	"speaks_answer_id" bigint,
	"reason" text NOT NULL,
	"state" text DEFAULT 'proposed' NOT NULL,
	"proposed_at" timestamp with time zone NOT NULL,
	"proposed_by" bigint NOT NULL,
	"decided_at" timestamp with time zone,
	"decided_by" bigint,
	"end_requested_at" timestamp with time zone,
	"end_requested_by" bigint,
	"end_reason" text,
	"ended_at" timestamp with time zone,
	"ended_by" bigint,
	CONSTRAINT "adjudications_state" CHECK ("adjudications"."state" in ('proposed', 'in_force', 'withdrawn', 'ended')),
	CONSTRAINT "adjudications_decided" CHECK (("adjudications"."decided_at" is null) = ("adjudications"."state" = 'proposed')),
	CONSTRAINT "adjudications_two_people" CHECK ("adjudications"."state" not in ('in_force', 'ended') or ("adjudications"."decided_by" is not null and "adjudications"."decided_by" <> "adjudications"."proposed_by")),
	CONSTRAINT "adjudications_ended" CHECK (("adjudications"."ended_at" is not null) = ("adjudications"."state" in ('ended'))),
	CONSTRAINT "adjudications_ended_by_two" CHECK ("adjudications"."ended_at" is null or ("adjudications"."ended_by" is not null and "adjudications"."ended_by" <> "adjudications"."end_requested_by")),
	CONSTRAINT "adjudications_speaks" CHECK ("adjudications"."speaks_answer_id" is null or "adjudications"."speaks_answer_id" = any("adjudications"."answer_ids"))
);
--> statement-breakpoint
CREATE TABLE "issuer_parties" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "issuer_parties_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"issuer_id" bigint NOT NULL,
	"credential_id" bigint,
	"relation" text NOT NULL,
	"name" text NOT NULL,
	"domain" text,
	"employer_id" bigint,
	"set_at" timestamp with time zone NOT NULL,
	"set_by" bigint NOT NULL,
	"ended_at" timestamp with time zone,
	"ended_by" bigint,
	CONSTRAINT "issuer_parties_relation" CHECK ("issuer_parties"."relation" in ('issuer', 'reseller', 'training_provider', 'applicant')),
	CONSTRAINT "issuer_parties_known_by" CHECK ("issuer_parties"."domain" is not null or "issuer_parties"."employer_id" is not null)
);
--> statement-breakpoint
DROP INDEX "conflict_marks_current";--> statement-breakpoint
ALTER TABLE "conflict_marks" ALTER COLUMN "set_by" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "contacts" ADD COLUMN "site_id" bigint;--> statement-breakpoint
ALTER TABLE "duplicate_proposals" ADD COLUMN "opened_by" bigint;--> statement-breakpoint
ALTER TABLE "employers" ADD COLUMN "county_fips" text;--> statement-breakpoint
ALTER TABLE "employers" ADD COLUMN "region" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "conflict_marks" ADD COLUMN "credential_id" bigint;--> statement-breakpoint
ALTER TABLE "conflict_marks" ADD COLUMN "found" text;--> statement-breakpoint
ALTER TABLE "conflict_marks" ADD COLUMN "party_id" bigint;--> statement-breakpoint
ALTER TABLE "conflict_marks" ADD COLUMN "clear_requested_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "conflict_marks" ADD COLUMN "clear_requested_by" bigint;--> statement-breakpoint
ALTER TABLE "conflict_marks" ADD COLUMN "clear_reason" text;--> statement-breakpoint
ALTER TABLE "recusals" ADD CONSTRAINT "recusals_seat_id_committee_seats_id_fk" FOREIGN KEY ("seat_id") REFERENCES "public"."committee_seats"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recusals" ADD CONSTRAINT "recusals_contact_id_contacts_id_fk" FOREIGN KEY ("contact_id") REFERENCES "public"."contacts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recusals" ADD CONSTRAINT "recusals_issuer_id_issuers_id_fk" FOREIGN KEY ("issuer_id") REFERENCES "public"."issuers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recusals" ADD CONSTRAINT "recusals_credential_id_credentials_id_fk" FOREIGN KEY ("credential_id") REFERENCES "public"."credentials"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recusals" ADD CONSTRAINT "recusals_recorded_by_staff_members_id_fk" FOREIGN KEY ("recorded_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recusals" ADD CONSTRAINT "recusals_ended_by_staff_members_id_fk" FOREIGN KEY ("ended_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "employer_group_members" ADD CONSTRAINT "employer_group_members_employer_id_employers_id_fk" FOREIGN KEY ("employer_id") REFERENCES "public"."employers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "employer_group_members" ADD CONSTRAINT "employer_group_members_group_id_employer_groups_id_fk" FOREIGN KEY ("group_id") REFERENCES "public"."employer_groups"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "employer_group_members" ADD CONSTRAINT "employer_group_members_joined_by_staff_members_id_fk" FOREIGN KEY ("joined_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "employer_group_members" ADD CONSTRAINT "employer_group_members_left_by_staff_members_id_fk" FOREIGN KEY ("left_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "employer_sites" ADD CONSTRAINT "employer_sites_employer_id_employers_id_fk" FOREIGN KEY ("employer_id") REFERENCES "public"."employers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "identity_requests" ADD CONSTRAINT "identity_requests_agency_id_agencies_id_fk" FOREIGN KEY ("agency_id") REFERENCES "public"."agencies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "identity_requests" ADD CONSTRAINT "identity_requests_proposal_id_duplicate_proposals_id_fk" FOREIGN KEY ("proposal_id") REFERENCES "public"."duplicate_proposals"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "identity_requests" ADD CONSTRAINT "identity_requests_survivor_id_employers_id_fk" FOREIGN KEY ("survivor_id") REFERENCES "public"."employers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "identity_requests" ADD CONSTRAINT "identity_requests_requested_by_staff_members_id_fk" FOREIGN KEY ("requested_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "identity_requests" ADD CONSTRAINT "identity_requests_decided_by_staff_members_id_fk" FOREIGN KEY ("decided_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "adjudications" ADD CONSTRAINT "adjudications_agency_id_agencies_id_fk" FOREIGN KEY ("agency_id") REFERENCES "public"."agencies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "adjudications" ADD CONSTRAINT "adjudications_credential_id_credentials_id_fk" FOREIGN KEY ("credential_id") REFERENCES "public"."credentials"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "adjudications" ADD CONSTRAINT "adjudications_unit_id_employers_id_fk" FOREIGN KEY ("unit_id") REFERENCES "public"."employers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "adjudications" ADD CONSTRAINT "adjudications_speaks_answer_id_answers_id_fk" FOREIGN KEY ("speaks_answer_id") REFERENCES "public"."answers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "adjudications" ADD CONSTRAINT "adjudications_proposed_by_staff_members_id_fk" FOREIGN KEY ("proposed_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "adjudications" ADD CONSTRAINT "adjudications_decided_by_staff_members_id_fk" FOREIGN KEY ("decided_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "adjudications" ADD CONSTRAINT "adjudications_end_requested_by_staff_members_id_fk" FOREIGN KEY ("end_requested_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "adjudications" ADD CONSTRAINT "adjudications_ended_by_staff_members_id_fk" FOREIGN KEY ("ended_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "issuer_parties" ADD CONSTRAINT "issuer_parties_issuer_id_issuers_id_fk" FOREIGN KEY ("issuer_id") REFERENCES "public"."issuers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "issuer_parties" ADD CONSTRAINT "issuer_parties_credential_id_credentials_id_fk" FOREIGN KEY ("credential_id") REFERENCES "public"."credentials"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "issuer_parties" ADD CONSTRAINT "issuer_parties_employer_id_employers_id_fk" FOREIGN KEY ("employer_id") REFERENCES "public"."employers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "issuer_parties" ADD CONSTRAINT "issuer_parties_set_by_staff_members_id_fk" FOREIGN KEY ("set_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "issuer_parties" ADD CONSTRAINT "issuer_parties_ended_by_staff_members_id_fk" FOREIGN KEY ("ended_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "recusals_current" ON "recusals" USING btree ("seat_id","contact_id","issuer_id",coalesce("credential_id", 0)) WHERE "recusals"."ended_at" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "employer_group_members_current" ON "employer_group_members" USING btree ("employer_id") WHERE "employer_group_members"."left_at" is null;--> statement-breakpoint
CREATE INDEX "employer_group_members_group_id_index" ON "employer_group_members" USING btree ("group_id");--> statement-breakpoint
CREATE INDEX "employer_group_members_employer_id_index" ON "employer_group_members" USING btree ("employer_id");--> statement-breakpoint
CREATE UNIQUE INDEX "employer_sites_name" ON "employer_sites" USING btree ("employer_id","name_key");--> statement-breakpoint
CREATE UNIQUE INDEX "identity_requests_open" ON "identity_requests" USING btree ("proposal_id") WHERE "identity_requests"."state" = 'requested';--> statement-breakpoint
CREATE UNIQUE INDEX "adjudications_proposed" ON "adjudications" USING btree ("credential_id","unit_id") WHERE "adjudications"."state" = 'proposed';--> statement-breakpoint
CREATE INDEX "adjudications_credential_id_index" ON "adjudications" USING btree ("credential_id");--> statement-breakpoint
CREATE INDEX "issuer_parties_issuer_id_index" ON "issuer_parties" USING btree ("issuer_id");--> statement-breakpoint
CREATE INDEX "issuer_parties_employer_id_index" ON "issuer_parties" USING btree ("employer_id");--> statement-breakpoint
ALTER TABLE "contacts" ADD CONSTRAINT "contacts_site_id_employer_sites_id_fk" FOREIGN KEY ("site_id") REFERENCES "public"."employer_sites"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "duplicate_proposals" ADD CONSTRAINT "duplicate_proposals_opened_by_staff_members_id_fk" FOREIGN KEY ("opened_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "conflict_marks" ADD CONSTRAINT "conflict_marks_credential_id_credentials_id_fk" FOREIGN KEY ("credential_id") REFERENCES "public"."credentials"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "conflict_marks" ADD CONSTRAINT "conflict_marks_party_id_issuer_parties_id_fk" FOREIGN KEY ("party_id") REFERENCES "public"."issuer_parties"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "conflict_marks" ADD CONSTRAINT "conflict_marks_clear_requested_by_staff_members_id_fk" FOREIGN KEY ("clear_requested_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "conflict_marks_current" ON "conflict_marks" USING btree ("employer_id","issuer_id",coalesce("party_id", 0)) WHERE "conflict_marks"."cleared_at" is null;--> statement-breakpoint
ALTER TABLE "employers" ADD CONSTRAINT "employers_county_fips" CHECK ("employers"."county_fips" ~ '^[0-9]{5}$');--> statement-breakpoint
ALTER TABLE "conflict_marks" ADD CONSTRAINT "conflict_marks_found" CHECK ("conflict_marks"."found" in ('same_employer', 'domain', 'shared_parent'));--> statement-breakpoint
ALTER TABLE "conflict_marks" ADD CONSTRAINT "conflict_marks_origin" CHECK (("conflict_marks"."set_by" is null) = ("conflict_marks"."found" is not null));--> statement-breakpoint
ALTER TABLE "conflict_marks" ADD CONSTRAINT "conflict_marks_found_party" CHECK (("conflict_marks"."found" is null) = ("conflict_marks"."party_id" is null));--> statement-breakpoint
ALTER TABLE "conflict_marks" ADD CONSTRAINT "conflict_marks_two_people" CHECK ("conflict_marks"."cleared_by" is null or "conflict_marks"."cleared_by" <> "conflict_marks"."clear_requested_by");