"""A Parquet file against the columns that are expected of it."""

import math
import struct

import pyarrow
import pyarrow.parquet

from model.columns import rest_pairs

TYPES = {
    "int64": pyarrow.int64(),
    "int32": pyarrow.int32(),
    "double": pyarrow.float64(),
    "bool": pyarrow.bool_(),
    "text": pyarrow.string(),
    "rest": pyarrow.string(),
    "bytes": pyarrow.binary(),
    "time": pyarrow.timestamp("us", tz="UTC"),
}
MAX_DIFFERENCES = 20


def arrow_type(kind):
    if kind.startswith("list<"):
        return pyarrow.list_(TYPES[kind.removeprefix("list<").removesuffix(">")])
    return TYPES[kind]


def differences(path, expected):
    """What is otherwise in the file than expected, in words; and how many cells were compared."""
    table = pyarrow.parquet.read_table(path)
    found = dict(zip(table.column_names, table.columns, strict=True))
    told = [f"{name}: a column that should not be there" for name in found if name not in expected]
    cells = 0
    for name, (kind, values) in expected.items():
        if name not in found:
            told.append(f"{name}: no such column")
            continue
        column = found[name]
        if plain(column.type) != arrow_type(kind):
            told.append(f"{name}: its type is {column.type}, not {arrow_type(kind)}")
            continue
        cells += len(values)
        told.extend(of_column(name, kind, column, values))
    return told[:MAX_DIFFERENCES], cells


def plain(ty):
    """Without what elements of lists are called."""
    return pyarrow.list_(ty.value_type) if pyarrow.types.is_list(ty) else ty


def of_column(name, kind, column, values):
    if kind == "time":
        column = column.cast(pyarrow.int64())
    if len(column) != len(values):
        yield f"{name}: {len(column)} rows, not {len(values)}"
        return
    for row, (found, value) in enumerate(zip(column.to_pylist(), values, strict=True)):
        if kind == "rest" and found is not None:
            found = rest_pairs(found)
        if comparable(found) != comparable(value):
            yield f"{name}, row {row}: {found!r}, not {value!r}"


def comparable(value):
    """With doubles by their bits, of which all NaNs have the same."""
    if isinstance(value, list):
        return [comparable(element) for element in value]
    if isinstance(value, float):
        return "NaN" if math.isnan(value) else struct.pack(">d", value)
    return value
