"""Step: what came true of the publications whose label window has closed."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from mkt_pipeline.campaign.model_health import ClosedPublication, ModelHealth, PublicationHealth
from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.model_health import EVERYBODY, HealthFigure
from mkt_pipeline.contracts.segment_names import SEGMENTS
from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.errors import BadInputError
from mkt_pipeline.lake.lake import Lake
from mkt_pipeline.modelling.health_words import (
    against_rule,
    by_segment,
    health_markdown,
    measure_lines,
    surely_worse,
)
from mkt_pipeline.modelling.realised import realised
from mkt_pipeline.modelling.realised_figures import realised_figures
from mkt_pipeline.steps.publication_outcome import publication_outcome
from mkt_pipeline.tracking.code_version import code_version
from mkt_pipeline.tracking.monitoring import Monitoring, Promise

log = logging.getLogger(__name__)

MOST_AT_ONCE = 31
"""Publications of one run: after a pause they catch up, a month of them each night."""


@dataclass(frozen=True)
class CameTrue:
    """What came true of one publication, in words."""

    as_of: str
    model_version: str
    customers: int
    positives: int
    verdict: str
    without_success: bool
    told: tuple[str, ...]
    run_id: str

    def lines(self) -> list[str]:
        """The verdict first."""
        return [
            f"published as of {self.as_of} with version {self.model_version}: {self.customers:,}"
            f" customers, {self.positives:,} with the event. {self.verdict}",
            *(f"  {line}" for line in self.told),
        ]


@dataclass(frozen=True)
class Realised:
    """Of all publications that closed: figures, why some have none, and how many are left."""

    found: tuple[CameTrue, ...]
    notes: tuple[str, ...]
    left: int


def came_true(
    *,
    lake: Lake,
    health: ModelHealth,
    monitoring: Monitoring,
    use_case: UseCase,
    as_of: AsOf,
    origin: Mapping[str, str],
    dry_run: bool = False,
) -> Realised:
    """Measure every publication whose label window has closed by ``as_of``, the earliest first.

    Each gets its rows in ``campaign.model_health`` and a run in MLflow. A rerun of the same day
    replaces what it wrote itself, and a later day leaves it alone. Refused: a day that no
    extraction has covered, for outcomes of it would be missing.
    """
    _refuse_uncovered(lake, as_of)
    until = as_of.shifted(-use_case.closes_after_days)
    closed = health.closed_publications(
        use_case.name, source=lake.source, until=until.day, as_of=as_of.day
    )
    found, notes = [], []
    for publication in closed[:MOST_AT_ONCE]:
        promise = monitoring.promise(use_case.name, publication.model_version)
        figures, note = _figures(lake, health, use_case, publication, as_of, promise)
        if figures is None:
            notes.append(f"published as of {publication.as_of}: {note}")
            continue
        run_id = ""
        if not dry_run:
            run_id = _logged(monitoring, use_case, publication, as_of, promise, figures, origin)
            kept = _kept(use_case, publication, as_of, figures, run_id)
            health.record_figures(use_case.name, kept)
        found.append(_told(publication, figures, run_id, _younger(publication, promise)))
        if found[-1].without_success:
            log.warning("%s: %s", use_case.name, found[-1].verdict)
    return Realised(tuple(found), tuple(notes), len(closed[MOST_AT_ONCE:]))


def _figures(
    lake: Lake,
    health: ModelHealth,
    use_case: UseCase,
    publication: ClosedPublication,
    known: AsOf,
    promise: Promise | None,
) -> tuple[tuple[HealthFigure, ...] | None, str]:
    """The figures, or why there are none."""
    if promise and (horizon := _other_horizon(use_case, promise)):
        return None, f"version {publication.model_version} was trained for {horizon}"
    outcome = publication_outcome(
        lake=lake,
        health=health,
        use_case=use_case,
        publication=publication,
        known=known,
        rule=promise.rule if promise else {},
    )
    if outcome is None:
        return None, "neither its rows nor the scores that it was made of are kept"
    promised = promise.metrics if promise else {}
    return realised(outcome, promised=promised, seed=use_case.training.seed), ""


def _other_horizon(use_case: UseCase, promise: Promise) -> str:
    """The horizon and gap of a training, where the use case has others by now."""
    then = tuple(promise.parameters.get(name) for name in ("horizon_days", "gap_days"))
    if then in ((None, None), (str(use_case.horizon_days), str(use_case.gap_days))):
        return ""
    return f"a horizon of {then[0]} days after a gap of {then[1]}, not for today's"


def _logged(
    monitoring: Monitoring,
    use_case: UseCase,
    publication: ClosedPublication,
    as_of: AsOf,
    promise: Promise | None,
    figures: Sequence[HealthFigure],
    origin: Mapping[str, str],
) -> str:
    day = str(publication.as_of)
    title = f"{use_case.title}: what came true of the publication as of {day}"
    return monitoring.log_realised(
        use_case=use_case,
        day=day,
        metrics=_metrics(figures),
        tags={
            "measured_as_of": str(as_of),
            "publication_id": str(publication.publication_id),
            "model": publication.model_name,
            "model_version": publication.model_version,
            "training_run_id": promise.run_id if promise else "",
            "scoring_run_id": publication.run_id,
            "verdict": against_rule(figures),
            "code_version": code_version(),
            **origin,
        },
        figures=realised_figures(figures),
        page=health_markdown(title, figures),
    )


def _metrics(figures: Sequence[HealthFigure]) -> dict[str, float]:
    """Of everybody under plain names, of segments with theirs; what was promised beside it."""
    found: dict[str, float | None] = {}
    for one in figures:
        if one.part == EVERYBODY or one.part in SEGMENTS:
            name = one.measure if one.part == EVERYBODY else f"{one.measure}_{one.part}"
            found |= {
                name: one.value,
                f"{name}_low": one.low,
                f"{name}_high": one.high,
                f"promised_{name}": one.promised,
                f"rule_{name}": one.rule_of_thumb,
            }
    whole = next(one for one in figures if one.part == EVERYBODY)
    found |= {"customers": whole.customers, "positives": whole.positives}
    return {name: value for name, value in found.items() if value is not None}


def _kept(
    use_case: UseCase,
    publication: ClosedPublication,
    as_of: AsOf,
    figures: tuple[HealthFigure, ...],
    run_id: str,
) -> PublicationHealth:
    closed = AsOf(publication.as_of).shifted(use_case.closes_after_days)
    return PublicationHealth(
        as_of=publication.as_of,
        model_name=publication.model_name,
        model_version=publication.model_version,
        publication_id=publication.publication_id,
        closed_on=closed.day,
        measured_as_of=as_of.day,
        run_id=run_id,
        figures=figures,
    )


def _younger(publication: ClosedPublication, promise: Promise | None) -> list[str]:
    """A day that was published later than it was: its model may have learned from what came."""
    trained = promise.parameters.get("as_of") if promise else None
    if trained is None or date.fromisoformat(trained) <= publication.as_of:
        return []
    return [
        f"the model was trained as of {trained}, after this day: it may have seen what it is"
        " measured on, and these figures may flatter it"
    ]


def _told(
    publication: ClosedPublication,
    figures: Sequence[HealthFigure],
    run_id: str,
    warnings: Sequence[str],
) -> CameTrue:
    whole = next(one for one in figures if one.part == EVERYBODY)
    segments = by_segment(figures)
    return CameTrue(
        str(publication.as_of),
        publication.model_version,
        whole.customers,
        whole.positives,
        against_rule(figures),
        surely_worse(figures),
        (*warnings, *measure_lines(figures), *([segments] if segments else [])),
        run_id,
    )


def _refuse_uncovered(lake: Lake, as_of: AsOf) -> None:
    covered = lake.covered()
    if covered is None or covered < as_of:
        raise BadInputError(
            f"the lake covers {covered or 'no day'}, not yet {as_of}",
            remedy=f"run `mkt extract --as-of {as_of}` first",
        )
