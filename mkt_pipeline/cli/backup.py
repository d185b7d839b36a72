"""`mkt backup` and `mkt restore`."""

from pathlib import Path
from typing import Annotated

import typer

from mkt_pipeline.cli.options import JsonOption
from mkt_pipeline.cli.telling import tell
from mkt_pipeline.settings import load_settings


def backup(
    into: Annotated[Path, typer.Argument(help="Folder that is to hold the backups.")],
    as_json: JsonOption = False,
) -> None:
    """Copy lake, campaign schema, MLflow and Airflow into one new folder, while nights go on."""
    # Imported late, so that `--help` and the other commands stay quick.
    from mkt_pipeline.backup.back_up import back_up
    from mkt_pipeline.backup.places import places
    from mkt_pipeline.wiring.lake import whole_lake

    settings = load_settings()
    found = places(settings)
    covered = whole_lake(settings).covered()
    day = str(covered) if covered else None
    tell([back_up(found, into, source=settings.source, covered=day)], as_json=as_json)


def restore(
    folder: Annotated[Path, typer.Argument(help="The folder that `mkt backup` told.")],
    as_json: JsonOption = False,
) -> None:
    """Bring a backup back into an empty place; nothing that is there is overwritten."""
    from mkt_pipeline.backup.places import places
    from mkt_pipeline.backup.restore import restore_backup

    settings = load_settings()
    tell([restore_backup(places(settings), folder, source=settings.source)], as_json=as_json)
