-- What: incidents that people are told about, and the notices of them.
-- Grain: incidents one row per incident; notices one row per incident, phase and channel; everything
--        else as before.
-- Parameters: none.

CREATE TABLE campaign.incidents (
    incident_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key text NOT NULL,
    kind text NOT NULL,
    subject text NOT NULL,
    day date,
    use_case text,
    problem text NOT NULL,
    remedy text NOT NULL,
    links jsonb NOT NULL,
    explains text[] NOT NULL,
    opened_at timestamptz NOT NULL,
    closed_at timestamptz,
    closed_because text,
    CONSTRAINT incident_kind_known CHECK (
        kind IN ('failure', 'held', 'late', 'alarm', 'quarantine')
    ),
    CONSTRAINT links_are_an_object CHECK (jsonb_typeof(links) = 'object'),
    CONSTRAINT closed_whole CHECK ((closed_at IS NULL) = (closed_because IS NULL))
);
CREATE UNIQUE INDEX incidents_one_open ON campaign.incidents (key) WHERE closed_at IS NULL;
COMMENT ON TABLE campaign.incidents IS
    'One row per incident: something that is wrong until it is over. At most one with the same key '
    'is open. No text holds data of a customer.';
COMMENT ON COLUMN campaign.incidents.incident_id IS 'Grows; numbers may be left out.';
COMMENT ON COLUMN campaign.incidents.key IS 'kind/subject/day.';
COMMENT ON COLUMN campaign.incidents.kind IS
    'failure: a task failed for good; held: a publication waits for a decision; late: a run missed '
    'its deadline; alarm: of a model in use; quarantine: an extraction that stopped because too '
    'many rows break the contract or are gone.';
COMMENT ON COLUMN campaign.incidents.subject IS
    'What it is about: dag/task, with the number of a mapped one; the DAG; or the use case.';
COMMENT ON COLUMN campaign.incidents.day IS 'The day that the work was for; null where none is.';
COMMENT ON COLUMN campaign.incidents.use_case IS 'Name of the use case; null where it is not one.';
COMMENT ON COLUMN campaign.incidents.problem IS 'What is wrong, in words.';
COMMENT ON COLUMN campaign.incidents.remedy IS 'What to do about it.';
COMMENT ON COLUMN campaign.incidents.links IS 'Addresses by name: the run in Airflow, in MLflow.';
COMMENT ON COLUMN campaign.incidents.explains IS
    'Task instances that failed because of it: dag/run/task[number].';
COMMENT ON COLUMN campaign.incidents.opened_at IS 'Since when.';
COMMENT ON COLUMN campaign.incidents.closed_at IS 'When it was over; null while it is open.';
COMMENT ON COLUMN campaign.incidents.closed_because IS 'Why it is over; null while it is open.';

CREATE TABLE campaign.notices (
    incident_id bigint NOT NULL REFERENCES campaign.incidents,
    phase text NOT NULL,
    channel text NOT NULL,
    tries integer NOT NULL DEFAULT 0,
    tried_at timestamptz,
    sent_at timestamptz,
    error text,
    PRIMARY KEY (incident_id, phase, channel),
    CONSTRAINT phase_known CHECK (phase IN ('opened', 'over')),
    CONSTRAINT tried_whole CHECK ((tries = 0) = (tried_at IS NULL))
);
CREATE INDEX notices_unsent ON campaign.notices (incident_id) WHERE sent_at IS NULL;
COMMENT ON TABLE campaign.notices IS
    'One row per message that a channel gets of an incident: when it opened, and when it was over. '
    'It is written together with the incident and sent afterwards.';
COMMENT ON COLUMN campaign.notices.incident_id IS 'Refers to campaign.incidents.';
COMMENT ON COLUMN campaign.notices.phase IS 'opened or over.';
COMMENT ON COLUMN campaign.notices.channel IS 'e-mail, slack or webhook.';
COMMENT ON COLUMN campaign.notices.tries IS 'How often sending was begun.';
COMMENT ON COLUMN campaign.notices.tried_at IS
    'When sending was begun last; the next time is some minutes later at the earliest.';
COMMENT ON COLUMN campaign.notices.sent_at IS 'When the channel took it; null until then.';
COMMENT ON COLUMN campaign.notices.error IS 'Why it could not be sent the last time.';
