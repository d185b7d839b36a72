"""Step: score every customer of a day in this process, one part after the other."""

from collections.abc import Mapping
from dataclasses import replace

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.night import Scored
from mkt_pipeline.contracts.scoring_plan import PlanOutdatedError, ScoringPlan
from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.lake.lake import Lake
from mkt_pipeline.steps.finish_scoring import finish_scoring
from mkt_pipeline.steps.memory import give_back_memory
from mkt_pipeline.steps.plan_scoring import plan_scoring
from mkt_pipeline.steps.score_part import score_part
from mkt_pipeline.steps.stopwatch import Stopwatch
from mkt_pipeline.tracking.server import Tracking

PLANS = 3
"""A second run of the same day may build its features once more meanwhile."""


def score_customers(
    *,
    lake: Lake,
    tracking: Tracking,
    use_case: UseCase,
    as_of: AsOf,
    origin: Mapping[str, str],
    parts: int | None = None,
    dry_run: bool = False,
) -> Scored:
    """Write the scores of one day in place of the same day's: plan, score the parts, finish.

    The same scores as by many workers, bit for bit. A plan that does not hold any more is made
    again, a few times.
    """
    watch, left = Stopwatch(), PLANS
    on = {"lake": lake, "tracking": tracking, "use_case": use_case, "as_of": as_of}

    def carried_out(plan: ScoringPlan) -> Scored:
        for part in range(1, plan.parts + 1):
            score_part(**on, plan=plan, part=part)  # type: ignore[arg-type]
            give_back_memory()
        return finish_scoring(**on, plan=plan, origin=origin, dry_run=dry_run)  # type: ignore[arg-type]

    while True:
        plan, left = plan_scoring(**on, parts=parts), left - 1  # type: ignore[arg-type]
        try:
            return replace(carried_out(plan), seconds=watch.seconds)
        except PlanOutdatedError:
            if not left:
                raise
        finally:
            # Nobody else knows this plan.
            lake.staged_scores.remove_plan(plan)
