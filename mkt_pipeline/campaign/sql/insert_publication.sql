-- What: records a publication; it becomes current unless a later day is. Older days were retired
--       and the same day was replaced before, so whatever is still current is later.
-- Grain: one row.
-- Parameters: publication_id, use_case, as_of, source, model_name, model_version, run_id,
--             airflow_run, history, rows, counts, mean_propensity, replaces.
INSERT INTO campaign.publications (
    publication_id, use_case, as_of, is_current, source, model_name, model_version, run_id,
    airflow_run, history, rows, counts, mean_propensity, replaces
)
OVERRIDING SYSTEM VALUE
VALUES (
    %(publication_id)s, %(use_case)s, %(as_of)s,
    NOT EXISTS (
        SELECT FROM campaign.publications WHERE use_case = %(use_case)s AND is_current
    ),
    %(source)s, %(model_name)s, %(model_version)s, %(run_id)s,
    %(airflow_run)s, %(history)s, %(rows)s, %(counts)s, %(mean_propensity)s, %(replaces)s
)
RETURNING is_current
