-- What: records how a night lies beside what its model was trained on.
-- Grain: one row per sign.
-- Parameters: use_case, as_of, customers, model_name, model_version, signs.
INSERT INTO campaign.model_drift (
    use_case, as_of, kind, subject, value, distance, usual, level, customers, model_name,
    model_version
)
SELECT %(use_case)s, %(as_of)s, s.kind, s.subject, s.value, s.distance, s.usual, s.level,
    %(customers)s, %(model_name)s, %(model_version)s
FROM jsonb_to_recordset(%(signs)s) AS s (
    kind text, subject text, value double precision, distance double precision,
    usual double precision, level text
)
