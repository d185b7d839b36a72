-- What: the alarms of a use case, the latest first.
-- Grain: one row per alarm.
-- Parameters: use_case, only_standing, row_limit.
SELECT alarm_id, raised_as_of, raised_at, model_name, model_version, subjects, sentence,
    ended_as_of, ended
FROM campaign.model_alarms
WHERE use_case = %(use_case)s AND (ended_as_of IS NULL OR NOT %(only_standing)s)
ORDER BY alarm_id DESC
LIMIT %(row_limit)s
