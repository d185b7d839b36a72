-- What: persons as customers. Contact data are never read.
-- Grain: one row per person; a merged person is gone, an archived one is inactive.
-- An address belongs to the household, so a move changes no row of persons: the later of both
-- times of change counts.
SELECT
    person.person_id::text AS customer_id,
    person.created_at,
    greatest(person.updated_at, household.updated_at) AS updated_at,
    person.archived_at IS NULL AS is_active,
    extract(YEAR FROM person.date_of_birth)::integer AS birth_year,
    CASE person.salutation WHEN 'Ms' THEN 'female' WHEN 'Mr' THEN 'male' END AS gender,
    household.city,
    household.region,
    household.country,
    person.origin AS acquisition_channel,
    person.annual_km::float8 AS attr_annual_km,
    person.distance_km::float8 AS attr_distance_km,
    person.preferred_contract AS attr_preferred_contract,
    person.is_business AS attr_is_business
FROM dealership.persons AS person
LEFT JOIN dealership.households AS household ON person.household_id = household.household_id
