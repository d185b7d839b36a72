"""What a backup holds, written last: a folder without it is not a backup."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from mkt_pipeline.backup.files import digest, files_in
from mkt_pipeline.errors import BadInputError, FailNowError

NAME = "manifest.json"
FORMAT = 1


@dataclass(frozen=True)
class Manifest:
    """``files`` are SHA-256 by path; ``versions`` those of the programs that wrote them."""

    format: int
    began: datetime
    ended: datetime
    source: str
    covered: str | None
    versions: dict[str, str]
    tables: int
    files: dict[str, str]

    def write(self, folder: Path) -> None:
        """Write it into the folder of the backup."""
        document = json.dumps(asdict(self), indent=1, default=datetime.isoformat)
        (folder / NAME).write_text(document, encoding="utf-8")


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a backup; refused where there is none, or one of a later format."""
    file = folder / NAME
    if not file.is_file():
        raise BadInputError(
            f"{folder} is not a whole backup: it has no {NAME}",
            remedy="name the folder that `mkt backup` told",
        )
    try:
        found: dict[str, Any] = dict(json.loads(file.read_text(encoding="utf-8")))
    except (ValueError, TypeError, RecursionError):
        raise _damaged(folder) from None
    if found.get("format") != FORMAT:
        raise BadInputError(
            f"{folder} has the format {found.get('format')}, known is {FORMAT}",
            remedy="restore it with the version of mkt_pipeline that wrote it",
        )
    try:
        times = {name: datetime.fromisoformat(found[name]) for name in ("began", "ended")}
        return Manifest(**{**found, **times})
    except (ValueError, TypeError, KeyError):
        raise _damaged(folder) from None


def _damaged(folder: Path) -> BadInputError:
    return BadInputError(
        f"{folder / NAME} is not what `mkt backup` writes",
        remedy="take another backup; this one is damaged",
    )


def refuse_changed(folder: Path, manifest: Manifest) -> None:
    """Compare every file with its digest; what is missing, changed or strange is named.

    What nobody listed would be brought back unseen, and a link could lead anywhere.
    """
    there = set(files_in(folder)) - {NAME}
    strange = sorted(
        name for name in there if name not in manifest.files or (folder / name).is_symlink()
    )
    missing = sorted(manifest.files.keys() - there)
    changed = sorted(
        name
        for name, expected in manifest.files.items()
        if name in there and digest(folder / name) != expected
    )
    for what, names in (
        ("lacks", missing),
        ("has changed", changed),
        ("holds what was not backed up", strange),
    ):
        if names:
            raise FailNowError(
                f"the backup {folder} {what}: {names[0]}"
                + (f" and {len(names) - 1:,} more" if len(names) > 1 else ""),
                remedy="take another backup; this one is damaged",
            )
