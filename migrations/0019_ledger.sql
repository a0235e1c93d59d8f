CREATE TABLE "evidence_seals" (
	"snapshot_id" bigint PRIMARY KEY NOT NULL,
	"leaf_index" bigint NOT NULL,
	"kid" text NOT NULL,
	"signature" text NOT NULL,
	"public_signature" text NOT NULL,
	"proof" text NOT NULL,
	"sealed_at" timestamp with time zone NOT NULL,
	CONSTRAINT "evidence_seals_leaf_index_unique" UNIQUE("leaf_index")
);
--> statement-breakpoint
CREATE TABLE "log_checkpoints" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "log_checkpoints_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"origin" text NOT NULL,
	"size" bigint NOT NULL,
	"root" "bytea" NOT NULL,
	"note" text NOT NULL,
	"kid" text NOT NULL,
	"made_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "log_cursors" (
	"kind" text PRIMARY KEY NOT NULL,
	"settled" bigint DEFAULT 0 NOT NULL,
	"candidate" bigint,
	"candidate_xmax" text,
	"candidate_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "log_entries" (
	"leaf_index" bigint PRIMARY KEY NOT NULL,
	"commitment" "bytea" NOT NULL,
	"leaf_hash" "bytea" NOT NULL,
	CONSTRAINT "log_entries_hashes" CHECK (octet_length("log_entries"."commitment") = 32 and octet_length("log_entries"."leaf_hash") = 32),
	CONSTRAINT "log_entries_from_zero" CHECK ("log_entries"."leaf_index" >= 0)
);
--> statement-breakpoint
CREATE TABLE "log_erasures" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "log_erasures_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"leaf_index" bigint NOT NULL,
	"kind" text NOT NULL,
	"source_id" bigint NOT NULL,
	"basis" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "log_erasures_leaf_index_unique" UNIQUE("leaf_index"),
	CONSTRAINT "log_erasures_kind" CHECK ("log_erasures"."kind" in ('audit_event', 'answer', 'answer_end', 'snapshot', 'erasure'))
);
--> statement-breakpoint
CREATE TABLE "log_openings" (
	"leaf_index" bigint PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"source_id" bigint NOT NULL,
	"salt" "bytea" NOT NULL,
	CONSTRAINT "log_openings_kind" CHECK ("log_openings"."kind" in ('audit_event', 'answer', 'answer_end', 'snapshot', 'erasure'))
);
--> statement-breakpoint
CREATE TABLE "log_origins" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "log_origins_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"origin" text NOT NULL,
	"opened_at" timestamp with time zone NOT NULL,
	"because" text DEFAULT '' NOT NULL,
	CONSTRAINT "log_origins_origin_unique" UNIQUE("origin")
);
--> statement-breakpoint
CREATE TABLE "log_pending" (
	"kind" text NOT NULL,
	"source_id" bigint NOT NULL,
	CONSTRAINT "log_pending_kind" CHECK ("log_pending"."kind" in ('audit_event', 'answer', 'answer_end', 'snapshot', 'erasure'))
);
--> statement-breakpoint
CREATE TABLE "log_tiles" (
	"level" smallint NOT NULL,
	"tile" bigint NOT NULL,
	"hashes" "bytea" NOT NULL,
	"root" "bytea" NOT NULL,
	CONSTRAINT "log_tiles_level_tile_pk" PRIMARY KEY("level","tile"),
	CONSTRAINT "log_tiles_full" CHECK (octet_length("log_tiles"."hashes") = 8192 and octet_length("log_tiles"."root") = 32)
);
--> statement-breakpoint
CREATE TABLE "log_witness_mails" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "log_witness_mails_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"checkpoint_id" bigint NOT NULL,
	"sent_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "signing_keys" (
	"kid" text PRIMARY KEY NOT NULL,
	"public_key" "bytea" NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"not_before" timestamp with time zone NOT NULL,
	"retired_at" timestamp with time zone,
	CONSTRAINT "signing_keys_public_key_unique" UNIQUE("public_key"),
	CONSTRAINT "signing_keys_public_key" CHECK (octet_length("signing_keys"."public_key") = 32),
	CONSTRAINT "signing_keys_times" CHECK ("signing_keys"."retired_at" is null or "signing_keys"."retired_at" >= "signing_keys"."not_before")
);
--> statement-breakpoint
ALTER TABLE "evidence_snapshots" ADD COLUMN "packet_format" smallint DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "evidence_snapshots" ADD COLUMN "public_sha256" text;--> statement-breakpoint
ALTER TABLE "evidence_seals" ADD CONSTRAINT "evidence_seals_snapshot_id_evidence_snapshots_id_fk" FOREIGN KEY ("snapshot_id") REFERENCES "public"."evidence_snapshots"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "evidence_seals" ADD CONSTRAINT "evidence_seals_kid_signing_keys_kid_fk" FOREIGN KEY ("kid") REFERENCES "public"."signing_keys"("kid") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "log_checkpoints" ADD CONSTRAINT "log_checkpoints_kid_signing_keys_kid_fk" FOREIGN KEY ("kid") REFERENCES "public"."signing_keys"("kid") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "log_checkpoints_size" ON "log_checkpoints" USING btree ("origin","size");--> statement-breakpoint
CREATE UNIQUE INDEX "log_erasures_source" ON "log_erasures" USING btree ("kind","source_id");--> statement-breakpoint
CREATE UNIQUE INDEX "log_openings_source" ON "log_openings" USING btree ("kind","source_id");--> statement-breakpoint
ALTER TABLE "evidence_snapshots" ADD CONSTRAINT "evidence_snapshots_public" CHECK (("evidence_snapshots"."packet_format" = 1 and "evidence_snapshots"."public_sha256" is null) or ("evidence_snapshots"."packet_format" > 1 and "evidence_snapshots"."public_sha256" is not null));--> statement-breakpoint
-- Append-only also against TRUNCATE, which row triggers do not see.
CREATE TRIGGER audit_events_no_truncate BEFORE TRUNCATE ON audit_events
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_any_change();
--> statement-breakpoint
CREATE TRIGGER evidence_snapshots_no_truncate BEFORE TRUNCATE ON evidence_snapshots
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_any_change();
--> statement-breakpoint
DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['log_entries', 'log_tiles', 'log_checkpoints', 'log_origins', 'log_erasures',
    'log_witness_mails', 'evidence_seals'] LOOP
    EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_any_change()',
      name || '_append_only', name);
    EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_any_change()',
      name || '_no_truncate', name);
  END LOOP;
END $$;
--> statement-breakpoint
-- A key is retired once, and that is all that may happen to it.
CREATE FUNCTION signing_keys_only_retire() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.retired_at IS NULL
     AND (to_jsonb(NEW) - 'retired_at') = (to_jsonb(OLD) - 'retired_at') THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'signing keys are only retired' USING ERRCODE = 'restrict_violation';
END $$;
--> statement-breakpoint
CREATE TRIGGER signing_keys_only_retire BEFORE UPDATE OR DELETE ON signing_keys
  FOR EACH ROW EXECUTE FUNCTION signing_keys_only_retire();
--> statement-breakpoint
-- New answers are found by their rising ids; that an old one ended is noted here for the log.
CREATE FUNCTION answers_note_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO log_pending (kind, source_id) VALUES ('answer_end', NEW.id);
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER answers_note_end AFTER UPDATE ON answers
  FOR EACH ROW WHEN (OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL) EXECUTE FUNCTION answers_note_end();
--> statement-breakpoint
INSERT INTO log_pending (kind, source_id) SELECT 'answer_end', id FROM answers WHERE ended_at IS NOT NULL ORDER BY ended_at, id;
--> statement-breakpoint
-- The role that the application runs as has no UPDATE, DELETE or TRUNCATE on them, even where it owns the tables. (An owner
-- can grant it to itself again and a superuser needs no grant: the triggers refuse them too, and what is done in spite
-- of both shows against the checkpoints that a witness holds.)
REVOKE UPDATE, DELETE, TRUNCATE ON audit_events, log_entries, log_tiles, log_checkpoints, log_origins, log_erasures,
  log_witness_mails, evidence_seals, evidence_snapshots FROM PUBLIC, CURRENT_USER;
--> statement-breakpoint
REVOKE DELETE, TRUNCATE ON signing_keys FROM PUBLIC, CURRENT_USER;
--> statement-breakpoint
-- Checking a foreign key locks the row it leads to, for which PostgreSQL wants UPDATE on some column; this one cannot
-- be set to anything, being an identity.
GRANT UPDATE (id) ON evidence_snapshots TO CURRENT_USER;
