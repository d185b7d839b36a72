-- What: who agreed to be contacted through which channel, and who no longer does.
-- Grain: one row per entry of the log; the latest by effective_at holds.
SELECT
    entry.entry_id::text AS consent_id,
    entry.person_id::text AS customer_id,
    entry.channel,
    CASE entry.state WHEN 'opt_in' THEN 'granted' WHEN 'opt_out' THEN 'withdrawn' END AS status,
    entry.effective_at,
    entry.updated_at
FROM dealership.consent_log AS entry
