-- What: marks that a promoted model is champion from now on.
-- Grain: one row at most; a second time changes nothing.
-- Parameters: decision_id.
UPDATE campaign.model_decisions
SET effective_at = clock_timestamp()
WHERE decision_id = %(decision_id)s AND effective_at IS NULL
