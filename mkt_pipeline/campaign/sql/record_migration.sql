-- What: remembers that a migration was applied.
-- Grain: one row.
-- Parameters: name, checksum.
INSERT INTO campaign.migrations (name, checksum) VALUES (%(name)s, %(checksum)s)
