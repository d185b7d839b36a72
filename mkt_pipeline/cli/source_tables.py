"""How the report of `mkt source check` looks in a terminal."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from mkt_pipeline.crm.check_report import CheckedEntity, Problem, SourceReport

_LOOKS = {"error": ("✗", "bold red"), "warning": ("!", "yellow"), "note": ("·", "dim")}


def rendered(report: SourceReport) -> Group:
    """One table per entity with its problems, then the general ones and a verdict."""
    return Group(*_parts(report))


def summary(report: SourceReport) -> str:
    """Counts of problems by severity, and whether a night may run."""
    kinds = [problem.severity for problem in report.problems()]
    counts = ", ".join(f"{kind}s {kinds.count(kind)}" for kind in ("error", "warning", "note"))
    verdict = "a night may run on it" if report.is_usable else "correct the errors first"
    return f"{report.source}: {counts}; {verdict}"


def _parts(report: SourceReport) -> Iterator[RenderableType]:
    for entity in report.entities:
        yield _table(entity)
        yield from map(_line, entity.problems)
        yield ""
    yield Text(f"In general, read as user {report.user}", style="bold")
    yield from map(_line, report.general)
    if not report.general:
        yield Text("  ✓ all is mapped, and the user may read that and nothing more", style="green")
    yield ""
    yield Text(summary(report), style="bold green" if report.is_usable else "bold red")


def _table(entity: CheckedEntity) -> Table:
    table = Table(title=escape(_title(entity)), title_justify="left", title_style="bold")
    for heading in ("column", "contract", "query", ""):
        table.add_column(heading)
    for column in entity.columns:
        sign = Text("✓", style="green") if column.fits else Text("✗", style="bold red")
        wanted = column.wanted or "attribute"
        table.add_row(column.name, wanted, column.given or "absent", sign)
    return table


def _title(entity: CheckedEntity) -> str:
    if entity.rows is None:
        return f"{entity.entity}: not read"
    rows = f"{entity.entity}: {entity.rows:,} rows"
    if entity.newest_update is None:
        return rows
    return f"{rows}, newest update {entity.newest_update:%Y-%m-%d %H:%M} UTC"


def _line(problem: Problem) -> Text:
    sign, style = _LOOKS[problem.severity]
    # A statement in it is to be copied: the terminal wraps it, and no line break gets into it.
    return Text.assemble(
        (f"  {sign} {problem.problem}", style),
        (f"\n      → {problem.remedy}", "dim"),
        no_wrap=True,
        overflow="ignore",
    )
