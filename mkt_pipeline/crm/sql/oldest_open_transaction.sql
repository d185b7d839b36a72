-- What:  when the oldest open transaction of this database began, and whether all can be seen.
-- Grain: one row; the time is that of this very transaction where no older one is open.
-- Parameters: none.
-- A role sees the transactions of others only as a member of pg_read_all_stats. Prepared ones are
-- visible to everybody.
SELECT
    LEAST(
        transaction_timestamp(),
        (
            SELECT min(activity.xact_start)
            FROM pg_stat_activity AS activity
            WHERE activity.datname = current_database() AND activity.pid <> pg_backend_pid()
        ),
        (
            SELECT min(prepared.prepared)
            FROM pg_prepared_xacts AS prepared
            WHERE prepared.database = current_database()
        )
    ) AS oldest_open,
    pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') AS sees_all
