-- What: makes an empty partition and attaches it. PARTITION OF would lock out every reader of
--       the parent; attaching does not.
-- Grain: one row per customer.
-- Parameters: identifier partition, literal publication_id.
CREATE TABLE {partition} (LIKE campaign.segments INCLUDING ALL);
ALTER TABLE {partition} ALTER COLUMN publication_id SET DEFAULT {publication_id};
ALTER TABLE campaign.segments ATTACH PARTITION {partition} FOR VALUES IN ({publication_id});
