"""A decision about recommended products as a page for people."""

from collections.abc import Mapping, Sequence

from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.modelling.decision_document import check_row, interval_words
from mkt_pipeline.modelling.gate import Decision
from mkt_pipeline.modelling.recommender_gate import TITLES
from mkt_pipeline.modelling.resampling import Interval


def recommender_markdown(
    *,
    use_case: UseCase,
    decision: Decision,
    verdict: str,
    chosen: str,
    in_use: str,
    windows: Sequence[str],
    validation: Mapping[str, Mapping[str, Interval]],
) -> str:
    """What was compared on what, every check with value and limit, and the verdict.

    ``windows`` tell the window that the choice was made on and the latest one, ``validation`` has
    the figures on the former by method and measure.
    """
    count = use_case.recommend.count
    again = "and may be what they bought already" if use_case.recommend.repeatable else "and new"
    on_choice, latest = windows
    return "\n".join(
        [
            f"# {use_case.title}, recommended products: {verdict}",
            "",
            decision.sentence,
            "",
            f"Chosen is {chosen}: the simplest that no other beats on the first of these windows."
            f" In use was {in_use}. The second window, which the choice has not seen, decides. Each"
            " way learned from what was known before a window and offered up to"
            f" {count} products to the customers who then bought; products are active, of the"
            f" categories {', '.join(use_case.recommend.categories) or 'of all kinds'}, {again}.",
            "",
            f"- chosen on {on_choice}",
            f"- decided on {latest}",
            "",
            f"Recall@{count} is the share of what a list of {count} could find; NDCG@{count} counts"
            " the first place more than the second; coverage is the share of the products that"
            " anybody is offered. 95 % intervals by customers drawn again.",
            "",
            "## On the latest window",
            "",
            *_table(decision.figures),
            "## On the window that the choice was made on",
            "",
            *_table(validation),
            "## Checks",
            "",
            "| check | value | limit | passed |",
            "|---|---|---|---|",
            *(check_row(check) for check in decision.checks),
            "",
        ]
    )


def _table(figures: Mapping[str, Mapping[str, Interval]]) -> list[str]:
    return [
        f"| method | {' | '.join(TITLES.values())} |",
        f"|---|{'---|' * len(TITLES)}",
        *(
            f"| {method} | {' | '.join(interval_words(found[m]) for m in TITLES)} |"
            for method, found in figures.items()
        ),
        "",
    ]
