-- What: incidents, the open ones first, then the latest first.
-- Grain: one row per incident; told gives for each channel when it was told last, null where not.
-- Parameters: only_open, row_limit.
SELECT incidents.incident_id, kind, subject, day, use_case, problem, remedy, links, explains,
    opened_at, closed_at, closed_because,
    coalesce(
        (SELECT jsonb_object_agg(per.channel, per.sent_at) FROM (
            SELECT channel, max(sent_at) AS sent_at
            FROM campaign.notices AS notices
            WHERE notices.incident_id = incidents.incident_id
            GROUP BY channel
        ) AS per),
        '{}'
    ) AS told
FROM campaign.incidents AS incidents
WHERE closed_at IS NULL OR NOT %(only_open)s
ORDER BY closed_at IS NOT NULL, incident_id DESC
LIMIT %(row_limit)s
