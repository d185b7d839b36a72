-- What: removes every row of one customer from a table, and counts them.
-- Grain: one row.
-- Parameters: identifier customer_table, customer_id.
WITH gone AS (DELETE FROM {customer_table} WHERE customer_id = %(customer_id)s RETURNING 1)
SELECT count(*) AS removed FROM gone
