-- What: archive persons.
-- Grain: one row per person.
-- Parameters: person_ids, archived_at: arrays of equal length.
UPDATE dealership.persons AS person
SET archived_at = left_us.archived_at, updated_at = left_us.archived_at
FROM
    unnest(%(person_ids)s::integer [], %(archived_at)s::timestamptz [])
        AS left_us (person_id, archived_at)
WHERE person.person_id = left_us.person_id
