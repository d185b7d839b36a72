"""Scoring by many workers: its three steps, bound to the edges of a pipeline."""

from collections.abc import Mapping
from typing import Any

from mkt_pipeline.contracts.night import PartScored, Scored
from mkt_pipeline.contracts.scoring_plan import ScoringPlan
from mkt_pipeline.steps.finish_scoring import finish_scoring
from mkt_pipeline.steps.plan_scoring import plan_scoring
from mkt_pipeline.steps.score_part import score_part
from mkt_pipeline.wiring.metrics import metered
from mkt_pipeline.wiring.pipeline import NO_ORIGIN, Pipeline


def planned(
    pipeline: Pipeline, use_case: str, *, as_of: str | None = None, parts: int | None = None
) -> ScoringPlan:
    """Decide what the day is scored with; as many parts as given, else as the settings say."""
    return plan_scoring(
        lake=pipeline.lake,
        tracking=pipeline.tracking,
        use_case=pipeline.use_case(use_case),
        as_of=pipeline.as_of(as_of),
        parts=parts or pipeline.settings.score_parts,
    )


def part_scored(pipeline: Pipeline, plan: Mapping[str, Any], part: int) -> PartScored:
    """Score one part of a plan, given as it travelled."""
    known = ScoringPlan.from_facts(plan)
    return score_part(
        lake=pipeline.lake,
        tracking=pipeline.tracking,
        use_case=pipeline.use_case(known.use_case),
        plan=known,
        part=part,
        as_of=pipeline.as_of(known.as_of),
    )


def finished(
    pipeline: Pipeline,
    plan: Mapping[str, Any],
    *,
    dry_run: bool = False,
    origin: Mapping[str, str] = NO_ORIGIN,
) -> Scored:
    """Make the scores of a plan visible."""
    known = ScoringPlan.from_facts(plan)
    done = finish_scoring(
        lake=pipeline.lake,
        tracking=pipeline.tracking,
        use_case=pipeline.use_case(known.use_case),
        plan=known,
        as_of=pipeline.as_of(known.as_of),
        origin=origin,
        dry_run=dry_run,
    )
    return metered(pipeline.settings, done)
