ALTER TABLE "imports" ADD COLUMN "confirmed_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "imports" ADD COLUMN "confirmed_by" bigint;--> statement-breakpoint
ALTER TABLE "imports" ADD COLUMN "tries" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "imports" ADD COLUMN "rows_done" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "imports" ADD CONSTRAINT "imports_confirmed_by_staff_members_id_fk" FOREIGN KEY ("confirmed_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "contacts_site" ON "contacts" USING btree ("site_id") WHERE "contacts"."site_id" is not null;--> statement-breakpoint
CREATE INDEX "employer_aliases_name_key_index" ON "employer_aliases" USING btree ("name_key");--> statement-breakpoint
CREATE INDEX "employers_merged_into" ON "employers" USING btree ("merged_into_id") WHERE "employers"."merged_into_id" is not null;--> statement-breakpoint
CREATE INDEX "submissions_by_link" ON "submissions" USING btree ("open_link_id","received_at") WHERE "submissions"."open_link_id" is not null;--> statement-breakpoint
CREATE INDEX "submissions_contact" ON "submissions" USING btree ("contact_id") WHERE "submissions"."contact_id" is not null;--> statement-breakpoint
CREATE INDEX "submissions_document" ON "submissions" USING btree ("document_id") WHERE "submissions"."document_id" is not null;--> statement-breakpoint
CREATE INDEX "answers_contact_id_index" ON "answers" USING btree ("contact_id");--> statement-breakpoint
UPDATE "imports" SET "confirmed_at" = coalesce("finished_at", "created_at") WHERE "state" in ('importing', 'imported');--> statement-breakpoint
ALTER TABLE "imports" ADD CONSTRAINT "imports_confirmed" CHECK (case when "imports"."state" in ('importing', 'imported') then "imports"."confirmed_at" is not null
        when "imports"."state" in ('uploaded', 'mapped', 'previewed') then "imports"."confirmed_at" is null else true end);--> statement-breakpoint
ALTER TABLE "imports" ADD CONSTRAINT "imports_confirmed_by" CHECK ("imports"."confirmed_by" is null or "imports"."confirmed_at" is not null);