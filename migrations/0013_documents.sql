CREATE TABLE "documents" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "documents_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"agency_id" bigint NOT NULL,
	"name" text NOT NULL,
	"media_type" text NOT NULL,
	"bytes" integer NOT NULL,
	"sha256" text NOT NULL,
	"content" "bytea",
	"salt" "bytea",
	"commitment" text NOT NULL,
	"added_by" bigint NOT NULL,
	"added_at" timestamp with time zone NOT NULL,
	"removed_at" timestamp with time zone,
	CONSTRAINT "documents_media_type" CHECK ("documents"."media_type" in ('application/pdf', 'image/png', 'image/jpeg', 'text/plain', 'message/rfc822', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document')),
	CONSTRAINT "documents_bytes" CHECK ("documents"."bytes" between 1 and 10485760),
	CONSTRAINT "documents_content" CHECK (("documents"."content" is null) = ("documents"."removed_at" is not null)),
	CONSTRAINT "documents_salt" CHECK (("documents"."salt" is null) = ("documents"."removed_at" is not null)),
	CONSTRAINT "documents_whole" CHECK ("documents"."content" is null or octet_length("documents"."content") = "documents"."bytes"),
	CONSTRAINT "documents_forgotten" CHECK ("documents"."removed_at" is null or ("documents"."sha256" = '' and "documents"."name" = ''))
);
--> statement-breakpoint
ALTER TABLE "documents" ADD CONSTRAINT "documents_agency_id_agencies_id_fk" FOREIGN KEY ("agency_id") REFERENCES "public"."agencies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "documents" ADD CONSTRAINT "documents_added_by_staff_members_id_fk" FOREIGN KEY ("added_by") REFERENCES "public"."staff_members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "documents_agency_id_index" ON "documents" USING btree ("agency_id");--> statement-breakpoint
-- Files come compressed as they are; trying again would only cost time.
ALTER TABLE documents ALTER COLUMN content SET STORAGE EXTERNAL;
--> statement-breakpoint
-- A stored file never changes. Only its content, with all that tells of it, may be taken away once.
CREATE FUNCTION documents_only_forget() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.removed_at IS NULL AND NEW.removed_at IS NOT NULL
     AND (to_jsonb(NEW) - '{content,salt,sha256,name,removed_at}'::text[])
       = (to_jsonb(OLD) - '{content,salt,sha256,name,removed_at}'::text[]) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'documents are never changed' USING ERRCODE = 'restrict_violation';
END $$;
--> statement-breakpoint
CREATE TRIGGER documents_only_forget BEFORE UPDATE OR DELETE ON documents
  FOR EACH ROW EXECUTE FUNCTION documents_only_forget();
