CREATE TABLE "agencies" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "agencies_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"slug" text NOT NULL,
	"name" text NOT NULL,
	"short_name" text NOT NULL,
	"mail_from_name" text NOT NULL,
	"mail_from_address" text NOT NULL,
	"reply_to" text NOT NULL,
	"postal_address" text NOT NULL,
	"phone" text DEFAULT '' NOT NULL,
	"time_zone" text NOT NULL,
	"state_code" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "agencies_slug_unique" UNIQUE("slug")
);
--> statement-breakpoint
CREATE TABLE "api_keys" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "api_keys_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"agency_id" bigint NOT NULL,
	"name" text NOT NULL,
	"prefix" text NOT NULL,
	"key_hash" "bytea" NOT NULL,
	"scopes" text[] NOT NULL,
	"created_by" bigint NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"revoked_at" timestamp with time zone,
	"last_used_at" timestamp with time zone,
	CONSTRAINT "api_keys_key_hash_unique" UNIQUE("key_hash")
);
--> statement-breakpoint
CREATE TABLE "audit_events" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "audit_events_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" timestamp with time zone NOT NULL,
	"agency_id" bigint,
	"actor_kind" text NOT NULL,
	"actor_id" bigint,
	"action" text NOT NULL,
	"subject_type" text NOT NULL,
	"subject_id" bigint,
	"details" jsonb DEFAULT '{}'::jsonb NOT NULL,
	CONSTRAINT "audit_events_actor_kind" CHECK ("audit_events"."actor_kind" in ('staff', 'employer', 'system', 'api'))
);
--> statement-breakpoint
CREATE TABLE "installation" (
	"only_row" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"installation_id" text NOT NULL,
	"sending_unlocked_at" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "installation_only_row" CHECK ("installation"."only_row")
);
--> statement-breakpoint
CREATE TABLE "sign_in_links" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "sign_in_links_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"staff_id" bigint NOT NULL,
	"token_hash" "bytea" NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone,
	CONSTRAINT "sign_in_links_token_hash_unique" UNIQUE("token_hash")
);
--> statement-breakpoint
CREATE TABLE "staff_members" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "staff_members_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"agency_id" bigint NOT NULL,
	"email" text NOT NULL,
	"email_key" text NOT NULL,
	"name" text NOT NULL,
	"role" text NOT NULL,
	"disabled_at" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "staff_members_email_key_unique" UNIQUE("email_key"),
	CONSTRAINT "staff_members_role" CHECK ("staff_members"."role" in ('viewer', 'editor', 'approver', 'admin'))
);
--> statement-breakpoint
CREATE TABLE "staff_sessions" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "staff_sessions_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"staff_id" bigint NOT NULL,
	"token_hash" "bytea" NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"last_seen_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"revoked_at" timestamp with time zone,
	CONSTRAINT "staff_sessions_token_hash_unique" UNIQUE("token_hash")
);
--> statement-breakpoint
CREATE TABLE "applications" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "applications_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"agency_id" bigint NOT NULL,
	"credential_id" bigint NOT NULL,
	"list_id" bigint NOT NULL,
	"cycle_id" bigint NOT NULL,
	"state" text DEFAULT 'submitted' NOT NULL,
	"submitted_by" bigint NOT NULL,
	"submitted_at" timestamp with time zone NOT NULL,
	"decision" text,
	"decision_reason" text,
	"decided_by" bigint,
	"decided_at" timestamp with time zone,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "applications_state" CHECK ("applications"."state" in ('submitted', 'in_review', 'decided', 'due_for_review', 'renewed', 'lapsed', 'revoked')),
	CONSTRAINT "applications_decision" CHECK ("applications"."decision" in ('approved', 'denied', 'deferred')),
	CONSTRAINT "applications_decided" CHECK (("applications"."decided_at" is not null) = ("applications"."state" in ('decided', 'due_for_review', 'renewed', 'lapsed', 'revoked'))),
	CONSTRAINT "applications_decision_present" CHECK (("applications"."decision" is null) = ("applications"."decided_at" is null))
);
--> statement-breakpoint
CREATE TABLE "approval_records" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "approval_records_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"application_id" bigint NOT NULL,
	"agency_id" bigint NOT NULL,
	"credential_id" bigint NOT NULL,
	"list_id" bigint NOT NULL,
	"snapshot_id" bigint NOT NULL,
	"requirement" text NOT NULL,
	"requirement_status" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"superseded_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "freeze_requests" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "freeze_requests_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"application_id" bigint NOT NULL,
	"state" text DEFAULT 'requested' NOT NULL,
	"requested_by" bigint NOT NULL,
	"requested_at" timestamp with time zone NOT NULL,
	"note" text DEFAULT '' NOT NULL,
	"figures" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"confirmed_by" bigint,
	"ended_at" timestamp with time zone,
	"snapshot_id" bigint,
	CONSTRAINT "freeze_requests_state" CHECK ("freeze_requests"."state" in ('requested', 'frozen', 'withdrawn')),
	CONSTRAINT "freeze_requests_two_people" CHECK ("freeze_requests"."confirmed_by" <> "freeze_requests"."requested_by"),
	CONSTRAINT "freeze_requests_frozen" CHECK (("freeze_requests"."snapshot_id" is not null) = ("freeze_requests"."state" = 'frozen'))
);
--> statement-breakpoint
CREATE TABLE "list_cycles" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "list_cycles_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"list_id" bigint NOT NULL,
	"name" text NOT NULL,
	"starts_on" date NOT NULL,
	"ends_on" date NOT NULL,
	CONSTRAINT "list_cycles_order" CHECK ("list_cycles"."starts_on" < "list_cycles"."ends_on")
);
--> statement-breakpoint
CREATE TABLE "lists" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "lists_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"agency_id" bigint NOT NULL,
	"slug" text NOT NULL,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"review_cycle" text NOT NULL,
	"policy_version_id" bigint NOT NULL,
	"is_public" boolean DEFAULT false NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "lists_slug_unique" UNIQUE("slug"),
	CONSTRAINT "lists_kind" CHECK ("lists"."kind" in ('informational', 'use_case', 'unified')),
	CONSTRAINT "lists_review_cycle" CHECK ("lists"."review_cycle" in ('rolling', 'quarterly', 'twice_a_year', 'annual', 'every_2_years', 'every_5_years'))
);
--> statement-breakpoint
CREATE TABLE "committee_seats" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "committee_seats_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"committee_id" bigint NOT NULL,
	"number" integer NOT NULL,
	"role" text NOT NULL,
	"naics_prefix" text,
	"is_industry" boolean DEFAULT true NOT NULL,
	"holder_contact_id" bigint,
	"filled_at" timestamp with time zone,
	"term_from" date,
	"term_until" date,
	CONSTRAINT "committee_seats_filled" CHECK (("committee_seats"."filled_at" is null) = ("committee_seats"."holder_contact_id" is null))
);
--> statement-breakpoint
CREATE TABLE "committees" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "committees_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"agency_id" bigint NOT NULL,
	"slug" text NOT NULL,
	"name" text NOT NULL,
	"purpose" text DEFAULT '' NOT NULL,
	"is_public" boolean DEFAULT false NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "committees_slug_unique" UNIQUE("slug")
);
--> statement-breakpoint
CREATE TABLE "meetings" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "meetings_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"committee_id" bigint NOT NULL,
	"title" text NOT NULL,
	"starts_at" timestamp with time zone NOT NULL,
	"ends_at" timestamp with time zone NOT NULL,
	"time_zone" text NOT NULL,
	"place" text DEFAULT '' NOT NULL,
	"online_url" text,
	"agenda" text DEFAULT '' NOT NULL,
	"uid" text NOT NULL,
	"sequence" integer DEFAULT 0 NOT NULL,
	"state" text DEFAULT 'scheduled' NOT NULL,
	"created_by" bigint NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "meetings_uid_unique" UNIQUE("uid"),
	CONSTRAINT "meetings_state" CHECK ("meetings"."state" in ('scheduled', 'cancelled', 'held')),
	CONSTRAINT "meetings_times" CHECK ("meetings"."starts_at" < "meetings"."ends_at")
);
--> statement-breakpoint
CREATE TABLE "rsvp_links" (
	"token_hash" "bytea" PRIMARY KEY NOT NULL,
	"ask_id" bigint NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "rsvp_links_ask_id_unique" UNIQUE("ask_id")
);
--> statement-breakpoint
CREATE TABLE "rsvps" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "rsvps_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"ask_id" bigint NOT NULL,
	"meeting_id" bigint NOT NULL,
	"contact_id" bigint NOT NULL,
	"version" integer NOT NULL,
	"response" text NOT NULL,
	"reason" text DEFAULT '' NOT NULL,
	"seat_id" bigint,
	"responded_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone,
	CONSTRAINT "rsvps_response" CHECK ("rsvps"."response" in ('accepted', 'declined'))
);
--> statement-breakpoint
CREATE TABLE "credentials" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "credentials_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"slug" text NOT NULL,
	"name" text NOT NULL,
	"name_key" text NOT NULL,
	"version" text DEFAULT '' NOT NULL,
	"issuer_id" bigint NOT NULL,
	"ctdl_ctid" text,
	"credential_type" text DEFAULT 'Certification' NOT NULL,
	"cluster" text DEFAULT '' NOT NULL,
	"naics_prefixes" text[] NOT NULL,
	"state_code" text,
	"url" text,
	"description" text DEFAULT '' NOT NULL,
	"state" text DEFAULT 'active' NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "credentials_slug_unique" UNIQUE("slug"),
	CONSTRAINT "credentials_ctdl_ctid_unique" UNIQUE("ctdl_ctid"),
	CONSTRAINT "credentials_state" CHECK ("credentials"."state" in ('active', 'retired'))
);
--> statement-breakpoint
CREATE TABLE "issuers" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "issuers_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"name" text NOT NULL,
	"name_key" text NOT NULL,
	"website" text,
	"domain" text,
	CONSTRAINT "issuers_name_key_unique" UNIQUE("name_key")
);
--> statement-breakpoint
CREATE TABLE "column_mappings" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "column_mappings_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"agency_id" bigint NOT NULL,
	"kind" text NOT NULL,
	"header_fingerprint" text NOT NULL,
	"mapping" jsonb NOT NULL,
	"saved_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "contacts" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "contacts_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"employer_id" bigint NOT NULL,
	"name" text DEFAULT '' NOT NULL,
	"email" text NOT NULL,
	"email_key" text NOT NULL,
	"email_domain" text NOT NULL,
	"title" text DEFAULT '' NOT NULL,
	"phone" text DEFAULT '' NOT NULL,
	"hiring_authority" boolean,
	"language" text DEFAULT 'en' NOT NULL,
	"state" text DEFAULT 'active' NOT NULL,
	"source" text DEFAULT 'import' NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "contacts_email_key_unique" UNIQUE("email_key"),
	CONSTRAINT "contacts_state" CHECK ("contacts"."state" in ('active', 'left', 'wrong_role')),
	CONSTRAINT "contacts_language" CHECK ("contacts"."language" in ('en', 'es'))
);
--> statement-breakpoint
CREATE TABLE "duplicate_proposals" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "duplicate_proposals_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"employer_a_id" bigint NOT NULL,
	"employer_b_id" bigint NOT NULL,
	"reasons" jsonb NOT NULL,
	"score" double precision NOT NULL,
	"state" text DEFAULT 'open' NOT NULL,
	"opened_at" timestamp with time zone NOT NULL,
	"decided_at" timestamp with time zone,
	"decided_by" bigint,
	"decision_reason" text,
	CONSTRAINT "duplicate_proposals_order" CHECK ("duplicate_proposals"."employer_a_id" < "duplicate_proposals"."employer_b_id"),
	CONSTRAINT "duplicate_proposals_state" CHECK ("duplicate_proposals"."state" in ('open', 'merged', 'distinct')),
	CONSTRAINT "duplicate_proposals_decided" CHECK (("duplicate_proposals"."decided_at" is not null) = ("duplicate_proposals"."state" <> 'open'))
);
--> statement-breakpoint
CREATE TABLE "employer_aliases" (
	"employer_id" bigint NOT NULL,
	"name" text NOT NULL,
	"name_key" text NOT NULL,
	CONSTRAINT "employer_aliases_employer_id_name_key_pk" PRIMARY KEY("employer_id","name_key")
);
--> statement-breakpoint
CREATE TABLE "employer_domains" (
	"employer_id" bigint NOT NULL,
	"domain" text NOT NULL,
	CONSTRAINT "employer_domains_employer_id_domain_pk" PRIMARY KEY("employer_id","domain")
);
--> statement-breakpoint
CREATE TABLE "employer_merges" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "employer_merges_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"survivor_id" bigint NOT NULL,
	"merged_id" bigint NOT NULL,
	"merged_at" timestamp with time zone NOT NULL,
	"merged_by" bigint NOT NULL,
	"undone_at" timestamp with time zone,
	"undone_by" bigint
);
--> statement-breakpoint
CREATE TABLE "employers" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "employers_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"legal_name" text NOT NULL,
	"name_key" text NOT NULL,
	"dba" text,
	"fein" text,
	"external_id" text,
	"address" text DEFAULT '' NOT NULL,
	"address_key" text DEFAULT '' NOT NULL,
	"city" text DEFAULT '' NOT NULL,
	"state" text DEFAULT '' NOT NULL,
	"zip" text DEFAULT '' NOT NULL,
	"county" text DEFAULT '' NOT NULL,
	"phone" text DEFAULT '' NOT NULL,
	"naics_code" text,
	"legal_form" text DEFAULT '' NOT NULL,
	"jobs" integer,
	"time_zone" text,
	"merged_into_id" bigint,
	"unit_id" bigint DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "employers_fein_digits" CHECK ("employers"."fein" ~ '^[0-9]{9}$'),
	CONSTRAINT "employers_not_merged_into_itself" CHECK ("employers"."merged_into_id" <> "employers"."id")
);
--> statement-breakpoint
CREATE TABLE "import_issues" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "import_issues_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"import_id" bigint NOT NULL,
	"line" integer NOT NULL,
	"column_name" text,
	"code" text NOT NULL,
	"severity" text NOT NULL,
	"message" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "imports" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "imports_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"kind" text NOT NULL,
	"agency_id" bigint NOT NULL,
	"filename" text NOT NULL,
	"stored_as" text NOT NULL,
	"bytes" bigint NOT NULL,
	"sha256" text NOT NULL,
	"encoding" text,
	"delimiter" text,
	"headers" text[],
	"mapping" jsonb,
	"state" text DEFAULT 'uploaded' NOT NULL,
	"counts" jsonb,
	"failure" text,
	"created_by" bigint,
	"created_at" timestamp with time zone NOT NULL,
	"finished_at" timestamp with time zone,
	CONSTRAINT "imports_kind" CHECK ("imports"."kind" in ('employers', 'contacts', 'credentials')),
	CONSTRAINT "imports_state" CHECK ("imports"."state" in ('uploaded', 'mapped', 'previewed', 'importing', 'imported', 'failed', 'cancelled'))
);
--> statement-breakpoint
CREATE TABLE "conflict_marks" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "conflict_marks_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"employer_id" bigint NOT NULL,
	"issuer_id" bigint NOT NULL,
	"relation" text NOT NULL,
	"note" text DEFAULT '' NOT NULL,
	"set_at" timestamp with time zone NOT NULL,
	"set_by" bigint NOT NULL,
	"cleared_at" timestamp with time zone,
	"cleared_by" bigint,
	CONSTRAINT "conflict_marks_relation" CHECK ("conflict_marks"."relation" in ('none', 'customer', 'board', 'sells_or_paid', 'issuer', 'reseller', 'training_provider', 'applicant'))
);
--> statement-breakpoint
CREATE TABLE "evidence_snapshots" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "evidence_snapshots_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"agency_id" bigint NOT NULL,
	"credential_id" bigint NOT NULL,
	"policy_version_id" bigint NOT NULL,
	"as_of" timestamp with time zone NOT NULL,
	"packet" text NOT NULL,
	"sha256" text NOT NULL,
	"requirement_status" text NOT NULL,
	"valid_until" timestamp with time zone,
	"supersedes_id" bigint,
	"requested_by" bigint NOT NULL,
	"confirmed_by" bigint NOT NULL,
	"frozen_at" timestamp with time zone NOT NULL,
	CONSTRAINT "evidence_snapshots_sha256_unique" UNIQUE("sha256"),
	CONSTRAINT "evidence_snapshots_two_people" CHECK ("evidence_snapshots"."requested_by" <> "evidence_snapshots"."confirmed_by")
);
--> statement-breakpoint
CREATE TABLE "policies" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "policies_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"slug" text NOT NULL,
	"name" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "policies_slug_unique" UNIQUE("slug")
);
--> statement-breakpoint
CREATE TABLE "policy_versions" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "policy_versions_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"policy_id" bigint NOT NULL,
	"version" integer NOT NULL,
	"body" jsonb NOT NULL,
	"sha256" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "positions" (
	"tally_id" bigint NOT NULL,
	"unit_id" bigint NOT NULL,
	"status" text NOT NULL,
	"reason" text,
	"asked" boolean NOT NULL,
	"delivered" boolean NOT NULL,
	"answer_id" bigint,
	"answered_at" timestamp with time zone,
	"expires_at" timestamp with time zone,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "positions_tally_id_unit_id_pk" PRIMARY KEY("tally_id","unit_id"),
	CONSTRAINT "positions_status" CHECK ("positions"."status" in ('asked', 'both_yes', 'no', 'not_sure', 'not_familiar', 'conflicting', 'excluded', 'aged_out'))
);
--> statement-breakpoint
CREATE TABLE "tallies" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "tallies_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"credential_id" bigint NOT NULL,
	"policy_version_id" bigint NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "tally_counts" (
	"tally_id" bigint NOT NULL,
	"slot" smallint NOT NULL,
	"asked" integer DEFAULT 0 NOT NULL,
	"delivered" integer DEFAULT 0 NOT NULL,
	"answered" integer DEFAULT 0 NOT NULL,
	"both_yes" integer DEFAULT 0 NOT NULL,
	"no" integer DEFAULT 0 NOT NULL,
	"not_sure" integer DEFAULT 0 NOT NULL,
	"not_familiar" integer DEFAULT 0 NOT NULL,
	"conflicting" integer DEFAULT 0 NOT NULL,
	"excluded" integer DEFAULT 0 NOT NULL,
	"aged_out" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "tally_counts_tally_id_slot_pk" PRIMARY KEY("tally_id","slot")
);
--> statement-breakpoint
CREATE TABLE "asks" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "asks_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"wave_id" bigint NOT NULL,
	"invitation_id" bigint NOT NULL,
	"contact_id" bigint NOT NULL,
	"employer_id" bigint NOT NULL,
	"credential_id" bigint,
	"meeting_id" bigint,
	"seat_role" text,
	"position" integer NOT NULL,
	"state" text DEFAULT 'planned' NOT NULL,
	"asked_at" timestamp with time zone,
	"undelivered_at" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "asks_state" CHECK ("asks"."state" in ('planned', 'asked', 'answered', 'withdrawn', 'declined', 'cancelled')),
	CONSTRAINT "asks_one_topic" CHECK (num_nonnulls("asks"."credential_id", "asks"."meeting_id") = 1)
);
--> statement-breakpoint
CREATE TABLE "invitations" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "invitations_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"wave_id" bigint NOT NULL,
	"agency_id" bigint NOT NULL,
	"contact_id" bigint NOT NULL,
	"employer_id" bigint NOT NULL,
	"token_hash" "bytea" NOT NULL,
	"token_version" integer DEFAULT 1 NOT NULL,
	"state" text DEFAULT 'open' NOT NULL,
	"language" text DEFAULT 'en' NOT NULL,
	"draft" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"draft_version" integer DEFAULT 0 NOT NULL,
	"started_at" timestamp with time zone,
	"answered_at" timestamp with time zone,
	"declined_at" timestamp with time zone,
	"decline_reason" text,
	"referred_from_id" bigint,
	"flags" text[] DEFAULT '{}' NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "invitations_token_hash_unique" UNIQUE("token_hash"),
	CONSTRAINT "invitations_state" CHECK ("invitations"."state" in ('open', 'started', 'answered', 'declined', 'referred', 'expired')),
	CONSTRAINT "invitations_language" CHECK ("invitations"."language" in ('en', 'es')),
	CONSTRAINT "invitations_decline_reason" CHECK ("invitations"."decline_reason" in ('left', 'wrong_role', 'not_our_field', 'no_time', 'never')),
	CONSTRAINT "invitations_declined" CHECK (("invitations"."declined_at" is not null) = ("invitations"."state" in ('declined'))),
	CONSTRAINT "invitations_answered" CHECK ("invitations"."state" <> 'answered' or "invitations"."answered_at" is not null)
);
--> statement-breakpoint
CREATE TABLE "messages" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "messages_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"agency_id" bigint NOT NULL,
	"wave_id" bigint,
	"invitation_id" bigint,
	"contact_id" bigint,
	"employer_id" bigint,
	"staff_id" bigint,
	"kind" text NOT NULL,
	"stream" text NOT NULL,
	"step" integer DEFAULT 0 NOT NULL,
	"refs" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"state" text DEFAULT 'planned' NOT NULL,
	"send_after" timestamp with time zone NOT NULL,
	"not_after" timestamp with time zone NOT NULL,
	"message_id" text NOT NULL,
	"provider_id" text,
	"template_version" integer DEFAULT 1 NOT NULL,
	"claimed_by" uuid,
	"lease_until" timestamp with time zone,
	"handed_at" timestamp with time zone,
	"attempts" integer DEFAULT 0 NOT NULL,
	"sent_at" timestamp with time zone,
	"finished_at" timestamp with time zone,
	"reason" text,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "messages_message_id_unique" UNIQUE("message_id"),
	CONSTRAINT "messages_state" CHECK ("messages"."state" in ('planned', 'claimed', 'sent', 'delivered', 'bounced', 'complained', 'suppressed', 'expired', 'cancelled', 'uncertain', 'failed')),
	CONSTRAINT "messages_kind" CHECK ("messages"."kind" in ('invitation', 'reminder', 'referral', 'receipt', 'rsvp_confirmation', 'meeting_cancelled', 'meeting_moved', 'sign_in')),
	CONSTRAINT "messages_stream" CHECK ("messages"."stream" in ('outreach', 'transactional')),
	CONSTRAINT "messages_sent" CHECK (("messages"."sent_at" is not null) = ("messages"."state" in ('sent', 'delivered', 'bounced', 'complained'))),
	CONSTRAINT "messages_claimed" CHECK (("messages"."claimed_by" is not null and "messages"."lease_until" is not null) = ("messages"."state" = 'claimed')),
	CONSTRAINT "messages_recipient" CHECK (num_nonnulls("messages"."contact_id", "messages"."staff_id") = 1)
);
--> statement-breakpoint
CREATE TABLE "suppressions" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "suppressions_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"address_hash" "bytea" NOT NULL,
	"reason" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"lifted_at" timestamp with time zone,
	"lifted_by" bigint,
	"lifted_how" text,
	CONSTRAINT "suppressions_reason" CHECK ("suppressions"."reason" in ('unsubscribed', 'complained', 'bounced', 'staff'))
);
--> statement-breakpoint
CREATE TABLE "unsubscribe_links" (
	"token_hash" "bytea" PRIMARY KEY NOT NULL,
	"contact_id" bigint,
	"address_hash" "bytea" NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "unsubscribe_links_contact_id_unique" UNIQUE("contact_id")
);
--> statement-breakpoint
CREATE TABLE "wave_exclusions" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "wave_exclusions_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"wave_id" bigint NOT NULL,
	"contact_id" bigint NOT NULL,
	"employer_id" bigint NOT NULL,
	"credential_id" bigint,
	"reason" text NOT NULL,
	"free_again_on" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "waves" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "waves_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"agency_id" bigint NOT NULL,
	"name" text NOT NULL,
	"state" text DEFAULT 'draft' NOT NULL,
	"audience" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"topics" jsonb DEFAULT '{"credentialIds":[],"meetingIds":[]}'::jsonb NOT NULL,
	"protocol" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"protocol_sha256" text,
	"instrument_version_id" bigint,
	"notice_version_id" bigint,
	"close_at" timestamp with time zone,
	"grace_until" timestamp with time zone,
	"created_by" bigint NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	"proposed_by" bigint,
	"proposed_at" timestamp with time zone,
	"proposed_preview" jsonb,
	"approved_by" bigint,
	"approved_at" timestamp with time zone,
	"launched_at" timestamp with time zone,
	"paused_at" timestamp with time zone,
	"closed_at" timestamp with time zone,
	"cancelled_at" timestamp with time zone,
	CONSTRAINT "waves_state" CHECK ("waves"."state" in ('draft', 'proposed', 'approved', 'running', 'paused', 'closed', 'cancelled')),
	CONSTRAINT "waves_two_people" CHECK ("waves"."approved_by" <> "waves"."proposed_by"),
	CONSTRAINT "waves_launched" CHECK (not ("waves"."state" in ('running', 'paused', 'closed')) or ("waves"."launched_at" is not null and "waves"."approved_by" is not null
        and "waves"."protocol_sha256" is not null and "waves"."close_at" is not null and "waves"."grace_until" is not null)),
	CONSTRAINT "waves_paused" CHECK (("waves"."paused_at" is not null) = ("waves"."state" in ('paused'))),
	CONSTRAINT "waves_closed" CHECK (("waves"."closed_at" is not null) = ("waves"."state" in ('closed'))),
	CONSTRAINT "waves_cancelled" CHECK (("waves"."cancelled_at" is not null) = ("waves"."state" in ('cancelled')))
);
--> statement-breakpoint
CREATE TABLE "answers" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "answers_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"ask_id" bigint NOT NULL,
	"version" integer NOT NULL,
	"invitation_id" bigint NOT NULL,
	"contact_id" bigint NOT NULL,
	"employer_id" bigint NOT NULL,
	"credential_id" bigint NOT NULL,
	"instrument_version_id" bigint NOT NULL,
	"notice_version_id" bigint NOT NULL,
	"language" text NOT NULL,
	"familiar" boolean NOT NULL,
	"values" jsonb NOT NULL,
	"relation" text NOT NULL,
	"respondent_name" text DEFAULT '' NOT NULL,
	"respondent_title" text DEFAULT '' NOT NULL,
	"hiring_authority" boolean,
	"provenance" text NOT NULL,
	"answered_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone,
	"end_kind" text,
	CONSTRAINT "answers_language" CHECK ("answers"."language" in ('en', 'es')),
	CONSTRAINT "answers_relation" CHECK ("answers"."relation" in ('none', 'customer', 'board', 'sells_or_paid', 'issuer', 'reseller', 'training_provider', 'applicant')),
	CONSTRAINT "answers_provenance" CHECK ("answers"."provenance" in ('mailed_link_own_domain', 'mailed_link_other_domain', 'mailed_link_free_mail', 'forwarded_mailed', 'staff_entered')),
	CONSTRAINT "answers_end_kind" CHECK ("answers"."end_kind" in ('superseded', 'withdrawn')),
	CONSTRAINT "answers_ended" CHECK (("answers"."ended_at" is null) = ("answers"."end_kind" is null)),
	CONSTRAINT "answers_unfamiliar_is_empty" CHECK ("answers"."familiar" or "answers"."values" = '{}'::jsonb)
);
--> statement-breakpoint
CREATE TABLE "instrument_versions" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "instrument_versions_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"instrument_id" bigint NOT NULL,
	"version" integer NOT NULL,
	"body" jsonb NOT NULL,
	"sha256" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "instruments" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "instruments_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"slug" text NOT NULL,
	"name" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "instruments_slug_unique" UNIQUE("slug")
);
--> statement-breakpoint
CREATE TABLE "notice_versions" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "notice_versions_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"agency_id" bigint NOT NULL,
	"version" integer NOT NULL,
	"body" jsonb NOT NULL,
	"sha256" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_agency_id_agencies_id_fk" FOREIGN KEY ("agency_id") REFERENCES "public"."agencies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_created_by_staff_members_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "audit_events" ADD CONSTRAINT "audit_events_agency_id_agencies_id_fk" FOREIGN KEY ("agency_id") REFERENCES "public"."agencies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sign_in_links" ADD CONSTRAINT "sign_in_links_staff_id_staff_members_id_fk" FOREIGN KEY ("staff_id") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "staff_members" ADD CONSTRAINT "staff_members_agency_id_agencies_id_fk" FOREIGN KEY ("agency_id") REFERENCES "public"."agencies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "staff_sessions" ADD CONSTRAINT "staff_sessions_staff_id_staff_members_id_fk" FOREIGN KEY ("staff_id") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "applications" ADD CONSTRAINT "applications_agency_id_agencies_id_fk" FOREIGN KEY ("agency_id") REFERENCES "public"."agencies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "applications" ADD CONSTRAINT "applications_credential_id_credentials_id_fk" FOREIGN KEY ("credential_id") REFERENCES "public"."credentials"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "applications" ADD CONSTRAINT "applications_list_id_lists_id_fk" FOREIGN KEY ("list_id") REFERENCES "public"."lists"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "applications" ADD CONSTRAINT "applications_cycle_id_list_cycles_id_fk" FOREIGN KEY ("cycle_id") REFERENCES "public"."list_cycles"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "applications" ADD CONSTRAINT "applications_submitted_by_staff_members_id_fk" FOREIGN KEY ("submitted_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "applications" ADD CONSTRAINT "applications_decided_by_staff_members_id_fk" FOREIGN KEY ("decided_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "approval_records" ADD CONSTRAINT "approval_records_application_id_applications_id_fk" FOREIGN KEY ("application_id") REFERENCES "public"."applications"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "approval_records" ADD CONSTRAINT "approval_records_agency_id_agencies_id_fk" FOREIGN KEY ("agency_id") REFERENCES "public"."agencies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "approval_records" ADD CONSTRAINT "approval_records_credential_id_credentials_id_fk" FOREIGN KEY ("credential_id") REFERENCES "public"."credentials"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "approval_records" ADD CONSTRAINT "approval_records_list_id_lists_id_fk" FOREIGN KEY ("list_id") REFERENCES "public"."lists"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "approval_records" ADD CONSTRAINT "approval_records_snapshot_id_evidence_snapshots_id_fk" FOREIGN KEY ("snapshot_id") REFERENCES "public"."evidence_snapshots"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "freeze_requests" ADD CONSTRAINT "freeze_requests_application_id_applications_id_fk" FOREIGN KEY ("application_id") REFERENCES "public"."applications"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "freeze_requests" ADD CONSTRAINT "freeze_requests_requested_by_staff_members_id_fk" FOREIGN KEY ("requested_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "freeze_requests" ADD CONSTRAINT "freeze_requests_confirmed_by_staff_members_id_fk" FOREIGN KEY ("confirmed_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "freeze_requests" ADD CONSTRAINT "freeze_requests_snapshot_id_evidence_snapshots_id_fk" FOREIGN KEY ("snapshot_id") REFERENCES "public"."evidence_snapshots"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "list_cycles" ADD CONSTRAINT "list_cycles_list_id_lists_id_fk" FOREIGN KEY ("list_id") REFERENCES "public"."lists"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lists" ADD CONSTRAINT "lists_agency_id_agencies_id_fk" FOREIGN KEY ("agency_id") REFERENCES "public"."agencies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lists" ADD CONSTRAINT "lists_policy_version_id_policy_versions_id_fk" FOREIGN KEY ("policy_version_id") REFERENCES "public"."policy_versions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "committee_seats" ADD CONSTRAINT "committee_seats_committee_id_committees_id_fk" FOREIGN KEY ("committee_id") REFERENCES "public"."committees"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "committee_seats" ADD CONSTRAINT "committee_seats_holder_contact_id_contacts_id_fk" FOREIGN KEY ("holder_contact_id") REFERENCES "public"."contacts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "committees" ADD CONSTRAINT "committees_agency_id_agencies_id_fk" FOREIGN KEY ("agency_id") REFERENCES "public"."agencies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "meetings" ADD CONSTRAINT "meetings_committee_id_committees_id_fk" FOREIGN KEY ("committee_id") REFERENCES "public"."committees"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "meetings" ADD CONSTRAINT "meetings_created_by_staff_members_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rsvp_links" ADD CONSTRAINT "rsvp_links_ask_id_asks_id_fk" FOREIGN KEY ("ask_id") REFERENCES "public"."asks"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rsvps" ADD CONSTRAINT "rsvps_ask_id_asks_id_fk" FOREIGN KEY ("ask_id") REFERENCES "public"."asks"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rsvps" ADD CONSTRAINT "rsvps_meeting_id_meetings_id_fk" FOREIGN KEY ("meeting_id") REFERENCES "public"."meetings"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rsvps" ADD CONSTRAINT "rsvps_contact_id_contacts_id_fk" FOREIGN KEY ("contact_id") REFERENCES "public"."contacts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rsvps" ADD CONSTRAINT "rsvps_seat_id_committee_seats_id_fk" FOREIGN KEY ("seat_id") REFERENCES "public"."committee_seats"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "credentials" ADD CONSTRAINT "credentials_issuer_id_issuers_id_fk" FOREIGN KEY ("issuer_id") REFERENCES "public"."issuers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "column_mappings" ADD CONSTRAINT "column_mappings_agency_id_agencies_id_fk" FOREIGN KEY ("agency_id") REFERENCES "public"."agencies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contacts" ADD CONSTRAINT "contacts_employer_id_employers_id_fk" FOREIGN KEY ("employer_id") REFERENCES "public"."employers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "duplicate_proposals" ADD CONSTRAINT "duplicate_proposals_employer_a_id_employers_id_fk" FOREIGN KEY ("employer_a_id") REFERENCES "public"."employers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "duplicate_proposals" ADD CONSTRAINT "duplicate_proposals_employer_b_id_employers_id_fk" FOREIGN KEY ("employer_b_id") REFERENCES "public"."employers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "duplicate_proposals" ADD CONSTRAINT "duplicate_proposals_decided_by_staff_members_id_fk" FOREIGN KEY ("decided_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "employer_aliases" ADD CONSTRAINT "employer_aliases_employer_id_employers_id_fk" FOREIGN KEY ("employer_id") REFERENCES "public"."employers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "employer_domains" ADD CONSTRAINT "employer_domains_employer_id_employers_id_fk" FOREIGN KEY ("employer_id") REFERENCES "public"."employers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "employer_merges" ADD CONSTRAINT "employer_merges_survivor_id_employers_id_fk" FOREIGN KEY ("survivor_id") REFERENCES "public"."employers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "employer_merges" ADD CONSTRAINT "employer_merges_merged_id_employers_id_fk" FOREIGN KEY ("merged_id") REFERENCES "public"."employers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "employer_merges" ADD CONSTRAINT "employer_merges_merged_by_staff_members_id_fk" FOREIGN KEY ("merged_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "employer_merges" ADD CONSTRAINT "employer_merges_undone_by_staff_members_id_fk" FOREIGN KEY ("undone_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "employers" ADD CONSTRAINT "employers_merged_into_id_employers_id_fk" FOREIGN KEY ("merged_into_id") REFERENCES "public"."employers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "import_issues" ADD CONSTRAINT "import_issues_import_id_imports_id_fk" FOREIGN KEY ("import_id") REFERENCES "public"."imports"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "imports" ADD CONSTRAINT "imports_agency_id_agencies_id_fk" FOREIGN KEY ("agency_id") REFERENCES "public"."agencies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "imports" ADD CONSTRAINT "imports_created_by_staff_members_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "conflict_marks" ADD CONSTRAINT "conflict_marks_employer_id_employers_id_fk" FOREIGN KEY ("employer_id") REFERENCES "public"."employers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "conflict_marks" ADD CONSTRAINT "conflict_marks_issuer_id_issuers_id_fk" FOREIGN KEY ("issuer_id") REFERENCES "public"."issuers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "conflict_marks" ADD CONSTRAINT "conflict_marks_set_by_staff_members_id_fk" FOREIGN KEY ("set_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "conflict_marks" ADD CONSTRAINT "conflict_marks_cleared_by_staff_members_id_fk" FOREIGN KEY ("cleared_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "evidence_snapshots" ADD CONSTRAINT "evidence_snapshots_agency_id_agencies_id_fk" FOREIGN KEY ("agency_id") REFERENCES "public"."agencies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "evidence_snapshots" ADD CONSTRAINT "evidence_snapshots_credential_id_credentials_id_fk" FOREIGN KEY ("credential_id") REFERENCES "public"."credentials"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "evidence_snapshots" ADD CONSTRAINT "evidence_snapshots_policy_version_id_policy_versions_id_fk" FOREIGN KEY ("policy_version_id") REFERENCES "public"."policy_versions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "evidence_snapshots" ADD CONSTRAINT "evidence_snapshots_supersedes_id_evidence_snapshots_id_fk" FOREIGN KEY ("supersedes_id") REFERENCES "public"."evidence_snapshots"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "evidence_snapshots" ADD CONSTRAINT "evidence_snapshots_requested_by_staff_members_id_fk" FOREIGN KEY ("requested_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "evidence_snapshots" ADD CONSTRAINT "evidence_snapshots_confirmed_by_staff_members_id_fk" FOREIGN KEY ("confirmed_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "policy_versions" ADD CONSTRAINT "policy_versions_policy_id_policies_id_fk" FOREIGN KEY ("policy_id") REFERENCES "public"."policies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "positions" ADD CONSTRAINT "positions_tally_id_tallies_id_fk" FOREIGN KEY ("tally_id") REFERENCES "public"."tallies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "positions" ADD CONSTRAINT "positions_unit_id_employers_id_fk" FOREIGN KEY ("unit_id") REFERENCES "public"."employers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "positions" ADD CONSTRAINT "positions_answer_id_answers_id_fk" FOREIGN KEY ("answer_id") REFERENCES "public"."answers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tallies" ADD CONSTRAINT "tallies_credential_id_credentials_id_fk" FOREIGN KEY ("credential_id") REFERENCES "public"."credentials"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tallies" ADD CONSTRAINT "tallies_policy_version_id_policy_versions_id_fk" FOREIGN KEY ("policy_version_id") REFERENCES "public"."policy_versions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tally_counts" ADD CONSTRAINT "tally_counts_tally_id_tallies_id_fk" FOREIGN KEY ("tally_id") REFERENCES "public"."tallies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "asks" ADD CONSTRAINT "asks_wave_id_waves_id_fk" FOREIGN KEY ("wave_id") REFERENCES "public"."waves"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "asks" ADD CONSTRAINT "asks_invitation_id_invitations_id_fk" FOREIGN KEY ("invitation_id") REFERENCES "public"."invitations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "asks" ADD CONSTRAINT "asks_contact_id_contacts_id_fk" FOREIGN KEY ("contact_id") REFERENCES "public"."contacts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "asks" ADD CONSTRAINT "asks_employer_id_employers_id_fk" FOREIGN KEY ("employer_id") REFERENCES "public"."employers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "asks" ADD CONSTRAINT "asks_credential_id_credentials_id_fk" FOREIGN KEY ("credential_id") REFERENCES "public"."credentials"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "asks" ADD CONSTRAINT "asks_meeting_id_meetings_id_fk" FOREIGN KEY ("meeting_id") REFERENCES "public"."meetings"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_wave_id_waves_id_fk" FOREIGN KEY ("wave_id") REFERENCES "public"."waves"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_agency_id_agencies_id_fk" FOREIGN KEY ("agency_id") REFERENCES "public"."agencies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_contact_id_contacts_id_fk" FOREIGN KEY ("contact_id") REFERENCES "public"."contacts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_employer_id_employers_id_fk" FOREIGN KEY ("employer_id") REFERENCES "public"."employers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_referred_from_id_invitations_id_fk" FOREIGN KEY ("referred_from_id") REFERENCES "public"."invitations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_agency_id_agencies_id_fk" FOREIGN KEY ("agency_id") REFERENCES "public"."agencies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_wave_id_waves_id_fk" FOREIGN KEY ("wave_id") REFERENCES "public"."waves"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_invitation_id_invitations_id_fk" FOREIGN KEY ("invitation_id") REFERENCES "public"."invitations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_contact_id_contacts_id_fk" FOREIGN KEY ("contact_id") REFERENCES "public"."contacts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_employer_id_employers_id_fk" FOREIGN KEY ("employer_id") REFERENCES "public"."employers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_staff_id_staff_members_id_fk" FOREIGN KEY ("staff_id") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "suppressions" ADD CONSTRAINT "suppressions_lifted_by_staff_members_id_fk" FOREIGN KEY ("lifted_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "unsubscribe_links" ADD CONSTRAINT "unsubscribe_links_contact_id_contacts_id_fk" FOREIGN KEY ("contact_id") REFERENCES "public"."contacts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "wave_exclusions" ADD CONSTRAINT "wave_exclusions_wave_id_waves_id_fk" FOREIGN KEY ("wave_id") REFERENCES "public"."waves"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "wave_exclusions" ADD CONSTRAINT "wave_exclusions_contact_id_contacts_id_fk" FOREIGN KEY ("contact_id") REFERENCES "public"."contacts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "wave_exclusions" ADD CONSTRAINT "wave_exclusions_employer_id_employers_id_fk" FOREIGN KEY ("employer_id") REFERENCES "public"."employers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "wave_exclusions" ADD CONSTRAINT "wave_exclusions_credential_id_credentials_id_fk" FOREIGN KEY ("credential_id") REFERENCES "public"."credentials"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "waves" ADD CONSTRAINT "waves_agency_id_agencies_id_fk" FOREIGN KEY ("agency_id") REFERENCES "public"."agencies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "waves" ADD CONSTRAINT "waves_instrument_version_id_instrument_versions_id_fk" FOREIGN KEY ("instrument_version_id") REFERENCES "public"."instrument_versions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "waves" ADD CONSTRAINT "waves_notice_version_id_notice_versions_id_fk" FOREIGN KEY ("notice_version_id") REFERENCES "public"."notice_versions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "waves" ADD CONSTRAINT "waves_created_by_staff_members_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "waves" ADD CONSTRAINT "waves_proposed_by_staff_members_id_fk" FOREIGN KEY ("proposed_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "waves" ADD CONSTRAINT "waves_approved_by_staff_members_id_fk" FOREIGN KEY ("approved_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "answers" ADD CONSTRAINT "answers_ask_id_asks_id_fk" FOREIGN KEY ("ask_id") REFERENCES "public"."asks"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "answers" ADD CONSTRAINT "answers_invitation_id_invitations_id_fk" FOREIGN KEY ("invitation_id") REFERENCES "public"."invitations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "answers" ADD CONSTRAINT "answers_contact_id_contacts_id_fk" FOREIGN KEY ("contact_id") REFERENCES "public"."contacts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "answers" ADD CONSTRAINT "answers_employer_id_employers_id_fk" FOREIGN KEY ("employer_id") REFERENCES "public"."employers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "answers" ADD CONSTRAINT "answers_credential_id_credentials_id_fk" FOREIGN KEY ("credential_id") REFERENCES "public"."credentials"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "answers" ADD CONSTRAINT "answers_instrument_version_id_instrument_versions_id_fk" FOREIGN KEY ("instrument_version_id") REFERENCES "public"."instrument_versions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "answers" ADD CONSTRAINT "answers_notice_version_id_notice_versions_id_fk" FOREIGN KEY ("notice_version_id") REFERENCES "public"."notice_versions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "instrument_versions" ADD CONSTRAINT "instrument_versions_instrument_id_instruments_id_fk" FOREIGN KEY ("instrument_id") REFERENCES "public"."instruments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notice_versions" ADD CONSTRAINT "notice_versions_agency_id_agencies_id_fk" FOREIGN KEY ("agency_id") REFERENCES "public"."agencies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "api_keys_agency_id_index" ON "api_keys" USING btree ("agency_id");--> statement-breakpoint
CREATE INDEX "audit_events_subject_type_subject_id_index" ON "audit_events" USING btree ("subject_type","subject_id");--> statement-breakpoint
CREATE INDEX "audit_events_agency_id_at_index" ON "audit_events" USING btree ("agency_id","at");--> statement-breakpoint
CREATE INDEX "staff_members_agency_id_index" ON "staff_members" USING btree ("agency_id");--> statement-breakpoint
CREATE INDEX "staff_sessions_staff_id_index" ON "staff_sessions" USING btree ("staff_id");--> statement-breakpoint
CREATE UNIQUE INDEX "applications_once" ON "applications" USING btree ("credential_id","list_id","cycle_id");--> statement-breakpoint
CREATE INDEX "applications_agency_id_state_index" ON "applications" USING btree ("agency_id","state");--> statement-breakpoint
CREATE UNIQUE INDEX "approval_records_current" ON "approval_records" USING btree ("application_id") WHERE "approval_records"."superseded_at" is null;--> statement-breakpoint
CREATE INDEX "approval_records_agency_id_id_index" ON "approval_records" USING btree ("agency_id","id");--> statement-breakpoint
CREATE INDEX "approval_records_snapshot_id_index" ON "approval_records" USING btree ("snapshot_id");--> statement-breakpoint
CREATE UNIQUE INDEX "freeze_requests_one_open" ON "freeze_requests" USING btree ("application_id") WHERE "freeze_requests"."state" = 'requested';--> statement-breakpoint
CREATE UNIQUE INDEX "list_cycles_name" ON "list_cycles" USING btree ("list_id","name");--> statement-breakpoint
CREATE INDEX "lists_agency_id_index" ON "lists" USING btree ("agency_id");--> statement-breakpoint
CREATE UNIQUE INDEX "committee_seats_number" ON "committee_seats" USING btree ("committee_id","number");--> statement-breakpoint
CREATE UNIQUE INDEX "committee_seats_one_each" ON "committee_seats" USING btree ("committee_id","holder_contact_id") WHERE "committee_seats"."holder_contact_id" is not null;--> statement-breakpoint
CREATE INDEX "committees_agency_id_index" ON "committees" USING btree ("agency_id");--> statement-breakpoint
CREATE INDEX "meetings_committee_id_index" ON "meetings" USING btree ("committee_id");--> statement-breakpoint
CREATE UNIQUE INDEX "rsvps_version" ON "rsvps" USING btree ("ask_id","version");--> statement-breakpoint
CREATE UNIQUE INDEX "rsvps_current" ON "rsvps" USING btree ("ask_id") WHERE "rsvps"."ended_at" is null;--> statement-breakpoint
CREATE INDEX "rsvps_meeting_id_index" ON "rsvps" USING btree ("meeting_id");--> statement-breakpoint
CREATE INDEX "rsvps_contact_id_index" ON "rsvps" USING btree ("contact_id");--> statement-breakpoint
CREATE UNIQUE INDEX "credentials_identity" ON "credentials" USING btree ("issuer_id","name_key","version");--> statement-breakpoint
CREATE INDEX "credentials_name_key_index" ON "credentials" USING btree ("name_key");--> statement-breakpoint
CREATE UNIQUE INDEX "column_mappings_fingerprint" ON "column_mappings" USING btree ("agency_id","kind","header_fingerprint");--> statement-breakpoint
CREATE INDEX "contacts_employer_id_index" ON "contacts" USING btree ("employer_id");--> statement-breakpoint
CREATE UNIQUE INDEX "duplicate_proposals_pair" ON "duplicate_proposals" USING btree ("employer_a_id","employer_b_id");--> statement-breakpoint
CREATE INDEX "duplicate_proposals_employer_b_id_index" ON "duplicate_proposals" USING btree ("employer_b_id");--> statement-breakpoint
CREATE INDEX "duplicate_proposals_open" ON "duplicate_proposals" USING btree ("score") WHERE "duplicate_proposals"."state" = 'open';--> statement-breakpoint
CREATE INDEX "employer_domains_domain_index" ON "employer_domains" USING btree ("domain");--> statement-breakpoint
CREATE UNIQUE INDEX "employer_merges_current" ON "employer_merges" USING btree ("merged_id") WHERE "employer_merges"."undone_at" is null;--> statement-breakpoint
CREATE INDEX "employer_merges_survivor_id_index" ON "employer_merges" USING btree ("survivor_id");--> statement-breakpoint
CREATE UNIQUE INDEX "employers_fein" ON "employers" USING btree ("fein") WHERE "employers"."fein" is not null and "employers"."merged_into_id" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "employers_external_id" ON "employers" USING btree ("external_id") WHERE "employers"."external_id" is not null;--> statement-breakpoint
CREATE INDEX "employers_match" ON "employers" USING btree ("name_key","zip");--> statement-breakpoint
CREATE INDEX "employers_unit_id_index" ON "employers" USING btree ("unit_id");--> statement-breakpoint
CREATE INDEX "employers_naics_code_index" ON "employers" USING btree ("naics_code");--> statement-breakpoint
CREATE INDEX "employers_city_index" ON "employers" USING btree ("city");--> statement-breakpoint
CREATE INDEX "import_issues_import_id_severity_line_index" ON "import_issues" USING btree ("import_id","severity","line");--> statement-breakpoint
CREATE INDEX "imports_agency_id_created_at_index" ON "imports" USING btree ("agency_id","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "conflict_marks_current" ON "conflict_marks" USING btree ("employer_id","issuer_id") WHERE "conflict_marks"."cleared_at" is null;--> statement-breakpoint
CREATE INDEX "conflict_marks_issuer_id_index" ON "conflict_marks" USING btree ("issuer_id");--> statement-breakpoint
CREATE INDEX "evidence_snapshots_credential_id_index" ON "evidence_snapshots" USING btree ("credential_id");--> statement-breakpoint
CREATE INDEX "evidence_snapshots_agency_id_index" ON "evidence_snapshots" USING btree ("agency_id");--> statement-breakpoint
CREATE UNIQUE INDEX "policy_versions_version" ON "policy_versions" USING btree ("policy_id","version");--> statement-breakpoint
CREATE INDEX "positions_expiry" ON "positions" USING btree ("tally_id","expires_at") WHERE "positions"."expires_at" is not null;--> statement-breakpoint
CREATE INDEX "positions_expiry_all" ON "positions" USING btree ("expires_at") WHERE "positions"."expires_at" is not null;--> statement-breakpoint
CREATE INDEX "positions_by_status" ON "positions" USING btree ("tally_id","status","answered_at");--> statement-breakpoint
CREATE INDEX "positions_unit_id_index" ON "positions" USING btree ("unit_id");--> statement-breakpoint
CREATE UNIQUE INDEX "tallies_pair" ON "tallies" USING btree ("credential_id","policy_version_id");--> statement-breakpoint
CREATE INDEX "tallies_policy_version_id_index" ON "tallies" USING btree ("policy_version_id");--> statement-breakpoint
CREATE UNIQUE INDEX "asks_once" ON "asks" USING btree ("invitation_id",coalesce("credential_id", 0),coalesce("meeting_id", 0));--> statement-breakpoint
CREATE UNIQUE INDEX "asks_position" ON "asks" USING btree ("invitation_id","position");--> statement-breakpoint
CREATE INDEX "asks_credential_id_employer_id_index" ON "asks" USING btree ("credential_id","employer_id");--> statement-breakpoint
CREATE INDEX "asks_meeting_id_index" ON "asks" USING btree ("meeting_id");--> statement-breakpoint
CREATE INDEX "asks_wave_id_credential_id_index" ON "asks" USING btree ("wave_id","credential_id");--> statement-breakpoint
CREATE INDEX "asks_contact_id_index" ON "asks" USING btree ("contact_id");--> statement-breakpoint
CREATE UNIQUE INDEX "invitations_one_per_contact" ON "invitations" USING btree ("wave_id","contact_id");--> statement-breakpoint
CREATE INDEX "invitations_contact_id_index" ON "invitations" USING btree ("contact_id");--> statement-breakpoint
CREATE INDEX "invitations_employer_id_index" ON "invitations" USING btree ("employer_id");--> statement-breakpoint
CREATE INDEX "invitations_referred_from_id_index" ON "invitations" USING btree ("referred_from_id");--> statement-breakpoint
CREATE UNIQUE INDEX "messages_one_per_step" ON "messages" USING btree ("wave_id","contact_id","step") WHERE "messages"."stream" = 'outreach';--> statement-breakpoint
CREATE INDEX "messages_due" ON "messages" USING btree ("send_after","id") WHERE "messages"."state" = 'planned';--> statement-breakpoint
CREATE INDEX "messages_due_in_wave" ON "messages" USING btree ("wave_id","send_after","id") WHERE "messages"."state" = 'planned';--> statement-breakpoint
CREATE INDEX "messages_leases" ON "messages" USING btree ("lease_until") WHERE "messages"."state" = 'claimed';--> statement-breakpoint
CREATE INDEX "messages_wave_id_state_index" ON "messages" USING btree ("wave_id","state");--> statement-breakpoint
CREATE INDEX "messages_contact_touches" ON "messages" USING btree ("contact_id","sent_at");--> statement-breakpoint
CREATE INDEX "messages_employer_touches" ON "messages" USING btree ("employer_id","sent_at");--> statement-breakpoint
CREATE INDEX "messages_invitation_id_index" ON "messages" USING btree ("invitation_id");--> statement-breakpoint
CREATE UNIQUE INDEX "suppressions_in_force" ON "suppressions" USING btree ("address_hash") WHERE "suppressions"."lifted_at" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "wave_exclusions_one_reason" ON "wave_exclusions" USING btree ("wave_id","contact_id",coalesce("credential_id", 0));--> statement-breakpoint
CREATE INDEX "wave_exclusions_wave_id_reason_index" ON "wave_exclusions" USING btree ("wave_id","reason");--> statement-breakpoint
CREATE INDEX "waves_agency_id_state_index" ON "waves" USING btree ("agency_id","state");--> statement-breakpoint
CREATE UNIQUE INDEX "answers_version" ON "answers" USING btree ("ask_id","version");--> statement-breakpoint
CREATE UNIQUE INDEX "answers_current" ON "answers" USING btree ("ask_id") WHERE "answers"."ended_at" is null;--> statement-breakpoint
CREATE INDEX "answers_by_credential" ON "answers" USING btree ("credential_id","employer_id");--> statement-breakpoint
CREATE INDEX "answers_employer_id_index" ON "answers" USING btree ("employer_id");--> statement-breakpoint
CREATE INDEX "answers_invitation_id_index" ON "answers" USING btree ("invitation_id");--> statement-breakpoint
CREATE UNIQUE INDEX "instrument_versions_version" ON "instrument_versions" USING btree ("instrument_id","version");--> statement-breakpoint
CREATE UNIQUE INDEX "notice_versions_version" ON "notice_versions" USING btree ("agency_id","version");