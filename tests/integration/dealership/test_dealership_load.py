"""The loaded sample: complete, consistent, the same for the same seed, and all or nothing."""

from datetime import UTC, date, datetime

import pytest

from mkt_pipeline.errors import BadInputError, FailNowError, ServerUnavailableError
from mkt_pipeline.samples.dealership import load_dealership
from mkt_pipeline.samples.dealership.changes import PERSON_TABLES
from mkt_pipeline.samples.dealership.tables import EVENT_TABLES, STATE_TABLES

SMALL = {"customers": 300, "years": 1, "until": date(2026, 6, 1)}
KEPT_BASE_RATE = (0.025, 0.065)
"""Of vehicle purchases in a quarter: promised 3 to 6 per cent, and some room for few customers."""


def fingerprint(ask, url):
    """A digest of all rows of every table."""
    tables = (*EVENT_TABLES, *STATE_TABLES)
    digest = "SELECT md5(string_agg(t::text, ' ' ORDER BY t::text)) FROM dealership.{} AS t"
    return {table: ask(url, digest.format(table))[0][0] for table in tables}


def test_every_table_holds_the_rows_reported(ask, dealership, loaded):
    rows = {t: ask(dealership, f"SELECT count(*) FROM dealership.{t}")[0][0] for t in EVENT_TABLES}
    assert rows == {table: loaded[1].rows[table] for table in EVENT_TABLES}
    assert min(rows.values()) > 100
    assert 12 * loaded[1].customers < loaded[1].total_rows < 26 * loaded[1].customers


def test_the_same_seed_gives_the_same_rows_and_another_seed_others(ask, copy_of_dealership):
    url = copy_of_dealership()
    digests = []
    for seed in (1, 1, 2):
        load_dealership(url=url, seed=seed, replace=True, **SMALL)
        digests.append(fingerprint(ask, url))
    assert digests[0] == digests[1]
    assert all(digests[0][table] != digests[2][table] for table in ("sales", "web_visits"))


def test_a_loaded_sample_is_not_overwritten_by_accident(ask, dealership, loaded):
    before = fingerprint(ask, dealership)
    with pytest.raises(FailNowError, match="already holds"):
        load_dealership(url=dealership, **SMALL)
    assert fingerprint(ask, dealership) == before


@pytest.mark.parametrize("wrong", [{"customers": 5}, {"years": 0}, {"seed": -1}])
def test_senseless_sizes_are_refused_before_anything_is_touched(database_url, ask, wrong):
    with pytest.raises(BadInputError):
        load_dealership(url=database_url, **{**SMALL, **wrong})
    assert ask(database_url, "SELECT to_regnamespace('dealership')") == [(None,)]


def test_a_server_that_is_away_may_be_tried_again(free_port):
    with pytest.raises(ServerUnavailableError):
        load_dealership(url=f"postgresql://nobody:x@127.0.0.1:{free_port()}/none", **SMALL)


@pytest.mark.parametrize("table", PERSON_TABLES)
def test_rows_belong_to_persons_who_are_there(ask, dealership, table):
    orphans = f"""SELECT count(*) FROM dealership.{table} AS t
        LEFT JOIN dealership.persons AS p USING (person_id) WHERE p.person_id IS NULL"""
    assert ask(dealership, orphans) == [(0,)]


@pytest.mark.parametrize(
    ("table", "time"),
    [
        ("leads", "received_at"),
        ("test_drives", "driven_at"),
        ("quotes", "quoted_at"),
        ("sales", "sold_at"),
        ("service_visits", "visited_at"),
        ("web_visits", "visited_at"),
        ("mailing_sends", "sent_at"),
        ("consent_log", "effective_at"),
        ("household_changes", "changed_at"),
    ],
)
def test_nothing_happens_before_a_person_is_there_nor_after_the_end(ask, dealership, table, time):
    wrong = f"""SELECT count(*) FROM dealership.{table} AS t
        JOIN dealership.persons AS p USING (person_id)
        WHERE t.{time} < p.created_at OR t.updated_at < t.{time}
           OR t.updated_at >= %s OR t.{time} > p.archived_at + interval '5 days'"""
    assert ask(dealership, wrong, (datetime(2026, 11, 1, tzinfo=UTC),)) == [(0,)]


def test_every_reference_leads_somewhere(ask, dealership):
    missing = """
        SELECT count(*) FROM dealership.sales LEFT JOIN dealership.trims AS t USING (trim_id)
        LEFT JOIN dealership.mailings AS m USING (mailing_id)
        WHERE t.trim_id IS NULL OR (sales.mailing_id IS NOT NULL AND m.mailing_id IS NULL)
        UNION ALL SELECT count(*) FROM dealership.service_visits AS v
        LEFT JOIN dealership.vehicles_owned AS o USING (vehicle_id)
        LEFT JOIN dealership.service_packages AS s USING (package_id)
        WHERE s.package_id IS NULL OR (v.vehicle_id IS NOT NULL
           AND (o.vehicle_id IS NULL OR o.person_id <> v.person_id))
        UNION ALL SELECT count(*) FROM dealership.persons
        LEFT JOIN dealership.households AS h USING (household_id) WHERE h.household_id IS NULL
        UNION ALL SELECT count(*) FROM dealership.mailing_sends
        LEFT JOIN dealership.mailings AS m USING (mailing_id) WHERE m.mailing_id IS NULL"""
    assert ask(dealership, missing) == [(0,)] * 4


def test_nobody_owns_two_vehicles_at_once(ask, dealership):
    twice = """SELECT count(*) FROM (SELECT person_id FROM dealership.vehicles_owned
        WHERE disposed_at IS NULL GROUP BY person_id HAVING count(*) > 1) AS owners"""
    assert ask(dealership, twice) == [(0,)]


def test_mailings_go_only_to_those_who_agreed_at_the_time(ask, dealership):
    unasked = """SELECT count(*) FROM dealership.mailing_sends AS s WHERE NOT EXISTS (
        SELECT FROM dealership.consent_log AS c WHERE c.person_id = s.person_id
        AND c.channel = 'email' AND c.state = 'opt_in' AND c.effective_at < s.sent_at)
        OR EXISTS (SELECT FROM dealership.consent_log AS c WHERE c.person_id = s.person_id
        AND c.state = 'opt_out' AND c.effective_at < s.sent_at - interval '5 days')"""
    assert ask(dealership, unasked) == [(0,)]


def test_a_quote_followed_by_a_sale_looks_like_any_other(ask, dealership):
    """Neither its columns nor its time of change tell what came of it."""
    assert ask(
        dealership, "SELECT count(*) FROM dealership.quotes WHERE updated_at <> quoted_at"
    ) == [(0,)]


def test_sales_are_as_frequent_as_promised(ask, dealership):
    quarters = """SELECT avg(bought) FROM (
        SELECT d, count(DISTINCT s.person_id)::float8 / (SELECT count(*) FROM dealership.persons
            WHERE created_at < d AND (archived_at IS NULL OR archived_at >= d)) AS bought
        FROM generate_series('2024-11-01', '2026-08-01', interval '3 months') AS d
        JOIN dealership.sales AS s ON s.sold_at >= d AND s.sold_at < d + interval '90 days'
            AND s.state = 'confirmed'
        JOIN dealership.persons AS p ON p.person_id = s.person_id AND p.created_at < d
        GROUP BY d) AS quarter"""
    (rate,) = ask(dealership, quarters)[0]
    assert KEPT_BASE_RATE[0] < rate < KEPT_BASE_RATE[1]


def test_a_few_sales_are_cancelled_later(ask, dealership):
    query = """SELECT avg((state = 'cancelled')::int)::float8,
        bool_and(state = 'confirmed' OR updated_at > sold_at) FROM dealership.sales"""
    share, later = ask(dealership, query)[0]
    assert 0.005 < share < 0.06
    assert later


def test_contact_data_cannot_belong_to_anybody(ask, dealership):
    real = """SELECT count(*) FROM dealership.persons
        WHERE email NOT LIKE '%@example.com' OR phone NOT LIKE '+999 %'"""
    assert ask(dealership, real) == [(0,)]
