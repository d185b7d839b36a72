-- What: notes that a channel took a message, or why it did not.
-- Grain: none; changes one row.
-- Parameters: incident_id, phase, channel, error (null where it was taken).
UPDATE campaign.notices
SET sent_at = CASE WHEN %(error)s::text IS NULL THEN clock_timestamp() END, error = %(error)s
WHERE incident_id = %(incident_id)s AND phase = %(phase)s AND channel = %(channel)s
