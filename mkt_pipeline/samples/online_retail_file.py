"""The file of UCI Online Retail II, in whichever of its forms it was downloaded."""

import importlib.util
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv, parquet

from mkt_pipeline.errors import BadInputError

SCHEMA = pa.schema(
    [
        ("invoice", pa.string()),
        ("stock_code", pa.string()),
        ("description", pa.string()),
        ("quantity", pa.int64()),
        ("invoice_date", pa.timestamp("us")),
        ("price", pa.float64()),
        ("customer_id", pa.int64()),
        ("country", pa.string()),
    ]
)

_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "invoice": "invoice",
        "invoiceno": "invoice",
        "stockcode": "stock_code",
        "description": "description",
        "quantity": "quantity",
        "invoicedate": "invoice_date",
        "price": "price",
        "unitprice": "price",
        "customerid": "customer_id",
        "country": "country",
    }
)
"""Both editions of the data set, without spaces, underscores and case."""

_EXCEL = (".xlsx", ".xls")


def read_file(path: Path) -> pa.Table:
    """All lines of the file in its order, with ``SCHEMA``; parquet, CSV or Excel by its ending.

    Refused with BadInputError: a file that is absent, of another kind, without one of the
    columns, or whose values are not what their column says.
    """
    if not path.is_file():
        raise BadInputError(
            f"{path} does not exist",
            remedy="give the path of Online Retail II (archive.ics.uci.edu, data set 502)",
        )
    readers = {".parquet": parquet.read_table, ".csv": _read_csv, **dict.fromkeys(_EXCEL, _excel)}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise BadInputError(
            f"{path} is neither parquet, CSV nor Excel", remedy="give a .parquet, .csv or .xlsx"
        )
    try:
        return _typed(_renamed(reader(path), path))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError) as error:
        told = str(error).splitlines()[0][:120]
        raise BadInputError(
            f"{path} cannot be read as Online Retail II: {told}",
            remedy="download the file again",
        ) from None


def _read_csv(path: Path) -> pa.Table:
    encoding = "utf8" if _is_utf8(path) else "latin1"
    # As text: one column must not be guessed to be a number from its first lines.
    names = csv.open_csv(path, read_options=csv.ReadOptions(encoding=encoding)).schema.names
    return csv.read_csv(
        path,
        read_options=csv.ReadOptions(encoding=encoding),
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True
        ),
    )


def _is_utf8(path: Path) -> bool:
    try:
        path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _excel(path: Path) -> pa.Table:
    if importlib.util.find_spec("openpyxl") is None:
        raise BadInputError(
            f"{path} is an Excel file and the module openpyxl is not installed",
            remedy="pip install openpyxl, or save it as CSV",
        )
    sheets = pd.read_excel(path, sheet_name=None, dtype=str)
    tables = [
        _renamed(pa.Table.from_pandas(sheet, preserve_index=False), path)
        for sheet in sheets.values()
    ]
    return _without_overlap([_typed(table) for table in tables])


def _without_overlap(sheets: list[pa.Table]) -> pa.Table:
    """The sheets one after the other; days that the next sheet repeats are taken from it."""
    starts = [pc.min(sheet["invoice_date"]) for sheet in sheets[1:]]
    kept = [
        sheet.filter(pc.less(sheet["invoice_date"], start))
        for sheet, start in zip(sheets, starts, strict=False)
    ]
    return pa.concat_tables([*kept, *sheets[-1:]])


def _renamed(table: pa.Table, path: Path) -> pa.Table:
    known = {name: _NAMES.get(_plain(name)) for name in table.column_names}
    missing = sorted(set(SCHEMA.names) - set(known.values()))
    if missing:
        raise BadInputError(
            f"{path} has no column for {', '.join(missing)}",
            remedy="give the file of Online Retail II with its header",
        )
    columns = {new: table[name] for name, new in known.items() if new}
    return pa.table({name: columns[name] for name in SCHEMA.names})


def _plain(name: str) -> str:
    return "".join(sign for sign in name.lower() if sign.isalnum())


def _typed(table: pa.Table) -> pa.Table:
    return pa.table([_cast(table[field.name], field) for field in SCHEMA], schema=SCHEMA)


def _cast(column: pa.ChunkedArray, field: pa.Field) -> pa.ChunkedArray:
    is_text = pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
    if is_text and pa.types.is_timestamp(field.type):
        return pa.chunked_array([pa.array(pd.to_datetime(column.to_pandas()), field.type)])
    if is_text and pa.types.is_integer(field.type):
        column = column.cast(pa.float64())  # a spreadsheet writes whole numbers as 13085.0
    return column.cast(field.type)
