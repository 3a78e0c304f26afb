DROP INDEX "llm_calls_by_prompt";--> statement-breakpoint
CREATE INDEX "llm_calls_ungrounded" ON "llm_calls" USING btree ("prompt_version_id","symbol_run_id") WHERE error ->> 'code' = 'ungrounded';--> statement-breakpoint
CREATE INDEX "llm_calls_by_prompt" ON "llm_calls" USING btree ("prompt_version_id","symbol_run_id","visit","status","method");