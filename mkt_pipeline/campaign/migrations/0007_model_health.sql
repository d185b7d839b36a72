-- What: what came true of every publication, how far nights lie from what their model learned, and
--       the alarms that came of it.
-- Grain: model_health one row per measure of a publication or of a part of it; model_drift one row
--        per night and thing looked at; model_alarms one row per alarm; everything else as before.
-- Parameters: none.

CREATE TABLE campaign.model_health (
    use_case text NOT NULL,
    as_of date NOT NULL,
    measure text NOT NULL,
    part text NOT NULL,
    value double precision NOT NULL,
    low double precision,
    high double precision,
    promised double precision,
    rule_of_thumb double precision,
    customers bigint NOT NULL,
    positives bigint NOT NULL,
    model_name text NOT NULL,
    model_version text NOT NULL,
    publication_id bigint NOT NULL REFERENCES campaign.publications,
    closed_on date NOT NULL,
    measured_as_of date NOT NULL,
    measured_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    run_id text NOT NULL,
    PRIMARY KEY (use_case, as_of, measure, part),
    CONSTRAINT interval_whole CHECK ((low IS NULL) = (high IS NULL)),
    CONSTRAINT positives_are_customers CHECK (positives BETWEEN 0 AND customers),
    CONSTRAINT measured_when_closed CHECK (measured_as_of >= closed_on)
);
CREATE INDEX model_health_by_publication ON campaign.model_health (publication_id);
COMMENT ON TABLE campaign.model_health IS
    'What came true of each publication once its label window had closed, beside what was '
    'promised: one row per measure and part. A publication has one set of rows; that of a rerun '
    'takes the place of the one before.';
COMMENT ON COLUMN campaign.model_health.use_case IS 'Name of the use case.';
COMMENT ON COLUMN campaign.model_health.as_of IS 'The day that the publication was for.';
COMMENT ON COLUMN campaign.model_health.measure IS
    'roc_auc, average_precision, lift_at_10, each also with _over_rule (by how much it is above '
    'the rule of thumb), calibration_error, event_rate (share with the event) and lift (that over '
    'everybody''s).';
COMMENT ON COLUMN campaign.model_health.part IS
    'all; high, medium or low; or decile 1 (the best tenth by propensity) to decile 10.';
COMMENT ON COLUMN campaign.model_health.value IS 'The measure as it came true.';
COMMENT ON COLUMN campaign.model_health.low IS
    'Lower end of its 95 % interval (bootstrap by customer); null where all or none had the event.';
COMMENT ON COLUMN campaign.model_health.high IS 'Upper end of its 95 % interval; null as low is.';
COMMENT ON COLUMN campaign.model_health.promised IS
    'The same as promised: in the test window of the model''s training, and for event_rate and '
    'lift by the mean propensity of the part. Null where nothing was promised.';
COMMENT ON COLUMN campaign.model_health.rule_of_thumb IS
    'The same of the rule of recency, frequency and money on the same day and customers; null '
    'where the rule has no such figure.';
COMMENT ON COLUMN campaign.model_health.customers IS 'Customers of the part.';
COMMENT ON COLUMN campaign.model_health.positives IS 'Those of them who had the event.';
COMMENT ON COLUMN campaign.model_health.model_name IS 'Registered model in MLflow.';
COMMENT ON COLUMN campaign.model_health.model_version IS 'The version that scored.';
COMMENT ON COLUMN campaign.model_health.publication_id IS
    'Refers to campaign.publications, which tells whether it was rolled back.';
COMMENT ON COLUMN campaign.model_health.closed_on IS
    'The day on which the label window had closed: as_of + gap + horizon.';
COMMENT ON COLUMN campaign.model_health.measured_as_of IS
    'Outcomes are as known on this day, on or after closed_on.';
COMMENT ON COLUMN campaign.model_health.measured_at IS
    'When it was measured, by the clock of this database.';
COMMENT ON COLUMN campaign.model_health.run_id IS
    'The MLflow run with the same figures and their charts.';

CREATE TABLE campaign.model_drift (
    use_case text NOT NULL,
    as_of date NOT NULL,
    kind text NOT NULL,
    subject text NOT NULL,
    value double precision NOT NULL,
    distance double precision,
    usual double precision,
    level text NOT NULL,
    customers bigint NOT NULL,
    model_name text NOT NULL,
    model_version text NOT NULL,
    measured_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (use_case, as_of, kind, subject),
    CONSTRAINT kind_known CHECK (kind IN ('score', 'feature', 'unknown', 'freshness')),
    CONSTRAINT level_known CHECK (level IN ('ok', 'warn', 'alarm'))
);
COMMENT ON TABLE campaign.model_drift IS
    'How each night lies beside what its model was trained on: one row per night and thing looked '
    'at. A rerun of a night takes the place of its rows.';
COMMENT ON COLUMN campaign.model_drift.use_case IS 'Name of the use case.';
COMMENT ON COLUMN campaign.model_drift.as_of IS 'The day of the night.';
COMMENT ON COLUMN campaign.model_drift.kind IS
    'score or feature: its distribution; unknown: categories of a feature that the model has not '
    'seen; freshness: how old the newest event of an entity is.';
COMMENT ON COLUMN campaign.model_drift.subject IS
    'The feature, propensity, or the entity of the contract.';
COMMENT ON COLUMN campaign.model_drift.value IS
    'score and feature: population stability index; unknown: share of the customers; freshness: '
    'days.';
COMMENT ON COLUMN campaign.model_drift.distance IS
    'score and feature: Jensen-Shannon distance, 0 (equal) to 1; null for the others.';
COMMENT ON COLUMN campaign.model_drift.usual IS
    'feature: the distance of the farthest training date from all of them (0 for score); '
    'freshness: the longest pause of the last months in days; null for unknown.';
COMMENT ON COLUMN campaign.model_drift.level IS
    'ok, warn or alarm: which limit of the use case it reaches. An alarm is raised after several '
    'nights only; see campaign.model_alarms.';
COMMENT ON COLUMN campaign.model_drift.customers IS 'Customers who were scored that night.';
COMMENT ON COLUMN campaign.model_drift.model_name IS 'Registered model in MLflow.';
COMMENT ON COLUMN campaign.model_drift.model_version IS 'The version that scored.';
COMMENT ON COLUMN campaign.model_drift.measured_at IS
    'When it was measured, by the clock of this database.';

CREATE TABLE campaign.model_alarms (
    alarm_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    use_case text NOT NULL,
    raised_as_of date NOT NULL,
    raised_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    model_name text NOT NULL,
    model_version text NOT NULL,
    subjects jsonb NOT NULL,
    sentence text NOT NULL,
    ended_as_of date,
    ended text,
    CONSTRAINT subjects_are_a_list CHECK (jsonb_typeof(subjects) = 'array'),
    CONSTRAINT ended_known CHECK (ended IN ('cleared', 'raised again')),
    CONSTRAINT ended_whole CHECK ((ended_as_of IS NULL) = (ended IS NULL)),
    CONSTRAINT one_per_night UNIQUE (use_case, raised_as_of)
);
CREATE UNIQUE INDEX model_alarms_one_stands
    ON campaign.model_alarms (use_case) WHERE ended_as_of IS NULL;
COMMENT ON TABLE campaign.model_alarms IS
    'One row per alarm about a model in use. An alarm starts a training and never changes the '
    'champion; at most one of a use case stands.';
COMMENT ON COLUMN campaign.model_alarms.alarm_id IS 'Grows; numbers may be left out.';
COMMENT ON COLUMN campaign.model_alarms.use_case IS 'Name of the use case.';
COMMENT ON COLUMN campaign.model_alarms.raised_as_of IS 'The night that raised it.';
COMMENT ON COLUMN campaign.model_alarms.raised_at IS 'When, by the clock of this database.';
COMMENT ON COLUMN campaign.model_alarms.model_name IS 'Registered model in MLflow.';
COMMENT ON COLUMN campaign.model_alarms.model_version IS 'The version that scored then.';
COMMENT ON COLUMN campaign.model_alarms.subjects IS
    'What it is about: a list of kind and subject, as in campaign.model_drift.';
COMMENT ON COLUMN campaign.model_alarms.sentence IS 'The same for a person.';
COMMENT ON COLUMN campaign.model_alarms.ended_as_of IS
    'The night on which it ended; null while it stands.';
COMMENT ON COLUMN campaign.model_alarms.ended IS
    'cleared, or raised again after some weeks as another row; null while it stands.';
