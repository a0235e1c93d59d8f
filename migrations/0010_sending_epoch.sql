ALTER TABLE "installation" ADD COLUMN "send_epoch" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "installation" ADD COLUMN "locked_id" text;--> statement-breakpoint
ALTER TABLE "installation" ADD COLUMN "locked_epoch" integer;