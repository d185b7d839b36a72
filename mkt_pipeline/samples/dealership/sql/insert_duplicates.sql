-- What: enter persons a second time, as happens when nobody searches first.
-- Grain: one new person per element of the arrays.
-- Parameters: old_ids (persons there), new_ids, created_at: arrays of equal length.
INSERT INTO dealership.persons (
    person_id, household_id, salutation, first_name, last_name, email, origin, annual_km,
    distance_km, preferred_contract, is_business, created_at, updated_at
)
SELECT
    entered.new_id, known.household_id, known.salutation, known.first_name, known.last_name,
    lower(known.first_name) || '.again.' || entered.new_id || '@example.com', 'web form',
    known.annual_km, known.distance_km, known.preferred_contract, known.is_business,
    entered.created_at, entered.created_at
FROM
    unnest(%(old_ids)s::integer [], %(new_ids)s::integer [], %(created_at)s::timestamptz [])
        AS entered (old_id, new_id, created_at)
INNER JOIN dealership.persons AS known ON known.person_id = entered.old_id
