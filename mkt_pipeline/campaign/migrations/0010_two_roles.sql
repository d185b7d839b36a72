-- What: what only the owner of the schema can do is done by functions of the owner, so that nights
--       run with a role that owns nothing; records stay as they were written, whoever asks.
-- Grain: everything as before.
-- Parameters: none.

CREATE FUNCTION campaign.register_use_case(wanted text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    IF wanted IS NULL OR wanted !~ '^[a-z][a-z0-9_]{0,39}$' THEN
        RAISE EXCEPTION 'a use case is named in lower case letters, digits and _'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    -- The view is built from all use cases, so one session at a time adds to them.
    LOCK TABLE campaign.use_cases IN SHARE ROW EXCLUSIVE MODE;
    INSERT INTO campaign.use_cases (use_case) VALUES (wanted) ON CONFLICT (use_case) DO NOTHING;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM campaign.rebuild_current_segments();
    RETURN true;
END
$body$;
COMMENT ON FUNCTION campaign.register_use_case(text) IS
    'Makes a use case known and gives it its branch of the view; false where it was known before.';

-- PARTITION OF would lock out every reader of the parent; attaching does not. Rows of a partition
-- are written once and then only erased, so that whatever is removed is to be overwritten soon.
CREATE FUNCTION campaign.add_partition(for_use_case text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    number CONSTANT bigint :=
        nextval(pg_get_serial_sequence('campaign.publications', 'publication_id'));
    partition CONSTANT text := format('campaign.%I', 'segments_' || number);
    writer text;
BEGIN
    INSERT INTO campaign.segment_partitions (publication_id, use_case)
    VALUES (number, for_use_case);
    EXECUTE format('CREATE TABLE %s (LIKE campaign.segments INCLUDING ALL) WITH '
        || '(autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0)', partition);
    EXECUTE format('ALTER TABLE %s ALTER COLUMN publication_id SET DEFAULT %L', partition, number);
    EXECUTE format('ALTER TABLE campaign.segments ATTACH PARTITION %s FOR VALUES IN (%L)',
        partition, number);
    FOR writer IN
        SELECT DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(r.rolname) END
        FROM pg_class c
        CROSS JOIN LATERAL aclexplode(c.relacl) a
        LEFT JOIN pg_roles r ON r.oid = a.grantee
        WHERE c.oid = 'campaign.segments'::regclass AND a.privilege_type = 'INSERT'
            AND a.grantee <> c.relowner
    LOOP
        EXECUTE format('GRANT INSERT ON %s TO %s', partition, writer);
    END LOOP;
    RETURN number;
END
$body$;
COMMENT ON FUNCTION campaign.add_partition(text) IS
    'Attaches an empty partition for the next publication of a use case, which whoever may insert '
    'into campaign.segments may fill, and returns its number.';

CREATE FUNCTION campaign.analyze_partition(number bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    IF NOT EXISTS (
        SELECT FROM campaign.segment_partitions p WHERE p.publication_id = number
    ) THEN
        RAISE EXCEPTION 'campaign.segments has no partition %', number
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    EXECUTE format('ANALYZE campaign.%I', 'segments_' || number);
END
$body$;
COMMENT ON FUNCTION campaign.analyze_partition(bigint) IS
    'Statistics of a new partition, so that its first readers are planned well.';

CREATE FUNCTION campaign.drop_partition(number bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    DELETE FROM campaign.segment_partitions s
    WHERE s.publication_id = number AND NOT EXISTS (
        SELECT FROM campaign.publications p
        WHERE p.publication_id = number AND p.rows_removed_at IS NULL
            AND p.status IN ('published', 'held', 'rolled_back')
    );
    IF NOT FOUND THEN
        RAISE EXCEPTION 'partition % is shown, held, or not there', number
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    EXECUTE format('DROP TABLE IF EXISTS campaign.%I', 'segments_' || number);
END
$body$;
COMMENT ON FUNCTION campaign.drop_partition(bigint) IS
    'Removes the partition of a publication that nothing will ever show; refused for any other.';

ALTER FUNCTION campaign.rebuild_current_segments() SET search_path = pg_catalog, pg_temp;
-- Readers have USAGE on the schema, and PUBLIC may call functions unless it is told otherwise.
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA campaign FROM PUBLIC;

DO $body$
DECLARE
    lasting regclass;
BEGIN
    FOR lasting IN
        SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'campaign.segments'::regclass
        UNION ALL SELECT 'campaign.segment_changes'::regclass
    LOOP
        EXECUTE format('ALTER TABLE %s SET '
            '(autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0)', lasting);
    END LOOP;
END
$body$;

CREATE FUNCTION campaign.refuse_change_of_record() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RAISE EXCEPTION 'rows of %.% are never changed or removed', TG_TABLE_SCHEMA, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END
$body$;
COMMENT ON FUNCTION campaign.refuse_change_of_record() IS
    'Keeps records as they were written. An owner who knows why disables the trigger first, with '
    'ALTER TABLE ... DISABLE TRIGGER.';
REVOKE EXECUTE ON FUNCTION campaign.refuse_change_of_record() FROM PUBLIC;

DROP TRIGGER IF EXISTS audit_stays ON campaign.audit;
DROP FUNCTION IF EXISTS campaign.refuse_change_of_audit();
CREATE TRIGGER record_stays
    BEFORE UPDATE OR DELETE OR TRUNCATE ON campaign.audit
    FOR EACH STATEMENT EXECUTE FUNCTION campaign.refuse_change_of_record();
CREATE TRIGGER record_stays
    BEFORE UPDATE OR DELETE OR TRUNCATE ON campaign.switches
    FOR EACH STATEMENT EXECUTE FUNCTION campaign.refuse_change_of_record();
CREATE TRIGGER record_stays
    BEFORE DELETE OR TRUNCATE ON campaign.model_decisions
    FOR EACH STATEMENT EXECUTE FUNCTION campaign.refuse_change_of_record();
-- That a decision took effect is added to it, once.
CREATE TRIGGER decision_stays
    BEFORE UPDATE ON campaign.model_decisions
    FOR EACH ROW WHEN (
        OLD.effective_at IS NOT NULL
        OR to_jsonb(OLD) - 'effective_at' IS DISTINCT FROM to_jsonb(NEW) - 'effective_at'
    )
    EXECUTE FUNCTION campaign.refuse_change_of_record();
CREATE TRIGGER record_stays
    BEFORE DELETE OR TRUNCATE ON campaign.publications
    FOR EACH STATEMENT EXECUTE FUNCTION campaign.refuse_change_of_record();
-- Whether readers see it changes; what it was made from, and what was decided, do not.
CREATE TRIGGER publication_stays
    BEFORE UPDATE ON campaign.publications
    FOR EACH ROW WHEN (
        to_jsonb(OLD) - ARRAY['status', 'is_current', 'published_at', 'held_at', 'replaces',
            'decision', 'decided_by', 'decided_at', 'decision_reason', 'erased', 'rows_removed_at']
        IS DISTINCT FROM
        to_jsonb(NEW) - ARRAY['status', 'is_current', 'published_at', 'held_at', 'replaces',
            'decision', 'decided_by', 'decided_at', 'decision_reason', 'erased', 'rows_removed_at']
        OR (OLD.decision IS NOT NULL
            AND (OLD.decision, OLD.decided_by, OLD.decided_at, OLD.decision_reason)
                IS DISTINCT FROM
                (NEW.decision, NEW.decided_by, NEW.decided_at, NEW.decision_reason))
    )
    EXECUTE FUNCTION campaign.refuse_change_of_record();
