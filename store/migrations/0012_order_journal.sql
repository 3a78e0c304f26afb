-- One line of the journal for each order and each event, as before, but written for all rows of a statement at once: a
-- bracket is three orders, and every step of it three events.
DROP TRIGGER orders_told ON orders;--> statement-breakpoint
DROP TRIGGER order_events_told ON order_events;--> statement-breakpoint
CREATE OR REPLACE FUNCTION countersign_tell_order() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE announced bigint;
BEGIN
  WITH told AS (
    INSERT INTO live_events (topic, execution_id, symbol_run_id, facts)
    SELECT 'order', run.execution_id, placed.symbol_run_id, jsonb_build_object('orderId', placed.id,
      'symbol', placed.symbol, 'leg', placed.leg, 'kind', 'created', 'status', placed.status)
    FROM added placed LEFT JOIN symbol_runs run ON run.id = placed.symbol_run_id
    ORDER BY placed.created_at, placed.leg
    RETURNING *
  )
  SELECT count(pg_notify('countersign_events', json_build_object('id', told.id, 'topic', told.topic,
      'executionId', told.execution_id, 'symbolRunId', told.symbol_run_id, 'facts', told.facts, 'at', told.at
    )::text)::text) INTO announced FROM told;
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE OR REPLACE FUNCTION countersign_tell_order_event() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE announced bigint;
BEGIN
  WITH told AS (
    INSERT INTO live_events (topic, execution_id, symbol_run_id, facts)
    SELECT 'order', run.execution_id, placed.symbol_run_id, jsonb_build_object('orderId', placed.id,
      'symbol', placed.symbol, 'leg', placed.leg, 'kind', event.kind, 'status', event.to_status)
    FROM added event
      JOIN orders placed ON placed.id = event.order_id
      LEFT JOIN symbol_runs run ON run.id = placed.symbol_run_id
    ORDER BY event.id
    RETURNING *
  )
  SELECT count(pg_notify('countersign_events', json_build_object('id', told.id, 'topic', told.topic,
      'executionId', told.execution_id, 'symbolRunId', told.symbol_run_id, 'facts', told.facts, 'at', told.at
    )::text)::text) INTO announced FROM told;
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER orders_told AFTER INSERT ON orders REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION countersign_tell_order();--> statement-breakpoint
CREATE TRIGGER order_events_told AFTER INSERT ON order_events REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION countersign_tell_order_event();
