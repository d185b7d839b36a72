-- What: gives up on a lock before anybody who queues behind us notices.
-- Grain: none; ends with the transaction.
-- Parameters: none.
SET LOCAL lock_timeout = '200ms'
