-- What: publications of a use case whose label window has closed and of which it is not known yet
--       what came true; those that were measured as of this very day are among them.
-- Grain: one row per day, the earliest first: what was published for it, also where it was rolled
--        back later.
-- Parameters: use_case, source, until, as_of.
SELECT p.publication_id, p.as_of, p.model_name, p.model_version, p.run_id, p.counts, p.erased,
    p.rows_removed_at IS NULL AS has_rows
FROM campaign.publications p
WHERE p.use_case = %(use_case)s AND p.source = %(source)s
    AND p.status IN ('published', 'rolled_back') AND p.as_of <= %(until)s
    AND NOT EXISTS (
        SELECT FROM campaign.model_health h
        WHERE h.publication_id = p.publication_id AND h.measured_as_of <> %(as_of)s
    )
ORDER BY p.as_of
