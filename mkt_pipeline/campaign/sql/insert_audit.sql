-- What: records an act of a person; of a customer it does not tell who it is.
-- Grain: one row.
-- Parameters: act, done_by, reason, person_hash, use_case, publication_id, decision_id, counts.
INSERT INTO campaign.audit (
    act, done_by, reason, person_hash, use_case, publication_id, decision_id, counts
)
VALUES (
    %(act)s, coalesce(%(done_by)s, current_user::text), %(reason)s, %(person_hash)s, %(use_case)s,
    %(publication_id)s, %(decision_id)s, %(counts)s
)
RETURNING audit_id
