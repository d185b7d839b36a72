-- What: the times one person was erased, the latest first.
-- Grain: one row per act.
-- Parameters: person_hash.
SELECT audit_id, done_at, act, person_hash, done_by, reason, counts
FROM campaign.audit
WHERE person_hash = %(person_hash)s AND act = 'erase'
ORDER BY audit_id DESC
