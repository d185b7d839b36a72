-- What: removes the alarm that a night raised, before the night is decided on anew.
-- Grain: none; removes one row at most.
-- Parameters: use_case, as_of.
DELETE FROM campaign.model_alarms WHERE use_case = %(use_case)s AND raised_as_of = %(as_of)s
