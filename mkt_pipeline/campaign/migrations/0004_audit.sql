-- What: a record of what was done to the tables by hand of law: persons who were erased.
-- Grain: audit one row per act; publications as before.
-- Parameters: none.

CREATE TABLE campaign.audit (
    audit_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    done_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    act text NOT NULL,
    person_hash text NOT NULL,
    done_by text NOT NULL,
    reason text NOT NULL,
    counts jsonb NOT NULL,
    CONSTRAINT act_known CHECK (act IN ('erase')),
    CONSTRAINT act_signed CHECK (done_by <> '' AND reason <> '')
);
CREATE INDEX audit_by_person ON campaign.audit (person_hash);
COMMENT ON TABLE campaign.audit IS
    'One row each time a person was erased; it does not tell whom. Rows are never removed.';
COMMENT ON COLUMN campaign.audit.audit_id IS 'Grows; numbers may be left out.';
COMMENT ON COLUMN campaign.audit.done_at IS 'When, by the clock of this database.';
COMMENT ON COLUMN campaign.audit.act IS 'What was done: erase.';
COMMENT ON COLUMN campaign.audit.person_hash IS
    'HMAC-SHA256 of the customer id under a key that is not in this database: the same person has '
    'the same hash, and nobody without the key can tell who it is.';
COMMENT ON COLUMN campaign.audit.done_by IS 'Who did it.';
COMMENT ON COLUMN campaign.audit.reason IS 'Why, in the words of who did it.';
COMMENT ON COLUMN campaign.audit.counts IS 'Rows removed by table, as {"lake/crm/orders": n, ...}.';

ALTER TABLE campaign.publications ADD COLUMN erased bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN campaign.publications.erased IS
    'Customers of this publication who were erased since: so many of its rows are gone, while '
    'rows, counts, mean_propensity and checksum stay as they were published.';
