CREATE TABLE "active_prompts" (
	"stage" text PRIMARY KEY NOT NULL,
	"prompt_version_id" uuid NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "decision_reports" (
	"decision_id" uuid NOT NULL,
	"report_id" uuid NOT NULL,
	CONSTRAINT "decision_reports_decision_id_report_id_pk" PRIMARY KEY("decision_id","report_id")
);
--> statement-breakpoint
CREATE TABLE "decisions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"symbol_run_id" uuid NOT NULL,
	"visit" integer NOT NULL,
	"symbol" text NOT NULL,
	"signal" text NOT NULL,
	"current_price" numeric NOT NULL,
	"target_price" numeric,
	"stop_price" numeric,
	"profit_margin" numeric,
	"r_coefficient" numeric,
	"strategy_used" text NOT NULL,
	"analysis" text NOT NULL,
	"consolidation" jsonb,
	"consolidation_call_id" uuid,
	"grounding" jsonb NOT NULL,
	"llm_call_id" uuid NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "decisions_once" UNIQUE("symbol_run_id","visit"),
	CONSTRAINT "decisions_signal" CHECK ("decisions"."signal" in ('BUY', 'SELL', 'HOLD')),
	CONSTRAINT "decisions_price" CHECK ("decisions"."current_price" > 0 and "decisions"."current_price" < 1e20),
	CONSTRAINT "decisions_target" CHECK ("decisions"."target_price" > 0 and "decisions"."target_price" < 1e20),
	CONSTRAINT "decisions_stop" CHECK ("decisions"."stop_price" > 0 and "decisions"."stop_price" < 1e20),
	CONSTRAINT "decisions_levels" CHECK (("decisions"."signal" = 'HOLD') = ("decisions"."target_price" is null) and ("decisions"."signal" = 'HOLD') = ("decisions"."stop_price" is null))
);
--> statement-breakpoint
CREATE TABLE "llm_call_artifacts" (
	"llm_call_id" uuid NOT NULL,
	"artifact_id" uuid NOT NULL,
	CONSTRAINT "llm_call_artifacts_llm_call_id_artifact_id_pk" PRIMARY KEY("llm_call_id","artifact_id")
);
--> statement-breakpoint
CREATE TABLE "llm_calls" (
	"id" uuid PRIMARY KEY NOT NULL,
	"symbol_run_id" uuid NOT NULL,
	"stage" text NOT NULL,
	"visit" integer NOT NULL,
	"attempt" integer NOT NULL,
	"prompt_version_id" uuid,
	"prompt_content_hash" text NOT NULL,
	"model" text NOT NULL,
	"endpoint" text NOT NULL,
	"method" text NOT NULL,
	"request_hash" text NOT NULL,
	"messages" json NOT NULL,
	"raw_answer" text,
	"parsed" json,
	"status" text NOT NULL,
	"error" jsonb,
	"input_tokens" bigint NOT NULL,
	"output_tokens" bigint NOT NULL,
	"cost_usd" numeric,
	"latency_ms" real NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "llm_calls_stage" CHECK ("llm_calls"."stage" in ('technical_analysis', 'weekly_trend', 'consolidation', 'decision', 'risk_review')),
	CONSTRAINT "llm_calls_method" CHECK ("llm_calls"."method" in ('json_schema', 'tool_call', 'json_object', 'plain', 'tools')),
	CONSTRAINT "llm_calls_status" CHECK ("llm_calls"."status" in ('ok', 'invalid', 'failed')),
	CONSTRAINT "llm_calls_answer" CHECK ("llm_calls"."status" <> 'ok' or "llm_calls"."raw_answer" is not null),
	CONSTRAINT "llm_calls_cost" CHECK ("llm_calls"."cost_usd" >= 0 and "llm_calls"."cost_usd" < 1e20)
);
--> statement-breakpoint
CREATE TABLE "prompt_versions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"stage" text NOT NULL,
	"version" text NOT NULL,
	"template" text NOT NULL,
	"inputs" text[] NOT NULL,
	"content_hash" text NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "prompt_versions_version" UNIQUE("stage","version"),
	CONSTRAINT "prompt_versions_content" UNIQUE("stage","content_hash"),
	CONSTRAINT "prompt_versions_stage" CHECK ("prompt_versions"."stage" in ('technical_analysis', 'weekly_trend', 'consolidation', 'decision', 'risk_review'))
);
--> statement-breakpoint
CREATE TABLE "reports" (
	"id" uuid PRIMARY KEY NOT NULL,
	"symbol_run_id" uuid NOT NULL,
	"stage" text NOT NULL,
	"visit" integer NOT NULL,
	"report" jsonb NOT NULL,
	"grounding" jsonb NOT NULL,
	"llm_call_id" uuid NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "reports_once" UNIQUE("symbol_run_id","stage","visit"),
	CONSTRAINT "reports_stage" CHECK ("reports"."stage" in ('technical_analysis', 'weekly_trend', 'consolidation', 'decision', 'risk_review'))
);
--> statement-breakpoint
CREATE TABLE "artifacts" (
	"id" uuid PRIMARY KEY NOT NULL,
	"symbol_run_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"timeframe" text,
	"media_type" text NOT NULL,
	"sha256" text NOT NULL,
	"byte_length" bigint NOT NULL,
	"object_key" text NOT NULL,
	"market_data_id" uuid,
	"series_id" integer,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "artifacts_kind" CHECK ("artifacts"."kind" in ('chart_png', 'chart_spec', 'market_data')),
	CONSTRAINT "artifacts_hash" CHECK ("artifacts"."sha256" ~ '^[0-9a-f]{64}$')
);
--> statement-breakpoint
CREATE TABLE "approvals" (
	"id" uuid PRIMARY KEY NOT NULL,
	"symbol_run_id" uuid NOT NULL,
	"verdict_id" uuid NOT NULL,
	"status" text DEFAULT 'pending' NOT NULL,
	"shown" jsonb NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL,
	"edit" jsonb,
	"reason" text,
	"answered_by" text,
	"channel" text,
	"answered_at" timestamp(3) with time zone,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "approvals_status" CHECK ("approvals"."status" in ('pending', 'approved', 'edited', 'rejected', 'expired')),
	CONSTRAINT "approvals_channel" CHECK ("approvals"."channel" in ('web', 'cli', 'api', 'policy')),
	CONSTRAINT "approvals_answered" CHECK (("approvals"."status" = 'pending') = ("approvals"."answered_at" is null)),
	CONSTRAINT "approvals_edit" CHECK (("approvals"."status" = 'edited') = ("approvals"."edit" is not null)),
	CONSTRAINT "approvals_reason" CHECK ("approvals"."status" <> 'rejected' or "approvals"."reason" is not null),
	CONSTRAINT "approvals_person" CHECK ("approvals"."status" in ('pending', 'expired') or ("approvals"."answered_by" is not null and "approvals"."channel" is not null))
);
--> statement-breakpoint
CREATE TABLE "risk_reservations" (
	"verdict_id" uuid PRIMARY KEY NOT NULL,
	"account_id" text NOT NULL,
	"conid" bigint NOT NULL,
	"symbol" text NOT NULL,
	"notional" numeric NOT NULL,
	"loss_at_stop" numeric NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"released_at" timestamp(3) with time zone,
	"release_reason" text,
	CONSTRAINT "risk_reservations_amounts" CHECK (abs("risk_reservations"."notional") < 1e20 and abs("risk_reservations"."loss_at_stop") < 1e20),
	CONSTRAINT "risk_reservations_release" CHECK (("risk_reservations"."released_at" is null) = ("risk_reservations"."release_reason" is null))
);
--> statement-breakpoint
CREATE TABLE "risk_verdicts" (
	"id" uuid PRIMARY KEY NOT NULL,
	"decision_id" uuid NOT NULL,
	"step" text NOT NULL,
	"sequence" integer NOT NULL,
	"verdict" text NOT NULL,
	"codes" text[] NOT NULL,
	"rules" jsonb NOT NULL,
	"plan" jsonb,
	"snapshot" jsonb NOT NULL,
	"review" jsonb,
	"llm_call_id" uuid,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "risk_verdicts_once" UNIQUE("decision_id","step","sequence"),
	CONSTRAINT "risk_verdicts_verdict" CHECK ("risk_verdicts"."verdict" in ('approved', 'reduced', 'denied')),
	CONSTRAINT "risk_verdicts_step" CHECK ("risk_verdicts"."step" in ('gate', 'review', 'answer')),
	CONSTRAINT "risk_verdicts_plan" CHECK ("risk_verdicts"."verdict" = 'denied' or "risk_verdicts"."plan" is not null),
	CONSTRAINT "risk_verdicts_review" CHECK ("risk_verdicts"."step" <> 'review' or "risk_verdicts"."review" is not null)
);
--> statement-breakpoint
CREATE TABLE "pacing_ledgers" (
	"gateway" text PRIMARY KEY NOT NULL,
	"record" jsonb,
	"at_ms" double precision NOT NULL
);
--> statement-breakpoint
CREATE TABLE "settings" (
	"key" text PRIMARY KEY NOT NULL,
	"value" jsonb NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "bar_series" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "bar_series_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"source" text NOT NULL,
	"conid" bigint NOT NULL,
	"timeframe" text NOT NULL,
	"symbol" text NOT NULL,
	"delay_seconds" integer NOT NULL,
	"as_of" timestamp(3) with time zone NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "bar_series_key" UNIQUE("source","conid","timeframe"),
	CONSTRAINT "bar_series_timeframe" CHECK ("bar_series"."timeframe" in ('daily', 'weekly')),
	CONSTRAINT "bar_series_delay" CHECK ("bar_series"."delay_seconds" >= 0)
);
--> statement-breakpoint
CREATE TABLE "bars" (
	"series_id" integer NOT NULL,
	"date" date NOT NULL,
	"open" numeric NOT NULL,
	"high" numeric NOT NULL,
	"low" numeric NOT NULL,
	"close" numeric NOT NULL,
	"volume" numeric NOT NULL,
	"as_of" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "bars_series_id_date_pk" PRIMARY KEY("series_id","date"),
	CONSTRAINT "bars_low" CHECK ("bars"."low" > 0 and "bars"."low" < 1e20),
	CONSTRAINT "bars_high" CHECK (abs("bars"."high") < 1e20),
	CONSTRAINT "bars_volume" CHECK (abs("bars"."volume") < 1e20),
	CONSTRAINT "bars_range" CHECK ("bars"."high" >= "bars"."low" and "bars"."open" between "bars"."low" and "bars"."high" and "bars"."close" between "bars"."low" and "bars"."high")
);
--> statement-breakpoint
CREATE TABLE "instruments" (
	"gateway" text NOT NULL,
	"conid" bigint NOT NULL,
	"symbol" text NOT NULL,
	"name" text NOT NULL,
	"security_type" text NOT NULL,
	"currency" text NOT NULL,
	"exchange" text NOT NULL,
	"index_replay" boolean NOT NULL,
	"price_increments" jsonb NOT NULL,
	"quantity_increment" numeric NOT NULL,
	"order_types" text[] NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "instruments_gateway_conid_pk" PRIMARY KEY("gateway","conid"),
	CONSTRAINT "instruments_gateway" CHECK ("instruments"."gateway" in ('ibkr', 'simulator')),
	CONSTRAINT "instruments_quantity_increment" CHECK ("instruments"."quantity_increment" > 0 and "instruments"."quantity_increment" < 1e20)
);
--> statement-breakpoint
CREATE TABLE "fills" (
	"execution_ref" text PRIMARY KEY NOT NULL,
	"execution_key" text NOT NULL,
	"correction" integer NOT NULL,
	"order_id" uuid,
	"broker_order_id" text,
	"client_order_id" text,
	"account_id" text NOT NULL,
	"conid" bigint NOT NULL,
	"symbol" text NOT NULL,
	"side" text NOT NULL,
	"quantity" numeric NOT NULL,
	"price" numeric NOT NULL,
	"commission" numeric,
	"currency" text NOT NULL,
	"at" timestamp(3) with time zone NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "fills_side" CHECK ("fills"."side" in ('BUY', 'SELL')),
	CONSTRAINT "fills_quantity" CHECK ("fills"."quantity" > 0 and "fills"."quantity" < 1e20),
	CONSTRAINT "fills_price" CHECK ("fills"."price" > 0 and "fills"."price" < 1e20),
	CONSTRAINT "fills_commission" CHECK (abs("fills"."commission") < 1e20)
);
--> statement-breakpoint
CREATE TABLE "order_events" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "order_events_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"order_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"from_status" text NOT NULL,
	"to_status" text NOT NULL,
	"at" timestamp(3) with time zone NOT NULL,
	"details" jsonb,
	"recorded_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "order_events_kind" CHECK ("order_events"."kind" in ('denied', 'submitting', 'outcome_unknown', 'submitted', 'accepted', 'partially_filled', 'filled', 'cancel_requested', 'cancel_refused', 'canceled', 'rejected', 'expired', 'not_found')),
	CONSTRAINT "order_events_from" CHECK ("order_events"."from_status" in ('INITIALIZED', 'DENIED', 'SUBMITTING', 'UNKNOWN', 'SUBMITTED', 'ACCEPTED', 'PARTIALLY_FILLED', 'FILLED', 'PENDING_CANCEL', 'CANCELED', 'REJECTED', 'EXPIRED')),
	CONSTRAINT "order_events_to" CHECK ("order_events"."to_status" in ('INITIALIZED', 'DENIED', 'SUBMITTING', 'UNKNOWN', 'SUBMITTED', 'ACCEPTED', 'PARTIALLY_FILLED', 'FILLED', 'PENDING_CANCEL', 'CANCELED', 'REJECTED', 'EXPIRED'))
);
--> statement-breakpoint
CREATE TABLE "orders" (
	"id" uuid PRIMARY KEY NOT NULL,
	"symbol_run_id" uuid,
	"verdict_id" uuid,
	"approval_id" uuid,
	"client_order_id" text,
	"broker_order_id" text,
	"parent_order_id" uuid,
	"leg" text NOT NULL,
	"attempt" integer DEFAULT 0 NOT NULL,
	"gateway_session" text NOT NULL,
	"account_id" text NOT NULL,
	"conid" bigint NOT NULL,
	"symbol" text NOT NULL,
	"side" text NOT NULL,
	"type" text NOT NULL,
	"time_in_force" text NOT NULL,
	"quantity" numeric NOT NULL,
	"limit_price" numeric,
	"stop_price" numeric,
	"currency" text NOT NULL,
	"status" text NOT NULL,
	"filled_quantity" numeric DEFAULT 0 NOT NULL,
	"average_fill_price" numeric,
	"reason" text,
	"external" boolean DEFAULT false NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "orders_client_order_id" UNIQUE("client_order_id"),
	CONSTRAINT "orders_leg" CHECK ("orders"."leg" in ('entry', 'stop', 'target', 'exit')),
	CONSTRAINT "orders_side" CHECK ("orders"."side" in ('BUY', 'SELL')),
	CONSTRAINT "orders_type" CHECK ("orders"."type" in ('LIMIT', 'MARKET', 'STOP')),
	CONSTRAINT "orders_time_in_force" CHECK ("orders"."time_in_force" in ('DAY', 'GTC')),
	CONSTRAINT "orders_status" CHECK ("orders"."status" in ('INITIALIZED', 'DENIED', 'SUBMITTING', 'UNKNOWN', 'SUBMITTED', 'ACCEPTED', 'PARTIALLY_FILLED', 'FILLED', 'PENDING_CANCEL', 'CANCELED', 'REJECTED', 'EXPIRED')),
	CONSTRAINT "orders_quantity" CHECK ("orders"."quantity" > 0 and "orders"."quantity" < 1e20),
	CONSTRAINT "orders_limit" CHECK ("orders"."type" <> 'LIMIT' or "orders"."limit_price" is not null),
	CONSTRAINT "orders_stop" CHECK ("orders"."type" <> 'STOP' or "orders"."stop_price" is not null),
	CONSTRAINT "orders_prices" CHECK ("orders"."limit_price" > 0 and "orders"."limit_price" < 1e20 and "orders"."stop_price" > 0 and "orders"."stop_price" < 1e20),
	CONSTRAINT "orders_filled" CHECK ("orders"."filled_quantity" between 0 and "orders"."quantity"),
	CONSTRAINT "orders_countersigned" CHECK ("orders"."external" or "orders"."leg" = 'exit' or ("orders"."symbol_run_id" is not null and "orders"."verdict_id" is not null and "orders"."approval_id" is not null)),
	CONSTRAINT "orders_client_id" CHECK ("orders"."external" or "orders"."client_order_id" is not null)
);
--> statement-breakpoint
CREATE TABLE "alerts" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "alerts_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"level" text NOT NULL,
	"code" text NOT NULL,
	"message" text NOT NULL,
	"facts" jsonb,
	"symbol_run_id" uuid,
	"order_id" uuid,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"acknowledged_at" timestamp(3) with time zone,
	"acknowledged_by" text,
	CONSTRAINT "alerts_level" CHECK ("alerts"."level" in ('info', 'warning', 'alarm'))
);
--> statement-breakpoint
CREATE TABLE "portfolio_snapshots" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "portfolio_snapshots_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"account_id" text NOT NULL,
	"currency" text NOT NULL,
	"net_liquidation" numeric NOT NULL,
	"total_cash" numeric NOT NULL,
	"available_funds" numeric NOT NULL,
	"buying_power" numeric NOT NULL,
	"gross_position_value" numeric NOT NULL,
	"at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "positions" (
	"account_id" text NOT NULL,
	"conid" bigint NOT NULL,
	"symbol" text NOT NULL,
	"quantity" numeric NOT NULL,
	"average_cost" numeric NOT NULL,
	"market_price" numeric,
	"market_value" numeric,
	"realized_pnl" numeric,
	"unrealized_pnl" numeric,
	"currency" text NOT NULL,
	"at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "positions_account_id_conid_pk" PRIMARY KEY("account_id","conid"),
	CONSTRAINT "positions_open" CHECK ("positions"."quantity" <> 0)
);
--> statement-breakpoint
CREATE TABLE "symbol_blocks" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "symbol_blocks_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"account_id" text NOT NULL,
	"conid" bigint NOT NULL,
	"symbol" text NOT NULL,
	"code" text NOT NULL,
	"reason" text NOT NULL,
	"details" jsonb,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"resolved_at" timestamp(3) with time zone,
	"resolved_by" text,
	CONSTRAINT "symbol_blocks_resolved" CHECK (("symbol_blocks"."resolved_at" is null) = ("symbol_blocks"."resolved_by" is null))
);
--> statement-breakpoint
CREATE TABLE "trading_states" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "trading_states_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"state" text NOT NULL,
	"reason" text NOT NULL,
	"who" text NOT NULL,
	"at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "trading_states_state" CHECK ("trading_states"."state" in ('ACTIVE', 'REDUCING', 'HALTED'))
);
--> statement-breakpoint
CREATE TABLE "executions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"strategy_id" uuid NOT NULL,
	"strategy_version" integer NOT NULL,
	"workflow_version_id" uuid NOT NULL,
	"mode" text NOT NULL,
	"gateway_session" text NOT NULL,
	"account_id" text,
	"approval" text NOT NULL,
	"as_of" timestamp(3) with time zone NOT NULL,
	"graph_version" text NOT NULL,
	"dry_run" boolean NOT NULL,
	"parameters" jsonb NOT NULL,
	"status" text DEFAULT 'running' NOT NULL,
	"symbol_count" integer NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp(3) with time zone,
	CONSTRAINT "executions_mode" CHECK ("executions"."mode" in ('replay', 'paper', 'live')),
	CONSTRAINT "executions_approval" CHECK ("executions"."approval" in ('ask', 'auto', 'never')),
	CONSTRAINT "executions_status" CHECK ("executions"."status" in ('running', 'waiting', 'finished')),
	CONSTRAINT "executions_finished" CHECK (("executions"."status" = 'finished') = ("executions"."finished_at" is not null))
);
--> statement-breakpoint
CREATE TABLE "node_events" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "node_events_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"symbol_run_id" uuid NOT NULL,
	"node" text NOT NULL,
	"visit" integer NOT NULL,
	"attempt" integer NOT NULL,
	"kind" text NOT NULL,
	"output" jsonb,
	"error" jsonb,
	"duration_ms" integer,
	"at" timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "node_events_kind" CHECK ("node_events"."kind" in ('started', 'finished', 'waiting', 'failed')),
	CONSTRAINT "node_events_counts" CHECK ("node_events"."visit" >= 0 and "node_events"."attempt" > 0),
	CONSTRAINT "node_events_error" CHECK (("node_events"."kind" = 'failed') = ("node_events"."error" is not null))
);
--> statement-breakpoint
CREATE TABLE "symbol_runs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"execution_id" uuid NOT NULL,
	"symbol" text NOT NULL,
	"ordinal" integer NOT NULL,
	"conid" bigint,
	"status" text DEFAULT 'queued' NOT NULL,
	"error" jsonb,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"started_at" timestamp(3) with time zone,
	"finished_at" timestamp(3) with time zone,
	CONSTRAINT "symbol_runs_symbol" UNIQUE("execution_id","symbol"),
	CONSTRAINT "symbol_runs_status" CHECK ("symbol_runs"."status" in ('queued', 'running', 'waiting_approval', 'working', 'done', 'denied', 'abstained', 'failed'))
);
--> statement-breakpoint
CREATE TABLE "strategies" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"active" boolean DEFAULT true NOT NULL,
	"version" integer NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "strategies_name" UNIQUE("name")
);
--> statement-breakpoint
CREATE TABLE "strategy_versions" (
	"strategy_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"workflow_version_id" uuid NOT NULL,
	"parameters" jsonb NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "strategy_versions_strategy_id_version_pk" PRIMARY KEY("strategy_id","version"),
	CONSTRAINT "strategy_versions_positive" CHECK ("strategy_versions"."version" > 0)
);
--> statement-breakpoint
CREATE TABLE "workflow_symbols" (
	"id" uuid PRIMARY KEY NOT NULL,
	"symbol" text NOT NULL,
	"enabled" boolean DEFAULT true NOT NULL,
	"priority" integer DEFAULT 0 NOT NULL,
	"settings" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "workflow_symbols_symbol" UNIQUE("symbol"),
	CONSTRAINT "workflow_symbols_ticker" CHECK ("workflow_symbols"."symbol" ~ '^[A-Z][A-Z0-9.]{0,9}$')
);
--> statement-breakpoint
CREATE TABLE "workflow_versions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"version" integer NOT NULL,
	"definition" jsonb NOT NULL,
	"content_hash" text NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "workflow_versions_version" UNIQUE("name","version"),
	CONSTRAINT "workflow_versions_content" UNIQUE("name","content_hash"),
	CONSTRAINT "workflow_versions_positive" CHECK ("workflow_versions"."version" > 0)
);
--> statement-breakpoint
ALTER TABLE "active_prompts" ADD CONSTRAINT "active_prompts_prompt_version_id_prompt_versions_id_fk" FOREIGN KEY ("prompt_version_id") REFERENCES "public"."prompt_versions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "decision_reports" ADD CONSTRAINT "decision_reports_decision_id_decisions_id_fk" FOREIGN KEY ("decision_id") REFERENCES "public"."decisions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "decision_reports" ADD CONSTRAINT "decision_reports_report_id_reports_id_fk" FOREIGN KEY ("report_id") REFERENCES "public"."reports"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "decisions" ADD CONSTRAINT "decisions_symbol_run_id_symbol_runs_id_fk" FOREIGN KEY ("symbol_run_id") REFERENCES "public"."symbol_runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "decisions" ADD CONSTRAINT "decisions_consolidation_call_id_llm_calls_id_fk" FOREIGN KEY ("consolidation_call_id") REFERENCES "public"."llm_calls"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "decisions" ADD CONSTRAINT "decisions_llm_call_id_llm_calls_id_fk" FOREIGN KEY ("llm_call_id") REFERENCES "public"."llm_calls"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "llm_call_artifacts" ADD CONSTRAINT "llm_call_artifacts_llm_call_id_llm_calls_id_fk" FOREIGN KEY ("llm_call_id") REFERENCES "public"."llm_calls"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "llm_call_artifacts" ADD CONSTRAINT "llm_call_artifacts_artifact_id_artifacts_id_fk" FOREIGN KEY ("artifact_id") REFERENCES "public"."artifacts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "llm_calls" ADD CONSTRAINT "llm_calls_symbol_run_id_symbol_runs_id_fk" FOREIGN KEY ("symbol_run_id") REFERENCES "public"."symbol_runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "llm_calls" ADD CONSTRAINT "llm_calls_prompt_version_id_prompt_versions_id_fk" FOREIGN KEY ("prompt_version_id") REFERENCES "public"."prompt_versions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reports" ADD CONSTRAINT "reports_symbol_run_id_symbol_runs_id_fk" FOREIGN KEY ("symbol_run_id") REFERENCES "public"."symbol_runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reports" ADD CONSTRAINT "reports_llm_call_id_llm_calls_id_fk" FOREIGN KEY ("llm_call_id") REFERENCES "public"."llm_calls"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "artifacts" ADD CONSTRAINT "artifacts_symbol_run_id_symbol_runs_id_fk" FOREIGN KEY ("symbol_run_id") REFERENCES "public"."symbol_runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "artifacts" ADD CONSTRAINT "artifacts_market_data_id_artifacts_id_fk" FOREIGN KEY ("market_data_id") REFERENCES "public"."artifacts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "artifacts" ADD CONSTRAINT "artifacts_series_id_bar_series_id_fk" FOREIGN KEY ("series_id") REFERENCES "public"."bar_series"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "approvals" ADD CONSTRAINT "approvals_symbol_run_id_symbol_runs_id_fk" FOREIGN KEY ("symbol_run_id") REFERENCES "public"."symbol_runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "approvals" ADD CONSTRAINT "approvals_verdict_id_risk_verdicts_id_fk" FOREIGN KEY ("verdict_id") REFERENCES "public"."risk_verdicts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "risk_reservations" ADD CONSTRAINT "risk_reservations_verdict_id_risk_verdicts_id_fk" FOREIGN KEY ("verdict_id") REFERENCES "public"."risk_verdicts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "risk_verdicts" ADD CONSTRAINT "risk_verdicts_decision_id_decisions_id_fk" FOREIGN KEY ("decision_id") REFERENCES "public"."decisions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "risk_verdicts" ADD CONSTRAINT "risk_verdicts_llm_call_id_llm_calls_id_fk" FOREIGN KEY ("llm_call_id") REFERENCES "public"."llm_calls"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bars" ADD CONSTRAINT "bars_series_id_bar_series_id_fk" FOREIGN KEY ("series_id") REFERENCES "public"."bar_series"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "fills" ADD CONSTRAINT "fills_order_id_orders_id_fk" FOREIGN KEY ("order_id") REFERENCES "public"."orders"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "order_events" ADD CONSTRAINT "order_events_order_id_orders_id_fk" FOREIGN KEY ("order_id") REFERENCES "public"."orders"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "orders" ADD CONSTRAINT "orders_symbol_run_id_symbol_runs_id_fk" FOREIGN KEY ("symbol_run_id") REFERENCES "public"."symbol_runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "orders" ADD CONSTRAINT "orders_verdict_id_risk_verdicts_id_fk" FOREIGN KEY ("verdict_id") REFERENCES "public"."risk_verdicts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "orders" ADD CONSTRAINT "orders_approval_id_approvals_id_fk" FOREIGN KEY ("approval_id") REFERENCES "public"."approvals"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "orders" ADD CONSTRAINT "orders_parent_order_id_orders_id_fk" FOREIGN KEY ("parent_order_id") REFERENCES "public"."orders"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "alerts" ADD CONSTRAINT "alerts_symbol_run_id_symbol_runs_id_fk" FOREIGN KEY ("symbol_run_id") REFERENCES "public"."symbol_runs"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "alerts" ADD CONSTRAINT "alerts_order_id_orders_id_fk" FOREIGN KEY ("order_id") REFERENCES "public"."orders"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "executions" ADD CONSTRAINT "executions_workflow_version_id_workflow_versions_id_fk" FOREIGN KEY ("workflow_version_id") REFERENCES "public"."workflow_versions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "executions" ADD CONSTRAINT "executions_strategy_version" FOREIGN KEY ("strategy_id","strategy_version") REFERENCES "public"."strategy_versions"("strategy_id","version") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "node_events" ADD CONSTRAINT "node_events_symbol_run_id_symbol_runs_id_fk" FOREIGN KEY ("symbol_run_id") REFERENCES "public"."symbol_runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "symbol_runs" ADD CONSTRAINT "symbol_runs_execution_id_executions_id_fk" FOREIGN KEY ("execution_id") REFERENCES "public"."executions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "strategy_versions" ADD CONSTRAINT "strategy_versions_strategy_id_strategies_id_fk" FOREIGN KEY ("strategy_id") REFERENCES "public"."strategies"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "strategy_versions" ADD CONSTRAINT "strategy_versions_workflow_version_id_workflow_versions_id_fk" FOREIGN KEY ("workflow_version_id") REFERENCES "public"."workflow_versions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "decision_reports_by_report" ON "decision_reports" USING btree ("report_id");--> statement-breakpoint
CREATE INDEX "decisions_newest" ON "decisions" USING btree ("created_at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "decisions_by_symbol" ON "decisions" USING btree ("symbol","created_at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "decisions_by_call" ON "decisions" USING btree ("llm_call_id");--> statement-breakpoint
CREATE INDEX "decisions_by_consolidation_call" ON "decisions" USING btree ("consolidation_call_id");--> statement-breakpoint
CREATE INDEX "llm_call_artifacts_by_artifact" ON "llm_call_artifacts" USING btree ("artifact_id");--> statement-breakpoint
CREATE INDEX "llm_calls_of_run" ON "llm_calls" USING btree ("symbol_run_id","created_at","id");--> statement-breakpoint
CREATE INDEX "llm_calls_by_request" ON "llm_calls" USING btree ("symbol_run_id","request_hash");--> statement-breakpoint
CREATE INDEX "llm_calls_by_prompt" ON "llm_calls" USING btree ("prompt_version_id");--> statement-breakpoint
CREATE INDEX "reports_by_call" ON "reports" USING btree ("llm_call_id");--> statement-breakpoint
CREATE INDEX "artifacts_of_run" ON "artifacts" USING btree ("symbol_run_id","kind");--> statement-breakpoint
CREATE INDEX "artifacts_by_hash" ON "artifacts" USING btree ("sha256");--> statement-breakpoint
CREATE INDEX "artifacts_newest" ON "artifacts" USING btree ("created_at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "artifacts_by_market_data" ON "artifacts" USING btree ("market_data_id");--> statement-breakpoint
CREATE INDEX "artifacts_by_series" ON "artifacts" USING btree ("series_id");--> statement-breakpoint
CREATE INDEX "approvals_by_status" ON "approvals" USING btree ("status","created_at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "approvals_newest" ON "approvals" USING btree ("created_at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "approvals_of_run" ON "approvals" USING btree ("symbol_run_id");--> statement-breakpoint
CREATE INDEX "approvals_by_verdict" ON "approvals" USING btree ("verdict_id");--> statement-breakpoint
CREATE INDEX "approvals_expiring" ON "approvals" USING btree ("expires_at") WHERE status = 'pending';--> statement-breakpoint
CREATE INDEX "risk_reservations_held" ON "risk_reservations" USING btree ("account_id") WHERE released_at is null;--> statement-breakpoint
CREATE INDEX "risk_verdicts_by_call" ON "risk_verdicts" USING btree ("llm_call_id");--> statement-breakpoint
CREATE INDEX "instruments_by_symbol" ON "instruments" USING btree ("gateway","symbol");--> statement-breakpoint
CREATE INDEX "fills_of_order" ON "fills" USING btree ("order_id");--> statement-breakpoint
CREATE INDEX "fills_newest" ON "fills" USING btree ("at" DESC NULLS LAST,"execution_ref" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "fills_by_account" ON "fills" USING btree ("account_id","at" DESC NULLS LAST,"execution_ref" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "fills_by_key" ON "fills" USING btree ("execution_key","correction" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "order_events_of_order" ON "order_events" USING btree ("order_id","id");--> statement-breakpoint
CREATE INDEX "order_events_sendings" ON "order_events" USING btree ("at") WHERE kind = 'submitting';--> statement-breakpoint
CREATE UNIQUE INDEX "orders_broker_order_id" ON "orders" USING btree ("account_id","broker_order_id") WHERE broker_order_id is not null;--> statement-breakpoint
CREATE INDEX "orders_of_run" ON "orders" USING btree ("symbol_run_id");--> statement-breakpoint
CREATE INDEX "orders_newest" ON "orders" USING btree ("created_at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "orders_by_status" ON "orders" USING btree ("status","created_at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "orders_by_symbol" ON "orders" USING btree ("symbol","created_at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "orders_by_instrument" ON "orders" USING btree ("account_id","conid","created_at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "orders_open" ON "orders" USING btree ("account_id","conid") WHERE status not in ('DENIED', 'FILLED', 'CANCELED', 'REJECTED', 'EXPIRED');--> statement-breakpoint
CREATE INDEX "orders_by_parent" ON "orders" USING btree ("parent_order_id");--> statement-breakpoint
CREATE INDEX "orders_by_verdict" ON "orders" USING btree ("verdict_id");--> statement-breakpoint
CREATE INDEX "orders_by_approval" ON "orders" USING btree ("approval_id");--> statement-breakpoint
CREATE INDEX "alerts_open" ON "alerts" USING btree ("id" DESC NULLS LAST) WHERE acknowledged_at is null;--> statement-breakpoint
CREATE INDEX "alerts_of_run" ON "alerts" USING btree ("symbol_run_id");--> statement-breakpoint
CREATE INDEX "alerts_of_order" ON "alerts" USING btree ("order_id");--> statement-breakpoint
CREATE INDEX "portfolio_snapshots_newest" ON "portfolio_snapshots" USING btree ("account_id","at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE UNIQUE INDEX "symbol_blocks_open" ON "symbol_blocks" USING btree ("account_id","conid","code") WHERE resolved_at is null;--> statement-breakpoint
CREATE INDEX "executions_newest" ON "executions" USING btree ("created_at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "executions_by_status" ON "executions" USING btree ("status","created_at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "executions_by_strategy" ON "executions" USING btree ("strategy_id","created_at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "node_events_of_run" ON "node_events" USING btree ("symbol_run_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "node_events_finished_once" ON "node_events" USING btree ("symbol_run_id","node","visit") WHERE kind = 'finished';--> statement-breakpoint
CREATE INDEX "symbol_runs_in_order" ON "symbol_runs" USING btree ("execution_id","ordinal");--> statement-breakpoint
CREATE INDEX "symbol_runs_by_symbol" ON "symbol_runs" USING btree ("symbol","created_at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "symbol_runs_unfinished" ON "symbol_runs" USING btree ("created_at","id") WHERE status in ('queued', 'running', 'waiting_approval', 'working');--> statement-breakpoint
CREATE INDEX "strategy_versions_by_workflow" ON "strategy_versions" USING btree ("workflow_version_id");