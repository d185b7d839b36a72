"""What a comparison of ways to recommend leaves in MLflow, for people and for machines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mkt_pipeline.contracts.as_of import AsOf
from mkt_pipeline.contracts.chosen_method import ChosenMethod
from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.modelling.gate import Decision
from mkt_pipeline.modelling.recommender_document import recommender_markdown
from mkt_pipeline.modelling.recommender_gate import (
    COVERAGE,
    MEASURE,
    TITLES,
    RecommenderEvidence,
    interval,
)
from mkt_pipeline.modelling.resampling import Interval, Resampled
from mkt_pipeline.segments.methods import METHODS
from mkt_pipeline.tracking.recommender_record import ComparedMethod, Comparison


@dataclass(frozen=True)
class Compared:
    """All ways on both windows: ``on_choice`` the one that was chosen on, ``evidence`` the latest.

    ``best`` has each method with its best settings, in the order of simplicity. ``in_use`` is the
    way to take over from, None where there is none; ``before`` says in words what nights use.
    """

    chosen: ChosenMethod
    best: Sequence[ChosenMethod]
    in_use: ChosenMethod | None
    before: str
    windows: tuple[str, str]
    on_choice: Resampled
    evidence: RecommenderEvidence


def named(figures: Mapping[str, float], count: int) -> dict[str, float]:
    """Figures under the names they have in MLflow, such as ``ndcg_at_3``."""
    return {name if name == COVERAGE else f"{name}_at_{count}": v for name, v in figures.items()}


def comparison_of(
    use_case: UseCase, as_of: AsOf, compared: Compared, decision: Decision, verdict: str
) -> Comparison:
    """All that is logged and registered."""
    settings = use_case.recommend
    validation = {one: _intervals(compared.on_choice, one) for one in _labels(compared.on_choice)}
    page = recommender_markdown(
        use_case=use_case,
        decision=decision,
        verdict=verdict,
        chosen=compared.chosen.label,
        in_use=compared.before,
        windows=compared.windows,
        validation=validation,
    )
    return Comparison(
        chosen=compared.chosen,
        compared=_methods(compared, settings.count),
        parameters={
            "as_of": as_of,
            "chosen": compared.chosen.label,
            "in_use": compared.before,
            "choice_window": compared.windows[0],
            "latest_window": compared.windows[1],
            "count": settings.count,
            "categories": ", ".join(settings.categories) or "any",
            "repeatable": settings.repeatable,
            "seed": use_case.training.seed,
        },
        metrics=_metrics(compared, decision, settings.count),
        table=_table(compared, validation, decision.figures, settings.count),
        recipe={
            "method": compared.chosen.name,
            "settings": dict(compared.chosen.settings),
            "use_case": use_case.name,
            "as_of": str(as_of),
        },
        decision=decision.document(),
        verdict=verdict,
        pages={"decision.md": page},
        note=_note(use_case, as_of, compared, decision),
        is_challenger=compared.in_use is None or not compared.chosen.same(compared.in_use),
    )


def _methods(compared: Compared, count: int) -> list[ComparedMethod]:
    latest = compared.evidence.drawn
    ways = {
        one.label: one
        for method in METHODS
        for one in (ChosenMethod(method.name, settings) for settings in method.options)
    }
    if compared.in_use is not None:
        ways.setdefault(compared.in_use.label, compared.in_use)
    return [
        ComparedMethod(
            ways[label],
            named(_values(compared.on_choice, label), count),
            named(_values(latest, label), count),
            label == compared.chosen.label,
        )
        for label in _labels(latest)
    ]


def _metrics(compared: Compared, decision: Decision, count: int) -> dict[str, float]:
    """The chosen way's figures with their bounds, and those of each method beside them."""
    chosen = decision.figures[compared.chosen.label]
    bounds = {
        f"{name}_{bound}": getattr(found, bound)
        for measure, found in chosen.items()
        for name in named({measure: 0.0}, count)
        for bound in ("low", "high")
    }
    others = {
        f"{one.name}_{name}": value
        for one in compared.best
        for name, value in named(_values(compared.evidence.drawn, one.label), count).items()
    }
    own = named(_values(compared.evidence.drawn, compared.chosen.label), count)
    before = named(_values(compared.on_choice, compared.chosen.label), count)
    seconds = {"seconds_per_million": compared.evidence.seconds_per_million}
    on_choice = {f"validation_{name}": value for name, value in before.items()}
    return {**own, **bounds, **on_choice, **others, **seconds}


def _table(
    compared: Compared,
    validation: Mapping[str, Mapping[str, Interval]],
    latest: Mapping[str, Mapping[str, Interval]],
    count: int,
) -> dict[str, list[Any]]:
    """Columns of equal length, a row for each way and window."""
    rows = [
        {
            "method": label,
            "window": window,
            **{
                f"{name}{suffix}": getattr(found, bound)
                for measure, found in figures.items()
                for name in named({measure: 0.0}, count)
                for suffix, bound in (("", "value"), ("_low", "low"), ("_high", "high"))
            },
            "probability_chosen_is_better": drawn.probability_better(
                compared.chosen.label, label, MEASURE
            ),
            "chosen": "yes" if label == compared.chosen.label else "no",
        }
        for window, found_on, drawn in (
            ("latest", latest, compared.evidence.drawn),
            ("choice", validation, compared.on_choice),
        )
        for label, figures in found_on.items()
    ]
    return {name: [row[name] for row in rows] for name in rows[0]}


def _note(use_case: UseCase, as_of: AsOf, compared: Compared, decision: Decision) -> str:
    first = compared.best[0].label
    figures = compared.evidence.drawn.values
    values = [figures[one, MEASURE] for one in (compared.chosen.label, first)]
    return (
        f"{use_case.title}: {len(compared.best)} ways to recommend products were compared as of"
        f" {as_of}; {compared.chosen.label} is the simplest that no other beats. On the latest"
        f" window its {TITLES[MEASURE]}@{use_case.recommend.count} is {values[0]:.3f}"
        f" ({values[1]:.3f} by {first}). {decision.sentence}"
    )


def _labels(drawn: Resampled) -> list[str]:
    return list(dict.fromkeys(label for label, _ in drawn.values))


def _values(drawn: Resampled, label: str) -> dict[str, float]:
    return {measure: drawn.values[label, measure] for measure in TITLES}


def _intervals(drawn: Resampled, label: str) -> dict[str, Interval]:
    return {measure: interval(drawn, label, measure) for measure in TITLES}
