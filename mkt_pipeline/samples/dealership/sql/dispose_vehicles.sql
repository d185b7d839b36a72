-- What: note that vehicles were given up.
-- Grain: one row per vehicle.
-- Parameters: vehicle_ids, disposed_at: arrays of equal length.
UPDATE dealership.vehicles_owned AS vehicle
SET disposed_at = given_up.disposed_at, updated_at = given_up.disposed_at
FROM
    unnest(%(vehicle_ids)s::integer [], %(disposed_at)s::timestamptz [])
        AS given_up (vehicle_id, disposed_at)
WHERE vehicle.vehicle_id = given_up.vehicle_id
