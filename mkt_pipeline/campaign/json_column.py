"""Lists in an Arrow column written as JSON text, by columns."""

import json

import pyarrow as pa
import pyarrow.compute as pc

from mkt_pipeline.errors import DataRefusedError


def json_text(column: pa.Array, *, name: str) -> pa.Array:
    """The column as JSON text, one string per row.

    Accepted are strings, taken as JSON already, and lists of strings or of flat structs of
    strings; a null list stays null. Anything else is refused.
    """
    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return column
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return _list_text(column, name=name)
    raise DataRefusedError(
        f"column {name} has type {kind}", remedy="give JSON text, or lists of strings or structs"
    )


def _list_text(column: pa.Array, *, name: str) -> pa.Array:
    items = _item_text(column.flatten(), name=name)
    lengths = pc.fill_null(pc.list_value_length(column), 0)
    offsets = pa.concat_arrays(
        [pa.array([0], pa.int32()), pc.cumulative_sum(lengths).cast(pa.int32())]
    )
    joined = pc.binary_join(pa.ListArray.from_arrays(offsets, items), ", ")
    text = pc.binary_join_element_wise("[", joined, "]", "")
    return pc.if_else(column.is_valid(), text, pa.scalar(None, pa.string()))


def _item_text(items: pa.Array, *, name: str) -> pa.Array:
    if not pa.types.is_struct(items.type):
        return _string_text(items, name=name)
    parts: list[pa.Array | str] = []
    for index in range(items.type.num_fields):
        key = items.type.field(index).name
        parts.append(f"{', ' if index else '{'}{json.dumps(key)}: ")
        parts.append(_string_text(items.field(index), name=f"{name}.{key}"))
    return pc.binary_join_element_wise(*parts, "}", "")


def _string_text(items: pa.Array, *, name: str) -> pa.Array:
    """Each distinct string is escaped once: products and reasons repeat over the customers."""
    if not (pa.types.is_string(items.type) or pa.types.is_large_string(items.type)):
        raise DataRefusedError(
            f"column {name} holds {items.type}", remedy="cast it to text before publishing"
        )
    encoded = pc.dictionary_encode(items, null_encoding="encode")
    escaped = pa.array([json.dumps(value) for value in encoded.dictionary.to_pylist()], pa.string())
    return escaped.take(encoded.indices)
