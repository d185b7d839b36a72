"""What every part of one scoring has to agree on, decided once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from mkt_pipeline.contracts.chosen_method import ChosenMethod
from mkt_pipeline.contracts.customer_bucket import buckets_of_part
from mkt_pipeline.contracts.night import Facts
from mkt_pipeline.errors import BadInputError, FailNowError


class PlanOutdatedError(FailNowError):
    """What a scoring was planned on is not so any more: it has to be planned again."""


@dataclass(frozen=True)
class ScoringPlan(Facts):
    """One scoring of one day: small facts that travel to every part.

    ``plan`` is its own name. The champion, the way to recommend, the versions of the change logs
    and ``features_version`` (of the table of feature sets) are those of the moment of planning, and
    each part reads them as they were. A part that finds another
    ``erased_version`` (who had been erased), ``code_version`` or ``settings`` (a digest of the use
    case) refuses. ``season`` is by how many log-odds the season moves the propensities.
    """

    use_case: str
    as_of: str
    plan: str
    parts: int
    buckets: int
    customers: int
    model_name: str
    model_version: int
    model_digest: str
    recommender: Mapping[str, Any]
    season: float
    history: str
    features_version: int
    erased_version: int
    data_versions: Mapping[str, int]
    code_version: str
    settings: str
    seconds: float

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> Self:
        """The plan again, from what travelled between tasks."""
        return cls(**facts)

    @property
    def chosen(self) -> ChosenMethod:
        """The way to recommend."""
        return ChosenMethod(**self.recommender)

    def buckets_of(self, part: int) -> range:
        """The buckets of one part, numbered from 1."""
        if not 1 <= part <= self.parts:
            raise BadInputError(
                f"{self.use_case} is scored in {self.parts} parts; there is no part {part}",
                remedy="number the parts from 1",
            )
        return buckets_of_part(part, of=self.parts, buckets=self.buckets)

    def outdated(self, why: str) -> PlanOutdatedError:
        """The error of a plan that does not hold any more."""
        return PlanOutdatedError(
            f"the scoring of {self.use_case} as of {self.as_of} was planned, but {why}",
            remedy=f"plan it again: clear `plan` in Airflow, or run `mkt score --use-case"
            f" {self.use_case} --as-of {self.as_of}`",
        )

    def lines(self) -> list[str]:
        """What was decided."""
        parts = "one part" if self.parts == 1 else f"{self.parts} parts"
        return [
            f"{self.use_case} as of {self.as_of}: {self.customers:,} customers in {parts}, with"
            f" {self.model_name} version {self.model_version}, {self.chosen.label};"
            f" plan {self.plan}, {self.seconds:.1f} s"
        ]
