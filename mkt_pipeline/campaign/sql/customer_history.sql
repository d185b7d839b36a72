-- What: what the publications that stand have said about one customer, night by night.
-- Grain: one row per use case and day, the earliest first; none for rows that were removed.
-- Parameters: customer_id.
SELECT p.use_case, p.as_of, p.is_current, p.model_version, s.segment, s.segment_rank, s.propensity
FROM campaign.publications p
JOIN campaign.segments s ON s.publication_id = p.publication_id
WHERE s.customer_id = %(customer_id)s AND p.status = 'published' AND p.rows_removed_at IS NULL
ORDER BY p.use_case, p.as_of
