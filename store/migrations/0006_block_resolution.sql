ALTER TABLE "order_events" DROP CONSTRAINT "order_events_kind";--> statement-breakpoint
ALTER TABLE "symbol_blocks" ADD COLUMN "resolution" text;--> statement-breakpoint
ALTER TABLE "symbol_blocks" ADD COLUMN "resolution_reason" text;--> statement-breakpoint
ALTER TABLE "symbol_blocks" ADD COLUMN "at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "order_events" ADD CONSTRAINT "order_events_kind" CHECK ("order_events"."kind" in ('denied', 'submitting', 'outcome_unknown', 'submitted', 'accepted', 'partially_filled', 'filled', 'cancel_requested', 'cancel_refused', 'canceled', 'rejected', 'expired', 'not_found', 'adopted_working', 'adopted_filled', 'adopted_ended'));--> statement-breakpoint
ALTER TABLE "symbol_blocks" ADD CONSTRAINT "symbol_blocks_resolution" CHECK ("symbol_blocks"."resolution" in ('adopted', 'accepted'));