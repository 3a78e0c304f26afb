ALTER TABLE "fills" ADD COLUMN "changed_in" xid8 DEFAULT pg_current_xact_id() NOT NULL;--> statement-breakpoint
CREATE INDEX "fills_changed" ON "fills" USING btree ("changed_in");--> statement-breakpoint
CREATE FUNCTION countersign_fill_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  new.changed_in := pg_current_xact_id();
  RETURN new;
END $$;--> statement-breakpoint
CREATE TRIGGER fills_changed BEFORE INSERT OR UPDATE ON fills FOR EACH ROW EXECUTE FUNCTION countersign_fill_changed();
