-- What: the schema and the record of its migrations.
-- Grain: one row per migration applied.
-- Parameters: none.
CREATE SCHEMA IF NOT EXISTS campaign;
COMMENT ON SCHEMA campaign IS
    'Segments that the pipeline publishes; readers need USAGE here and SELECT on the view.';
CREATE TABLE IF NOT EXISTS campaign.migrations (
    name text PRIMARY KEY,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE campaign.migrations IS 'The changes of this schema that were applied.';
COMMENT ON COLUMN campaign.migrations.name IS 'Number and name of the migration.';
COMMENT ON COLUMN campaign.migrations.checksum IS
    'SHA-256 of its text: one that was changed after it was applied is refused.';
COMMENT ON COLUMN campaign.migrations.applied_at IS 'When it was applied.';
