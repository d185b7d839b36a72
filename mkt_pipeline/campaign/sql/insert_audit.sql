-- What: records that a person was erased, without telling whom.
-- Grain: one row.
-- Parameters: person_hash, done_by, reason, counts.
INSERT INTO campaign.audit (act, person_hash, done_by, reason, counts)
VALUES ('erase', %(person_hash)s, coalesce(%(done_by)s, current_user::text), %(reason)s, %(counts)s)
RETURNING audit_id
