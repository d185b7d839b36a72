-- What: the publication that a night is compared with: the last one published for an earlier day.
-- Grain: one row, or none where the night is the first.
-- Parameters: use_case, as_of.
SELECT publication_id, as_of, rows, counts, mean_propensity
FROM campaign.publications
WHERE use_case = %(use_case)s AND as_of < %(as_of)s AND status = 'published'
    AND rows_removed_at IS NULL
ORDER BY as_of DESC
LIMIT 1
