-- What: drops messages that an incident has opened which nobody got before it was over: the one
--       message that it is over tells both.
-- Grain: none; removes rows.
-- Parameters: incident_id.
DELETE FROM campaign.notices
WHERE incident_id = %(incident_id)s AND phase = 'opened' AND sent_at IS NULL
