-- What: statistics of a new partition, so that its first readers are planned well.
-- Grain: one row.
-- Parameters: publication_id.
SELECT campaign.analyze_partition(%(publication_id)s::bigint)
