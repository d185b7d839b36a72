"""A restore that was ended half-way: what it has brought back is not to be worked on."""

from pathlib import Path

from mkt_pipeline.errors import FailNowError


def notes_of(home: Path) -> Path:
    """The file in which a restore writes down how far it is; it goes when the restore is whole."""
    return home / "lake.restoring"


def refuse_unfinished_restore(home: Path) -> None:
    """Refuse to work under ``home`` while a restore into it has not come to its end."""
    notes = notes_of(home)
    if notes.exists():
        folder = (notes.read_text(encoding="utf-8").splitlines() or ["of a backup"])[0]
        raise FailNowError(
            f"the restore of {folder} into {home} has not come to its end",
            remedy=f"run `mkt restore {folder}` again, or begin anew with another MKT_HOME and"
            " empty databases",
        )
