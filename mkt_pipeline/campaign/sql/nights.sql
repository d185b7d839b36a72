-- What: the last publications of a use case by their day: what stands, is held or was rejected.
-- Grain: one row per publication, the latest day first; none for what a rerun replaced.
-- Parameters: use_case, row_limit.
SELECT publication_id, use_case, as_of, published_at, status, is_current, source, model_name,
    model_version, run_id, airflow_run, history, rows, counts, mean_propensity, replaces,
    published_by, model_digest, data_versions, checksum, checks, held_at, decision, decided_by,
    decided_at, decision_reason, rows_removed_at
FROM campaign.publications
WHERE use_case = %(use_case)s AND status <> 'replaced'
ORDER BY as_of DESC, publication_id DESC
LIMIT %(row_limit)s
