-- What: marks a held night of the same day as replaced by a rerun.
-- Grain: none; changes one row at most.
-- Parameters: use_case, as_of.
UPDATE campaign.publications SET status = 'replaced'
WHERE use_case = %(use_case)s AND as_of = %(as_of)s AND status = 'held'
