ALTER TABLE "messages" DROP CONSTRAINT "messages_kind";--> statement-breakpoint
ALTER TABLE "messages" DROP CONSTRAINT "messages_recipient";--> statement-breakpoint
ALTER TABLE "messages" DROP CONSTRAINT "messages_staff_id_staff_members_id_fk";
--> statement-breakpoint
ALTER TABLE "messages" DROP COLUMN "staff_id";--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_kind" CHECK ("messages"."kind" in ('invitation', 'reminder', 'referral', 'receipt', 'confirmation', 'rsvp_confirmation', 'meeting_cancelled', 'meeting_moved'));--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_recipient" CHECK (num_nonnulls("messages"."contact_id", "messages"."submission_id") = 1);