-- What: partitions of a use case that no publication shows: of interrupted or replaced ones.
-- Grain: one row per partition.
-- Parameters: use_case.
SELECT publication_id
FROM campaign.segment_partitions
WHERE use_case = %(use_case)s AND publication_id NOT IN (
    SELECT publication_id FROM campaign.publications WHERE status = 'published'
)
ORDER BY publication_id
