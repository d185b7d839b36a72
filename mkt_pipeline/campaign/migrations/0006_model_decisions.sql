-- What: who or what decided which model scores, on what grounds, and since when.
-- Grain: model_decisions one row per decision; everything else as before.
-- Parameters: none.

CREATE TABLE campaign.model_decisions (
    decision_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    decided_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    use_case text NOT NULL,
    act text NOT NULL,
    as_of date NOT NULL,
    model_name text NOT NULL,
    model_version text NOT NULL,
    champion_version text,
    run_id text NOT NULL,
    promoted boolean NOT NULL,
    decided_by text NOT NULL,
    reason text NOT NULL,
    checks jsonb NOT NULL,
    figures jsonb NOT NULL,
    effective_at timestamptz,
    CONSTRAINT act_known CHECK (act IN ('training', 'approval', 'promotion', 'rollback')),
    CONSTRAINT decision_signed CHECK (decided_by <> '' AND reason <> ''),
    CONSTRAINT effective_if_promoted CHECK (promoted OR effective_at IS NULL),
    CONSTRAINT checks_are_a_list CHECK (jsonb_typeof(checks) = 'array'),
    CONSTRAINT figures_are_an_object CHECK (jsonb_typeof(figures) = 'object')
);
CREATE INDEX model_decisions_by_use_case
    ON campaign.model_decisions (use_case, decision_id DESC);
COMMENT ON TABLE campaign.model_decisions IS
    'One row each time it was decided whether a model becomes champion. Rows are never removed.';
COMMENT ON COLUMN campaign.model_decisions.decision_id IS 'Grows; numbers may be left out.';
COMMENT ON COLUMN campaign.model_decisions.decided_at IS 'When, by the clock of this database.';
COMMENT ON COLUMN campaign.model_decisions.use_case IS 'Name of the use case.';
COMMENT ON COLUMN campaign.model_decisions.act IS
    'training: the gate after a training; approval: what a person answered to it; promotion and '
    'rollback: a person.';
COMMENT ON COLUMN campaign.model_decisions.as_of IS 'The day that the model was trained as of.';
COMMENT ON COLUMN campaign.model_decisions.model_name IS 'The registered model in MLflow.';
COMMENT ON COLUMN campaign.model_decisions.model_version IS 'The version that was decided on.';
COMMENT ON COLUMN campaign.model_decisions.champion_version IS
    'The version that was champion before; null where there was none.';
COMMENT ON COLUMN campaign.model_decisions.run_id IS 'The MLflow run of the training.';
COMMENT ON COLUMN campaign.model_decisions.promoted IS 'Whether it is to be champion.';
COMMENT ON COLUMN campaign.model_decisions.decided_by IS
    'A user of the command line, a DAG, else the database user.';
COMMENT ON COLUMN campaign.model_decisions.reason IS
    'The sentence of the gate, or the words of the person.';
COMMENT ON COLUMN campaign.model_decisions.checks IS
    'Every check: [{"name", "value", "relation", "limit", "passed", "route"}, ...].';
COMMENT ON COLUMN campaign.model_decisions.figures IS
    'Figures on the test window by model and measure: {"value", "low", "high"}, 95 % intervals.';
COMMENT ON COLUMN campaign.model_decisions.effective_at IS
    'Since when it was champion, loaded back and checked; null where it was not promoted, or where '
    'that was not finished.';
