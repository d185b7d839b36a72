"""Does a feature know what it could not have known on the day?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from mkt_pipeline.contracts.feature import Feature
from mkt_pipeline.contracts.leaks import LeakFinding, LeakLimits, LeakReport
from mkt_pipeline.errors import TrainingRefusedError
from mkt_pipeline.modelling.labelled import Labelled
from mkt_pipeline.modelling.leak_check_columns import entity_of, made_of, names_an_outcome
from mkt_pipeline.modelling.leak_check_measures import (
    LEAST,
    Codes,
    Labels,
    Separation,
    coded,
    least_ratio,
    separation,
    shift,
)

MOST_TOLD = 5
"""Findings that an error tells in full; of the others it gives the names."""
MOST_ROWS = 50_000
LEAST_OBSERVED = 200
OWN = ("profile", "attribute", "age")
"""Groups of features that are one column of the customer's own row."""

_FIX = "map only what was known at the time, leave it out of the source"
_ALLOW = "or say under training.leaks.allowed in the use case why it may stay"


@dataclass(frozen=True)
class LeakEvidence:
    """What is needed besides the training rows.

    ``later`` says, by entity, for each training row whether a row of that customer was written
    after the day that it is counted for. ``changed`` says, by ``entity.column``, for each row of
    the test window whether the column changed after that day. ``samples`` holds, by entity, rows
    reconstructed lately and rows observed when they were new. ``recomputed`` gives the share of
    customers for whom a feature of a stored day came out otherwise; ``notes`` what was not looked
    at.
    """

    later: Mapping[str, Labels] = field(default_factory=dict)
    changed: Mapping[str, Labels] = field(default_factory=dict)
    samples: Mapping[str, tuple[pd.DataFrame, pd.DataFrame]] = field(default_factory=dict)
    settled: Mapping[str, tuple[pd.DataFrame, pd.DataFrame]] = field(default_factory=dict)
    recomputed: Mapping[str, float] = field(default_factory=dict)
    recomputed_day: str = ""
    notes: tuple[str, ...] = ()


def check_leaks(
    *,
    features: Sequence[Feature],
    train: Labelled,
    test: Labelled,
    evidence: LeakEvidence,
    limits: LeakLimits,
) -> LeakReport:
    """Look for every sign of a leak; nothing is refused here."""
    kept = _sample(train.rows)
    codes = {f.name: coded(train.frame[f.name].iloc[kept]) for f in features}
    label, dates = train.label[kept], len(np.unique(train.as_of))
    later = {name: rows[kept] for name, rows in evidence.later.items()}
    measures: dict[str, dict[str, float]] = {f.name: {} for f in features}
    findings = [
        *_separating(features, (train, test), limits, measures),
        *_written_later(features, codes, label, dates, later, limits, measures),
        *_changed_later(features, test.label, evidence.changed, limits),
        *_settled_later(features, evidence.settled, limits),
        *_otherwise_observed(features, evidence.samples, limits),
        *_recomputed(evidence),
        *_named(features),
    ]
    return LeakReport(
        len(features), tuple(findings), dict(limits.allowed), evidence.notes, measures
    )


def refuse_leaks(report: LeakReport) -> None:
    """Refuse a training with features that seem to know the future."""
    if not report.refused:
        return
    first = {finding.subject: finding.sentence for finding in reversed(report.refused)}
    subjects = list(dict.fromkeys(finding.subject for finding in report.refused))
    told = [first[subject] for subject in subjects[:MOST_TOLD]]
    rest = subjects[MOST_TOLD:]
    more = f"; and {', '.join(rest)} (see leak_check.md of the run)" if rest else ""
    remedies = dict.fromkeys(finding.remedy for finding in report.refused)
    raise TrainingRefusedError(
        f"features seem to know what was not known on the day: {'; '.join(told)}{more}",
        remedy="; ".join(remedies),
    )


def _sample(rows: int, most: int = MOST_ROWS) -> npt.NDArray[np.intp]:
    return np.linspace(0, rows - 1, min(rows, most)).astype(np.intp)


def _named(features: Sequence[Feature]) -> Iterator[LeakFinding]:
    for one in features:
        if names_an_outcome(one):
            said = f"{one.name} is called what is known at the end only"
            yield _finding("name", one.name, (one.name,), 1, 0, said)


def _separating(
    features: Sequence[Feature],
    parts: Sequence[Labelled],
    limits: LeakLimits,
    measures: Mapping[str, dict[str, float]],
) -> Iterator[LeakFinding]:
    """Date by date: what is true today separates best where the window closed lately."""
    for name in (feature.name for feature in features):
        found = [
            (one, str(day))
            for part in parts
            for day in np.unique(part.as_of)
            if (one := _of_date(part, name, day)) is not None
        ]
        if not found:
            continue
        measures[name]["roc_auc"] = round(max(one.auc for one, _ in found), 4)
        most, day = max(found, key=lambda pair: pair[0].least)
        if most.least > limits.separation:
            said = (
                f"{name} alone has a ROC AUC of {most.auc:.3f} as of {day} (at least"
                f" {most.least:.3f}, limit {limits.separation})"
            )
            yield _finding("separation", name, (name,), most.least, limits.separation, said)


def _of_date(part: Labelled, name: str, day: np.datetime64) -> Separation | None:
    rows = np.flatnonzero(part.as_of == day)
    rows = rows[_sample(len(rows), MOST_ROWS // 5)]
    codes = coded(part.frame[name].iloc[rows])
    return separation(codes, part.label[rows], dates=1)


def _written_later(
    features: Sequence[Feature],
    codes: Mapping[str, Codes],
    label: Labels,
    dates: int,
    later: Mapping[str, Labels],
    limits: LeakLimits,
    measures: Mapping[str, dict[str, float]],
) -> Iterator[LeakFinding]:
    for one in features:
        after = later.get(entity_of(one) or "")
        if after is None or min(int(after.sum()), int((~after).sum())) < LEAST * dates:
            continue
        values = codes[one.name]
        if one.group in OWN:
            yield from _shifted(one, values[~after], values[after], limits, measures[one.name])
        inside = separation(values[after], label[after], dates=dates)
        outside = separation(values[~after], label[~after], dates=dates)
        if inside is None or outside is None:
            continue
        gap = inside.least - outside.most
        measures[one.name]["later_gap"] = round(inside.auc - outside.auc, 4)
        if gap > limits.later_gap:
            said = (
                f"{one.name} has a ROC AUC of {inside.auc:.3f} where rows of {entity_of(one)} were"
                f" written after the day and of {outside.auc:.3f} elsewhere (gap at least"
                f" {gap:.3f}, limit {limits.later_gap})"
            )
            yield _finding("written later", one.name, (one.name,), gap, limits.later_gap, said)


def _shifted(
    one: Feature, before: Codes, after: Codes, limits: LeakLimits, measured: dict[str, float]
) -> Iterator[LeakFinding]:
    value, chance = shift(before, after)
    measured["later_shift"] = round(value, 4)
    if value - chance > limits.later_shift:
        said = (
            f"{one.name} is distributed otherwise in rows written after the day (stability index"
            f" {value:.2f}, limit {limits.later_shift})"
        )
        yield _finding("filled later", one.name, (one.name,), value, limits.later_shift, said)


def _changed_later(
    features: Sequence[Feature],
    label: Labels,
    changed: Mapping[str, Labels],
    limits: LeakLimits,
) -> Iterator[LeakFinding]:
    for column, rows in changed.items():
        names = made_of(features, *column.split(".", 1))
        if not names or int(rows.sum()) < LEAST:
            continue
        ratio = least_ratio(rows, label)
        if ratio > limits.changed_ratio:
            said = (
                f"{column} changed later for {rows[label].mean():.1%} of customers with the event"
                f" and {rows[~label].mean():.1%} of the others (at least {ratio:.1f} times as"
                f" often, limit {limits.changed_ratio:g})"
            )
            yield _finding("changed later", column, names, ratio, limits.changed_ratio, said)


def _settled_later(
    features: Sequence[Feature],
    settled: Mapping[str, tuple[pd.DataFrame, pd.DataFrame]],
    limits: LeakLimits,
) -> Iterator[LeakFinding]:
    for entity, (before, after) in settled.items():
        share = len(after) / max(len(before) + len(after), 1)
        if len(before) < LEAST or len(after) < LEAST or share <= limits.later_share:
            continue
        for column, names, value in _shifts(features, entity, before, after, limits.later_shift):
            said = (
                f"{share:.0%} of the recent rows of {entity} were written after the day that they"
                f" are counted for, and {column} is distributed otherwise there (stability index"
                f" {value:.2f}, limit {limits.later_shift})"
            )
            yield _finding("settled later", column, names, value, limits.later_shift, said)


def _otherwise_observed(
    features: Sequence[Feature],
    samples: Mapping[str, tuple[pd.DataFrame, pd.DataFrame]],
    limits: LeakLimits,
) -> Iterator[LeakFinding]:
    for entity, (old, new) in samples.items():
        if min(len(old), len(new)) < LEAST_OBSERVED:
            continue
        for column, names, value in _shifts(features, entity, old, new, limits.observed_shift):
            said = (
                f"{column} is distributed otherwise in rows made out at the first load than in"
                f" rows seen when new (stability index {value:.2f}, limit {limits.observed_shift})"
            )
            yield _finding("otherwise observed", column, names, value, limits.observed_shift, said)


def _shifts(
    features: Sequence[Feature],
    entity: str,
    before: pd.DataFrame,
    after: pd.DataFrame,
    limit: float,
) -> Iterator[tuple[str, tuple[str, ...], float]]:
    """Columns that features read and whose shift passes the limit beyond chance."""
    for column in after.columns:
        names = made_of(features, entity, column)
        codes = coded(pd.concat([before[column], after[column]]))
        value, chance = shift(codes[: len(before)], codes[len(before) :])
        if names and value - chance > limit:
            yield f"{entity}.{column}", names, value


def _recomputed(evidence: LeakEvidence) -> Iterator[LeakFinding]:
    day = evidence.recomputed_day
    for name, share in evidence.recomputed.items():
        if share > 0:
            said = (
                f"{name} of {day} came out otherwise for {share:.1%} of customers when recomputed"
            )
            remedy = f"if its definition changed, run `mkt features --as-of {day}`; else {_FIX}"
            yield LeakFinding("recomputed", name, (name,), share, 0, said, f"{remedy}, {_ALLOW}")


def _finding(
    sign: str, subject: str, names: tuple[str, ...], value: float, limit: float, said: str
) -> LeakFinding:
    value, limit = round(float(value), 4), float(limit)
    return LeakFinding(sign, subject, names, value, limit, said, f"{_FIX}, {_ALLOW}")
