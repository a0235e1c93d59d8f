CREATE TABLE "duplicate_openings" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "duplicate_openings_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"proposal_id" bigint NOT NULL,
	"opened_at" timestamp with time zone NOT NULL,
	"decided_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "duplicate_openings" ADD CONSTRAINT "duplicate_openings_proposal_id_duplicate_proposals_id_fk" FOREIGN KEY ("proposal_id") REFERENCES "public"."duplicate_proposals"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "duplicate_openings_proposal_id_index" ON "duplicate_openings" USING btree ("proposal_id");