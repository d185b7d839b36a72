"""`mkt docs`: write the generated pages, or check that they are fresh."""

from typing import Annotated

import typer

from mkt_pipeline.errors import BadInputError


def docs(
    check: Annotated[
        bool, typer.Option("--check", help="Only say whether they are fresh.")
    ] = False,
) -> None:
    """Write SETTINGS.md, FEATURES.md, COMMANDS.md, DAGS.md and metrics.md under docs/."""
    from mkt_pipeline.cli.generated_pages import pages
    from mkt_pipeline.settings import load_settings

    project = load_settings().project
    stale = []
    for name, text in pages(project).items():
        path = project / "docs" / name
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if not check:
            path.write_text(text, encoding="utf-8")
    if check and stale:
        raise BadInputError(f"docs are not fresh: {', '.join(stale)}", remedy="run `make docs`")
    typer.echo(f"{'fresh' if not stale else 'written: ' + ', '.join(stale)}")
