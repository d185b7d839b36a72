"""Living on: rows appear, change, move and go, as in a CRM that is in use."""

from datetime import date

import pytest

from mkt_pipeline.errors import BadInputError, FailNowError
from mkt_pipeline.samples.dealership import advance
from mkt_pipeline.samples.dealership.changes import PERSON_TABLES
from mkt_pipeline.samples.dealership.tables import EVENT_TABLES, STATE_TABLES

PERSONS = "SELECT person_id FROM dealership.persons"


def fingerprint(ask, url):
    tables = (*EVENT_TABLES, *STATE_TABLES)
    digest = "SELECT md5(string_agg(t::text, ' ' ORDER BY t::text)) FROM dealership.{} AS t"
    return {table: ask(url, digest.format(table))[0][0] for table in tables}


@pytest.fixture(scope="module")
def lived(copy_of_dealership):
    """The sample twelve days later, and what that reported."""
    url = copy_of_dealership()
    return url, advance(url=url, days=12)


def test_days_bring_new_rows_updates_merges_and_deletions(ask, lived, dealership):
    url, report = lived
    assert (report.first_day, report.until) == (date(2026, 11, 1), date(2026, 11, 13))
    for table in ("persons", "web_visits", "service_visits", "sales", "leads"):
        assert report.inserted[table] > 0
    assert min(report.updated.values()) > 0
    assert report.merged_persons > 0
    assert report.deleted_persons > 0
    gone = set(ask(dealership, PERSONS)) - set(ask(url, PERSONS))
    merged = ask(
        url,
        "SELECT count(*) FROM dealership.person_merges WHERE merged_at >= %s",
        (report.first_day,),
    )[0][0]
    assert merged == report.merged_persons
    assert len(gone) <= report.merged_persons + report.deleted_persons


def test_nothing_is_dated_after_the_days_lived(ask, lived):
    url, report = lived
    for table in EVENT_TABLES:
        newest = ask(url, f"SELECT max(updated_at)::date FROM dealership.{table}")[0][0]
        assert newest < report.until
    assert ask(url, "SELECT max(sold_at)::date FROM dealership.sales")[0][0] >= report.first_day


def test_merging_moves_rows_without_a_new_time_of_change(ask, dealership, lived):
    url, report = lived
    merges = "SELECT old_person_id, new_person_id FROM dealership.person_merges WHERE merged_at>=%s"
    pairs = dict(ask(url, merges, (report.first_day,)))
    leads = "SELECT lead_id, person_id, updated_at FROM dealership.leads WHERE lead_id = ANY(%s)"
    of_old = "SELECT lead_id FROM dealership.leads WHERE person_id = ANY(%s)"
    moved = [lead for (lead,) in ask(dealership, of_old, (list(pairs),))]
    before, after = ({r[0]: r[1:] for r in ask(u, leads, (moved,))} for u in (dealership, url))
    assert moved
    assert {lead: (pairs[old], at) for lead, (old, at) in before.items()} == after


@pytest.mark.parametrize("table", PERSON_TABLES)
def test_nobody_leaves_orphans_behind(ask, lived, table):
    orphans = f"""SELECT count(*) FROM dealership.{table} AS t
        LEFT JOIN dealership.persons AS p USING (person_id) WHERE p.person_id IS NULL"""
    assert ask(lived[0], orphans) == [(0,)]


def test_a_cancelled_sale_changes_its_time_of_change(ask, dealership, lived):
    url, report = lived
    cancelled = """SELECT count(*), bool_and(updated_at >= %s AND updated_at > sold_at)
        FROM dealership.sales WHERE state = 'cancelled' AND updated_at >= %s"""
    count, moved = ask(url, cancelled, (report.first_day,) * 2)[0]
    assert count == report.updated["sales"]
    assert moved


def test_two_days_and_three_give_what_five_give(ask, copy_of_dealership):
    at_once, in_parts = copy_of_dealership(), copy_of_dealership()
    advance(url=at_once, days=5)
    for days in (2, 3):
        advance(url=in_parts, days=days)
    assert fingerprint(ask, at_once) == fingerprint(ask, in_parts)


def test_an_empty_database_cannot_live_on(database_url):
    with pytest.raises(FailNowError, match="not in this database"):
        advance(url=database_url, days=1)


def test_no_days_are_refused(dealership):
    with pytest.raises(BadInputError):
        advance(url=dealership, days=0)
