-- What: withdraws what was published for days after the one that becomes current again.
-- Grain: none; changes the current publication and those between.
-- Parameters: use_case, as_of.
UPDATE campaign.publications SET
    status = CASE WHEN as_of > %(as_of)s THEN 'rolled_back' ELSE status END,
    is_current = false
WHERE use_case = %(use_case)s AND status = 'published' AND (is_current OR as_of > %(as_of)s)
