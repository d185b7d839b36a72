"""A whole demo night with least rights, and then a search for everybody in all it left behind."""

import contextlib
import dataclasses
import gzip
import logging
import re
import traceback
from datetime import date
from pathlib import Path

import psycopg2
import pyarrow as pa
import pytest
from sample_people import NAMES, PERSONAL, found_in_bytes, found_in_database, found_in_folder
from wired import wired

from mkt_pipeline.campaign.database import CampaignDatabase
from mkt_pipeline.campaign.publication import Publication
from mkt_pipeline.campaign.publication_held import PublicationHeldError
from mkt_pipeline.campaign.rights import grants_text
from mkt_pipeline.contracts.publication_limits import PublicationLimits
from mkt_pipeline.crm.check import check_source
from mkt_pipeline.crm.database import Crm
from mkt_pipeline.crm.grants import Grants
from mkt_pipeline.errors import MktError
from mkt_pipeline.steps.doctor import check_campaign, check_crm
from mkt_pipeline.wiring.monitoring import monitor
from tests.own_use_cases import give_use_cases

TODAY = date(2026, 11, 1)
DAY, EARLIER, CASE = "2026-11-01", "2026-10-25", "service_visit"
BAD_ROWS = """
UPDATE dealership.persons SET created_at = 'infinity' WHERE person_id IN (
    SELECT person_id FROM dealership.persons WHERE archived_at IS NULL LIMIT 2
);
UPDATE dealership.consent_log SET state = 'maybe' WHERE entry_id IN (
    SELECT min(entry_id) FROM dealership.consent_log
);
"""


def execute(url, *statements):
    with contextlib.closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


@dataclasses.dataclass
class Left:
    """What a night left: the folder, the addresses, what was printed and logged, the errors."""

    home: Path
    pipeline: object
    told: list[str]
    errors: list[MktError]


class Records(logging.Handler):
    def __init__(self, told):
        super().__init__(logging.DEBUG)
        self.told = told

    def emit(self, record):
        self.told.append(self.format(record))


@pytest.fixture(scope="module")
def left(tmp_path_factory, free_port):
    """A night read by a reader and written by a writer, each with the rights that are printed."""
    home, told, errors = tmp_path_factory.mktemp("secure") / "state", [], []
    records = Records(told)
    logging.getLogger().addHandler(records)
    with wired(home, free_port, today=TODAY) as owner:
        execute(owner.crm, NAMES, BAD_ROWS)
        pipeline = with_least_rights(owner)
        try:
            night(pipeline, told)
            provoked(pipeline, owner, told, errors)
        finally:
            logging.getLogger().removeHandler(records)
        yield Left(home, owner, told, errors)


def with_least_rights(owner):
    execute(
        owner.crm, "CREATE ROLE reader LOGIN PASSWORD 'p'", "CREATE ROLE writer LOGIN PASSWORD 'p'"
    )
    execute(owner.crm, Crm(owner.crm).grants(Grants("reader", "x", owner.source.queries)))
    CampaignDatabase(owner.campaign).migrate()
    execute(owner.campaign, grants_text(writer="writer", reader=None))
    urls = {
        name: psycopg2.extensions.make_dsn(url, user=user, password="p")
        for name, url, user in (
            ("crm", owner.crm, "reader"),
            ("campaign", owner.campaign, "writer"),
        )
    }
    return dataclasses.replace(owner, **urls)


def night(pipeline, told):
    """Train, publish, hold, release, roll back, erase, tidy up."""
    told.append(str(pipeline.extract(as_of=DAY).lines()))
    told.append(str(pipeline.train(CASE, as_of=DAY, trials=1).lines()))
    told.append(str(of_day(pipeline, EARLIER).lines()))
    strict = pipeline.use_case(CASE).model_copy(
        update={"publication": PublicationLimits(rows_change=1e-9, mean_change=1e-9)}
    )
    tight = dataclasses.replace(pipeline)
    give_use_cases(tight, {CASE: strict})
    with pytest.raises(PublicationHeldError) as held:
        of_day(tight, DAY)
    told.append("".join(traceback.format_exception(held.value)))
    campaign = pipeline.campaign_database
    told.append(str(campaign.release(CASE, who="approver", reason="looked at")))
    told.append(str(campaign.roll_back(CASE, who="approver", reason="tried")))
    customer = campaign.examples(CASE, 1)[0].customer_id
    told.append(str(pipeline.explanation(CASE, customer, as_of=DAY)))
    told.append(str(pipeline.erase(customer, who="approver", reason="asked for").lines()))
    told.append(str(pipeline.verify_erased(customer).lines()))
    told.append(str(monitor(pipeline, CASE, as_of=DAY)))
    told.append(str(pipeline.housekeeping().lines()))
    found = [*check_crm(Crm(pipeline.crm), pipeline.source), *check_campaign(campaign)]
    told.extend(map(str, found))
    told.append(str(check_source(Crm(pipeline.crm), pipeline.source)))


def of_day(pipeline, day):
    pipeline.features(CASE, as_of=day)
    pipeline.score(CASE, as_of=day)
    return pipeline.publish(CASE, as_of=day)


def provoked(pipeline, owner, told, errors):
    """Errors of the servers that would quote a person, by the rights of one who may see them."""
    customers = pipeline.source.queries["customers"]
    for broken in (
        customers.replace("person.person_id::text", "person.email::integer::text", 1),
        customers.replace("person.origin AS", "(1 / (length(person.phone) - 14))::text AS", 1),
        customers.replace("person.created_at", "person.last_name::timestamptz AS created_at", 1),
    ):
        assert broken != customers
        source = pipeline.source.model_copy(
            update={"queries": {**pipeline.source.queries, "customers": broken}}
        )
        failing = dataclasses.replace(owner)
        failing.__dict__["source"] = source
        with pytest.raises(MktError) as error:
            failing.extract(as_of=DAY)
        errors.append(error.value)
        told.append(str(check_source(Crm(owner.crm), source)))
        refused = dataclasses.replace(pipeline)
        refused.__dict__["source"] = source
        with pytest.raises(MktError) as error:
            refused.extract(as_of=DAY)
        errors.append(error.value)
    for rows in (
        [("Annaqzxvqj", 0.5, "high"), ("Annaqzxvqj", 0.5, "high")],
        [("anna.person1@example.com", 7.0, "high")],
        [("+999 000000001", 0.5, "Abendqzxvqj")],
    ):
        errors.append(refused_publication(pipeline, rows))


def refused_publication(pipeline, rows):
    names = ("customer_id", "propensity", "segment")
    table = pa.Table.from_pylist(
        [
            dict(zip(names, row, strict=True)) | {"recommended_products": "[]", "reasons": "[]"}
            for row in rows
        ]
    )
    facts = dict.fromkeys(("model_name", "model_version", "run_id"), "1")
    publication = Publication(
        use_case=CASE,
        as_of=TODAY,
        source="dealership",
        airflow_run=None,
        expected_rows=len(rows),
        **facts,
    )
    with pytest.raises(MktError) as error:
        pipeline.campaign_database.publish(publication=publication, rows=table.to_reader())
    return error.value


def test_the_search_finds_what_is_there(left):
    """In the CRM, where persons belong, it finds names, addresses and numbers."""
    found = found_in_database(left.pipeline.crm)['"dealership"."persons"']
    kinds = {re.sub(rb"\d+|^\w+(?=qzxvqj)", b"", one.lower()) for one in found}
    assert {b"qzxvqj", b"person.@example", b"+ "} <= kinds
    assert found_in_bytes(gzip.compress(b"told Maxqzxvqj")) == {b"Maxqzxvqj"}


def test_bad_rows_were_set_aside_in_that_night(left):
    with left.pipeline.lake.session() as session:
        for entity, count in {"customers": 2, "consents": 1}.items():
            rows = left.pipeline.lake.quarantined(session, entity)
            assert rows.count().execute() == count


def test_nobody_is_in_the_lake_the_quarantine_the_models_or_the_logs(left):
    """All that lies in MKT_HOME, but for the databases themselves and the server's own log."""
    folders = {path.name for path in left.home.iterdir()}
    assert {"lake", "logs", "mlflow"} <= folders
    searched = [left.home / name for name in sorted(folders - {"postgres"})]
    files = [path for folder in searched for path in folder.rglob("*") if path.is_file()]
    assert sum(path.suffix == ".parquet" for path in files) > 10
    assert any(path.suffix in {".skops", ".pkl"} for path in files)
    assert {k: v for folder in searched for k, v in found_in_folder(folder).items()} == {}


@pytest.mark.parametrize("database", ["campaign", "mlflow", "postgres"])
def test_nobody_is_in_a_database_but_the_crms(left, database):
    url = left.pipeline.campaign.rpartition("/")[0] + f"/{database}"
    assert found_in_database(url) == {}


def test_nobody_is_named_in_what_was_told_and_logged(left):
    assert len(left.told) > 10
    assert PERSONAL.findall("\n".join(left.told).encode()) == []


def test_nobody_is_named_in_an_error_or_its_traceback(left):
    assert len(left.errors) >= 9
    for error in left.errors:
        told = "".join(traceback.format_exception(error))
        assert PERSONAL.findall(told.encode()) == [], told
