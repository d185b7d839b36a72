-- What: partitions of a use case that nothing will ever show: of interrupted publications, of those
--       that were replaced, of held ones that were rejected and of old ones.
-- Grain: one row per partition.
-- Parameters: use_case.
SELECT publication_id
FROM campaign.segment_partitions
WHERE use_case = %(use_case)s AND publication_id NOT IN (
    SELECT publication_id FROM campaign.publications
    WHERE status IN ('published', 'held', 'rolled_back') AND rows_removed_at IS NULL
)
ORDER BY publication_id
