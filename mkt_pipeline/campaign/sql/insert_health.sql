-- What: records what came true of one publication.
-- Grain: one row per figure.
-- Parameters: use_case, as_of, model_name, model_version, publication_id, closed_on,
--             measured_as_of, run_id, figures.
INSERT INTO campaign.model_health (
    use_case, as_of, measure, part, value, low, high, promised, rule_of_thumb, customers,
    positives, model_name, model_version, publication_id, closed_on, measured_as_of, run_id
)
SELECT %(use_case)s::text, %(as_of)s::date, f.measure, f.part, f.value, f.low, f.high, f.promised,
    f.rule_of_thumb, f.customers, f.positives, %(model_name)s::text, %(model_version)s::text,
    %(publication_id)s::bigint, %(closed_on)s::date, %(measured_as_of)s::date, %(run_id)s::text
FROM jsonb_to_recordset(%(figures)s::jsonb) AS f (
    measure text, part text, value double precision, low double precision, high double precision,
    promised double precision, rule_of_thumb double precision, customers bigint, positives bigint
)
