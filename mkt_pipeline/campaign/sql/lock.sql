-- What: waits (up to lock_timeout) for the advisory lock of one name, until the session ends.
-- Grain: one row.
-- Parameters: name.
SELECT pg_advisory_lock(hashtextextended('mkt_pipeline campaign ' || %(name)s, 0))
