"""Which way to recommend is used: the simplest that is not beaten, and whether it takes over.

A method is beaten by another that is better on the same customers, in at least so large a share of
the draws of a paired bootstrap (Efron and Tibshirani 1993, chapter 16).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from mkt_pipeline.contracts.promotion import PromotionRules
from mkt_pipeline.modelling.gate import Check, Decision, sentence
from mkt_pipeline.modelling.resampled_figures import interval_of_count
from mkt_pipeline.modelling.resampling import Interval, Resampled

MEASURE, TITLE = "ndcg", "NDCG"
COVERAGE = "coverage"
TITLES = {"ndcg": "NDCG", "recall": "recall", COVERAGE: "coverage"}


def beats(drawn: Resampled, method: str, other: str, *, probability: float) -> bool:
    """Whether ``method`` is better than ``other``, and surely so."""
    better = drawn.values[method, MEASURE] > drawn.values[other, MEASURE]
    return better and drawn.probability_better(method, other, MEASURE) >= probability


def simplest_not_beaten(drawn: Resampled, in_order: Sequence[str], *, probability: float) -> str:
    """The first of the methods, the simplest first, that none of the others beats.

    There is always one: the best is beaten by none.
    """
    return next(
        method
        for method in in_order
        if not any(beats(drawn, other, method, probability=probability) for other in in_order)
    )


@dataclass(frozen=True)
class RecommenderEvidence:
    """Measured on the latest window: ``drawn`` has the figures of all.

    ``in_use`` is the method in use, None where none was chosen yet. ``baselines`` are those that
    every choice is held against.
    """

    drawn: Resampled
    chosen: str
    in_use: str | None
    baselines: Sequence[str]
    seconds_per_million: float


def decide_recommender(evidence: RecommenderEvidence, rules: PromotionRules) -> Decision:
    """Whether the chosen method takes over on the latest window, which nothing was chosen on.

    It must find something, must not be beaten by a baseline, and be quick; where a method is in
    use, it must be surely better than that one.
    """
    checks = (*_against_the_one_in_use(evidence, rules), *_absolute(evidence, rules))
    promote = all(check.passed for check in checks)
    return Decision(promote, checks, _figures(evidence.drawn), sentence(checks, promote=promote))


def _against_the_one_in_use(
    evidence: RecommenderEvidence, rules: PromotionRules
) -> tuple[Check, ...]:
    if evidence.in_use is None:
        return ()
    # Of the same method the draws are the same, and equals count half.
    share = evidence.drawn.probability_better(evidence.chosen, evidence.in_use, MEASURE)
    name = f"probability that its {TITLE} is higher than that of {evidence.in_use}, in use,"
    return (
        Check(
            name, share, "at least", rules.probability, share >= rules.probability, route="better"
        ),
    )


def _absolute(evidence: RecommenderEvidence, rules: PromotionRules) -> tuple[Check, ...]:
    drawn, chosen = evidence.drawn, evidence.chosen
    value = drawn.values[chosen, MEASURE]
    found = Check(f"{TITLE} of {chosen}", value, "above", 0.0, value > 0)
    held = [
        Check(
            f"probability that the {TITLE} of {baseline} is higher",
            share := drawn.probability_better(baseline, chosen, MEASURE),
            "at most",
            rules.probability,
            share <= rules.probability,
        )
        for baseline in evidence.baselines
        if baseline != chosen
    ]
    seconds, limit = evidence.seconds_per_million, rules.seconds_per_million
    quick = Check(
        "processor seconds for a million customers", seconds, "at most", limit, seconds <= limit
    )
    return (found, *held, quick)


def _figures(drawn: Resampled) -> dict[str, dict[str, Interval]]:
    methods = dict.fromkeys(method for method, _ in drawn.values)
    return {method: {m: interval(drawn, method, m) for m in TITLES} for method in methods}


def interval(drawn: Resampled, method: str, measure: str) -> Interval:
    """A figure of a method with its 95 % interval."""
    if measure == COVERAGE:
        return interval_of_count(drawn, method, measure)
    return drawn.interval(method, measure)
