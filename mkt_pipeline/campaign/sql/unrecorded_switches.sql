-- What: use cases of which another publication is current than the last switch on record says.
-- Grain: one row per use case.
-- Parameters: none.
SELECT u.use_case
FROM campaign.use_cases u
JOIN LATERAL (
    SELECT s.publication_id FROM campaign.switches s
    WHERE s.use_case = u.use_case
    ORDER BY s.switch_id DESC LIMIT 1
) AS last ON true
LEFT JOIN campaign.publications p ON p.use_case = u.use_case AND p.is_current
WHERE last.publication_id IS DISTINCT FROM p.publication_id
ORDER BY u.use_case
