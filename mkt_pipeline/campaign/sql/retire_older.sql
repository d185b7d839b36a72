-- What: the current publication of an earlier day stops being current.
-- Grain: one row, or none.
-- Parameters: use_case, as_of.
UPDATE campaign.publications SET is_current = false
WHERE use_case = %(use_case)s AND is_current AND as_of < %(as_of)s
RETURNING publication_id
