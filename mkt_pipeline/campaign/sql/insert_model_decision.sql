-- What: records what was decided about a model, before it takes effect.
-- Grain: one row.
-- Parameters: use_case, act, as_of, model_name, model_version, champion_version, run_id, promoted,
--             decided_by, reason, checks, figures.
INSERT INTO campaign.model_decisions (
    use_case, act, as_of, model_name, model_version, champion_version, run_id, promoted,
    decided_by, reason, checks, figures
)
VALUES (
    %(use_case)s, %(act)s, %(as_of)s, %(model_name)s, %(model_version)s, %(champion_version)s,
    %(run_id)s, %(promoted)s, coalesce(%(decided_by)s, current_user::text), %(reason)s,
    %(checks)s, %(figures)s
)
RETURNING decision_id
