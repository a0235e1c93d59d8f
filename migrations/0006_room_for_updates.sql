-- These rows are changed a few times each, mostly in columns without an index. Pages with room take such a change
-- without touching any of their indexes.
ALTER TABLE asks SET (fillfactor = 80);
--> statement-breakpoint
ALTER TABLE invitations SET (fillfactor = 70);
--> statement-breakpoint
-- A message changes its state several times; the index of what is due must not fill up with what was.
ALTER TABLE messages SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
