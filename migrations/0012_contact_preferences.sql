CREATE TABLE "contact_preferences" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "contact_preferences_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"contact_id" bigint NOT NULL,
	"kind" text NOT NULL,
	"agency_id" bigint,
	"employer_id" bigint,
	"until" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone,
	CONSTRAINT "contact_preferences_kind" CHECK ("contact_preferences"."kind" in ('paused', 'less_often', 'not_agency', 'not_employer')),
	CONSTRAINT "contact_preferences_until" CHECK (("contact_preferences"."until" is not null) = ("contact_preferences"."kind" in ('paused'))),
	CONSTRAINT "contact_preferences_agency" CHECK (("contact_preferences"."agency_id" is not null) = ("contact_preferences"."kind" in ('not_agency'))),
	CONSTRAINT "contact_preferences_employer" CHECK (("contact_preferences"."employer_id" is not null) = ("contact_preferences"."kind" in ('not_employer')))
);
--> statement-breakpoint
ALTER TABLE "contact_preferences" ADD CONSTRAINT "contact_preferences_contact_id_contacts_id_fk" FOREIGN KEY ("contact_id") REFERENCES "public"."contacts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contact_preferences" ADD CONSTRAINT "contact_preferences_agency_id_agencies_id_fk" FOREIGN KEY ("agency_id") REFERENCES "public"."agencies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contact_preferences" ADD CONSTRAINT "contact_preferences_employer_id_employers_id_fk" FOREIGN KEY ("employer_id") REFERENCES "public"."employers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "contact_preferences_in_force" ON "contact_preferences" USING btree ("contact_id","kind",coalesce("agency_id", 0)) WHERE "contact_preferences"."ended_at" is null;--> statement-breakpoint
CREATE INDEX "contact_preferences_employers" ON "contact_preferences" USING btree ("employer_id") WHERE "contact_preferences"."ended_at" is null and "contact_preferences"."employer_id" is not null;