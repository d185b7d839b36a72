-- What: the counts that a publication is checked by and that it shows.
-- Grain: one row.
-- Parameters: publication_id.
SELECT
    count(*) AS rows,
    count(*) FILTER (WHERE segment = 'high') AS high,
    count(*) FILTER (WHERE segment = 'medium') AS medium,
    count(*) FILTER (WHERE segment = 'low') AS low,
    avg(propensity) AS mean_propensity
FROM campaign.segments
WHERE publication_id = %(publication_id)s
