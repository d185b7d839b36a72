-- What: takes the messages that are due, and notes before they are sent that it was tried. One that
--       was tried waits 5 minutes, then twice as long each time, up to 6 hours: so neither a process
--       that dies while it sends nor a channel that is away makes a storm.
-- Grain: one row per message.
-- Parameters: channels (those that are configured).
WITH due AS (
    SELECT incident_id, phase, channel
    FROM campaign.notices
    WHERE sent_at IS NULL AND channel = ANY (%(channels)s::text[])
        AND (tried_at IS NULL OR tried_at < clock_timestamp()
            - least(interval '5 minutes' * power(2, least(tries, 20) - 1), interval '6 hours'))
    FOR UPDATE SKIP LOCKED
), claimed AS (
    UPDATE campaign.notices AS notices
    SET tries = tries + 1, tried_at = clock_timestamp()
    FROM due
    WHERE (notices.incident_id, notices.phase, notices.channel)
        = (due.incident_id, due.phase, due.channel)
    RETURNING notices.incident_id, notices.phase, notices.channel
)
SELECT claimed.phase, claimed.channel, incidents.incident_id, incidents.kind, incidents.subject,
    incidents.day, incidents.use_case, incidents.problem, incidents.remedy, incidents.links,
    incidents.explains, incidents.opened_at, incidents.closed_at, incidents.closed_because
FROM claimed JOIN campaign.incidents AS incidents USING (incident_id)
ORDER BY incidents.incident_id, claimed.phase, claimed.channel
