-- What: the held nights of a use case, the latest day first; of one day where it is given.
-- Grain: one row per held night.
-- Parameters: use_case, as_of.
SELECT publication_id, as_of, rows, counts, mean_propensity, checksum, checks
FROM campaign.publications
WHERE use_case = %(use_case)s AND status = 'held'
    AND as_of = coalesce(%(as_of)s::date, as_of)
ORDER BY as_of DESC
