"""What a night brought, for the person who started it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from mkt_pipeline.campaign.database import CampaignDatabase
from mkt_pipeline.campaign.publication import CustomerSegment, PastPublication, SegmentCount
from mkt_pipeline.cli.stack import access
from mkt_pipeline.cli.telling import reason_line
from mkt_pipeline.contracts.use_case import UseCase
from mkt_pipeline.stack.addresses import addresses
from mkt_pipeline.stack.deployment import Deployment
from mkt_pipeline.tracking.server import Tracking

EXAMPLES = 5

COLORS = {"high": "green", "medium": "yellow", "low": "dim"}

FIGURES = {
    "roc_auc": ("ROC AUC", "{:.3f}"),
    "average_precision": ("average precision", "{:.3f}"),
    "lift_at_10": ("lift in the best 10 %", "{:.1f} ×"),
    "gain_at_10": ("of all with the event in the best 10 %", "{:.0%}"),
    "calibration_error": ("calibration error", "{:.4f}"),
}
"""The figures of a champion that a person asks for first, by the names they have in MLflow."""


@dataclass(frozen=True)
class UseCaseSummary:
    """One use case: its current publication and its champion on data later than its training."""

    use_case: UseCase
    publication: PastPublication | None
    counts: tuple[SegmentCount, ...]
    examples: tuple[CustomerSegment, ...]
    champion: str
    metrics: Mapping[str, float]


def summary(where: Deployment, use_cases: Iterable[UseCase]) -> tuple[UseCaseSummary, ...]:
    """Read what the campaign database and MLflow say of these use cases now."""
    known = addresses(where.settings)
    campaign, tracking = CampaignDatabase(known.campaign), Tracking(known.mlflow)
    return tuple(_read(campaign, tracking, use_case) for use_case in use_cases)


def show(console: Console, where: Deployment, found: Iterable[UseCaseSummary]) -> None:
    """Print the summary, the addresses and what to try next."""
    found = tuple(found)
    for one in found:
        console.print(
            Panel(_body(one), title=one.use_case.title, title_align="left", padding=(1, 2))
        )
    elsewhere = where.settings.airflow_url is not None
    lines = _next(found, "mkt") if elsewhere else (*access(where), "", *_next(found), "  make down")
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _read(campaign: CampaignDatabase, tracking: Tracking, use_case: UseCase) -> UseCaseSummary:
    champion = tracking.champion(use_case.name)
    return UseCaseSummary(
        use_case=use_case,
        publication=campaign.current(use_case.name),
        counts=campaign.segment_counts(use_case.name),
        examples=campaign.examples(use_case.name, EXAMPLES),
        champion=f"{champion.name}, version {champion.version}",
        metrics=champion.metrics,
    )


def _body(one: UseCaseSummary) -> Group:
    if one.publication is None:
        return Group(Text("Nothing has been published yet.", style="yellow"))
    head = f"{one.publication.rows:,} customers as of {one.publication.as_of}"
    return Group(
        Text(head, style="bold"),
        _counts(one.counts),
        Text(),
        _examples(one.examples),
        Text(),
        Text(f"Champion {one.champion}, on data later than its training:", style="bold"),
        Text(_figures(one.metrics)),
    )


def _counts(counts: Iterable[SegmentCount]) -> Table:
    table = Table.grid(padding=(0, 2))
    for count in counts:
        share = count.share or 0.0
        table.add_row(
            Text(count.segment, style=COLORS[count.segment]),
            f"{count.customers:>9,}",
            f"{share:6.1%}",
            Text(
                "█" * max(1, round(share * 40)) if count.customers else "",
                style=COLORS[count.segment],
            ),
        )
    return table


def _examples(examples: Iterable[CustomerSegment]) -> Table:
    table = Table(
        "customer",
        "propensity",
        "segment",
        "recommended",
        "because",
        box=None,
        padding=(0, 2, 1, 0),
    )
    for one in examples:
        table.add_row(
            one.customer_id,
            f"{one.propensity:.1%}",
            Text(one.segment, style=COLORS[one.segment]),
            "\n".join(str(product["name"]) for product in one.recommended_products),
            "\n".join(reason_line(reason) for reason in one.reasons),
        )
    return table


def _figures(metrics: Mapping[str, float]) -> str:
    shown = [
        f"{words} {form.format(metrics[name])}"
        for name, (words, form) in FIGURES.items()
        if name in metrics
    ]
    return " · ".join(shown) or "no figures are recorded"


def _next(found: tuple[UseCaseSummary, ...], mkt: str = ".venv/bin/mkt") -> tuple[str, ...]:
    customer = next((each.customer_id for one in found for each in one.examples), "CUSTOMER_ID")
    name = found[0].use_case.name if found else "NAME"
    return (
        "Try next:",
        f"  {mkt} explain {customer} --use-case {name}",
        f"  {mkt} segments show --use-case {name}",
    )
