"""Names, addresses and numbers of the sample that can be told from every other text."""

import gzip
import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pyarrow as pa
import pyarrow.parquet as pq
from psycopg2 import sql

NAMES = """
UPDATE dealership.persons
SET first_name = first_name || 'qzxvqj', last_name = last_name || 'qzxvqj'
"""
"""So that Max and Winter, which are words as well, are found wherever they are names."""

PERSONAL = re.compile(
    rb"\w{0,20}qzxvqj|person\.\d+@example|@example\.com|\+999 ?\d{6}", re.IGNORECASE
)


def full_names(crm: str) -> re.Pattern[bytes]:
    """E-mail addresses, numbers, and first and last names together, as the sample has them.

    Alone, Max and Winter are words; ``NAMES`` makes them unmistakable where a test may change them.
    """
    with closing(psycopg2.connect(crm)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT first_name, last_name FROM dealership.persons")
        pairs = cursor.fetchall()
    told = _of_two(pairs, " ") + _of_two([(b, a) for a, b in pairs], ", ")
    return re.compile(PERSONAL.pattern + b"|" + "|".join(told).encode(), re.IGNORECASE)


def _of_two(pairs: list[tuple[str, str]], between: str) -> list[str]:
    """The pairs by their first: of thousands side by side each would be tried at every byte."""
    seconds: dict[str, list[str]] = {}
    for first, second in pairs:
        seconds.setdefault(re.escape(first), []).append(re.escape(second))
    return [f"{first}{between}(?:{'|'.join(all_)})" for first, all_ in sorted(seconds.items())]


def found_in_bytes(data: bytes, sought: re.Pattern[bytes] = PERSONAL) -> set[bytes]:
    """What of the sample's persons stands in some bytes, packed ones opened."""
    found = set(sought.findall(data))
    if data[:2] == b"\x1f\x8b":
        found |= found_in_bytes(gzip.decompress(data), sought)
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            for name in packed.namelist():
                found |= set(sought.findall(name.encode())) | found_in_bytes(
                    packed.read(name), sought
                )
    return found


def found_in_file(path: Path, sought: re.Pattern[bytes] = PERSONAL) -> set[bytes]:
    """The same of one file, by its values and its footer where it is Parquet, and of its name."""
    name = set(sought.findall(str(path).encode()))
    if path.suffix != ".parquet":
        return name | found_in_bytes(path.read_bytes(), sought)
    file = pq.ParquetFile(path)
    texts = [
        str(file.metadata.metadata),
        *(str(_bounds(file, n)) for n in range(file.num_row_groups)),
    ]
    for name_, column in zip(file.schema_arrow.names, file.read().columns, strict=True):
        texts += (
            [name_, *map(str, column.unique().to_pylist())]
            if _flat(column)
            else [str(column.to_pylist())]
        )
    return name | set(sought.findall("\n".join(texts).encode()))


def _flat(column: pa.ChunkedArray) -> bool:
    return not pa.types.is_nested(column.type)


def _bounds(file: pq.ParquetFile, group: int) -> list[object]:
    """The least and greatest values that stand in the footer."""
    columns = file.metadata.row_group(group)
    return [columns.column(n).statistics for n in range(columns.num_columns)]


def found_in_folder(folder: Path, sought: re.Pattern[bytes] = PERSONAL) -> dict[str, set[bytes]]:
    """By file what is found there; the files are all below ``folder``."""
    paths = [path for path in folder.rglob("*") if path.is_file()]
    found = {str(path): found_in_file(path, sought) for path in paths}
    return {name: what for name, what in found.items() if what}


def found_in_database(url: str, sought: re.Pattern[bytes] = PERSONAL) -> dict[str, set[bytes]]:
    """By table what is found in its rows, of every schema that is not the system's."""
    found = {}
    with closing(psycopg2.connect(url)) as connection:
        for schema, table in tables(connection):
            name = sql.Identifier(schema, table).as_string(connection)
            text = io.BytesIO()
            with connection.cursor() as cursor:
                cursor.copy_expert(f"COPY (SELECT * FROM {name}) TO STDOUT", text)
            # Bytes are written as digits by COPY; whoever packed something in them is opened too.
            found[name] = found_in_bytes(text.getvalue(), sought) | found_in_bytea(
                text.getvalue(), sought
            )
    return {name: what for name, what in found.items() if what}


def found_in_bytea(text: bytes, sought: re.Pattern[bytes]) -> set[bytes]:
    """What is found in values of the type bytea."""
    values = re.findall(rb"\\\\x((?:[0-9a-f]{2})+)", text)
    return {
        one for value in values for one in found_in_bytes(bytes.fromhex(value.decode()), sought)
    }


def tables(connection: "psycopg2.extensions.connection") -> Iterator[tuple[str, str]]:
    """Schema and name of every table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT schemaname, tablename FROM pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        )
        yield from cursor.fetchall()
