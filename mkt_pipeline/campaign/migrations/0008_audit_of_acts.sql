-- What: the record of erasures becomes the record of everything that a person does to publications,
--       models and persons: release, reject, roll back, promote, decline, erase, look up.
-- Grain: audit one row per act, as before; everything else as before.
-- Parameters: none.

ALTER TABLE campaign.audit
    ADD COLUMN use_case text,
    ADD COLUMN publication_id bigint REFERENCES campaign.publications,
    ADD COLUMN decision_id bigint REFERENCES campaign.model_decisions,
    ALTER COLUMN person_hash DROP NOT NULL,
    ALTER COLUMN reason DROP NOT NULL,
    DROP CONSTRAINT act_known,
    ADD CONSTRAINT act_known CHECK (
        act IN ('erase', 'look_up', 'release', 'reject', 'roll_back', 'promote', 'decline')
    ),
    DROP CONSTRAINT act_signed,
    -- A held night may be rejected without a word, as before; nothing else may be done so.
    ADD CONSTRAINT act_signed CHECK (
        done_by <> '' AND coalesce(reason, CASE act WHEN 'reject' THEN 'none' ELSE '' END) <> ''
    ),
    ADD CONSTRAINT act_of_a_person CHECK (
        (act IN ('erase', 'look_up')) = (person_hash IS NOT NULL)
    ),
    ADD CONSTRAINT act_on_a_publication CHECK (
        (act IN ('release', 'reject', 'roll_back')) = (publication_id IS NOT NULL)
    ),
    ADD CONSTRAINT act_on_a_model CHECK (
        (act IN ('promote', 'decline')) = (decision_id IS NOT NULL)
    );
CREATE INDEX audit_by_use_case ON campaign.audit (use_case, audit_id DESC);

COMMENT ON TABLE campaign.audit IS
    'One row each time a person released, rejected or rolled back a night, promoted or declined a '
    'model, erased a person or looked one up: written in the transaction of the act. Rows are '
    'never changed or removed, and tell of no customer who it is.';
COMMENT ON COLUMN campaign.audit.act IS
    'erase, look_up, release, reject, roll_back, promote or decline (a model that waited).';
COMMENT ON COLUMN campaign.audit.person_hash IS
    'Of erase and look_up: HMAC-SHA256 of the customer id under a key that is not in this '
    'database: the same person has the same hash, and nobody without the key can tell who it is. '
    'Null for other acts.';
COMMENT ON COLUMN campaign.audit.reason IS
    'Why, in the words of who did it; null where a night was rejected without a word.';
COMMENT ON COLUMN campaign.audit.counts IS
    'erase: rows removed by table, as {"lake/crm/orders": n, ...}; release and roll_back: how many '
    'customers entered, left and moved; else empty.';
COMMENT ON COLUMN campaign.audit.use_case IS
    'Name of the use case; null for acts that are about all of them.';
COMMENT ON COLUMN campaign.audit.publication_id IS
    'Of release, reject and roll_back: what was released, rejected, or is current again.';
COMMENT ON COLUMN campaign.audit.decision_id IS
    'Of promote and decline: the row of campaign.model_decisions.';

CREATE FUNCTION campaign.refuse_change_of_audit() RETURNS trigger
LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION 'rows of campaign.audit are never changed or removed'
        USING ERRCODE = 'insufficient_privilege';
END
$body$;
COMMENT ON FUNCTION campaign.refuse_change_of_audit() IS
    'Keeps the record of acts as it was written, whoever asks.';
CREATE TRIGGER audit_stays
    BEFORE UPDATE OR DELETE OR TRUNCATE ON campaign.audit
    FOR EACH STATEMENT EXECUTE FUNCTION campaign.refuse_change_of_audit();
