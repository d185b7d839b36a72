-- What: records what was decided about a held night; a rejected one is held no longer.
-- Grain: none; changes one row.
-- Parameters: publication_id, decision, decided_by, reason.
UPDATE campaign.publications SET
    status = CASE WHEN %(decision)s = 'rejected' THEN 'rejected' ELSE status END,
    decision = %(decision)s, decided_by = coalesce(%(decided_by)s, current_user::text),
    decided_at = clock_timestamp(), decision_reason = %(reason)s
WHERE publication_id = %(publication_id)s
