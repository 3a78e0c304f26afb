CREATE TABLE "schedule_firings" (
	"strategy_id" uuid NOT NULL,
	"instant" timestamp(3) with time zone NOT NULL,
	"result" text NOT NULL,
	"code" text,
	"reason" text,
	"missed" integer DEFAULT 0 NOT NULL,
	"execution_id" uuid,
	"market_at" timestamp(3) with time zone NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "schedule_firings_strategy_id_instant_pk" PRIMARY KEY("strategy_id","instant"),
	CONSTRAINT "schedule_firings_execution" UNIQUE("execution_id"),
	CONSTRAINT "schedule_firings_result" CHECK ("schedule_firings"."result" in ('started', 'skipped', 'failed')),
	CONSTRAINT "schedule_firings_started" CHECK (("schedule_firings"."result" = 'started') = ("schedule_firings"."execution_id" is not null) and ("schedule_firings"."result" = 'started') = ("schedule_firings"."code" is null))
);
--> statement-breakpoint
CREATE TABLE "schedule_looks" (
	"strategy_id" uuid PRIMARY KEY NOT NULL,
	"cron" text NOT NULL,
	"looked_until" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "workflow_versions" DROP CONSTRAINT "workflow_versions_content";--> statement-breakpoint
ALTER TABLE "schedule_firings" ADD CONSTRAINT "schedule_firings_strategy_id_strategies_id_fk" FOREIGN KEY ("strategy_id") REFERENCES "public"."strategies"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "schedule_firings" ADD CONSTRAINT "schedule_firings_execution_id_executions_id_fk" FOREIGN KEY ("execution_id") REFERENCES "public"."executions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "schedule_looks" ADD CONSTRAINT "schedule_looks_strategy_id_strategies_id_fk" FOREIGN KEY ("strategy_id") REFERENCES "public"."strategies"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "schedule_firings_newest" ON "schedule_firings" USING btree ("strategy_id","result","instant" DESC NULLS LAST);