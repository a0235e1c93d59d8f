CREATE TABLE "policy_proposals" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "policy_proposals_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"agency_id" bigint NOT NULL,
	"slug" text NOT NULL,
	"name" text NOT NULL,
	"body" jsonb NOT NULL,
	"state" text DEFAULT 'proposed' NOT NULL,
	"proposed_by" bigint NOT NULL,
	"proposed_at" timestamp with time zone NOT NULL,
	"ended_by" bigint,
	"ended_at" timestamp with time zone,
	"policy_version_id" bigint,
	CONSTRAINT "policy_proposals_state" CHECK ("policy_proposals"."state" in ('proposed', 'published', 'withdrawn')),
	CONSTRAINT "policy_proposals_ended" CHECK (("policy_proposals"."ended_at" is not null) = ("policy_proposals"."state" <> 'proposed')),
	CONSTRAINT "policy_proposals_two_people" CHECK ("policy_proposals"."state" <> 'published' or ("policy_proposals"."ended_by" is not null and "policy_proposals"."ended_by" <> "policy_proposals"."proposed_by")),
	CONSTRAINT "policy_proposals_published" CHECK (("policy_proposals"."policy_version_id" is not null) = ("policy_proposals"."state" = 'published'))
);
--> statement-breakpoint
ALTER TABLE "policy_proposals" ADD CONSTRAINT "policy_proposals_agency_id_agencies_id_fk" FOREIGN KEY ("agency_id") REFERENCES "public"."agencies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "policy_proposals" ADD CONSTRAINT "policy_proposals_proposed_by_staff_members_id_fk" FOREIGN KEY ("proposed_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "policy_proposals" ADD CONSTRAINT "policy_proposals_ended_by_staff_members_id_fk" FOREIGN KEY ("ended_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "policy_proposals" ADD CONSTRAINT "policy_proposals_policy_version_id_policy_versions_id_fk" FOREIGN KEY ("policy_version_id") REFERENCES "public"."policy_versions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "policy_proposals_one_open" ON "policy_proposals" USING btree ("agency_id","slug") WHERE "policy_proposals"."state" = 'proposed';