"""Step: decide once, for all parts, what a day is scored with."""

import hashlib
import json
import uuid
from typing import Any

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.chosen_method import ChosenMethod
from mkt_pipeline.contracts.customer_bucket import buckets_for
from mkt_pipeline.contracts.scoring_plan import ScoringPlan
from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.lake.lake import Lake
from mkt_pipeline.steps.recommend import UNCHOSEN
from mkt_pipeline.steps.scoring_model import model_on, refuse_misfit
from mkt_pipeline.steps.stopwatch import Stopwatch
from mkt_pipeline.tracking.code_version import code_version
from mkt_pipeline.tracking.server import Tracking

CUSTOMERS_IN_PART = 500_000
"""Fewer are not worth a second worker: every part reads the logs and learns to recommend anew."""


def plan_scoring(
    *, lake: Lake, tracking: Tracking, use_case: UseCase, as_of: AsOf, parts: int | None = None
) -> ScoringPlan:
    """Resolve the champion, the way to recommend and the versions of the data, now and once.

    ``parts`` is the number of parts, by the size of the feature set where it is None. Refused: a
    feature set that the champion was not trained on, with the list of differences.
    """
    watch, name = Stopwatch(), use_case.name
    erased_version = lake.erased.store.version
    features_version = lake.features_version(name, as_of)
    champion = tracking.champion(name)
    chosen = tracking.recommenders.chosen(name) or UNCHOSEN
    refuse_misfit(champion, lake.features(name, as_of), use_case.sensitive)
    with lake.session() as session:
        rows = lake.feature_table(session, name, as_of, version=features_version).count()
        customers = int(rows.to_pyarrow().as_py())
    buckets = buckets_for(customers)
    wanted = parts or -(-customers // CUSTOMERS_IN_PART)
    return ScoringPlan(
        use_case=name,
        as_of=str(as_of),
        plan=uuid.uuid4().hex[:12],
        parts=max(1, min(wanted, buckets)),
        buckets=buckets,
        customers=customers,
        model_name=champion.name,
        model_version=champion.version,
        model_digest=champion.digest or "",
        recommender=_recipe(chosen),
        season=model_on(champion, as_of).calibrator.shift,
        history=lake.history(as_of),
        features_version=features_version,
        erased_version=erased_version,
        data_versions=lake.log_versions(),
        code_version=code_version(),
        settings=settings_digest(use_case),
        seconds=watch.seconds,
    )


def refuse_outdated(plan: ScoringPlan, *, lake: Lake, use_case: UseCase) -> None:
    """Refuse a plan that was made by other code or settings, or for data that are gone since.

    A promotion or a feature set that was built again is none of that: the plan names its versions.
    """
    if plan.code_version != code_version():
        raise plan.outdated(f"by {plan.code_version}, and this process runs {code_version()}")
    if plan.settings != settings_digest(use_case):
        raise plan.outdated("with other settings of the use case than this process has")
    if plan.erased_version != lake.erased.store.version:
        raise plan.outdated("somebody was erased since")
    if not lake.has_all_of(plan):
        raise plan.outdated("files that it reads were removed since by `mkt housekeeping`")


def _recipe(chosen: ChosenMethod) -> dict[str, Any]:
    settings = dict(chosen.settings)
    own = {"name": chosen.name, "version": chosen.version, "run_id": chosen.run_id}
    return {**own, "settings": settings}


def settings_digest(use_case: UseCase) -> str:
    """Tells two versions of a use case apart."""
    text = json.dumps(use_case.model_dump(mode="json"), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
