"""A folder of files, as the lake needs it: listed, read, put there whole, removed."""

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from pyarrow import fs

from mkt_pipeline.lake.storage import LOCAL, S3, Storage, is_remote
from mkt_pipeline.lake.storage_errors import storage_errors

LOG = "_delta_log"
COPIED_AT_ONCE = 8 * 2**20
"""Bytes; the least part of an object that S3 takes is 5 MB."""


@dataclass(frozen=True)
class PlacedFile:
    """A file by its name below the folder, its size in bytes, and when it was last written."""

    name: str
    size: int
    written_at: datetime


@dataclass(frozen=True)
class Place:
    """The folder at ``uri``, local or in a store of objects; it need not exist."""

    uri: str
    storage: Storage = LOCAL

    @property
    def filesystem(self) -> fs.FileSystem:
        """Whatever holds the files."""
        return self.storage.filesystem(self.uri)

    @property
    def root(self) -> str:
        """The folder, as the file system calls it."""
        return self.uri.removeprefix(S3)

    def below(self, name: str) -> "Place":
        """A folder in this one."""
        return Place(f"{self.uri}/{name}", self.storage)

    def address(self, name: str) -> str:
        """The whole address of a file."""
        return f"{self.uri}/{name}"

    def name_of(self, address: str) -> str:
        """The name of a file from its whole address; the address itself, where it lies elsewhere.

        More than one way may lead to a local folder.
        """
        if is_remote(self.uri):
            return address.removeprefix(f"{self.uri}/")
        path, folder = Path(address).resolve(), Path(self.root).resolve()
        return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else address

    def files(self) -> Iterator[PlacedFile]:
        """All files below, in the order of their names."""
        with storage_errors(self.uri):
            selected = fs.FileSelector(self.root, allow_not_found=True, recursive=True)
            listed = self.filesystem.get_file_info(selected)
        for one in sorted(listed, key=lambda one: one.path):
            if one.is_file:
                name = one.path[len(self.root) :].lstrip("/")
                yield PlacedFile(name, int(one.size), one.mtime.astimezone(UTC))

    def tables(self) -> Iterator[str]:
        """The name of every folder below that holds a Delta table."""
        named = (one.name.split("/") for one in self.files())
        found = {"/".join(parts[: parts.index(LOG)]) for parts in named if LOG in parts}
        yield from sorted(found)

    def opened(self, name: str) -> Any:  # noqa: ANN401 - Arrow has no types
        """A file to read at any place of it."""
        with storage_errors(self.uri):
            return self.filesystem.open_input_file(f"{self.root}/{name}")

    def text(self, name: str) -> str:
        """A file as text."""
        with storage_errors(self.uri), self.opened(name) as file:
            return bytes(file.read()).decode()

    def write_text(self, name: str, text: str) -> None:
        """A text as a file; readers see the old one, or the new one whole."""
        with storage_errors(self.uri):
            if is_remote(self.uri):
                self._upload(name, BytesIO(text.encode()))
                return
            with self._draft(name) as draft:
                draft.write_text(text, encoding="utf-8")

    def put(self, source: Path, name: str) -> None:
        """A copy of a local file under this name; readers see the old one, or the new one whole."""
        with storage_errors(self.uri):
            if is_remote(self.uri):
                with source.open("rb") as file:
                    self._upload(name, file)
                return
            with self._draft(name) as draft:
                shutil.copyfile(source, draft)

    def remove(self, name: str) -> None:
        """Remove one file, if it is still there."""
        with storage_errors(self.uri):
            path = f"{self.root}/{name}"
            if self.filesystem.get_file_info(path).is_file:
                self.filesystem.delete_file(path)

    @contextmanager
    def _draft(self, name: str) -> Iterator[Path]:
        """A local file that becomes the one of this name when it is whole."""
        path = Path(self.root) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
        try:
            yield draft
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)

    def _upload(self, name: str, content: IO[bytes]) -> None:
        # An object is there when its stream is closed; where that fails it is not.
        with self.filesystem.open_output_stream(f"{self.root}/{name}") as stream:
            shutil.copyfileobj(content, stream, COPIED_AT_ONCE)
