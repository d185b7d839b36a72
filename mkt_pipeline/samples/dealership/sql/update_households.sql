-- What: apply household changes; the last move decides where a household lives.
-- Grain: one row per household that changed.
-- Parameters: household_ids, grown_by, cities (null: did not move), regions, changed_at: arrays.
UPDATE dealership.households AS household
SET
    size = household.size + change.grown_by,
    city = coalesce(change.city, household.city),
    region = coalesce(change.region, household.region),
    updated_at = change.changed_at
FROM
    unnest(
        %(household_ids)s::integer [], %(grown_by)s::integer [], %(cities)s::text [],
        %(regions)s::text [], %(changed_at)s::timestamptz []
    ) AS change (household_id, grown_by, city, region, changed_at)
WHERE household.household_id = change.household_id
