CREATE TABLE "agency_blackouts" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "agency_blackouts_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"agency_id" bigint NOT NULL,
	"first_day" date NOT NULL,
	"last_day" date NOT NULL,
	"reason" text NOT NULL,
	"created_by" bigint NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"removed_at" timestamp with time zone,
	CONSTRAINT "agency_blackouts_days" CHECK ("agency_blackouts"."last_day" >= "agency_blackouts"."first_day")
);
--> statement-breakpoint
CREATE TABLE "budget_rules" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "budget_rules_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"agency_id" bigint NOT NULL,
	"credential_id" bigint,
	"committee_id" bigint,
	"limits" jsonb NOT NULL,
	"updated_by" bigint NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "budget_rules_one_topic" CHECK (num_nonnulls("budget_rules"."credential_id", "budget_rules"."committee_id") <= 1)
);
--> statement-breakpoint
CREATE TABLE "sending_domains" (
	"domain" text PRIMARY KEY NOT NULL,
	"warm_up_from" date,
	"set_by" bigint,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "sending_domains_lower_case" CHECK ("sending_domains"."domain" = lower("sending_domains"."domain"))
);
--> statement-breakpoint
ALTER TABLE "asks" ADD COLUMN "dropped_for" text;--> statement-breakpoint
ALTER TABLE "agency_blackouts" ADD CONSTRAINT "agency_blackouts_agency_id_agencies_id_fk" FOREIGN KEY ("agency_id") REFERENCES "public"."agencies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "agency_blackouts" ADD CONSTRAINT "agency_blackouts_created_by_staff_members_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "budget_rules" ADD CONSTRAINT "budget_rules_agency_id_agencies_id_fk" FOREIGN KEY ("agency_id") REFERENCES "public"."agencies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "budget_rules" ADD CONSTRAINT "budget_rules_credential_id_credentials_id_fk" FOREIGN KEY ("credential_id") REFERENCES "public"."credentials"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "budget_rules" ADD CONSTRAINT "budget_rules_committee_id_committees_id_fk" FOREIGN KEY ("committee_id") REFERENCES "public"."committees"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "budget_rules" ADD CONSTRAINT "budget_rules_updated_by_staff_members_id_fk" FOREIGN KEY ("updated_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sending_domains" ADD CONSTRAINT "sending_domains_set_by_staff_members_id_fk" FOREIGN KEY ("set_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "agency_blackouts_agency_id_last_day_index" ON "agency_blackouts" USING btree ("agency_id","last_day") WHERE "agency_blackouts"."removed_at" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "budget_rules_once" ON "budget_rules" USING btree ("agency_id",coalesce("credential_id", 0),coalesce("committee_id", 0));--> statement-breakpoint
ALTER TABLE "asks" ADD CONSTRAINT "asks_dropped_for" CHECK ("asks"."dropped_for" in ('enough_answers', 'not_this_agency', 'wave_closed', 'wave_cancelled', 'no_room'));