-- What: the times readers came to see another publication, the latest first.
-- Grain: one row per switch.
-- Parameters: use_case, row_limit.
SELECT w.switch_id, w.use_case, w.switched_at, w.cause, w.switched_by, w.reason,
    w.previous_publication_id, before.as_of AS previous_as_of, w.publication_id, now.as_of
FROM campaign.switches w
JOIN campaign.publications now ON now.publication_id = w.publication_id
LEFT JOIN campaign.publications before ON before.publication_id = w.previous_publication_id
WHERE w.use_case = %(use_case)s
ORDER BY w.switch_id DESC
LIMIT %(row_limit)s
