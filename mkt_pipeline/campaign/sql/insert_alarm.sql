-- What: records an alarm before anybody hears of it.
-- Grain: one row.
-- Parameters: use_case, as_of, model_name, model_version, subjects, sentence.
INSERT INTO campaign.model_alarms (
    use_case, raised_as_of, model_name, model_version, subjects, sentence
)
VALUES (
    %(use_case)s, %(as_of)s, %(model_name)s, %(model_version)s, %(subjects)s, %(sentence)s
)
RETURNING alarm_id
