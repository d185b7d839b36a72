-- What: the migrations that this database has.
-- Grain: one row per migration.
-- Parameters: none.
SELECT name, checksum FROM campaign.migrations ORDER BY name
