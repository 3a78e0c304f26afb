DROP INDEX "decisions_newest";--> statement-breakpoint
DROP INDEX "decisions_by_symbol";--> statement-breakpoint
DROP INDEX "prompt_activations_of_stage";--> statement-breakpoint
DROP INDEX "artifacts_newest";--> statement-breakpoint
DROP INDEX "approvals_by_status";--> statement-breakpoint
DROP INDEX "approvals_newest";--> statement-breakpoint
DROP INDEX "fills_newest";--> statement-breakpoint
DROP INDEX "fills_by_account";--> statement-breakpoint
DROP INDEX "fills_by_key";--> statement-breakpoint
DROP INDEX "orders_newest";--> statement-breakpoint
DROP INDEX "orders_by_status";--> statement-breakpoint
DROP INDEX "orders_by_symbol";--> statement-breakpoint
DROP INDEX "orders_by_instrument";--> statement-breakpoint
DROP INDEX "alerts_open";--> statement-breakpoint
DROP INDEX "portfolio_snapshots_newest";--> statement-breakpoint
DROP INDEX "executions_newest";--> statement-breakpoint
DROP INDEX "executions_by_status";--> statement-breakpoint
DROP INDEX "executions_by_strategy";--> statement-breakpoint
DROP INDEX "symbol_runs_by_symbol";--> statement-breakpoint
DROP INDEX "schedule_firings_newest";--> statement-breakpoint
CREATE INDEX "fills_by_instrument" ON "fills" USING btree ("account_id","conid","at","execution_ref");--> statement-breakpoint
CREATE INDEX "decisions_newest" ON "decisions" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "decisions_by_symbol" ON "decisions" USING btree ("symbol","created_at","id");--> statement-breakpoint
CREATE INDEX "prompt_activations_of_stage" ON "prompt_activations" USING btree ("stage","id");--> statement-breakpoint
CREATE INDEX "artifacts_newest" ON "artifacts" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "approvals_by_status" ON "approvals" USING btree ("status","created_at","id");--> statement-breakpoint
CREATE INDEX "approvals_newest" ON "approvals" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "fills_newest" ON "fills" USING btree ("at","execution_ref");--> statement-breakpoint
CREATE INDEX "fills_by_account" ON "fills" USING btree ("account_id","at","execution_ref");--> statement-breakpoint
CREATE INDEX "fills_by_key" ON "fills" USING btree ("execution_key","correction");--> statement-breakpoint
CREATE INDEX "orders_newest" ON "orders" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "orders_by_status" ON "orders" USING btree ("status","created_at","id");--> statement-breakpoint
CREATE INDEX "orders_by_symbol" ON "orders" USING btree ("symbol","created_at","id");--> statement-breakpoint
CREATE INDEX "orders_by_instrument" ON "orders" USING btree ("account_id","conid","created_at","id");--> statement-breakpoint
CREATE INDEX "alerts_open" ON "alerts" USING btree ("id") WHERE acknowledged_at is null;--> statement-breakpoint
CREATE INDEX "portfolio_snapshots_newest" ON "portfolio_snapshots" USING btree ("account_id","at","id");--> statement-breakpoint
CREATE INDEX "executions_newest" ON "executions" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "executions_by_status" ON "executions" USING btree ("status","created_at","id");--> statement-breakpoint
CREATE INDEX "executions_by_strategy" ON "executions" USING btree ("strategy_id","created_at","id");--> statement-breakpoint
CREATE INDEX "symbol_runs_by_symbol" ON "symbol_runs" USING btree ("symbol","created_at","id");--> statement-breakpoint
CREATE INDEX "schedule_firings_newest" ON "schedule_firings" USING btree ("strategy_id","result","instant");