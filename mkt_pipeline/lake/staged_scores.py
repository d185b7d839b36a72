"""Scores of the parts of a night, kept aside until all parts are there."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from mkt_pipeline.contracts.scoring_plan import ScoringPlan
from mkt_pipeline.lake.place import Place, PlacedFile

FOLDER = "scores_staged"


@dataclass(frozen=True)
class StagedScores:
    """One Parquet file for each part of a plan, in ``place``: whole, or not there at all.

    Named by use case, day, plan and part. A part that is scored again takes its own place, and two
    runs of the same day do not meet.
    """

    place: Place

    def put(self, plan: ScoringPlan, part: int, written: Path) -> None:
        """Take a file as the rows of a part, in place of what that part had."""
        self.place.put(written, _name(plan, part))

    def missing(self, plan: ScoringPlan) -> list[int]:
        """The parts that are not there yet."""
        there = {one.name for one in self.place.below(_folder(plan)).files()}
        parts = range(1, plan.parts + 1)
        return [part for part in parts if _name(plan, part).rpartition("/")[2] not in there]

    def files(self, plan: ScoringPlan) -> list[str]:
        """The address of every part, in the order of the parts."""
        parts = range(1, plan.parts + 1)
        return [self.place.address(_name(plan, part)) for part in parts]

    def remove_plan(self, plan: ScoringPlan) -> None:
        """Remove what a plan has left."""
        for part in range(1, plan.parts + 1):
            self.place.remove(_name(plan, part))

    def remove(self, *files: PlacedFile) -> None:
        """Remove these files."""
        for one in files:
            self.place.remove(one.name)

    def old(self, *, before: datetime) -> list[PlacedFile]:
        """The parts of every plan that were written before."""
        return [one for one in self.place.files() if one.written_at < before]


def _folder(plan: ScoringPlan) -> str:
    return f"{plan.use_case}/{plan.as_of}/{plan.plan}"


def _name(plan: ScoringPlan, part: int) -> str:
    # The number of parts is in the name, for a reader; the plan alone tells two apart.
    return f"{_folder(plan)}/{part:04d}-of-{plan.parts:04d}.parquet"
