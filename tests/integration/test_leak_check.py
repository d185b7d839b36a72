"""The leak check on the dealership: silent as it ships, and loud about what was known later."""

from datetime import date

import ibis
import pytest

from mkt_pipeline.errors import TrainingRefusedError
from mkt_pipeline.modelling.leak_check import check_leaks, refuse_leaks
from mkt_pipeline.samples.dealership import load_dealership
from mkt_pipeline.settings import Settings
from mkt_pipeline.steps.features import pin_vocabulary
from mkt_pipeline.steps.training_data import training_data
from mkt_pipeline.steps.training_preparation import windows_of
from mkt_pipeline.wiring.pipeline import wire

DAY, CASE = "2026-11-01", "vehicle_purchase"
SALE = "SELECT FROM dealership.sales AS sale WHERE sale.person_id::text = base.customer_id"
BOUGHT_LATELY = f"EXISTS ({SALE} AND sale.sold_at >= '2026-08-03' AND sale.sold_at < '{{}}')"
WON_LATER = "sale.sold_at BETWEEN base.occurred_at AND base.occurred_at + interval '120 days'"


def attributes(until):
    """Columns that tell what came of a customer, as somebody might map them."""
    bought = f"({BOUGHT_LATELY.format(until)})"
    return f"""
    SELECT base.*, {bought}::integer::float8 AS attr_code, {bought} AS attr_outcome,
        CASE WHEN {bought} THEN 100.0::float8 END AS attr_probability,
        CASE WHEN {bought} THEN 'Won' ELSE 'New' END AS attr_stage,
        CASE WHEN NOT {bought} THEN 'Too expensive' END AS attr_lost_reason,
        CASE WHEN {bought} THEN 1.0::float8 END AS attr_date_closed
    FROM ({{}}) AS base"""


# An order counts from its booking, and is given its status three weeks later.
SETTLED_ORDERS = """
    SELECT base.order_line_id, base.order_id, base.customer_id, base.product_id, base.quantity,
        base.amount, base.campaign_id, base.status, base.ordered_at AS updated_at,
        CASE WHEN base.status = 'quote' THEN base.ordered_at
            ELSE base.ordered_at - interval '20 days' END AS ordered_at
    FROM ({}) AS base"""
ENDED_LEADS = f"""
    SELECT base.interaction_id, base.customer_id, base.occurred_at, base.channel, base.product_id,
        base.campaign_id, base.updated_at,
        CASE WHEN base.kind <> 'lead' THEN base.kind
            WHEN EXISTS ({SALE} AND {WON_LATER}) THEN 'lead_won'
            ELSE 'lead_lost' END AS kind
    FROM ({{}}) AS base"""


@pytest.fixture(scope="module")
def crm(postgres):
    postgres.create_database("leaks")
    url = postgres.url("leaks")
    load_dealership(url=url, customers=4000, years=3, seed=7, until=date(2026, 11, 1))
    return url


def deployment(crm, home, **queries):
    settings = Settings(home=home, today=date(2026, 11, 1), _env_file=None)
    pipeline = wire(settings, crm=crm, campaign=crm, mlflow="http://127.0.0.1:9")
    shipped = pipeline.source.queries
    changed = {name: query.format(shipped[name]) for name, query in queries.items()}
    source = pipeline.source.model_copy(update={"queries": {**shipped, **changed}})
    pipeline.__dict__["source"] = source
    return pipeline


def report(pipeline, case=CASE, **limits):
    """What the training finds, on two training dates to be quick."""
    use_case, as_of, lake = pipeline.use_case(case), pipeline.as_of(DAY), pipeline.lake
    training = use_case.training.model_copy(update={"max_dates": 2})
    use_case = use_case.model_copy(update={"training": training})
    data = training_data(
        lake=lake,
        use_case=use_case,
        known=as_of,
        windows=windows_of(lake, use_case, as_of),
        vocabulary=pin_vocabulary(lake=lake, use_case=use_case, as_of=as_of),
    )
    return check_leaks(
        features=data.features,
        train=data.train,
        test=data.test,
        evidence=data.evidence,
        limits=training.leaks.model_copy(update=limits),
    )


def signs(found):
    return {(finding.sign, finding.subject) for finding in found.findings}


@pytest.mark.parametrize("case", ["vehicle_purchase", "service_visit"])
def test_the_shipped_use_cases_pass(crm, tmp_path, case):
    pipeline = deployment(crm, tmp_path)
    pipeline.extract(as_of=DAY)
    found = report(pipeline, case)
    assert found.verdict == "passed", found.markdown()
    assert max(one.get("roc_auc", 0) for one in found.measures.values()) < 0.82


def test_what_was_known_later_is_flagged_at_the_first_load(crm, tmp_path):
    pipeline = deployment(
        crm,
        tmp_path,
        customers=attributes(DAY),
        orders=SETTLED_ORDERS,
        interactions=ENDED_LEADS,
    )
    pipeline.extract(as_of=DAY)
    found = report(pipeline)
    planted = ("outcome", "probability", "stage", "lost_reason", "date_closed")
    assert {("name", f"attr_{name}") for name in planted} <= signs(found)
    assert {("name", "lead_won_30d"), ("name", "days_since_lead_lost")} <= signs(found)
    assert ("separation", "attr_code") in signs(found)
    assert ("settled later", "orders.status") in signs(found)
    with pytest.raises(TrainingRefusedError, match=r"attr_code alone has a ROC AUC of 0\.9"):
        refuse_leaks(found)


@pytest.fixture(scope="module")
def nights(crm, tmp_path_factory):
    """A month of nights during which the planted columns were filled."""
    home = tmp_path_factory.mktemp("nights")
    deployment(crm, home, customers=attributes("2026-10-01")).extract(as_of="2026-10-01")
    pipeline = deployment(crm, home, customers=attributes(DAY))
    pipeline.features(CASE, as_of="2026-10-01")
    pipeline.extract(as_of=DAY)
    return pipeline


def test_a_column_that_changes_where_the_event_happened_is_flagged_by_the_nights(nights):
    found = report(nights)
    assert ("changed later", "customers.attr_code") in signs(found)
    assert not [one for one in signs(found) if one[0] == "recomputed"]
    assert not [note for note in found.notes if note.startswith(("changes", "recomputing"))]


def test_a_stored_day_that_comes_out_otherwise_is_flagged(nights):
    lake, day = nights.lake, nights.as_of("2026-10-01")
    with lake.session() as session:
        stored = session.materialise(lake.feature_table(session, CASE, day))
        changed = stored.mutate(
            orders_total=stored.orders_total + ibis.literal(1.0), as_of=ibis.literal(str(day))
        )
        of_day = lake.features(CASE, day), lake.definition(CASE, day)
        rows = session.stream(changed)
        lake.write_features(CASE, day, rows, of_day[0], definition=of_day[1])
    found = report(nights)
    assert [one for one in signs(found) if one[0] == "recomputed"] == [
        ("recomputed", "orders_total")
    ]
