-- What: the messages that an incident has to send to channels when it opens.
-- Grain: one row per channel; those that are there stay as they are.
-- Parameters: incident_id, channels, sent (those of them that were told already).
INSERT INTO campaign.notices (incident_id, phase, channel, tries, tried_at, sent_at)
SELECT %(incident_id)s, 'opened', asked.channel,
    CASE WHEN asked.channel = ANY (%(sent)s::text[]) THEN 1 ELSE 0 END,
    CASE WHEN asked.channel = ANY (%(sent)s::text[]) THEN clock_timestamp() END,
    CASE WHEN asked.channel = ANY (%(sent)s::text[]) THEN clock_timestamp() END
FROM unnest(%(channels)s::text[]) AS asked (channel)
ON CONFLICT DO NOTHING
