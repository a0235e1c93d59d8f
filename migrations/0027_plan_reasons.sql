CREATE TABLE "wave_plan_reasons" (
	"wave_id" bigint NOT NULL,
	"contact_id" bigint NOT NULL,
	"does" text NOT NULL,
	"reason" text NOT NULL,
	"step" integer DEFAULT 0 NOT NULL,
	"credential_ids" bigint[] DEFAULT '{}' NOT NULL,
	"meeting_ids" bigint[] DEFAULT '{}' NOT NULL,
	CONSTRAINT "wave_plan_reasons_wave_id_contact_id_does_reason_step_pk" PRIMARY KEY("wave_id","contact_id","does","reason","step"),
	CONSTRAINT "wave_plan_reasons_does" CHECK ("wave_plan_reasons"."does" in ('merge', 'defer', 'not_ask', 'defer_reminder', 'not_remind')),
	CONSTRAINT "wave_plan_reasons_reason" CHECK ("wave_plan_reasons"."reason" in ('merged', 'contact_budget_person', 'contact_budget_employer', 'employer_limit', 'receiving_domain', 'warm_up', 'capacity', 'no_send_window', 'already_answered', 'open_invitation', 'touch_full', 'answer_too_late', 'not_needed')),
	CONSTRAINT "wave_plan_reasons_step" CHECK (("wave_plan_reasons"."step" > 0) = ("wave_plan_reasons"."does" in ('defer_reminder', 'not_remind'))),
	CONSTRAINT "wave_plan_reasons_topics" CHECK ((cardinality("wave_plan_reasons"."credential_ids") + cardinality("wave_plan_reasons"."meeting_ids") > 0) = ("wave_plan_reasons"."step" = 0))
);
--> statement-breakpoint
ALTER TABLE "wave_exclusions" DROP CONSTRAINT "wave_exclusions_credential_id_credentials_id_fk";
--> statement-breakpoint
DROP INDEX "wave_exclusions_one_reason";--> statement-breakpoint
ALTER TABLE "wave_exclusions" ADD COLUMN "credential_ids" bigint[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "wave_exclusions" ADD COLUMN "meeting_ids" bigint[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "wave_plan_reasons" ADD CONSTRAINT "wave_plan_reasons_wave_id_waves_id_fk" FOREIGN KEY ("wave_id") REFERENCES "public"."waves"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "wave_plan_reasons" ADD CONSTRAINT "wave_plan_reasons_contact_id_contacts_id_fk" FOREIGN KEY ("contact_id") REFERENCES "public"."contacts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "wave_exclusions_one_reason" ON "wave_exclusions" USING btree ("wave_id","contact_id");--> statement-breakpoint
-- Nothing ever wrote it: what it was meant for stands in wave_plan_reasons.
ALTER TABLE "wave_exclusions" DROP COLUMN "credential_id";