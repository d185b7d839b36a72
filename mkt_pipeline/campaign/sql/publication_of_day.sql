-- What: what stands for one day: published, or withdrawn by a rollback; its rows may be gone.
-- Grain: one row, or none.
-- Parameters: use_case, as_of.
SELECT publication_id, as_of, is_current, rows_removed_at
FROM campaign.publications
WHERE use_case = %(use_case)s AND as_of = %(as_of)s AND status IN ('published', 'rolled_back')
