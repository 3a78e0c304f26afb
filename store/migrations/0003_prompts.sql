CREATE TABLE "prompt_activations" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "prompt_activations_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"stage" text NOT NULL,
	"prompt_version_id" uuid NOT NULL,
	"who" text NOT NULL,
	"at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "prompt_activations_stage" CHECK ("prompt_activations"."stage" in ('technical_analysis', 'weekly_trend', 'consolidation', 'decision', 'risk_review'))
);
--> statement-breakpoint
ALTER TABLE "prompt_versions" ADD COLUMN "author" text;--> statement-breakpoint
ALTER TABLE "prompt_versions" ADD COLUMN "note" text;--> statement-breakpoint
ALTER TABLE "executions" ADD COLUMN "forked_from" uuid;--> statement-breakpoint
ALTER TABLE "executions" ADD COLUMN "fork" jsonb;--> statement-breakpoint
ALTER TABLE "prompt_activations" ADD CONSTRAINT "prompt_activations_prompt_version_id_prompt_versions_id_fk" FOREIGN KEY ("prompt_version_id") REFERENCES "public"."prompt_versions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "prompt_activations_of_stage" ON "prompt_activations" USING btree ("stage","id" DESC NULLS LAST);--> statement-breakpoint
ALTER TABLE "executions" ADD CONSTRAINT "executions_forked_from_symbol_runs_id_fk" FOREIGN KEY ("forked_from") REFERENCES "public"."symbol_runs"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "executions_forks" ON "executions" USING btree ("forked_from") WHERE forked_from is not null;--> statement-breakpoint
ALTER TABLE "executions" ADD CONSTRAINT "executions_forks_are_dry" CHECK ("executions"."fork" is null or "executions"."dry_run");