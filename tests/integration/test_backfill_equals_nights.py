"""Features of past days are the same whether nights were run one by one or all at once later."""

from datetime import date

import pytest

from mkt_pipeline.samples.dealership import load_dealership
from mkt_pipeline.settings import Settings
from mkt_pipeline.wiring.pipeline import wire

DAYS = ("2026-10-29", "2026-10-30", "2026-10-31")
CASE = "vehicle_purchase"


@pytest.fixture(scope="module")
def crm(postgres):
    postgres.create_database("backfill")
    url = postgres.url("backfill")
    load_dealership(url=url, customers=1000, years=2, seed=3, until=date(2026, 11, 1))
    return url


def deployment(crm, home):
    settings = Settings(home=home, today=date(2026, 11, 1), _env_file=None)
    return wire(settings, crm=crm, campaign=crm, mlflow="http://127.0.0.1:9")


def rows(pipeline, day):
    with pipeline.lake.session() as session:
        table = pipeline.lake.feature_table(session, CASE, pipeline.as_of(day))
        return session.stream(table.order_by("customer_id")).read_all()


def test_a_backfill_gives_what_the_nights_gave(crm, tmp_path):
    by_night, later = deployment(crm, tmp_path / "nights"), deployment(crm, tmp_path / "later")
    for day in DAYS:
        by_night.extract(as_of=day)
        by_night.features(CASE, as_of=day)
    later.extract(as_of="2026-11-01")
    for day in DAYS:
        later.extract(as_of=day)
        later.features(CASE, as_of=day)
    for day in DAYS:
        assert rows(by_night, day).equals(rows(later, day))
    assert not rows(later, DAYS[0]).equals(rows(later, DAYS[2]))


def test_a_day_computed_again_is_the_same_bit_for_bit(crm, tmp_path):
    pipeline = deployment(crm, tmp_path / "again")
    pipeline.extract(as_of=DAYS[0])
    pipeline.features(CASE, as_of=DAYS[0])
    first = rows(pipeline, DAYS[0])
    pipeline.extract(as_of=DAYS[2])
    pipeline.features(CASE, as_of=DAYS[0])
    assert rows(pipeline, DAYS[0]).equals(first)
