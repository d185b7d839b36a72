-- What: what was decided about the models of a use case, the latest first.
-- Grain: one row per decision.
-- Parameters: use_case, model_name (null: every model), row_limit.
SELECT decision_id, decided_at, use_case, act, as_of, model_name, model_version, champion_version,
    run_id, promoted, decided_by, reason, checks, figures, effective_at
FROM campaign.model_decisions
WHERE use_case = %(use_case)s
    AND (%(model_name)s::text IS NULL OR model_name = %(model_name)s::text)
ORDER BY decision_id DESC
LIMIT %(row_limit)s
