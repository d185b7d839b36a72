"""What is recommended on a night comes from each customer's own evidence, in every run the same."""

import json
from datetime import date

import pyarrow as pa
import pytest

from mkt_pipeline.samples.dealership import load_dealership
from mkt_pipeline.settings import Settings
from mkt_pipeline.stack.addresses import addresses
from mkt_pipeline.stack.deployment import deployment
from mkt_pipeline.stack.launch import up
from mkt_pipeline.stack.shutdown import down
from mkt_pipeline.steps import purchase_history as step
from mkt_pipeline.steps.recommend import recommending
from mkt_pipeline.wiring.pipeline import wire

TODAY = date(2026, 11, 1)
CASE = "vehicle_purchase"


def ignore(*_):
    pass


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory, free_port):
    home = tmp_path_factory.mktemp("recommending") / "state"
    settings = Settings(home=home, postgres_port=free_port(), today=TODAY, _env_file=None)
    up(deployment(settings), only=("postgres",), tell=ignore)
    known = addresses(settings)
    load_dealership(url=known.crm, customers=1500, years=3, seed=7, until=TODAY)
    steps = wire(settings, crm=known.crm, campaign=known.campaign, mlflow=known.mlflow)
    steps.extract(as_of=str(TODAY))
    yield steps
    down(deployment(settings), tell=ignore)


@pytest.fixture(scope="module")
def ids(pipeline):
    with pipeline.lake.session() as session:
        customers = pipeline.lake.logs(session)["customers"]
        return sorted(customers.customer_id.to_pyarrow().to_pylist())


def offered(pipeline, ids, *, batches=(10_000,)):
    """The documents of these customers, taken batch by batch, and the popularity behind them."""
    use_case, day = pipeline.use_case(CASE), pipeline.as_of(str(TODAY))
    with pipeline.lake.session() as session:
        table = session.register(pa.table({"customer_id": ids, "number": range(len(ids))}))
        made = recommending(pipeline.lake, session, use_case, day, table)
        documents = []
        while len(documents) < len(ids):
            size = min(batches[len(documents) % len(batches)], len(ids) - len(documents))
            documents += made.recommender.documents(made.evidence.take(size)).to_pylist()
    return documents, made.recommender.learned.transitions.popularity.tolist()


def test_recommendations_do_not_depend_on_the_batch_or_on_the_order_of_customers(pipeline, ids):
    documents, _ = offered(pipeline, ids)
    assert {len(json.loads(document)) for document in documents} == {3}
    assert len(set(documents)) > 20
    assert offered(pipeline, ids, batches=(1, 97, 400))[0] == documents
    assert offered(pipeline, ids[::-1])[0] == documents[::-1]


def test_some_customers_teach_what_is_recommended_to_all(pipeline, ids, monkeypatch):
    everybody = offered(pipeline, ids)
    monkeypatch.setattr(step, "LEARNED_FROM", 500)
    some = offered(pipeline, ids)
    assert some == offered(pipeline, ids)
    assert some[1] != everybody[1]
    # A third of the customers says nearly the same of what is popular.
    assert sum(some[1]) == pytest.approx(sum(everybody[1]), rel=0.3)
