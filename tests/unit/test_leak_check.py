"""Which signs of a leak are seen in rows, and what may stay."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.contracts.leaks import LeakLimits
from mkt_pipeline.errors import BadInputError, TrainingRefusedError
from mkt_pipeline.modelling.labelled import Labelled
from mkt_pipeline.modelling.leak_check import LeakEvidence, check_leaks, refuse_leaks
from mkt_pipeline.modelling.leak_check_measures import coded, least_ratio, separation, shift

FEATURES = (
    Feature("orders_30d", "frequency", "number", "", ""),
    Feature("amount_30d", "money", "number", "", ""),
    Feature("attr_size", "attribute", "number", "", ""),
    Feature("region", "profile", "category", "", ""),
)
ROWS = 3000


def labelled(seed, **columns):
    random = np.random.default_rng(seed)
    label = random.random(ROWS) < 0.1
    frame = pd.DataFrame(
        {
            "orders_30d": random.poisson(1 + label),
            "amount_30d": random.lognormal(3, 1, ROWS),
            "attr_size": np.where(random.random(ROWS) < 0.3, np.nan, random.normal(size=ROWS)),
            "region": random.choice(["north", "south"], ROWS),
        }
    )
    frame = frame.assign(**{name: make(label, random) for name, make in columns.items()})
    return Labelled(frame, label, np.full(ROWS, np.datetime64("2026-01-01")))


def report(*, limits=None, evidence=None, features=FEATURES, **columns):
    return check_leaks(
        features=features,
        train=labelled(1, **columns),
        test=labelled(2, **columns),
        evidence=evidence or LeakEvidence(),
        limits=limits or LeakLimits(),
    )


def signs(found):
    return [(finding.sign, finding.subject) for finding in found.findings]


def test_honest_features_pass_and_their_separation_is_told():
    found = report()
    assert (found.verdict, found.findings) == ("passed", ())
    assert 0.6 < found.measures["orders_30d"]["roc_auc"] < 0.8
    refuse_leaks(found)


def filled_with_the_event(label, random):
    return np.where(label & (random.random(ROWS) < 0.95), 1.0, np.nan)


def test_a_column_that_is_filled_with_the_event_is_refused_by_name_value_and_remedy():
    found = report(attr_size=filled_with_the_event)
    assert signs(found) == [("separation", "attr_size")]
    with pytest.raises(
        TrainingRefusedError,
        match=r"attr_size alone has a ROC AUC of 0\.9\d+.*limit 0\.85.*allowed",
    ):
        refuse_leaks(found)


def test_what_is_allowed_with_a_reason_is_told_and_refuses_nothing():
    limits = LeakLimits(allowed={"attr_size": "known from the order form since 2020"})
    found = report(attr_size=filled_with_the_event, limits=limits)
    assert found.verdict == "allowed"
    assert "known from the order form since 2020" in found.markdown()
    refuse_leaks(found)


def test_an_allowance_without_a_reason_is_refused():
    with pytest.raises(BadInputError, match="attr_size"):
        LeakLimits.from_document({"allowed": {"attr_size": ""}}, where="test")


def test_a_customer_s_column_that_differs_where_rows_were_written_later_is_flagged():
    later = np.random.default_rng(5).random(ROWS) < 0.3

    def grown(label, random):
        return np.where(later, 5.0, 0.0) + random.normal(size=ROWS)

    found = report(attr_size=grown, evidence=LeakEvidence(later={"customers": later}))
    assert signs(found) == [("filled later", "attr_size")]


def test_a_feature_that_knows_more_where_rows_were_written_later_is_flagged():
    later = np.random.default_rng(5).random(ROWS) < 0.5

    def informed(label, random):
        return random.poisson(1 + 4 * (label & later))

    found = report(orders_30d=informed, evidence=LeakEvidence(later={"orders": later}))
    assert signs(found) == [("written later", "orders_30d")]


def test_a_column_that_changed_mostly_with_the_event_is_flagged_and_an_even_change_is_not():
    label = labelled(2).label
    evenly = np.random.default_rng(5).random(ROWS) < 0.2
    changed = {"customers.attr_size": label & evenly, "customers.region": evenly}
    found = report(evidence=LeakEvidence(changed=changed))
    assert signs(found) == [("changed later", "customers.attr_size")]


@pytest.mark.parametrize("sign", ["settled", "samples"])
def test_a_status_that_is_final_only_later_is_flagged_with_all_features_made_of_it(sign):
    early = pd.DataFrame({"status": ["quote"] * 700 + ["confirmed"] * 300})
    late = pd.DataFrame({"status": ["quote"] * 50 + ["confirmed"] * 950})
    found = report(evidence=LeakEvidence(**{sign: {"orders": (early, late)}}))
    assert [subject for _, subject in signs(found)] == ["orders.status"]
    assert found.findings[0].features == ("orders_30d", "amount_30d")
    few = LeakEvidence(**{sign: {"orders": (early, late[:20])}})
    assert report(evidence=few).findings == ()


def test_odoo_s_columns_of_what_came_of_a_lead_are_flagged_by_name():
    bad = ("probability", "automated_probability", "stage_id", "lost_reason", "date_closed")
    names = (*(f"attr_{name}" for name in bad), "attr_annual_km", "attr_preferred_contract")
    features = tuple(Feature(name, "attribute", "number", "", "") for name in names)
    columns = {name: lambda _, random: random.normal(size=ROWS) for name in names}
    found = report(features=features, **columns)
    assert [subject for _, subject in signs(found)] == [f"attr_{name}" for name in bad]


def test_separation_is_the_roc_auc_of_the_shares_by_bin_with_unknown_as_a_bin_of_its_own():
    random = np.random.default_rng(3)
    label = random.random(20_000) < 0.2
    values = np.where(random.random(20_000) < 0.5, np.nan, random.normal(size=20_000) + label)
    found = separation(coded(pd.Series(values)), label, dates=1)
    expected = roc_auc_score(label, np.nan_to_num(values, nan=np.median(values[~np.isnan(values)])))
    assert found.auc == pytest.approx(expected, abs=0.02)
    assert found.least < expected < found.most


def test_rare_categories_share_a_bin_and_unknown_has_one_of_its_own():
    names = [f"c{number}" for number in range(60) for _ in range(60 - number)]
    codes = coded(pd.Series([*names, None]))
    assert (len(set(codes)), codes[-1], max(codes)) == (32, 0, 31)
    assert len(set(codes[np.isin([*names, ""], ["c58", "c59"])])) == 1


def test_shift_stays_within_chance_for_equal_samples_and_the_ratio_has_a_lower_bound():
    random = np.random.default_rng(4)
    for _ in range(20):
        value, chance = shift(random.integers(0, 10, 300), random.integers(0, 10, 2000))
        assert value < chance
    label = np.arange(1000) < 100
    assert least_ratio(label & (np.arange(1000) < 50), label) > 3
    assert least_ratio(np.arange(1000) % 2 == 0, label) < 1
