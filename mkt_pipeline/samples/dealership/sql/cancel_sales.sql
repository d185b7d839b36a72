-- What: cancel the sales whose day of cancellation has come, and forget that they were pending.
-- Grain: one row per sale.
-- Parameters: before (instant).
WITH due AS (
    DELETE FROM dealership_truth.pending_cancellations
    WHERE cancelled_at < %(before)s
    RETURNING sale_id, cancelled_at
)

UPDATE dealership.sales AS sale
SET state = 'cancelled', updated_at = due.cancelled_at
FROM due
WHERE sale.sale_id = due.sale_id
