"""How last night went, use case by use case: what stands, what is held, whether an alarm stands."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from mkt_pipeline.campaign.publication import PastPublication
from mkt_pipeline.operator_page.night_facts import NightFacts, night_facts
from mkt_pipeline.operator_page.seams import Airflow, DagRunFacts
from mkt_pipeline.wiring.monitoring import model_health

if TYPE_CHECKING:
    from mkt_pipeline.wiring.pipeline import Pipeline

DAYS = 60
"""Enough to see a season begin."""

State = Literal["fresh", "held", "earlier", "never"]
"""Today's night stands; a night waits for a decision; an earlier one stands; none was ever."""


@dataclass(frozen=True, kw_only=True)
class StandingAlarmFacts:
    """An alarm that stands, in the words it was raised with."""

    raised_as_of: date
    sentence: str


@dataclass(frozen=True, kw_only=True)
class UseCaseNight:
    """One use case: ``current`` is what readers see, ``held`` what they do not see yet."""

    name: str
    title: str
    owner: str
    state: State
    current: NightFacts | None
    held: tuple[NightFacts, ...]
    alarm: StandingAlarmFacts | None


@dataclass(frozen=True, kw_only=True)
class BrokenUseCase:
    """A use case whose document cannot be read; its nights fail until it is mended."""

    name: str
    problem: str
    remedy: str


@dataclass(frozen=True, kw_only=True)
class LastNight:
    """All of it; ``runs`` are those of Airflow for today, in the order of the night."""

    today: date
    use_cases: tuple[UseCaseNight, ...]
    broken: tuple[BrokenUseCase, ...]
    runs: tuple[DagRunFacts, ...]


def last_night(steps: "Pipeline", airflow: Airflow) -> LastNight:
    """Read it from the campaign database and Airflow."""
    today, known = steps.settings.current_day, steps.configured
    # Where the project lies is the server's affair; its files are known by their place in it.
    project = f"{steps.settings.project}/"
    return LastNight(
        today=today,
        use_cases=tuple(use_case_night(steps, name, airflow) for name in known.readable),
        broken=tuple(
            BrokenUseCase(
                name=name, problem=error.problem.replace(project, ""), remedy=error.remedy
            )
            for name, error in known.broken.items()
        ),
        runs=tuple(airflow.of_day(today)),
    )


def use_case_night(steps: "Pipeline", name: str, airflow: Airflow) -> UseCaseNight:
    """One use case of it."""
    database, use_case = steps.campaign_database, steps.use_case(name)
    days = database.nights(name, DAYS)
    current, held = database.current(name), database.held(name)
    return UseCaseNight(
        name=name,
        title=use_case.title,
        owner=use_case.owner,
        state=_state(current, held, steps.settings.current_day),
        current=night_facts(current, days, airflow) if current else None,
        held=tuple(night_facts(one, days, airflow) for one in held),
        alarm=_alarm(steps, name),
    )


def _state(
    current: PastPublication | None, held: tuple[PastPublication, ...], today: date
) -> State:
    if any(current is None or one.as_of >= current.as_of for one in held):
        return "held"
    if current is None:
        return "never"
    return "fresh" if current.as_of >= today else "earlier"


def _alarm(steps: "Pipeline", name: str) -> StandingAlarmFacts | None:
    for one in model_health(steps).alarms(name, limit=1):
        if one.ended is None:
            return StandingAlarmFacts(raised_as_of=one.raised_as_of, sentence=one.sentence)
    return None
