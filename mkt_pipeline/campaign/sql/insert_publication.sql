-- What: records a publication that nobody sees yet: held, until it is shown or decided about.
-- Grain: one row.
-- Parameters: publication_id, use_case, as_of, source, model_name, model_version, run_id,
--             airflow_run, history, rows, counts, mean_propensity, published_by, model_digest,
--             data_versions, checksum, checks.
INSERT INTO campaign.publications (
    publication_id, use_case, as_of, status, is_current, held_at, source, model_name,
    model_version, run_id, airflow_run, history, rows, counts, mean_propensity, published_by,
    model_digest, data_versions, checksum, checks
)
OVERRIDING SYSTEM VALUE
VALUES (
    %(publication_id)s, %(use_case)s, %(as_of)s, 'held', false, clock_timestamp(), %(source)s,
    %(model_name)s, %(model_version)s, %(run_id)s, %(airflow_run)s, %(history)s, %(rows)s,
    %(counts)s, %(mean_propensity)s, coalesce(%(published_by)s, current_user::text),
    %(model_digest)s, %(data_versions)s, %(checksum)s, %(checks)s
)
