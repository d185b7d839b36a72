-- What: the held nights of a use case, the latest day first; of one day where it is given.
-- Grain: one row per held night.
-- Parameters: use_case, as_of.
SELECT publication_id, use_case, as_of, published_at, status, is_current, source, model_name,
    model_version, run_id, airflow_run, history, rows, counts, mean_propensity, replaces,
    published_by, model_digest, data_versions, checksum, checks, held_at, decision, decided_by,
    decided_at, decision_reason, rows_removed_at
FROM campaign.publications
WHERE use_case = %(use_case)s AND status = 'held'
    AND as_of = coalesce(%(as_of)s::date, as_of)
ORDER BY as_of DESC
