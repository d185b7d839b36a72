-- What: what persons did to the publications and models of a use case, the latest first.
-- Grain: one row per act.
-- Parameters: use_case, row_limit.
SELECT a.audit_id, a.done_at, a.act, a.done_by, a.reason, a.use_case, p.as_of, d.model_version,
    d.model_name
FROM campaign.audit a
LEFT JOIN campaign.publications p ON p.publication_id = a.publication_id
LEFT JOIN campaign.model_decisions d ON d.decision_id = a.decision_id
WHERE a.use_case = %(use_case)s
ORDER BY a.audit_id DESC
LIMIT %(row_limit)s
