-- What: the source of the last publication of a use case.
-- Grain: one row, or none where nothing was published.
-- Parameters: use_case.
SELECT source FROM campaign.publications
WHERE use_case = %(use_case)s
ORDER BY publication_id DESC LIMIT 1
