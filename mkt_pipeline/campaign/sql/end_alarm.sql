-- What: ends an alarm.
-- Grain: none; changes one row.
-- Parameters: alarm_id, as_of, ended.
UPDATE campaign.model_alarms SET ended_as_of = %(as_of)s, ended = %(ended)s
WHERE alarm_id = %(alarm_id)s
