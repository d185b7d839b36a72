-- What: the signs of the last nights of a use case up to a day.
-- Grain: one row per sign, the latest night first; the farthest from the first.
-- Parameters: use_case, until, night_limit.
SELECT d.as_of, d.kind, d.subject, d.value, d.distance, d.usual, d.level, d.customers,
    d.model_name, d.model_version
FROM campaign.model_drift d
WHERE d.use_case = %(use_case)s AND d.as_of IN (
    SELECT DISTINCT n.as_of FROM campaign.model_drift n
    WHERE n.use_case = %(use_case)s AND n.as_of <= coalesce(%(until)s::date, n.as_of)
    ORDER BY n.as_of DESC
    LIMIT %(night_limit)s
)
ORDER BY d.as_of DESC, d.distance DESC NULLS LAST, d.kind, d.subject
