CREATE TABLE "event_counters" (
	"feed" bigint PRIMARY KEY NOT NULL,
	"last_sequence" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "events" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "events_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"feed" bigint NOT NULL,
	"type" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"data" jsonb NOT NULL,
	"sequence" bigint,
	CONSTRAINT "events_type" CHECK ("events"."type" in ('application.submitted', 'decision.made', 'snapshot.frozen', 'requirement.met', 'requirement.lapsing', 'requirement.lapsed', 'counts.changed', 'credential.changed'))
);
--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"api_key_id" bigint NOT NULL,
	"key" text NOT NULL,
	"request_sha256" text NOT NULL,
	"status" integer NOT NULL,
	"body" text NOT NULL,
	"location" text,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "idempotency_keys_api_key_id_key_pk" PRIMARY KEY("api_key_id","key")
);
--> statement-breakpoint
CREATE TABLE "requirement_states" (
	"list_id" bigint NOT NULL,
	"credential_id" bigint NOT NULL,
	"policy_version_id" bigint NOT NULL,
	"status" text NOT NULL,
	"figures_hash" text NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "requirement_states_list_id_credential_id_pk" PRIMARY KEY("list_id","credential_id"),
	CONSTRAINT "requirement_states_status" CHECK ("requirement_states"."status" in ('not_asked', 'short', 'met', 'met_but_expiring', 'conflicting', 'unsupported'))
);
--> statement-breakpoint
CREATE TABLE "legal_holds" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "legal_holds_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"agency_id" bigint NOT NULL,
	"reason" text NOT NULL,
	"credential_id" bigint,
	"placed_by" bigint NOT NULL,
	"placed_at" timestamp with time zone NOT NULL,
	"lift_reason" text,
	"lift_requested_by" bigint,
	"lift_requested_at" timestamp with time zone,
	"lifted_by" bigint,
	"lifted_at" timestamp with time zone,
	CONSTRAINT "legal_holds_lift_request" CHECK (num_nonnulls("legal_holds"."lift_reason", "legal_holds"."lift_requested_by", "legal_holds"."lift_requested_at") in (0, 3)),
	CONSTRAINT "legal_holds_lifted" CHECK (("legal_holds"."lifted_by" is null) = ("legal_holds"."lifted_at" is null)),
	CONSTRAINT "legal_holds_two_people" CHECK ("legal_holds"."lifted_by" is null or ("legal_holds"."lift_requested_by" is not null and "legal_holds"."lifted_by" <> "legal_holds"."lift_requested_by"))
);
--> statement-breakpoint
CREATE TABLE "records_packets" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "records_packets_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"agency_id" bigint NOT NULL,
	"reference" text NOT NULL,
	"credential_id" bigint,
	"from_day" date NOT NULL,
	"until_day" date NOT NULL,
	"profile" text NOT NULL,
	"answers" integer NOT NULL,
	"redactions" jsonb NOT NULL,
	"packet" text,
	"sha256" text NOT NULL,
	"made_by" bigint NOT NULL,
	"made_at" timestamp with time zone NOT NULL,
	"removed_at" timestamp with time zone,
	CONSTRAINT "records_packets_profile" CHECK ("records_packets"."profile" in ('people_withheld', 'people_and_employers_withheld', 'nothing_withheld')),
	CONSTRAINT "records_packets_days" CHECK ("records_packets"."from_day" < "records_packets"."until_day"),
	CONSTRAINT "records_packets_removed" CHECK (("records_packets"."packet" is null) = ("records_packets"."removed_at" is not null))
);
--> statement-breakpoint
CREATE TABLE "retention_rules" (
	"agency_id" bigint NOT NULL,
	"class" text NOT NULL,
	"months" integer NOT NULL,
	"set_by" bigint NOT NULL,
	"set_at" timestamp with time zone NOT NULL,
	CONSTRAINT "retention_rules_agency_id_class_pk" PRIMARY KEY("agency_id","class"),
	CONSTRAINT "retention_rules_class" CHECK ("retention_rules"."class" in ('respondent_names', 'contact_details', 'unsent_drafts', 'import_details', 'disclosed_packets')),
	CONSTRAINT "retention_rules_months" CHECK ("retention_rules"."months" between 1 and 1200)
);
--> statement-breakpoint
CREATE TABLE "retention_runs" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "retention_runs_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"agency_id" bigint NOT NULL,
	"class" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"removed" integer NOT NULL,
	CONSTRAINT "retention_runs_class" CHECK ("retention_runs"."class" in ('respondent_names', 'contact_details', 'unsent_drafts', 'import_details', 'disclosed_packets'))
);
--> statement-breakpoint
CREATE TABLE "webhook_attempts" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "webhook_attempts_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"delivery_id" bigint NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"duration_ms" integer NOT NULL,
	"status" integer,
	"error" text,
	CONSTRAINT "webhook_attempts_error" CHECK ("webhook_attempts"."error" in ('address_refused', 'name_unknown', 'timeout', 'tls', 'connection', 'worker_lost')),
	CONSTRAINT "webhook_attempts_outcome" CHECK (num_nonnulls("webhook_attempts"."status", "webhook_attempts"."error") = 1)
);
--> statement-breakpoint
CREATE TABLE "webhook_deliveries" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "webhook_deliveries_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"endpoint_id" bigint NOT NULL,
	"event_id" bigint NOT NULL,
	"state" text DEFAULT 'waiting' NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"due_at" timestamp with time zone NOT NULL,
	"claimed_by" uuid,
	"lease_until" timestamp with time zone,
	"finished_at" timestamp with time zone,
	"replayed_by" bigint,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "webhook_deliveries_state" CHECK ("webhook_deliveries"."state" in ('waiting', 'delivered', 'failed', 'cancelled')),
	CONSTRAINT "webhook_deliveries_finished" CHECK (("webhook_deliveries"."finished_at" is null) = ("webhook_deliveries"."state" = 'waiting')),
	CONSTRAINT "webhook_deliveries_lease" CHECK (("webhook_deliveries"."claimed_by" is null) = ("webhook_deliveries"."lease_until" is null))
);
--> statement-breakpoint
CREATE TABLE "webhook_endpoints" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "webhook_endpoints_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"agency_id" bigint NOT NULL,
	"name" text NOT NULL,
	"url" text NOT NULL,
	"event_types" text[] NOT NULL,
	"state" text DEFAULT 'active' NOT NULL,
	"disabled_reason" text,
	"disabled_at" timestamp with time zone,
	"secret_version" integer DEFAULT 1 NOT NULL,
	"previous_until" timestamp with time zone,
	"created_by" bigint NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "webhook_endpoints_state" CHECK ("webhook_endpoints"."state" in ('active', 'disabled')),
	CONSTRAINT "webhook_endpoints_reason" CHECK ("webhook_endpoints"."disabled_reason" in ('by_staff', 'gone')),
	CONSTRAINT "webhook_endpoints_disabled" CHECK (("webhook_endpoints"."disabled_at" is not null) = ("webhook_endpoints"."state" in ('disabled'))),
	CONSTRAINT "webhook_endpoints_why" CHECK (("webhook_endpoints"."disabled_reason" is null) = ("webhook_endpoints"."disabled_at" is null))
);
--> statement-breakpoint
ALTER TABLE "idempotency_keys" ADD CONSTRAINT "idempotency_keys_api_key_id_api_keys_id_fk" FOREIGN KEY ("api_key_id") REFERENCES "public"."api_keys"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "requirement_states" ADD CONSTRAINT "requirement_states_list_id_lists_id_fk" FOREIGN KEY ("list_id") REFERENCES "public"."lists"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "requirement_states" ADD CONSTRAINT "requirement_states_credential_id_credentials_id_fk" FOREIGN KEY ("credential_id") REFERENCES "public"."credentials"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "requirement_states" ADD CONSTRAINT "requirement_states_policy_version_id_policy_versions_id_fk" FOREIGN KEY ("policy_version_id") REFERENCES "public"."policy_versions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "legal_holds" ADD CONSTRAINT "legal_holds_agency_id_agencies_id_fk" FOREIGN KEY ("agency_id") REFERENCES "public"."agencies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "legal_holds" ADD CONSTRAINT "legal_holds_credential_id_credentials_id_fk" FOREIGN KEY ("credential_id") REFERENCES "public"."credentials"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "legal_holds" ADD CONSTRAINT "legal_holds_placed_by_staff_members_id_fk" FOREIGN KEY ("placed_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "legal_holds" ADD CONSTRAINT "legal_holds_lift_requested_by_staff_members_id_fk" FOREIGN KEY ("lift_requested_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "legal_holds" ADD CONSTRAINT "legal_holds_lifted_by_staff_members_id_fk" FOREIGN KEY ("lifted_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "records_packets" ADD CONSTRAINT "records_packets_agency_id_agencies_id_fk" FOREIGN KEY ("agency_id") REFERENCES "public"."agencies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "records_packets" ADD CONSTRAINT "records_packets_credential_id_credentials_id_fk" FOREIGN KEY ("credential_id") REFERENCES "public"."credentials"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "records_packets" ADD CONSTRAINT "records_packets_made_by_staff_members_id_fk" FOREIGN KEY ("made_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "retention_rules" ADD CONSTRAINT "retention_rules_agency_id_agencies_id_fk" FOREIGN KEY ("agency_id") REFERENCES "public"."agencies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "retention_rules" ADD CONSTRAINT "retention_rules_set_by_staff_members_id_fk" FOREIGN KEY ("set_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "retention_runs" ADD CONSTRAINT "retention_runs_agency_id_agencies_id_fk" FOREIGN KEY ("agency_id") REFERENCES "public"."agencies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "webhook_attempts" ADD CONSTRAINT "webhook_attempts_delivery_id_webhook_deliveries_id_fk" FOREIGN KEY ("delivery_id") REFERENCES "public"."webhook_deliveries"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "webhook_deliveries" ADD CONSTRAINT "webhook_deliveries_endpoint_id_webhook_endpoints_id_fk" FOREIGN KEY ("endpoint_id") REFERENCES "public"."webhook_endpoints"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "webhook_deliveries" ADD CONSTRAINT "webhook_deliveries_event_id_events_id_fk" FOREIGN KEY ("event_id") REFERENCES "public"."events"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "webhook_deliveries" ADD CONSTRAINT "webhook_deliveries_replayed_by_staff_members_id_fk" FOREIGN KEY ("replayed_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "webhook_endpoints" ADD CONSTRAINT "webhook_endpoints_agency_id_agencies_id_fk" FOREIGN KEY ("agency_id") REFERENCES "public"."agencies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "webhook_endpoints" ADD CONSTRAINT "webhook_endpoints_created_by_staff_members_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "events_feed" ON "events" USING btree ("feed","sequence");--> statement-breakpoint
CREATE INDEX "events_waiting" ON "events" USING btree ("id") WHERE "events"."sequence" is null;--> statement-breakpoint
CREATE INDEX "idempotency_keys_created_at_index" ON "idempotency_keys" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "legal_holds_in_force" ON "legal_holds" USING btree ("agency_id") WHERE "legal_holds"."lifted_at" is null;--> statement-breakpoint
CREATE INDEX "records_packets_agency_id_id_index" ON "records_packets" USING btree ("agency_id","id");--> statement-breakpoint
CREATE INDEX "retention_runs_agency_id_id_index" ON "retention_runs" USING btree ("agency_id","id");--> statement-breakpoint
CREATE INDEX "webhook_attempts_delivery_id_index" ON "webhook_attempts" USING btree ("delivery_id");--> statement-breakpoint
CREATE UNIQUE INDEX "webhook_deliveries_once" ON "webhook_deliveries" USING btree ("endpoint_id","event_id") WHERE "webhook_deliveries"."replayed_by" is null;--> statement-breakpoint
CREATE INDEX "webhook_deliveries_due" ON "webhook_deliveries" USING btree ("due_at","id") WHERE "webhook_deliveries"."state" = 'waiting';--> statement-breakpoint
CREATE INDEX "webhook_deliveries_endpoint_id_id_index" ON "webhook_deliveries" USING btree ("endpoint_id","id");--> statement-breakpoint
CREATE INDEX "webhook_endpoints_agency_id_index" ON "webhook_endpoints" USING btree ("agency_id");--> statement-breakpoint
-- Of an event only its place in the feed may be set, once.
CREATE FUNCTION events_only_sequence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.sequence IS NULL AND (to_jsonb(NEW) - 'sequence') = (to_jsonb(OLD) - 'sequence') THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'events are never overwritten' USING ERRCODE = 'restrict_violation';
END $$;
--> statement-breakpoint
CREATE TRIGGER events_only_sequence BEFORE UPDATE OR DELETE ON events FOR EACH ROW EXECUTE FUNCTION events_only_sequence();
--> statement-breakpoint
-- Retention may blank who gave an answer; what was answered stays as it was, and may still only be ended.
CREATE FUNCTION answers_only_blank_names() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.respondent_name = '' AND NEW.respondent_title = ''
     AND (to_jsonb(NEW) - 'respondent_name' - 'respondent_title') = (to_jsonb(OLD) - 'respondent_name' - 'respondent_title') THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'answers are never overwritten' USING ERRCODE = 'restrict_violation';
END $$;
--> statement-breakpoint
CREATE TRIGGER answers_only_blank_names BEFORE UPDATE ON answers FOR EACH ROW
  WHEN (OLD.respondent_name IS DISTINCT FROM NEW.respondent_name OR OLD.respondent_title IS DISTINCT FROM NEW.respondent_title)
  EXECUTE FUNCTION answers_only_blank_names();
--> statement-breakpoint
DROP TRIGGER answers_only_end ON answers;
--> statement-breakpoint
CREATE TRIGGER answers_only_end BEFORE UPDATE ON answers FOR EACH ROW
  WHEN (OLD.respondent_name IS NOT DISTINCT FROM NEW.respondent_name AND OLD.respondent_title IS NOT DISTINCT FROM NEW.respondent_title)
  EXECUTE FUNCTION answers_only_end();
--> statement-breakpoint
CREATE TRIGGER answers_never_deleted BEFORE DELETE ON answers FOR EACH ROW EXECUTE FUNCTION answers_only_end();
