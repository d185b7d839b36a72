-- What: lets the alarm stand again that a night had ended, before the night is decided on anew.
-- Grain: none; changes one row at most.
-- Parameters: use_case, as_of.
UPDATE campaign.model_alarms SET ended_as_of = NULL, ended = NULL
WHERE use_case = %(use_case)s AND ended_as_of = %(as_of)s
