-- What: closes open incidents of a kind and subject, of a day and earlier ones.
-- Grain: one row per incident that was closed.
-- Parameters: kinds, subject (ends with / for all that begin so), day (null: of any), because.
UPDATE campaign.incidents
SET closed_at = clock_timestamp(), closed_because = %(because)s
WHERE closed_at IS NULL AND kind = ANY (%(kinds)s::text[])
    AND (subject = %(subject)s
        OR (right(%(subject)s, 1) = '/' AND starts_with(subject, %(subject)s)))
    AND (day IS NULL OR %(day)s::date IS NULL OR day <= %(day)s::date)
RETURNING incident_id
