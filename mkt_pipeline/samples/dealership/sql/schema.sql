-- What: the tables of the sample CRM, and the schema of the truth about it.
-- Grain: one row per what the table is named for.
-- Parameters: none.
CREATE SCHEMA dealership;
CREATE SCHEMA dealership_truth;

CREATE TABLE dealership.models (
    model_id integer NOT NULL, name text NOT NULL, body_type text NOT NULL
);
CREATE TABLE dealership.trims (
    trim_id integer NOT NULL, model_id integer NOT NULL, name text NOT NULL,
    list_price numeric(12, 2) NOT NULL, is_available boolean NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE TABLE dealership.service_packages (
    package_id integer NOT NULL, name text NOT NULL, price numeric(12, 2) NOT NULL,
    is_repair boolean NOT NULL, updated_at timestamptz NOT NULL
);
CREATE TABLE dealership.mailings (
    mailing_id integer NOT NULL, topic text NOT NULL, sent_on date NOT NULL
);
CREATE TABLE dealership.households (
    household_id integer NOT NULL, size integer NOT NULL, city text NOT NULL,
    region text NOT NULL, country text NOT NULL,
    created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL
);
CREATE TABLE dealership.persons (
    person_id integer NOT NULL, household_id integer NOT NULL, salutation text,
    first_name text NOT NULL, last_name text NOT NULL, email text, phone text,
    date_of_birth date, origin text NOT NULL, annual_km integer NOT NULL,
    distance_km numeric(6, 1) NOT NULL, preferred_contract text NOT NULL,
    is_business boolean NOT NULL, archived_at timestamptz,
    created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL
);
CREATE TABLE dealership.person_merges (
    old_person_id integer NOT NULL, new_person_id integer NOT NULL,
    merged_at timestamptz NOT NULL
);
CREATE TABLE dealership.household_changes (
    change_id integer NOT NULL, household_id integer NOT NULL, person_id integer NOT NULL,
    kind text NOT NULL, city text NOT NULL,
    changed_at timestamptz NOT NULL, updated_at timestamptz NOT NULL
);
CREATE TABLE dealership.vehicles_owned (
    vehicle_id integer NOT NULL, person_id integer NOT NULL, trim_id integer NOT NULL,
    acquired_at timestamptz NOT NULL, disposed_at timestamptz, updated_at timestamptz NOT NULL
);
CREATE TABLE dealership.leads (
    lead_id integer NOT NULL, person_id integer NOT NULL, origin text NOT NULL,
    trim_id integer, received_at timestamptz NOT NULL, updated_at timestamptz NOT NULL
);
CREATE TABLE dealership.test_drives (
    test_drive_id integer NOT NULL, person_id integer NOT NULL, trim_id integer NOT NULL,
    driven_at timestamptz NOT NULL, updated_at timestamptz NOT NULL
);
CREATE TABLE dealership.quotes (
    quote_id integer NOT NULL, person_id integer NOT NULL, trim_id integer NOT NULL,
    price numeric(12, 2) NOT NULL, quoted_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE TABLE dealership.sales (
    sale_id integer NOT NULL, person_id integer NOT NULL, trim_id integer NOT NULL,
    price numeric(12, 2) NOT NULL, state text NOT NULL, mailing_id integer,
    sold_at timestamptz NOT NULL, updated_at timestamptz NOT NULL
);
CREATE TABLE dealership.service_visits (
    visit_id integer NOT NULL, person_id integer NOT NULL, vehicle_id integer,
    package_id integer NOT NULL, mileage integer, amount numeric(12, 2) NOT NULL,
    state text NOT NULL, visited_at timestamptz NOT NULL, updated_at timestamptz NOT NULL
);
CREATE TABLE dealership.web_visits (
    web_visit_id integer NOT NULL, person_id integer NOT NULL, page text NOT NULL,
    trim_id integer, visited_at timestamptz NOT NULL, updated_at timestamptz NOT NULL
);
CREATE TABLE dealership.mailing_sends (
    send_id integer NOT NULL, mailing_id integer NOT NULL, person_id integer NOT NULL,
    sent_at timestamptz NOT NULL, opened_at timestamptz, clicked_at timestamptz,
    updated_at timestamptz NOT NULL
);
CREATE TABLE dealership.consent_log (
    entry_id integer NOT NULL, person_id integer NOT NULL, channel text NOT NULL,
    state text NOT NULL, effective_at timestamptz NOT NULL, updated_at timestamptz NOT NULL
);
CREATE TABLE dealership.complaints (
    complaint_id integer NOT NULL, person_id integer NOT NULL, language text NOT NULL,
    body text NOT NULL, written_at timestamptz NOT NULL, updated_at timestamptz NOT NULL
);
CREATE TABLE dealership.reviews (
    review_id integer NOT NULL, person_id integer NOT NULL, package_id integer,
    stars integer NOT NULL, language text NOT NULL, body text NOT NULL,
    written_at timestamptz NOT NULL, updated_at timestamptz NOT NULL
);

CREATE TABLE dealership_truth.probabilities (
    use_case text NOT NULL, as_of date NOT NULL, horizon_days integer NOT NULL,
    customer_id text NOT NULL, probability double precision NOT NULL
);
CREATE TABLE dealership_truth.pending_cancellations (
    sale_id integer NOT NULL, cancelled_at timestamptz NOT NULL
);
CREATE TABLE dealership_truth.duplicates (
    old_person_id integer NOT NULL, new_person_id integer NOT NULL
);
CREATE TABLE dealership_truth.world (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    today date NOT NULL, seed bigint NOT NULL, arrivals_per_day double precision NOT NULL,
    next_ids jsonb NOT NULL, random_state jsonb NOT NULL
);
CREATE TABLE dealership_truth.population (
    trait text PRIMARY KEY, dtype text NOT NULL, data bytea NOT NULL
);
