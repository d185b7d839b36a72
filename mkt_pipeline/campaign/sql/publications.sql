-- What: the publications of a use case, latest written first, held and replaced ones included.
-- Grain: one row per publication.
-- Parameters: use_case, only_current, row_limit.
SELECT publication_id, use_case, as_of, published_at, status, is_current, source, model_name,
    model_version, run_id, airflow_run, history, rows, counts, mean_propensity, replaces,
    published_by, model_digest, data_versions, checksum, checks, held_at, decision, decided_by,
    decided_at, decision_reason, rows_removed_at
FROM campaign.publications
WHERE use_case = %(use_case)s AND (is_current OR NOT %(only_current)s)
ORDER BY publication_id DESC
LIMIT %(row_limit)s
