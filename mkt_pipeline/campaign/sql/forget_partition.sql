-- What: forgets a partition that was dropped.
-- Grain: one row.
-- Parameters: publication_id.
DELETE FROM campaign.segment_partitions WHERE publication_id = %(publication_id)s
