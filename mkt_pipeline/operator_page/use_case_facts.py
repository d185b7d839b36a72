"""What is known of the model behind a use case: promised, come true, drifted, decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from mkt_pipeline.campaign.audit import RecordedAct
from mkt_pipeline.campaign.model_decisions import RecordedDecision
from mkt_pipeline.campaign.model_health import Alarm, DriftNight, PublicationHealth
from mkt_pipeline.contracts.model_health import EVERYBODY, HealthFigure
from mkt_pipeline.wiring.monitoring import model_health

if TYPE_CHECKING:
    from mkt_pipeline.wiring.pipeline import Pipeline

MEASURES = ("average_precision", "roc_auc", "lift_at_10", "calibration_error")
_LOOKED_BACK = 100


@dataclass(frozen=True, kw_only=True)
class PromisedFigure:
    """A measure of the champion: on the test window of its training, and as it came true.

    What came true, its 95 % interval and the rule of thumb are None until a label window closes.
    """

    measure: str
    promised: float | None
    came_true: float | None
    low: float | None
    high: float | None
    rule_of_thumb: float | None


@dataclass(frozen=True, kw_only=True)
class ChampionFacts:
    """The version in use, since when, and who or what decided it on what grounds."""

    model_name: str
    version: str
    since: datetime
    trained_as_of: date
    mlflow_run: str
    decided_by: str | None
    act: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ModelFacts:
    """``measured`` is the latest publication of which is known what came true, ``night`` the
    latest that was looked at for drift; ``first_known_on`` when the first outcome can be known.
    """

    use_case: str
    champion: ChampionFacts | None
    figures: tuple[PromisedFigure, ...]
    measured: PublicationHealth | None
    first_known_on: date | None
    night: DriftNight | None
    alarms: tuple[Alarm, ...]
    acts: tuple[RecordedAct, ...]


def model_facts(steps: "Pipeline", name: str) -> ModelFacts:
    """Read it from the campaign database alone; MLflow is asked for nothing."""
    health, use_case = model_health(steps), steps.use_case(name)
    registered = steps.tracking.registered_model(name)
    decisions = steps.model_decisions.latest(name, _LOOKED_BACK, model_name=registered)
    champion = _champion(decisions)
    measured = next(iter(health.figures(name)), None)
    nights = steps.campaign_database.nights(name, 400)
    first = min((one.as_of for one in nights if one.status == "published"), default=None)
    return ModelFacts(
        use_case=name,
        champion=champion,
        figures=_figures(champion, decisions, measured),
        measured=measured,
        first_known_on=first and date.fromordinal(first.toordinal() + use_case.closes_after_days),
        night=next(iter(health.drift(name)), None),
        alarms=health.alarms(name, limit=5),
        acts=steps.campaign_database.acts(name, limit=10),
    )


def _champion(decisions: Sequence[RecordedDecision]) -> ChampionFacts | None:
    for one in decisions:
        if one.effective_at is not None:
            return ChampionFacts(
                model_name=one.model_name,
                version=one.model_version,
                since=one.effective_at,
                trained_as_of=one.as_of,
                mlflow_run=one.run_id,
                decided_by=one.decided_by,
                act=one.act,
                reason=one.reason,
            )
    return None


def _figures(
    champion: ChampionFacts | None,
    decisions: Sequence[RecordedDecision],
    measured: PublicationHealth | None,
) -> tuple[PromisedFigure, ...]:
    gate = _of_gate(champion, decisions)
    true = (
        {one.measure: one for one in measured.figures if one.part == EVERYBODY} if measured else {}
    )
    found = (_figure(name, gate.get(name), true.get(name)) for name in MEASURES)
    return tuple(one for one in found if one.promised is not None or one.came_true is not None)


def _figure(
    name: str, promised: Mapping[str, Any] | None, true: HealthFigure | None
) -> PromisedFigure:
    told = true.promised if true else None
    return PromisedFigure(
        measure=name,
        promised=told if told is not None or promised is None else float(promised["value"]),
        came_true=true.value if true else None,
        low=true.low if true else None,
        high=true.high if true else None,
        rule_of_thumb=true.rule_of_thumb if true else None,
    )


def _of_gate(
    champion: ChampionFacts | None, decisions: Sequence[RecordedDecision]
) -> Mapping[str, Any]:
    """The figures of the training of the version in use, which the gate wrote down."""
    for one in decisions:
        known = champion and one.model_version == champion.version and one.act == "training"
        if known and one.figures:
            found: Mapping[str, Any] = one.figures.get("challenger", {})
            return found
    return {}
