"""What belongs together by the order of the rows is refused where the order is another."""

from types import SimpleNamespace

import pyarrow as pa
import pytest

from mkt_pipeline.errors import TryAgainError
from mkt_pipeline.lake.session import open_session
from mkt_pipeline.steps.publish import Placed, _published
from mkt_pipeline.steps.score_part import BUCKET, _batches

IDS = ["ann", "bob", "cid"]


@pytest.fixture
def session(tmp_path):
    with open_session(folder=tmp_path, memory_limit="100MB", threads=2) as session:
        yield session


@pytest.mark.parametrize(("numbers", "fits"), [([0, 1, 2], True), ([0, 2, 1], False)])
def test_features_are_scored_with_their_own_evidence_only(session, numbers, fits):
    columns = {"customer_id": IDS, "visits": [1.0, 2.0, 3.0], BUCKET: [4, 4, 7]}
    features = session.register(pa.table(columns))
    numbered = session.register(pa.table({"customer_id": IDS, "number": numbers}))
    prepared = SimpleNamespace(evidence=SimpleNamespace(take=lambda customers: customers))
    batches = _batches(session, features, numbered, prepared, [2, 1])
    if fits:
        assert [taken for _, taken in batches] == [2, 1]
    else:
        with pytest.raises(TryAgainError, match="features were read in another order"):
            list(batches)


@pytest.mark.parametrize(
    ("propensity", "fits"), [([0.1, 0.2, 0.3], True), ([0.1, 0.3, 0.2], False)]
)
def test_scores_are_published_with_their_own_places_only(session, propensity, fits):
    columns = {"recommended_products": ["[]"] * 3, "reasons": ["[]"] * 3}
    table = pa.table({"customer_id": IDS, "propensity": [0.1, 0.2, 0.3], **columns})
    column = pa.array(propensity).to_numpy()
    segment = pa.array(["low", "medium", "high"]).to_numpy(zero_copy_only=False)
    placed = Placed(column, segment, pa.array([3, 2, 1]).to_numpy())
    rows = _published(session, session.register(table), placed)
    if fits:
        assert rows.read_all()["segment"].to_pylist() == ["low", "medium", "high"]
    else:
        with pytest.raises(TryAgainError, match="scores were read in another order"):
            rows.read_all()
