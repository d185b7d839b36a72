-- What: records how a night lies beside what its model was trained on.
-- Grain: one row per sign.
-- Parameters: use_case, as_of, customers, model_name, model_version, signs.
INSERT INTO campaign.model_drift (
    use_case, as_of, kind, subject, value, distance, usual, level, customers, model_name,
    model_version
)
SELECT %(use_case)s::text, %(as_of)s::date, s.kind, s.subject, s.value, s.distance, s.usual, s.level,
    %(customers)s::bigint, %(model_name)s::text, %(model_version)s::text
FROM jsonb_to_recordset(%(signs)s::jsonb) AS s (
    kind text, subject text, value double precision, distance double precision,
    usual double precision, level text
)
