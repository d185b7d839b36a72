-- What: what came true of the latest publications of a use case that are known about.
-- Grain: one row per figure, the latest day first.
-- Parameters: use_case, day_limit.
SELECT h.as_of, h.measure, h.part, h.value, h.low, h.high, h.promised, h.rule_of_thumb,
    h.customers, h.positives, h.model_name, h.model_version, h.publication_id, h.closed_on,
    h.measured_as_of, h.run_id
FROM campaign.model_health h
WHERE h.use_case = %(use_case)s AND h.as_of IN (
    SELECT DISTINCT d.as_of FROM campaign.model_health d
    WHERE d.use_case = %(use_case)s
    ORDER BY d.as_of DESC
    LIMIT %(day_limit)s
)
ORDER BY h.as_of DESC, h.measure, h.part
