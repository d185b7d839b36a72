-- What: publications of a use case whose rows are kept no longer: all but the newest days, and
--       never the current one or one that is held.
-- Grain: one row per publication, with the size of its partition in bytes.
-- Parameters: use_case, kept.
SELECT publication_id, as_of, rows, pg_total_relation_size(
    to_regclass('campaign.segments_' || publication_id)
) AS bytes
FROM (
    SELECT publication_id, as_of, rows, is_current,
        row_number() OVER (ORDER BY as_of DESC) AS place
    FROM campaign.publications
    WHERE use_case = %(use_case)s AND status IN ('published', 'rolled_back')
        AND rows_removed_at IS NULL
) AS kept_so_far
WHERE place > %(kept)s AND NOT is_current
ORDER BY as_of
