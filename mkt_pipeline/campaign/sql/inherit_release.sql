-- What: a rerun with the same rows takes over the release of the night it repeats.
-- Grain: none; changes one row.
-- Parameters: publication_id, released_id.
UPDATE campaign.publications AS rerun SET
    decision = released.decision, decided_by = released.decided_by,
    decided_at = released.decided_at, decision_reason = released.decision_reason
FROM campaign.publications AS released
WHERE rerun.publication_id = %(publication_id)s AND released.publication_id = %(released_id)s
