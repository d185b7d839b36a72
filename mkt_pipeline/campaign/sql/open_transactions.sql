-- What: the transactions that other sessions have open in this database.
-- Grain: one row per transaction.
-- Parameters: none.
SELECT l.virtualtransaction
FROM pg_locks l
JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'virtualxid' AND l.mode = 'ExclusiveLock'
    AND l.pid <> pg_backend_pid()
    AND a.datid = (SELECT oid FROM pg_database WHERE datname = current_database())
