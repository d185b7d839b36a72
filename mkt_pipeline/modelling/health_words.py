"""What came true of a publication, in sentences for a person."""

from collections.abc import Sequence

from mkt_pipeline.contracts.model_health import EVERYBODY, HealthFigure
from mkt_pipeline.contracts.segment_names import SEGMENTS
from mkt_pipeline.modelling.realised import OVER_RULE

RULE = "recency-frequency-money"
TITLES = {
    "roc_auc": "ROC AUC",
    "average_precision": "average precision",
    "lift_at_10": "lift at 10 %",
    "calibration_error": "calibration error",
    "event_rate": "event rate",
}
_COMPARED = "average_precision"


def against_rule(figures: Sequence[HealthFigure]) -> str:
    """How the champion ranked beside the rule of thumb, plainly."""
    own, more = _of(figures, _COMPARED), _of(figures, f"{_COMPARED}{OVER_RULE}")
    if own is None or more is None or own.rule_of_thumb is None:
        return f"the champion could not be compared with {RULE}"
    told = (
        f"average precision {own.value:.3f} against {own.rule_of_thumb:.3f}"
        f" (difference {more.value:+.3f}, 95 % interval {more.low:+.3f} to {more.high:+.3f})"
    )
    if surely_worse(figures):
        return f"the champion ranked worse than {RULE}: {told}"
    if more.low is not None and more.low > 0:
        return f"the champion ranked better than {RULE}: {told}"
    word = "better" if more.value > 0 else "worse"
    return f"the champion ranked {word} than {RULE}, though not surely: {told}"


def surely_worse(figures: Sequence[HealthFigure]) -> bool:
    """Whether the rule of thumb would have ranked better, beyond chance."""
    more = _of(figures, f"{_COMPARED}{OVER_RULE}")
    return more is not None and more.high is not None and more.high < 0


def by_segment(figures: Sequence[HealthFigure]) -> str:
    """What each segment was promised and did; empty where segments are not known."""
    rates = {name: _of(figures, "event_rate", name) for name in SEGMENTS}
    told = [
        f"{name} {one.value:.1%} (promised {one.promised:.1%})"
        for name, one in rates.items()
        if one is not None
    ]
    return f"had the event: {', '.join(told)}" if told else ""


def measure_lines(figures: Sequence[HealthFigure]) -> list[str]:
    """A line for each measure of everybody: value, interval, what was promised, the rule."""
    return [
        f"{title} {_figure(one.value)}{_interval(one)}{_beside(one)}"
        for measure, title in TITLES.items()
        if (one := _of(figures, measure)) is not None
    ]


def health_markdown(title: str, figures: Sequence[HealthFigure]) -> str:
    """A page: the verdict, and a table of every figure."""
    lines = [f"# {title}", "", f"{_begun(against_rule(figures))}.", ""]
    if told := by_segment(figures):
        lines += [f"{_begun(told)}.", ""]
    lines += [
        "| measure | part | value | 95 % interval | promised | rule of thumb | customers |"
        " with the event |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {one.measure} | {one.part} | {_figure(one.value)} | {_figure(one.low)} to"
        f" {_figure(one.high)} | {_figure(one.promised)} | {_figure(one.rule_of_thumb)} |"
        f" {one.customers:,} | {one.positives:,} |"
        for one in figures
    ]
    return "\n".join(lines) + "\n"


def _begun(text: str) -> str:
    return text[0].upper() + text[1:]


def _of(
    figures: Sequence[HealthFigure], measure: str, part: str = EVERYBODY
) -> HealthFigure | None:
    return next((one for one in figures if (one.measure, one.part) == (measure, part)), None)


def _interval(one: HealthFigure) -> str:
    return "" if one.low is None else f" ({_figure(one.low)} to {_figure(one.high)})"


def _beside(one: HealthFigure) -> str:
    told = [
        f"{what} {_figure(value)}"
        for what, value in (("promised", one.promised), ("rule of thumb", one.rule_of_thumb))
        if value is not None
    ]
    return f", {', '.join(told)}" if told else ""


def _figure(value: float | None) -> str:
    return "none" if value is None else f"{value:.4f}"
