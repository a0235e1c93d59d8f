DROP INDEX "positions_by_status";--> statement-breakpoint
CREATE INDEX "positions_by_status" ON "positions" USING btree ("tally_id","status","expires_at");