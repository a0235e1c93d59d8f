CREATE TABLE "cycle_proposals" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "cycle_proposals_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"agency_id" bigint NOT NULL,
	"list_id" bigint NOT NULL,
	"starts_on" date NOT NULL,
	"ends_on" date NOT NULL,
	"cycle_name" text NOT NULL,
	"need" text NOT NULL,
	"round" integer DEFAULT 1 NOT NULL,
	"state" text DEFAULT 'open' NOT NULL,
	"deadline" date,
	"credentials" jsonb NOT NULL,
	"audience" jsonb NOT NULL,
	"protocol" jsonb NOT NULL,
	"outlook" jsonb NOT NULL,
	"wave_id" bigint,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone,
	"ended_by" bigint,
	"end_reason" text DEFAULT '' NOT NULL,
	CONSTRAINT "cycle_proposals_need" CHECK ("cycle_proposals"."need" in ('short', 'lapsing')),
	CONSTRAINT "cycle_proposals_state" CHECK ("cycle_proposals"."state" in ('open', 'taken', 'dismissed', 'passed')),
	CONSTRAINT "cycle_proposals_order" CHECK ("cycle_proposals"."starts_on" < "cycle_proposals"."ends_on"),
	CONSTRAINT "cycle_proposals_wave" CHECK (("cycle_proposals"."wave_id" is not null) = ("cycle_proposals"."state" in ('taken'))),
	CONSTRAINT "cycle_proposals_ended" CHECK (("cycle_proposals"."ended_at" is null) = ("cycle_proposals"."state" = 'open')),
	CONSTRAINT "cycle_proposals_by_staff" CHECK ("cycle_proposals"."state" not in ('taken', 'dismissed') or "cycle_proposals"."ended_by" is not null),
	CONSTRAINT "cycle_proposals_dismissed" CHECK ("cycle_proposals"."state" <> 'dismissed' or "cycle_proposals"."end_reason" <> '')
);
--> statement-breakpoint
ALTER TABLE "cycle_proposals" ADD CONSTRAINT "cycle_proposals_agency_id_agencies_id_fk" FOREIGN KEY ("agency_id") REFERENCES "public"."agencies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "cycle_proposals" ADD CONSTRAINT "cycle_proposals_list_id_lists_id_fk" FOREIGN KEY ("list_id") REFERENCES "public"."lists"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "cycle_proposals" ADD CONSTRAINT "cycle_proposals_wave_id_waves_id_fk" FOREIGN KEY ("wave_id") REFERENCES "public"."waves"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "cycle_proposals" ADD CONSTRAINT "cycle_proposals_ended_by_staff_members_id_fk" FOREIGN KEY ("ended_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "cycle_proposals_once" ON "cycle_proposals" USING btree ("list_id","starts_on","need","round");--> statement-breakpoint
CREATE INDEX "cycle_proposals_agency_id_state_index" ON "cycle_proposals" USING btree ("agency_id","state");--> statement-breakpoint
CREATE INDEX "cycle_proposals_wave_id_index" ON "cycle_proposals" USING btree ("wave_id");