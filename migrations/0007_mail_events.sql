CREATE TABLE "mail_events" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "mail_events_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"source" text NOT NULL,
	"provider_event_id" text NOT NULL,
	"kind" text NOT NULL,
	"classification" text,
	"message_id" bigint,
	"provider_message_id" text,
	"header_message_id" text,
	"recipient_hash" "bytea",
	"occurred_at" timestamp with time zone,
	"received_at" timestamp with time zone NOT NULL,
	"applied_at" timestamp with time zone,
	"outcome" text,
	"suppression_id" bigint,
	"facts" jsonb DEFAULT '{}'::jsonb NOT NULL,
	CONSTRAINT "mail_events_source" CHECK ("mail_events"."source" in ('smtp', 'ses', 'sendgrid', 'postmark')),
	CONSTRAINT "mail_events_kind" CHECK ("mail_events"."kind" in ('delivered', 'bounce', 'complaint', 'not_spam', 'auto_reply', 'unsubscribe', 'other')),
	CONSTRAINT "mail_events_classification" CHECK ("mail_events"."classification" in ('dead_address', 'policy_block', 'other_permanent', 'transient', 'delayed', 'unknown')),
	CONSTRAINT "mail_events_classified" CHECK (("mail_events"."classification" is not null) = ("mail_events"."kind" in ('bounce'))),
	CONSTRAINT "mail_events_outcome" CHECK ("mail_events"."outcome" in ('moved', 'no_change', 'noted', 'needs_staff', 'unmatched')),
	CONSTRAINT "mail_events_applied" CHECK (("mail_events"."applied_at" is not null) = ("mail_events"."outcome" is not null))
);
--> statement-breakpoint
CREATE TABLE "receiving_domains" (
	"domain" text PRIMARY KEY NOT NULL,
	"held_until" timestamp with time zone,
	"holds" integer DEFAULT 0 NOT NULL,
	"code" text,
	"minute" timestamp with time zone,
	"taken_in_minute" integer DEFAULT 0 NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "suppression_lifts" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "suppression_lifts_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"suppression_id" bigint NOT NULL,
	"agency_id" bigint NOT NULL,
	"state" text DEFAULT 'requested' NOT NULL,
	"reason" text NOT NULL,
	"requested_by" bigint NOT NULL,
	"requested_at" timestamp with time zone NOT NULL,
	"decided_by" bigint,
	"decided_at" timestamp with time zone,
	CONSTRAINT "suppression_lifts_state" CHECK ("suppression_lifts"."state" in ('requested', 'confirmed', 'withdrawn')),
	CONSTRAINT "suppression_lifts_decided" CHECK (("suppression_lifts"."decided_at" is not null) = ("suppression_lifts"."state" in ('confirmed', 'withdrawn'))),
	CONSTRAINT "suppression_lifts_decided_by" CHECK (("suppression_lifts"."decided_by" is not null) = ("suppression_lifts"."decided_at" is not null)),
	CONSTRAINT "suppression_lifts_two_people" CHECK ("suppression_lifts"."state" <> 'confirmed' or "suppression_lifts"."decided_by" <> "suppression_lifts"."requested_by")
);
--> statement-breakpoint
ALTER TABLE "waves" ADD COLUMN "pause_reason" text;--> statement-breakpoint
ALTER TABLE "waves" ADD COLUMN "safety_since" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "mail_events" ADD CONSTRAINT "mail_events_message_id_messages_id_fk" FOREIGN KEY ("message_id") REFERENCES "public"."messages"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "mail_events" ADD CONSTRAINT "mail_events_suppression_id_suppressions_id_fk" FOREIGN KEY ("suppression_id") REFERENCES "public"."suppressions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "suppression_lifts" ADD CONSTRAINT "suppression_lifts_suppression_id_suppressions_id_fk" FOREIGN KEY ("suppression_id") REFERENCES "public"."suppressions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "suppression_lifts" ADD CONSTRAINT "suppression_lifts_agency_id_agencies_id_fk" FOREIGN KEY ("agency_id") REFERENCES "public"."agencies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "suppression_lifts" ADD CONSTRAINT "suppression_lifts_requested_by_staff_members_id_fk" FOREIGN KEY ("requested_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "suppression_lifts" ADD CONSTRAINT "suppression_lifts_decided_by_staff_members_id_fk" FOREIGN KEY ("decided_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "mail_events_once" ON "mail_events" USING btree ("source","provider_event_id");--> statement-breakpoint
CREATE INDEX "mail_events_message_id_index" ON "mail_events" USING btree ("message_id");--> statement-breakpoint
CREATE INDEX "mail_events_open" ON "mail_events" USING btree ("received_at") WHERE "mail_events"."applied_at" is null;--> statement-breakpoint
CREATE INDEX "mail_events_for_staff" ON "mail_events" USING btree ("received_at") WHERE "mail_events"."outcome" in ('needs_staff', 'unmatched');--> statement-breakpoint
CREATE UNIQUE INDEX "suppression_lifts_one_open" ON "suppression_lifts" USING btree ("suppression_id") WHERE "suppression_lifts"."state" = 'requested';--> statement-breakpoint
CREATE INDEX "messages_provider_id" ON "messages" USING btree ("provider_id") WHERE "messages"."provider_id" is not null;--> statement-breakpoint
ALTER TABLE "waves" ADD CONSTRAINT "waves_pause_reason" CHECK ("waves"."pause_reason" in ('complaints', 'policy_blocks', 'failures'));