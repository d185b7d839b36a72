"""`mkt sample`: load a sample CRM, live on in it, and see how well a model can do."""

from dataclasses import asdict
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from mkt_pipeline.cli.options import JsonOption
from mkt_pipeline.cli.telling import print_json
from mkt_pipeline.errors import BadInputError, SettingsError
from mkt_pipeline.settings import Settings, load_settings
from mkt_pipeline.stack.addresses import addresses

app = typer.Typer(
    no_args_is_help=True, help="Load a sample CRM, live on in it, and see what it allows."
)


class Sample(StrEnum):
    """The samples that ship."""

    DEALERSHIP = "dealership"
    ONLINE_RETAIL = "online_retail"


UrlOption = Annotated[
    str | None,
    typer.Option(
        help="Database to write to, postgresql://user:password@host:port/name;"
        " the embedded CRM database by default."
    ),
]


@app.command()
def load(
    name: Annotated[Sample, typer.Argument(help="Which sample.")],
    path: Annotated[
        Path | None, typer.Option(help="online_retail: the file, Excel, CSV or parquet.")
    ] = None,
    customers: Annotated[int, typer.Option(help="dealership: how many customers.")] = 50_000,
    years: Annotated[int, typer.Option(help="dealership: years of history.")] = 5,
    seed: Annotated[int, typer.Option(help="dealership: the same seed, the same rows.")] = 7,
    until: Annotated[
        str | None, typer.Option(help="dealership: day before which it ends; today by default.")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="dealership: drop the sample that is there first.")
    ] = False,
    url: UrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """Load a sample into a CRM database, all or nothing."""
    settings = load_settings()
    target = _target(settings, url)
    if name is Sample.ONLINE_RETAIL:
        report = _load_online_retail(target, path)
    else:
        from mkt_pipeline.samples.dealership import load_dealership

        day = settings.as_of(until).day
        report = load_dealership(
            url=target, customers=customers, years=years, seed=seed, until=day, replace=replace
        )
    _tell(asdict(report), as_json=as_json)


@app.command()
def advance(
    days: Annotated[int, typer.Option(min=1, help="How many days to live on.")] = 1,
    url: UrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """Live on in the dealership: insert, update, cancel, merge and delete as a CRM does."""
    from mkt_pipeline.samples.dealership import advance as live_on

    report = live_on(url=_target(load_settings(), url), days=days)
    _tell(asdict(report), as_json=as_json)


@app.command()
def oracle(
    use_case: Annotated[
        str, typer.Option("--use-case", help="vehicle_purchase or service_visit.")
    ] = "vehicle_purchase",
    url: UrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure the true probability against what happened: no model can do better."""
    from mkt_pipeline.samples.dealership import oracle as measure

    _tell(asdict(measure(_target(load_settings(), url), use_case)), as_json=as_json)


def _load_online_retail(url: str, path: Path | None) -> Any:  # noqa: ANN401 - imported late
    if path is None:
        raise BadInputError(
            "online_retail is a file of yours", remedy="add --path with the Excel, CSV or parquet"
        )
    from mkt_pipeline.samples.online_retail import load as load_file

    return load_file(url=url, path=path)


def _target(settings: Settings, url: str | None) -> str:
    """The database to write to; the configured CRM is only ever read, unless it is named here."""
    if url:
        return url
    if settings.crm_url is not None:
        raise SettingsError(
            "MKT_CRM_URL names a CRM, which is only ever read",
            remedy="add --url with the database that the sample may write to",
        )
    return addresses(settings).crm


def _tell(facts: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(facts)
        return
    for name, value in facts.items():
        typer.echo(f"{name.replace('_', ' ')}: {_readable(value)}")


def _readable(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_readable(part)}" for name, part in value.items()) or "none"
    if isinstance(value, float):
        return f"{value:.4f}"
    if isinstance(value, int):
        return f"{value:,}"
    return date.isoformat(value) if isinstance(value, date) else str(value)
