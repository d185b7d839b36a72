"""Step: how a night lies beside what its champion was trained on, long before labels close."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt

from mkt_pipeline.campaign.model_health import Alarm, DriftNight, ModelHealth
from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.entities import ENTITIES
from mkt_pipeline.contracts.model_health import DriftSign
from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.features.frame_of_reference import SECONDS_PER_DAY
from mkt_pipeline.lake.lake import Lake
from mkt_pipeline.lake.session import Session
from mkt_pipeline.modelling.alarm import decide_alarm
from mkt_pipeline.modelling.drift import drift_signs, freshness_sign
from mkt_pipeline.modelling.drift_words import alarm_sentence, sign_words
from mkt_pipeline.modelling.reference_distribution import (
    SCORE,
    Bins,
    ReferenceDistribution,
)
from mkt_pipeline.modelling.season import shifted
from mkt_pipeline.steps.finish_scoring import SEASON
from mkt_pipeline.tracking.monitoring import Monitoring

BATCH_ROWS = 50_000
FRESHNESS_DAYS = 120
"""Days of events in which a usual pause is looked for."""

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class NightDrift:
    """The signs of a night beyond their first limit, its new alarm, and what is missing."""

    looked_at: int
    outside: tuple[str, ...]
    alarm: str
    notes: tuple[str, ...]


def look_at_night(
    *,
    lake: Lake,
    health: ModelHealth,
    monitoring: Monitoring,
    use_case: UseCase,
    as_of: AsOf,
    dry_run: bool = False,
) -> NightDrift:
    """Compare features and scores of a day with the training of the version that scored them.

    What is found is recorded, and so is an alarm that it raises. A dry run records nothing and
    raises no alarm. A model that was trained before a reference was kept is said to have none.
    """
    if not lake.has_day("scores", use_case.name, as_of):
        return NightDrift(0, (), "", (f"there are no scores of {as_of} to look at",))
    facts = lake.score_facts(use_case.name, as_of)
    version = str(facts["model_version"])
    # Of scores that were made before there were seasons, none.
    season = float(facts.get(SEASON, 0.0))
    reference, notes = _reference(monitoring, use_case.name, version)
    with lake.session() as session:
        signs = list(_of_reference(lake, session, use_case, as_of, reference, season))
        signs += _freshness(lake, session, use_case, as_of)
    night = DriftNight(
        as_of=as_of.day,
        customers=int(facts["customers"]),
        model_name=str(facts["model_name"]),
        model_version=version,
        signs=tuple(signs),
    )
    alarm = None if dry_run or not signs else _recorded(health, use_case, night)
    outside = tuple(sign_words(one) for one in signs if one.level != "ok")
    return NightDrift(len(signs), outside, alarm.sentence if alarm else "", notes)


def _recorded(health: ModelHealth, use_case: UseCase, night: DriftNight) -> Alarm | None:
    rules = use_case.monitoring
    return health.record_night(
        use_case.name,
        night,
        nights=rules.nights,
        decide=lambda nights, standing: decide_alarm(
            nights=nights, standing=standing, as_of=night.as_of, rules=rules
        ),
        told=partial(alarm_sentence, signs=night.signs, nights=rules.nights),
    )


def _reference(
    monitoring: Monitoring, use_case: str, version: str
) -> tuple[ReferenceDistribution | None, tuple[str, ...]]:
    """What a version was trained on, or why it is not known."""
    promise = monitoring.promise(use_case, version)
    document: Mapping[str, Any] | None = None
    if promise is not None:
        document = monitoring.reference(promise.run_id)
    if document is None:
        return None, (
            f"beside version {version} no distribution of its training is kept, for it was trained"
            " by an earlier version of the pipeline: features and scores are not compared until"
            " the next champion",
        )
    return ReferenceDistribution.from_document(document), ()


def _of_reference(
    lake: Lake,
    session: Session,
    use_case: UseCase,
    as_of: AsOf,
    reference: ReferenceDistribution | None,
    season: float,
) -> tuple[DriftSign, ...]:
    if reference is None:
        return ()
    features = lake.feature_table(session, use_case.name, as_of)
    scores = lake.score_table(session, use_case.name, as_of)
    return drift_signs(
        reference=reference,
        features=_counts(session, features, reference.features),
        score=_counts(session, scores, (reference.score,), season=season)[SCORE],
        rules=use_case.monitoring,
    )


def _counts(
    session: Session, table: ir.Table, bins: Sequence[Bins], *, season: float = 0.0
) -> dict[str, Counts]:
    """Rows in each bin, counted batch by batch; of scores without the ``season`` in them.

    It moves everybody alike, and a training has another one: that is no drift.
    """
    counted = {one.name: np.zeros(len(one.shares), dtype=np.int64) for one in bins}
    for batch in session.stream(table.select(*counted), rows=BATCH_ROWS):
        frame = batch.to_pandas()
        if SCORE in counted:
            frame[SCORE] = shifted(frame[SCORE].to_numpy(dtype=np.float64), -season)
        for one in bins:
            counted[one.name] += one.counts(frame[one.name])
    return counted


def _freshness(lake: Lake, session: Session, use_case: UseCase, as_of: AsOf) -> list[DriftSign]:
    found = []
    for name, log in lake.logs(session).items():
        time = ENTITIES[name].event_time
        if time is not None:
            days = _days_with_events(session, log, time, as_of)
            sign = freshness_sign(entity=name, days_before=days, rules=use_case.monitoring)
            found += [sign] if sign else []
    return found


def _days_with_events(session: Session, log: ir.Table, time: str, as_of: AsOf) -> list[int]:
    """Whole days before the as-of on which something happened that was known by then."""
    cutoff, first = (ibis.literal(one.cutoff) for one in (as_of, as_of.shifted(-FRESHNESS_DAYS)))
    known = log.filter(
        ~log.is_deleted, log.known_at < cutoff, log[time] < cutoff, log[time] >= first
    )
    seconds = ibis.literal(int(as_of.cutoff.timestamp())) - known[time].epoch_seconds()
    days = known.select(day=((seconds - 1) / SECONDS_PER_DAY).floor().cast("int64")).distinct()
    return [int(one) for one in session.stream(days).read_all()["day"].to_pylist()]
