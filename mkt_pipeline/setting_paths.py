"""Files and folders that settings name, held against what is there before anything is done."""

from pathlib import Path

from mkt_pipeline.errors import SettingsError


def refuse_no_folder(setting: str, path: Path) -> None:
    """Refuse a folder that is not there."""
    if not path.is_dir():
        raise SettingsError(
            f"{setting} names {path}, which is no folder", remedy="correct it, or unset it"
        )


def refuse_file(setting: str, path: Path) -> None:
    """Refuse a file where a folder is to be; one that is not there yet is made later."""
    if path.exists() and not path.is_dir():
        raise SettingsError(
            f"{setting} names {path}, which is a file", remedy="name a folder, or unset it"
        )


def refuse_unreadable(env_file: Path) -> None:
    """Refuse a ``.env`` that holds no text; none at all is nothing wrong."""
    if env_file.is_dir():
        raise SettingsError(
            f"{env_file} is a folder, so no setting is read from it",
            remedy="rename it, or write the settings into a file of that name",
        )
    if not env_file.is_file():  # not there, or a pipe that can be read only once
        return
    try:
        env_file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise SettingsError(
            f"{env_file} is not UTF-8: byte {error.start + 1:,} cannot be read",
            remedy="save it as UTF-8",
        ) from None
    except OSError as error:
        raise SettingsError(
            f"{env_file} cannot be read: {error.strerror}", remedy="give its reader the right to"
        ) from None
