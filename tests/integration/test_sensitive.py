"""Features that a use case marks as sensitive: used by no model, watched nonetheless."""

from datetime import date

import pytest

from mkt_pipeline.errors import BadInputError
from mkt_pipeline.modelling.slices import slices
from mkt_pipeline.modelling.stand_ins import stand_ins
from mkt_pipeline.samples.dealership import load_dealership
from mkt_pipeline.settings import Settings
from mkt_pipeline.steps.features import pin_vocabulary
from mkt_pipeline.steps.training_data import training_data
from mkt_pipeline.steps.training_preparation import windows_of
from mkt_pipeline.wiring.pipeline import wire

DAY, CASE = "2026-11-01", "service_visit"


@pytest.fixture(scope="module")
def pipeline(postgres, tmp_path_factory):
    postgres.create_database("sensitive")
    url = postgres.url("sensitive")
    load_dealership(url=url, customers=2000, years=3, seed=7, until=date(2026, 11, 1))
    settings = Settings(
        home=tmp_path_factory.mktemp("sensitive"), today=date(2026, 11, 1), _env_file=None
    )
    made = wire(settings, crm=url, campaign=url, mlflow="http://127.0.0.1:9")
    made.extract(as_of=DAY)
    return made


def data(pipeline, *sensitive):
    use_case, as_of, lake = pipeline.use_case(CASE), pipeline.as_of(DAY), pipeline.lake
    training = use_case.training.model_copy(update={"max_dates": 2})
    use_case = use_case.model_copy(update={"training": training, "sensitive": sensitive})
    return training_data(
        lake=lake,
        use_case=use_case,
        known=as_of,
        windows=windows_of(lake, use_case, as_of),
        vocabulary=pin_vocabulary(lake=lake, use_case=use_case, as_of=as_of),
    )


def test_no_part_holds_a_sensitive_feature_and_slices_still_see_it(pipeline):
    plain, careful = data(pipeline), data(pipeline, "gender", "age_years")
    left_out = {f.name for f in plain.features} - {f.name for f in careful.features}
    assert left_out == {"gender", "age_years"}
    for part in (careful.train, careful.validation, careful.test):
        assert not left_out & set(part.frame.columns)
    assert plain.watched == ()
    assert [feature.name for feature in careful.watched] == ["age_years", "gender"]
    assert len(careful.watched_test) == careful.test.rows
    assert careful.digest != plain.digest

    rate = careful.test.label.mean() + 0.0 * careful.test.label
    found = slices(
        frame=careful.watched_test,
        features=careful.watched,
        label=careful.test.label,
        propensity=rate,
    )
    assert {one.feature for one in found} == {"gender", "age_years"}
    told = stand_ins(
        frame=careful.test.frame,
        features=careful.features,
        attributes=careful.watched_test,
        seed=1,
    )
    assert {one.attribute for one in told} == {"gender", "age_years"}


def test_a_name_that_is_no_feature_is_refused(pipeline):
    with pytest.raises(BadInputError, match="marks sex as sensitive, which is no feature here"):
        data(pipeline, "gender", "sex")
