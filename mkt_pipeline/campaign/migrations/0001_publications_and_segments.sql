-- What: the publications of every use case, their segments, and the view that readers use.
-- Grain: use_cases and publications one row each; segments one row per publication and customer.
-- Parameters: none.

CREATE TABLE campaign.use_cases (
    use_case text PRIMARY KEY,
    registered_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE campaign.use_cases IS
    'Every use case that was ever published here: the branches of campaign.current_segments.';
COMMENT ON COLUMN campaign.use_cases.use_case IS 'Name of the use case.';
COMMENT ON COLUMN campaign.use_cases.registered_at IS 'When it was first prepared.';

CREATE TABLE campaign.publications (
    publication_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    use_case text NOT NULL REFERENCES campaign.use_cases,
    as_of date NOT NULL,
    published_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    status text NOT NULL DEFAULT 'published',
    is_current boolean NOT NULL,
    source text NOT NULL,
    model_name text NOT NULL,
    model_version text NOT NULL,
    run_id text NOT NULL,
    airflow_run text,
    history text NOT NULL,
    rows bigint NOT NULL,
    counts jsonb NOT NULL,
    mean_propensity double precision NOT NULL,
    replaces bigint REFERENCES campaign.publications,
    CONSTRAINT status_known CHECK (status IN ('published', 'replaced')),
    CONSTRAINT history_known CHECK (history IN ('observed', 'reconstructed')),
    CONSTRAINT rows_positive CHECK (rows > 0),
    CONSTRAINT current_is_published CHECK (status = 'published' OR NOT is_current)
);
CREATE UNIQUE INDEX publications_one_current
    ON campaign.publications (use_case) WHERE is_current;
CREATE UNIQUE INDEX publications_one_per_day
    ON campaign.publications (use_case, as_of) WHERE status = 'published';

COMMENT ON TABLE campaign.publications IS
    'One row per night and use case that was published, and per rerun that replaced one.';
COMMENT ON COLUMN campaign.publications.publication_id IS
    'Grows with every publication; numbers may be left out.';
COMMENT ON COLUMN campaign.publications.use_case IS 'Name of the use case.';
COMMENT ON COLUMN campaign.publications.as_of IS
    'The day D the segments are for: everything known before D 00:00 counts, nothing after.';
COMMENT ON COLUMN campaign.publications.published_at IS
    'When the publication was written, by the clock of this database.';
COMMENT ON COLUMN campaign.publications.status IS
    'published, or replaced by a rerun of the same day (its segments are then removed).';
COMMENT ON COLUMN campaign.publications.is_current IS
    'Whether campaign.current_segments shows it; one per use case, never of an older day.';
COMMENT ON COLUMN campaign.publications.source IS 'The mapped CRM that the customers come from.';
COMMENT ON COLUMN campaign.publications.model_name IS 'Registered model in MLflow.';
COMMENT ON COLUMN campaign.publications.model_version IS 'Version of the registered model.';
COMMENT ON COLUMN campaign.publications.run_id IS 'MLflow run of the scoring.';
COMMENT ON COLUMN campaign.publications.airflow_run IS
    'Airflow run that published; null where it was published from the command line.';
COMMENT ON COLUMN campaign.publications.history IS
    'observed, or reconstructed where the features rest on a first load without history.';
COMMENT ON COLUMN campaign.publications.rows IS 'Customers in the publication.';
COMMENT ON COLUMN campaign.publications.counts IS
    'Customers per segment, as {"high": n, "medium": n, "low": n}; they add up to rows.';
COMMENT ON COLUMN campaign.publications.mean_propensity IS
    'Mean of the calibrated propensities, between 0 and 1.';
COMMENT ON COLUMN campaign.publications.replaces IS
    'The publication of the same day that this one replaced; null for the first.';

CREATE TABLE campaign.segments (
    publication_id bigint NOT NULL,
    customer_id text NOT NULL,
    propensity double precision NOT NULL,
    segment text NOT NULL,
    segment_rank bigint,
    recommended_products jsonb NOT NULL,
    reasons jsonb NOT NULL,
    PRIMARY KEY (publication_id, customer_id),
    CONSTRAINT customer_named CHECK (customer_id <> ''),
    CONSTRAINT propensity_is_probability CHECK (propensity BETWEEN 0 AND 1),
    CONSTRAINT segment_known CHECK (segment IN ('high', 'medium', 'low')),
    CONSTRAINT segment_rank_positive CHECK (segment_rank >= 1),
    CONSTRAINT recommended_products_is_list CHECK (jsonb_typeof(recommended_products) = 'array'),
    CONSTRAINT reasons_is_list CHECK (jsonb_typeof(reasons) = 'array')
) PARTITION BY LIST (publication_id);

COMMENT ON TABLE campaign.segments IS
    'The segments of every publication, one partition each. Read campaign.current_segments for '
    'today; join campaign.publications with status = published for the past.';
COMMENT ON COLUMN campaign.segments.publication_id IS 'Refers to campaign.publications.';
COMMENT ON COLUMN campaign.segments.customer_id IS 'The key of the customer in the CRM.';
COMMENT ON COLUMN campaign.segments.propensity IS
    'Calibrated probability that the target event happens within the horizon, 0 to 1.';
COMMENT ON COLUMN campaign.segments.segment IS 'Intent: high, medium or low.';
COMMENT ON COLUMN campaign.segments.segment_rank IS
    'Place among all customers of the publication by propensity, 1 is the highest; may be null.';
COMMENT ON COLUMN campaign.segments.recommended_products IS
    'Best first: [{"product_id": ..., "name": ...}].';
COMMENT ON COLUMN campaign.segments.reasons IS
    'Strongest first, as a JSON list of what speaks for or against an intent to buy.';

CREATE TABLE campaign.segment_partitions (
    publication_id bigint PRIMARY KEY,
    use_case text NOT NULL REFERENCES campaign.use_cases
);
COMMENT ON TABLE campaign.segment_partitions IS
    'Bookkeeping of the pipeline: the partitions of campaign.segments that exist, so that one '
    'left by an interrupted or replaced publication can be removed.';
COMMENT ON COLUMN campaign.segment_partitions.publication_id IS
    'Number of the partition, campaign.segments_<number>.';
COMMENT ON COLUMN campaign.segment_partitions.use_case IS 'Use case it was made for.';

-- The view has one branch per use case, because only "publication_id = (one scalar)" lets
-- PostgreSQL skip all other partitions; a plain join with publications would read every night.
CREATE FUNCTION campaign.rebuild_current_segments() RETURNS void
LANGUAGE plpgsql AS $body$
DECLARE
    branches text;
    branch CONSTANT text := $branch$
        SELECT p.use_case, p.as_of, s.customer_id, s.segment, s.segment_rank, s.propensity,
            s.recommended_products, s.reasons, p.publication_id, p.published_at,
            p.model_name, p.model_version
        FROM campaign.publications p
        JOIN campaign.segments s ON s.publication_id = p.publication_id
        WHERE p.is_current AND p.use_case = %1$L AND s.publication_id = (
            SELECT c.publication_id FROM campaign.publications c
            WHERE c.is_current AND c.use_case = %1$L
        )
    $branch$;
BEGIN
    SELECT string_agg(format(branch, u.use_case), ' UNION ALL ' ORDER BY u.use_case)
    INTO branches FROM campaign.use_cases u;
    EXECUTE 'CREATE OR REPLACE VIEW campaign.current_segments AS '
        || coalesce(branches, format(branch, NULL));
END
$body$;
COMMENT ON FUNCTION campaign.rebuild_current_segments() IS
    'Gives campaign.current_segments one branch for each row of campaign.use_cases.';
SELECT campaign.rebuild_current_segments();

COMMENT ON VIEW campaign.current_segments IS
    'The current night of every use case, whole: what a campaign should read.';
COMMENT ON COLUMN campaign.current_segments.use_case IS 'Name of the use case.';
COMMENT ON COLUMN campaign.current_segments.as_of IS 'The day the segments are for.';
COMMENT ON COLUMN campaign.current_segments.customer_id IS 'The key of the customer in the CRM.';
COMMENT ON COLUMN campaign.current_segments.segment IS 'Intent: high, medium or low.';
COMMENT ON COLUMN campaign.current_segments.segment_rank IS
    'Place among all customers of the publication by propensity, 1 is the highest; may be null.';
COMMENT ON COLUMN campaign.current_segments.propensity IS
    'Calibrated probability that the target event happens within the horizon, 0 to 1.';
COMMENT ON COLUMN campaign.current_segments.recommended_products IS
    'Best first: [{"product_id": ..., "name": ...}].';
COMMENT ON COLUMN campaign.current_segments.reasons IS
    'Strongest first, as a JSON list of what speaks for or against an intent to buy.';
COMMENT ON COLUMN campaign.current_segments.publication_id IS
    'Refers to campaign.publications.';
COMMENT ON COLUMN campaign.current_segments.published_at IS 'When the publication was written.';
COMMENT ON COLUMN campaign.current_segments.model_name IS 'Registered model in MLflow.';
COMMENT ON COLUMN campaign.current_segments.model_version IS 'Version of the registered model.';
