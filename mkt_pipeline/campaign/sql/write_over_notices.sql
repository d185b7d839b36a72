-- What: the messages that an incident is over, to every channel that was to be told of it.
-- Grain: one row per channel.
-- Parameters: incident_id.
INSERT INTO campaign.notices (incident_id, phase, channel)
SELECT incident_id, 'over', channel
FROM campaign.notices
WHERE incident_id = %(incident_id)s AND phase = 'opened'
ON CONFLICT DO NOTHING
