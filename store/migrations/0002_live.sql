CREATE TABLE "idempotency_keys" (
	"route" text NOT NULL,
	"key" text NOT NULL,
	"body_hash" text NOT NULL,
	"start_id" uuid NOT NULL,
	"claim" uuid NOT NULL,
	"lease_until" timestamp(3) with time zone NOT NULL,
	"status" integer,
	"media_type" text,
	"answer" text,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "idempotency_keys_route_key_pk" PRIMARY KEY("route","key"),
	CONSTRAINT "idempotency_keys_answered" CHECK (("idempotency_keys"."status" is null) = ("idempotency_keys"."answer" is null) and ("idempotency_keys"."status" is null) = ("idempotency_keys"."media_type" is null))
);
--> statement-breakpoint
CREATE TABLE "live_events" (
	"id" bigint PRIMARY KEY DEFAULT nextval('node_events_id_seq') NOT NULL,
	"topic" text NOT NULL,
	"execution_id" uuid,
	"symbol_run_id" uuid,
	"facts" jsonb NOT NULL,
	"at" timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "live_events_topic" CHECK ("live_events"."topic" in ('run', 'execution', 'approval', 'order', 'fill', 'portfolio', 'trading_state', 'alert', 'block'))
);
--> statement-breakpoint
CREATE INDEX "idempotency_keys_oldest" ON "idempotency_keys" USING btree ("created_at");--> statement-breakpoint
CREATE FUNCTION countersign_tell(topic text, execution uuid, run uuid, facts jsonb) RETURNS void LANGUAGE sql AS $$
  WITH told AS (
    INSERT INTO live_events (topic, execution_id, symbol_run_id, facts)
    VALUES (topic, execution, run, facts) RETURNING id, at
  )
  SELECT pg_notify('countersign_events', json_build_object(
    'id', told.id, 'topic', topic, 'executionId', execution, 'symbolRunId', run, 'facts', facts, 'at', told.at
  )::text) FROM told
$$;--> statement-breakpoint
CREATE FUNCTION countersign_tell_run() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM countersign_tell('run', new.execution_id, new.id,
    jsonb_build_object('symbol', new.symbol, 'status', new.status));
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER symbol_runs_told AFTER INSERT ON symbol_runs FOR EACH ROW EXECUTE FUNCTION countersign_tell_run();--> statement-breakpoint
CREATE TRIGGER symbol_runs_status_told AFTER UPDATE OF status ON symbol_runs FOR EACH ROW EXECUTE FUNCTION countersign_tell_run();--> statement-breakpoint
CREATE FUNCTION countersign_tell_execution() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM countersign_tell('execution', new.id, NULL, jsonb_build_object('status', new.status));
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER executions_told AFTER INSERT ON executions FOR EACH ROW EXECUTE FUNCTION countersign_tell_execution();--> statement-breakpoint
CREATE TRIGGER executions_status_told AFTER UPDATE OF status ON executions FOR EACH ROW
  WHEN (old.status IS DISTINCT FROM new.status) EXECUTE FUNCTION countersign_tell_execution();--> statement-breakpoint
CREATE FUNCTION countersign_tell_approval() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE run symbol_runs%ROWTYPE;
BEGIN
  SELECT * INTO run FROM symbol_runs WHERE id = new.symbol_run_id;
  PERFORM countersign_tell('approval', run.execution_id, new.symbol_run_id,
    jsonb_build_object('approvalId', new.id, 'symbol', run.symbol, 'status', new.status));
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER approvals_told AFTER INSERT OR UPDATE ON approvals FOR EACH ROW EXECUTE FUNCTION countersign_tell_approval();--> statement-breakpoint
CREATE FUNCTION countersign_tell_order() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE execution uuid;
BEGIN
  SELECT execution_id INTO execution FROM symbol_runs WHERE id = new.symbol_run_id;
  PERFORM countersign_tell('order', execution, new.symbol_run_id, jsonb_build_object(
    'orderId', new.id, 'symbol', new.symbol, 'leg', new.leg, 'kind', 'created', 'status', new.status));
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER orders_told AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION countersign_tell_order();--> statement-breakpoint
CREATE FUNCTION countersign_tell_order_event() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE placed orders%ROWTYPE; execution uuid;
BEGIN
  SELECT * INTO placed FROM orders WHERE id = new.order_id;
  SELECT execution_id INTO execution FROM symbol_runs WHERE id = placed.symbol_run_id;
  PERFORM countersign_tell('order', execution, placed.symbol_run_id, jsonb_build_object(
    'orderId', placed.id, 'symbol', placed.symbol, 'leg', placed.leg, 'kind', new.kind, 'status', new.to_status));
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER order_events_told AFTER INSERT ON order_events FOR EACH ROW EXECUTE FUNCTION countersign_tell_order_event();--> statement-breakpoint
CREATE FUNCTION countersign_tell_fill() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE run symbol_runs%ROWTYPE;
BEGIN
  SELECT symbol_runs.* INTO run FROM orders JOIN symbol_runs ON symbol_runs.id = orders.symbol_run_id
    WHERE orders.id = new.order_id;
  PERFORM countersign_tell('fill', run.execution_id, run.id, jsonb_build_object(
    'executionRef', new.execution_ref, 'orderId', new.order_id, 'symbol', new.symbol, 'side', new.side,
    'quantity', new.quantity::text, 'price', new.price::text));
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER fills_told AFTER INSERT OR UPDATE ON fills FOR EACH ROW EXECUTE FUNCTION countersign_tell_fill();--> statement-breakpoint
CREATE FUNCTION countersign_tell_portfolio() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Positions are replaced as a whole, row by row: one word for each transaction is enough.
  IF current_setting('countersign.portfolio_told', true) IS DISTINCT FROM pg_current_xact_id()::text THEN
    PERFORM set_config('countersign.portfolio_told', pg_current_xact_id()::text, true);
    PERFORM countersign_tell('portfolio', NULL, NULL, jsonb_build_object('accountId',
      CASE WHEN tg_op = 'DELETE' THEN old.account_id ELSE new.account_id END));
  END IF;
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER positions_told AFTER INSERT OR UPDATE OR DELETE ON positions FOR EACH ROW EXECUTE FUNCTION countersign_tell_portfolio();--> statement-breakpoint
CREATE TRIGGER portfolio_snapshots_told AFTER INSERT ON portfolio_snapshots FOR EACH ROW EXECUTE FUNCTION countersign_tell_portfolio();--> statement-breakpoint
CREATE FUNCTION countersign_tell_trading_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM countersign_tell('trading_state', NULL, NULL,
    jsonb_build_object('state', new.state, 'who', left(new.who, 200)));
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER trading_states_told AFTER INSERT ON trading_states FOR EACH ROW EXECUTE FUNCTION countersign_tell_trading_state();--> statement-breakpoint
CREATE FUNCTION countersign_tell_alert() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE execution uuid;
BEGIN
  SELECT execution_id INTO execution FROM symbol_runs WHERE id = new.symbol_run_id;
  PERFORM countersign_tell('alert', execution, new.symbol_run_id, jsonb_build_object(
    'alertId', new.id, 'level', new.level, 'code', left(new.code, 200), 'acknowledged', new.acknowledged_at IS NOT NULL));
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER alerts_told AFTER INSERT OR UPDATE ON alerts FOR EACH ROW EXECUTE FUNCTION countersign_tell_alert();--> statement-breakpoint
CREATE FUNCTION countersign_tell_block() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM countersign_tell('block', NULL, NULL, jsonb_build_object(
    'symbol', new.symbol, 'code', left(new.code, 200), 'resolved', new.resolved_at IS NOT NULL));
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER symbol_blocks_told AFTER INSERT OR UPDATE ON symbol_blocks FOR EACH ROW EXECUTE FUNCTION countersign_tell_block();
