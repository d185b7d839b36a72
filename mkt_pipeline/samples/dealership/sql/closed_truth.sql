-- What: the latest day with stored truth whose window has closed.
-- Grain: one row, or none.
-- Parameters: use_case.
SELECT truth.as_of, truth.horizon_days
FROM dealership_truth.probabilities AS truth
CROSS JOIN dealership_truth.world
WHERE truth.use_case = %(use_case)s AND truth.as_of + truth.horizon_days <= world.today
ORDER BY truth.as_of DESC
LIMIT 1
