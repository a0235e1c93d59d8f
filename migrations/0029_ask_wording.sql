ALTER TABLE "asks" ADD COLUMN "instrument_version_id" bigint;--> statement-breakpoint
-- An ask asks by the wording of its wave, which is fixed when the wave is launched.
UPDATE "asks" a SET "instrument_version_id" = coalesce(w."instrument_version_id", (SELECT max(v."id") FROM "instrument_versions" v))
FROM "waves" w WHERE w."id" = a."wave_id" AND a."credential_id" IS NOT NULL;--> statement-breakpoint
ALTER TABLE "asks" ADD CONSTRAINT "asks_instrument_version_id_instrument_versions_id_fk" FOREIGN KEY ("instrument_version_id") REFERENCES "public"."instrument_versions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "asks" ADD CONSTRAINT "asks_wording" CHECK (num_nulls("asks"."credential_id", "asks"."instrument_version_id") in (0, 2));
