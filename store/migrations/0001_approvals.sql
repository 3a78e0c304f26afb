ALTER TABLE "executions" DROP CONSTRAINT "executions_approval";--> statement-breakpoint
ALTER TABLE "approvals" ADD COLUMN "expires_on" text DEFAULT 'machine' NOT NULL;--> statement-breakpoint
ALTER TABLE "approvals" ADD CONSTRAINT "approvals_expires_on" CHECK ("approvals"."expires_on" in ('machine', 'market'));--> statement-breakpoint
ALTER TABLE "executions" ADD CONSTRAINT "executions_approval" CHECK ("executions"."approval" in ('ask', 'auto', 'never', 'conditions'));--> statement-breakpoint
UPDATE "strategy_versions" SET "parameters" = "parameters" || '{"askWhen": {"valueAbove": null, "lossAbove": null, "disagreement": true, "firstTrade": true, "liveMode": true}}'::jsonb WHERE NOT "parameters" ? 'askWhen';--> statement-breakpoint
UPDATE "executions" SET "parameters" = "parameters" || '{"askWhen": {"valueAbove": null, "lossAbove": null, "disagreement": true, "firstTrade": true, "liveMode": true}}'::jsonb WHERE NOT "parameters" ? 'askWhen';
