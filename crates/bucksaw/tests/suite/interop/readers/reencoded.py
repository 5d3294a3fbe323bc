"""Compares Parquet files with what Bucksaw made of them, cell by cell, by what docs/formats.md says of types.

    reencoded FOLDER

FOLDER has files WRITER-WHAT.parquet, and in `out` what they became. pyarrow reads both. Prints what differs, and how much was compared. Ends
with 0 if nothing differs, 1 if anything does; any other end is a failure of this script.
"""

import base64
import datetime
import decimal
import json
import math
import pathlib
import struct
import sys

import pyarrow as pa
import pyarrow.parquet as pq

from ending import exit_with

# Differences of a file that are printed.
SHOWN = 5
# A column of JSON text.
JSON = "json"
INTEGERS = {32: pa.int32(), 64: pa.int64()}
EPOCH = datetime.datetime(1970, 1, 1)
PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


def main():
    folder = pathlib.Path(sys.argv[1])
    paths = sorted(folder.glob("*.parquet"))
    assert paths, "files are needed"
    problems, cells = [], 0
    for path in paths:
        found, compared = compare(path, folder / "out" / path.name)
        problems += [f"{path.stem}: {problem}" for problem in found[:SHOWN]]
        cells += compared
    writers = sorted({path.stem.partition("-")[0] for path in paths})
    print("\n".join(problems))
    print(f"{len(paths)} files of {', '.join(writers)}, {cells} cells compared: {len(problems)} differences")
    return 1 if problems else 0


def compare(before, after):
    """What differs, and how many cells were compared."""
    wanted = expected_of(before)
    with pq.ParquetFile(after) as file:
        table = file.read()
    table.validate(full=True)
    problems, cells = [], 0
    names = list(wanted)
    if before.stem.startswith("bucksaw-"):
        # Those that hold what others can't come behind all that rows have.
        names.sort(key=lambda name: name.endswith(("__text", "__ns")))
    if names != table.column_names:
        problems.append(f"has columns {table.column_names}, not {names}")
    for name in wanted.keys() & set(table.column_names):
        of, values = wanted[name]
        array = whole(table.column(name))
        if type_name(array.type) != ("text" if of == JSON else of):
            problems.append(f"{name}: of type {array.type}, not {of}")
            continue
        found = plain_cells(array)
        if of == JSON:
            found = [text and json.loads(text, parse_float=decimal.Decimal) for text in found]
        if len(found) != len(values):
            problems.append(f"{name}: {len(found)} rows, not {len(values)}")
        differ = (row for row, (has, value) in enumerate(zip(found, values)) if not is_same(has, value))
        row = next(differ, None)
        if row is not None:
            problems.append(f"{name} row {row}: {found[row]!r}, not {values[row]!r}")
        cells += len(found)
    return problems, cells


def is_same(has, wanted):
    """Whether a value is the same; of JSON, where numbers are as they are spelled."""
    if isinstance(wanted, dict):
        return isinstance(has, dict) and has.keys() == wanted.keys() and all(is_same(has[key], wanted[key]) for key in has)
    if isinstance(wanted, list):
        return isinstance(has, list) and len(has) == len(wanted) and all(map(is_same, has, wanted))
    if isinstance(wanted, float) and isinstance(has, (int, decimal.Decimal)):
        return float(has) == wanted
    if isinstance(wanted, decimal.Decimal):
        return isinstance(has, (int, decimal.Decimal)) and has == wanted
    return type(has) is type(wanted) and has == wanted


def whole(column):
    """A column as one array."""
    array = column.combine_chunks()
    return pa.concat_arrays(array.chunks) if isinstance(array, pa.ChunkedArray) and array.chunks else array


def expected_of(path):
    """What is to become of a file: the columns' names, and of each its type and cells."""
    with pq.ParquetFile(path) as file:
        leaves = [file.schema.column(index) for index in range(len(file.schema))]
        table = file.read()
    columns = {}
    for name in table.column_names:
        add_columns(columns, [name], whole(table.column(name)), leaves)
    return columns


def add_columns(columns, path, array, leaves):
    """Adds what becomes of a column of this path: of a struct each member."""
    of = array.type
    if pa.types.is_struct(of) and of.num_fields:
        for field, values in zip(of, array.flatten()):
            add_columns(columns, [*path, field.name], values, leaves)
        return
    name = ".".join(path)
    kinds = {kind_of(leaf) for leaf in leaves if f"{leaf.path}.".startswith(f"{name}.")}
    if pa.types.is_null(of):
        return
    array = stored(array, kinds)
    of = type_name(array.type)
    if "INTERVAL" in kinds or of is None:
        columns[name] = JSON, json_values(array, kinds)
    else:
        columns[name] = of, plain_cells(array)


def kind_of(leaf):
    """What is not in Arrow's type."""
    if leaf.physical_type == "INT96" or leaf.converted_type in ("INTERVAL", "ENUM"):
        return leaf.physical_type if leaf.physical_type == "INT96" else leaf.converted_type
    return None


def stored(array, kinds):
    """The same values in the type that they are stored in, where that is another one that Arrow has."""
    of = array.type
    if pa.types.is_dictionary(of):
        return stored(array.dictionary_decode(), kinds)
    if pa.types.is_large_string(of):
        return array.cast(pa.string())
    if pa.types.is_large_binary(of) or (pa.types.is_fixed_size_binary(of) and of.byte_width == 0):
        return array.cast(pa.binary())
    if pa.types.is_binary(of) and kinds == {"ENUM"}:
        return array.cast(pa.string())
    if pa.types.is_float16(of):
        return array.cast(pa.float32())
    if pa.types.is_date64(of):
        return array.cast(pa.date32())
    if pa.types.is_duration(of):
        return array.cast(pa.int64())
    if pa.types.is_timestamp(of):
        zone = "UTC" if of.tz or "INT96" in kinds else None
        return array.cast(pa.timestamp("ms" if of.unit == "s" else of.unit, zone))
    if pa.types.is_decimal(of) and of.precision > 38:
        return array.cast(pa.string())
    if pa.types.is_list(of) or pa.types.is_large_list(of) or pa.types.is_fixed_size_list(of):
        lengths = [None if values is None else len(values) for values in array.to_pylist()]
        values = stored(array.flatten(), kinds)
        ends = [0]
        for length in lengths:
            ends.append(ends[-1] + (length or 0))
        nulls = pa.array([length is None for length in lengths], pa.bool_())
        return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), values, mask=nulls)
    return array


def type_name(of):
    """What a column's type is called here; none where no column is of it."""
    if isinstance(of, pa.UuidType):
        return "uuid"
    if isinstance(of, pa.BaseExtensionType):
        return type_name(of.storage_type)
    if pa.types.is_list(of):
        element = of.value_type
        name = type_name(element)
        is_single = not pa.types.is_list(element) and not isinstance(element, pa.JsonType)
        return name and is_single and f"list<{name}>" or None
    if pa.types.is_map(of):
        are_texts = type_name(of.key_type) == "text" and type_name(of.item_type) == "text"
        return "map" if are_texts else None
    if pa.types.is_struct(of):
        return None
    return {"string": "text", "binary": "bytes", "fixed_size_binary[0]": "bytes"}.get(str(of), str(of))


def plain_cells(array):
    """The cells of a column, as they can be compared."""
    of = array.type
    if isinstance(array, pa.ExtensionArray):
        return plain_cells(array.storage)
    if pa.types.is_temporal(of):
        return array.cast(INTEGERS[of.bit_width]).to_pylist()
    if pa.types.is_floating(of):
        return [bits_of(value) for value in array.to_pylist()]
    if pa.types.is_list(of):
        values = iter(plain_cells(array.flatten()))
        lengths = [None if value is None else len(value) for value in array.to_pylist()]
        return [None if length is None else [next(values) for _ in range(length)] for length in lengths]
    return array.to_pylist()


def bits_of(value):
    """A number as its bits; all that are none are one."""
    if value is None:
        return None
    return "NaN" if math.isnan(value) else struct.pack("<d", value)


def json_values(array, kinds):
    """The values of an array as JSON has them."""
    of = array.type
    valid = array.is_valid().to_pylist()
    if isinstance(array, pa.ExtensionArray):
        return json_values(array.storage, kinds)
    if pa.types.is_struct(of):
        members = [json_values(values, kinds) for values in array.flatten()]
        names = [field.name for field in of]
        return [dict(zip(names, row)) if is_there else None for row, is_there in zip(zip(*members), valid)]
    if pa.types.is_list(of) or pa.types.is_large_list(of):
        return lists_of(array, json_values(array.flatten(), kinds))
    if pa.types.is_map(of):
        entries = pa.ListArray.from_arrays(array.offsets, pa.StructArray.from_arrays([array.keys, array.items], ["key", "value"]))
        pairs = lists_of(entries, json_values(entries.flatten(), kinds))
        if pa.types.is_string(of.key_type):
            pairs = [{pair["key"]: pair["value"] for pair in row} for row in pairs]
        return [row if is_there else None for row, is_there in zip(pairs, valid)]
    return [None if value is None else json_value(value, of, kinds) for value in array.to_pylist()]


def lists_of(array, values):
    values = iter(values)
    lengths = array.value_lengths().to_pylist()
    return [None if length is None else [next(values) for _ in range(length)] for length in lengths]


def json_value(value, of, kinds):
    if "INTERVAL" in kinds:
        months, days, milliseconds = struct.unpack("<III", value)
        return {"months": months, "days": days, "milliseconds": milliseconds}
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, float):
        return value if math.isfinite(value) else {math.inf: "Infinity", -math.inf: "-Infinity"}.get(value, "NaN")
    return value


if __name__ == "__main__":
    exit_with(main)
