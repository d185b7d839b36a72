"""Step: make the scores of a day visible once all parts of its plan are there."""

from collections.abc import Mapping
from dataclasses import replace

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.night import Scored
from mkt_pipeline.contracts.scoring_plan import ScoringPlan
from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.errors import FailNowError
from mkt_pipeline.lake.lake import Lake
from mkt_pipeline.lake.session import Session
from mkt_pipeline.modelling.score_histogram import score_histogram
from mkt_pipeline.steps.plan_scoring import refuse_outdated
from mkt_pipeline.steps.run_notes import scoring_note
from mkt_pipeline.steps.run_tags import run_tags
from mkt_pipeline.steps.stopwatch import Stopwatch
from mkt_pipeline.tracking.server import Tracking

SEASON = "season"
"""The fact that says by how many log-odds the season moved the propensities of a day."""

PLAN = "plan"
"""The fact that says which plan the scores of a day are of."""

FEATURES = "features_version"
"""The fact that says at which version of their table the features were read."""

QUANTILES = (0.01, 0.1, 0.5, 0.9, 0.99)

Propensities = npt.NDArray[np.float64]


class PartsMissingError(FailNowError):
    """Not every part of a night has been scored."""


def finish_scoring(
    *,
    lake: Lake,
    tracking: Tracking,
    use_case: UseCase,
    plan: ScoringPlan,
    as_of: AsOf,
    origin: Mapping[str, str],
    dry_run: bool = False,
) -> Scored:
    """Put the scores of all parts in place of the same day's, in one commit, with one MLflow run.

    Refused where a part is missing, where the parts are not the customers of the plan, where the
    plan does not hold any more, and where the scores that are there are of younger features. A plan
    that was finished before is told again, and not written again: its parts are gone.
    """
    watch = Stopwatch()
    if (done := _finished(lake, plan, as_of)) is not None:
        with lake.session() as session:
            propensity = _propensities(session, lake.score_table(session, use_case.name, as_of))
        told = _told(plan, propensity, done, tracking)
        return replace(told, seconds=watch.seconds, dry_run=dry_run)
    refuse_outdated(plan, lake=lake, use_case=use_case)
    _refuse_older(plan, lake, as_of)
    _refuse_missing(plan, lake.staged_scores.missing(plan))
    with lake.session() as session:
        scores = session.read(lake.staged_scores.files(plan))
        propensity = _propensities(session, scores)
        if len(propensity) != plan.customers:
            raise plan.outdated(
                f"for {plan.customers:,} customers, and its parts have {len(propensity):,}"
            )
        run_id = ""
        if not dry_run:
            run_id = _logged(lake, tracking, use_case, as_of, plan, propensity, origin)
            facts = _facts(plan, run_id)
            lake.write_scores(use_case.name, as_of, session.stream(scores), facts=facts)
    lake.staged_scores.remove_plan(plan)
    told = _told(plan, propensity, run_id, tracking)
    return replace(told, seconds=watch.seconds, dry_run=dry_run)


def _propensities(session: Session, scores: ir.Table) -> Propensities:
    """All of them by size: the last digit of a mean depends on the order in which is added up, and
    files are read in any.
    """
    found = session.stream(scores.select("propensity")).read_all()[0].to_numpy()
    return np.sort(found)


def _finished(lake: Lake, plan: ScoringPlan, as_of: AsOf) -> str | None:
    """The run of the scores of a day, where they are those of the plan."""
    if not lake.has_day("scores", plan.use_case, as_of):
        return None
    facts = lake.score_facts(plan.use_case, as_of)
    return str(facts["run_id"]) if facts.get(PLAN) == plan.plan else None


def _refuse_older(plan: ScoringPlan, lake: Lake, as_of: AsOf) -> None:
    if not lake.has_day("scores", plan.use_case, as_of):
        return
    if int(lake.score_facts(plan.use_case, as_of).get(FEATURES, -1)) > plan.features_version:
        raise plan.outdated("one that was planned after it has been scored since")


def _refuse_missing(plan: ScoringPlan, missing: list[int]) -> None:
    if missing:
        named = ", ".join(map(str, missing[:5])) + (" ..." if len(missing) > 5 else "")
        raise PartsMissingError(
            f"of {plan.use_case} as of {plan.as_of}, {len(missing)} of {plan.parts} parts were not"
            f" scored: {named}",
            remedy="see why `score` failed for them, mend it and clear them; or clear `plan`",
        )


def _told(plan: ScoringPlan, propensity: Propensities, run_id: str, tracking: Tracking) -> Scored:
    return Scored(
        plan.use_case,
        plan.as_of,
        len(propensity),
        float(propensity.mean()),
        tuple(float(value) for value in np.quantile(propensity, QUANTILES)),
        plan.model_name,
        str(plan.model_version),
        run_id,
        tracking.run_url(run_id) if run_id else "",
        0.0,
    )


def _logged(
    lake: Lake,
    tracking: Tracking,
    use_case: UseCase,
    as_of: AsOf,
    plan: ScoringPlan,
    propensity: Propensities,
    origin: Mapping[str, str],
) -> str:
    champion = tracking.version(use_case.name, plan.model_version)
    spread = {
        f"propensity_{share:.0%}".replace("%", ""): float(np.quantile(propensity, share))
        for share in QUANTILES
    }
    title = f"{use_case.name} as of {as_of}: {len(propensity):,} customers"
    tags = run_tags(lake=lake, latest=as_of, origin=origin, versions=plan.data_versions)
    return tracking.log_scoring(
        use_case=use_case,
        as_of=as_of,
        champion=champion,
        metrics={
            "customers": len(propensity),
            "propensity_mean": float(propensity.mean()),
            "parts": plan.parts,
            **spread,
        },
        figures={"score_distribution": score_histogram(propensity, title=title)},
        tags={**tags, **_recommended_by(plan)},
        note=scoring_note(use_case, as_of, champion, propensity),
    )


def _facts(plan: ScoringPlan, run_id: str) -> dict[str, str | int | float]:
    return {
        "model_name": plan.model_name,
        "model_version": str(plan.model_version),
        "run_id": run_id,
        "customers": plan.customers,
        "model_digest": plan.model_digest,
        "history": plan.history,
        PLAN: plan.plan,
        FEATURES: plan.features_version,
        **{f"data_version_{name}": version for name, version in plan.data_versions.items()},
        **_recommended_by(plan),
        SEASON: plan.season,
    }


def _recommended_by(plan: ScoringPlan) -> dict[str, str]:
    """The way to recommend, under the same names on the run and beside the scores."""
    chosen = plan.chosen
    version = "none" if chosen.version is None else str(chosen.version)
    return {"recommender": chosen.label, "recommender_version": version}
