-- What: nights that are held, what changed for whom, and every time readers came to see another
--       publication; who published what it was made from.
-- Grain: publications as before; switches one row per change of the current publication;
--        segment_changes one row per switch and customer.
-- Parameters: none.

ALTER TABLE campaign.publications
    ADD COLUMN published_by text,
    ADD COLUMN model_digest text,
    ADD COLUMN data_versions jsonb,
    ADD COLUMN checksum text,
    ADD COLUMN checks jsonb,
    ADD COLUMN held_at timestamptz,
    ADD COLUMN decision text,
    ADD COLUMN decided_by text,
    ADD COLUMN decided_at timestamptz,
    ADD COLUMN decision_reason text,
    DROP CONSTRAINT status_known,
    ADD CONSTRAINT status_known
        CHECK (status IN ('published', 'replaced', 'held', 'rejected', 'rolled_back')),
    ADD CONSTRAINT held_since CHECK (status <> 'held' OR held_at IS NOT NULL),
    ADD CONSTRAINT decision_known CHECK (decision IN ('released', 'rejected')),
    ADD CONSTRAINT decision_signed
        CHECK (decision IS NULL OR (decided_by <> '' AND decided_at IS NOT NULL)),
    ADD CONSTRAINT release_explained CHECK (decision <> 'released' OR decision_reason <> '');

-- A day is published or rolled back, not both: a rerun replaces either.
DROP INDEX campaign.publications_one_per_day;
CREATE UNIQUE INDEX publications_one_per_day
    ON campaign.publications (use_case, as_of) WHERE status IN ('published', 'rolled_back');
CREATE UNIQUE INDEX publications_one_held_per_day
    ON campaign.publications (use_case, as_of) WHERE status = 'held';

COMMENT ON TABLE campaign.publications IS
    'One row per night and use case that was published or held, and per rerun.';
COMMENT ON COLUMN campaign.publications.published_at IS
    'When it was published, by the clock of this database; of a held night, when it was written.';
COMMENT ON COLUMN campaign.publications.status IS
    'published; held, outside the limits and not shown; rejected, held and then refused; '
    'rolled_back, withdrawn by a rollback; replaced, by a rerun of the same day. The segments of '
    'rejected and replaced ones are removed.';
COMMENT ON COLUMN campaign.publications.is_current IS
    'Whether campaign.current_segments shows it: of those published the one of the latest day.';
COMMENT ON COLUMN campaign.publications.published_by IS
    'Who published it: a user of the command line, a DAG of Airflow, else the database user; '
    'null for what was published before this was recorded.';
COMMENT ON COLUMN campaign.publications.model_digest IS
    'SHA-256 of the files of the model; null where the scores do not tell it.';
COMMENT ON COLUMN campaign.publications.data_versions IS
    'Version of every change log that the scores were made from, as {"customers": n, ...}; null '
    'where the scores do not tell it.';
COMMENT ON COLUMN campaign.publications.checksum IS
    'Of all rows whatever their order, without the publication: equal for equal segments.';
COMMENT ON COLUMN campaign.publications.checks IS
    'What it was compared with, and value and limit of each check; null where it was not checked.';
COMMENT ON COLUMN campaign.publications.held_at IS
    'When it was held; null for a night within the limits.';
COMMENT ON COLUMN campaign.publications.decision IS
    'What was decided about a held night: released or rejected; null where nothing was.';
COMMENT ON COLUMN campaign.publications.decided_by IS 'Who decided.';
COMMENT ON COLUMN campaign.publications.decided_at IS 'When it was decided.';
COMMENT ON COLUMN campaign.publications.decision_reason IS 'Why, in the words of who decided.';

CREATE TABLE campaign.switches (
    switch_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    use_case text NOT NULL REFERENCES campaign.use_cases,
    switched_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    cause text NOT NULL,
    previous_publication_id bigint REFERENCES campaign.publications,
    publication_id bigint NOT NULL REFERENCES campaign.publications,
    switched_by text NOT NULL,
    reason text,
    CONSTRAINT cause_known CHECK (cause IN ('night', 'rerun', 'release', 'rollback')),
    CONSTRAINT cause_explained CHECK (cause IN ('night', 'rerun') OR reason <> '')
);
CREATE INDEX switches_by_publication ON campaign.switches (publication_id);
COMMENT ON TABLE campaign.switches IS
    'One row for each time readers came to see another publication: nights, reruns, releases of '
    'held nights, rollbacks.';
COMMENT ON COLUMN campaign.switches.switch_id IS 'Grows; numbers may be left out.';
COMMENT ON COLUMN campaign.switches.use_case IS 'Name of the use case.';
COMMENT ON COLUMN campaign.switches.switched_at IS 'When, by the clock of this database.';
COMMENT ON COLUMN campaign.switches.cause IS 'night, rerun, release or rollback.';
COMMENT ON COLUMN campaign.switches.previous_publication_id IS
    'What its changes are counted against: what was current before; for a rerun what was before '
    'the night that it replaces. Null for the first.';
COMMENT ON COLUMN campaign.switches.publication_id IS 'What is current since.';
COMMENT ON COLUMN campaign.switches.switched_by IS 'Who did it.';
COMMENT ON COLUMN campaign.switches.reason IS 'Why; always there for a release or a rollback.';

CREATE TABLE campaign.segment_changes (
    use_case text NOT NULL,
    as_of date NOT NULL,
    switch_id bigint NOT NULL REFERENCES campaign.switches,
    customer_id text NOT NULL,
    change text NOT NULL,
    previous_segment text,
    segment text,
    publication_id bigint NOT NULL,
    PRIMARY KEY (use_case, as_of, switch_id, customer_id),
    CONSTRAINT change_known CHECK (change IN ('entered', 'left', 'moved'))
);
COMMENT ON TABLE campaign.segment_changes IS
    'Who entered, left or moved when a publication became current, against the one before it. '
    'A rerun of the day replaces what the day had; whose segment stayed the same has no row.';
COMMENT ON COLUMN campaign.segment_changes.use_case IS 'Name of the use case.';
COMMENT ON COLUMN campaign.segment_changes.as_of IS
    'Day of the publication that became current; after a rollback an earlier one again.';
COMMENT ON COLUMN campaign.segment_changes.switch_id IS
    'Refers to campaign.switches, which tells when and why.';
COMMENT ON COLUMN campaign.segment_changes.customer_id IS 'The key of the customer in the CRM.';
COMMENT ON COLUMN campaign.segment_changes.change IS
    'entered: was in no segment; left: is in none any more; moved: from one to another.';
COMMENT ON COLUMN campaign.segment_changes.previous_segment IS
    'high, medium or low before; null for who entered.';
COMMENT ON COLUMN campaign.segment_changes.segment IS
    'high, medium or low now; null for who left.';
COMMENT ON COLUMN campaign.segment_changes.publication_id IS
    'The publication that became current.';
