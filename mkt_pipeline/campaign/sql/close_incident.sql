-- What: closes one open incident.
-- Grain: one row where it was open.
-- Parameters: key, because.
UPDATE campaign.incidents
SET closed_at = clock_timestamp(), closed_because = %(because)s
WHERE closed_at IS NULL AND key = %(key)s
RETURNING incident_id
