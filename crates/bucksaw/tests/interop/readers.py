"""Reads Parquet files with pyarrow, DuckDB and polars, and compares them with their models.

    readers.py FOLDER FILES

Beside each FILE.parquet in FOLDER lies FILE.jsonl: a line with the columns' names and types and the
number of rows, then one line a row with its cells, null ones left out. Compared are the columns' names,
order and types, every cell, and the rows that filters find, which the readers look up by statistics.
Ends with 0 if nothing differs, 1 if anything does; any other end is a failure of this script.
"""

import base64
import datetime
import itertools
import json
import math
import pathlib
import re
import struct
import sys

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

DECIMAL = "Decimal128(25, 3)"
DECIMAL_SCALE = 3
MICROS = 'Timestamp(µs, "UTC")'
NANOS = "Timestamp(ns)"
STRUCT = 'Struct("a": Int64, "b": Utf8)'

# What each reader calls the model's types.
PYARROW_TYPES = {
    "Boolean": pa.bool_(),
    "Int32": pa.int32(),
    "Int64": pa.int64(),
    "UInt64": pa.uint64(),
    "Float32": pa.float32(),
    "Float64": pa.float64(),
    "Utf8": pa.string(),
    "Binary": pa.binary(),
    "Date32": pa.date32(),
    DECIMAL: pa.decimal128(25, DECIMAL_SCALE),
    MICROS: pa.timestamp("us", "UTC"),
    NANOS: pa.timestamp("ns"),
    STRUCT: pa.struct([("a", pa.int64()), ("b", pa.string())]),
}
DUCKDB_TYPES = {
    "Boolean": "BOOLEAN",
    "Int32": "INTEGER",
    "Int64": "BIGINT",
    "UInt64": "UBIGINT",
    "Float32": "FLOAT",
    "Float64": "DOUBLE",
    "Utf8": "VARCHAR",
    "Binary": "BLOB",
    "Date32": "DATE",
    DECIMAL: f"DECIMAL(25,{DECIMAL_SCALE})",
    MICROS: "TIMESTAMP WITH TIME ZONE",
    NANOS: "TIMESTAMP_NS",
    STRUCT: "STRUCT(a BIGINT, b VARCHAR)",
}
POLARS_TYPES = {
    "Boolean": pl.Boolean(),
    "Int32": pl.Int32(),
    "Int64": pl.Int64(),
    "UInt64": pl.UInt64(),
    "Float32": pl.Float32(),
    "Float64": pl.Float64(),
    "Utf8": pl.String(),
    "Binary": pl.Binary(),
    "Date32": pl.Date(),
    DECIMAL: pl.Decimal(25, DECIMAL_SCALE),
    MICROS: pl.Datetime("us", "UTC"),
    NANOS: pl.Datetime("ns"),
    STRUCT: pl.Struct({"a": pl.Int64(), "b": pl.String()}),
}

# The microseconds that DuckDB takes for a moment after all others.
INFINITY = 2**63 - 1
# The moments that Python has a type for, by which filters ask: years 1 to 9999.
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
PYTHON_MOMENTS = range(-62_135_596_800_000_000, 253_402_300_800_000_000)

# Types with an order, by which filters can look values up.
ORDERED = {"Int32", "Int64", "UInt64", "Float64", "Utf8", "Binary", MICROS}
# Columns of one file that are looked up by, and that are compared in the rows found.
FILTERED_COLUMNS = 12
COMPARED_COLUMNS = 6


def element_type(model_type):
    """The type of a list's elements; none for other types."""
    found = re.fullmatch(r"List\((.*), field: 'element'\)", model_type)
    return found and found[1]


def known_type(types, model_type, list_of):
    """What a reader calls one of the model's types."""
    element = element_type(model_type)
    return types[model_type] if element is None else list_of(types[element])


def bits(value):
    """A double as the integer of its bits: NaN equals NaN, and -0.0 does not equal 0.0."""
    return struct.unpack("<Q", struct.pack("<d", value))[0]


def bits32(value):
    return struct.unpack("<I", struct.pack("<f", value))[0]


def plain(cell):
    """A cell of a model as the value that it is compared as."""
    if cell is None:
        return None
    ((kind, value),) = cell.items()
    if kind in ("i", "u", "t", "n", "day", "dec"):
        return int(value)
    if kind in ("d", "f"):
        return int(value, 16)
    if kind == "x":
        return base64.b64decode(value, validate=True)
    if kind == "l":
        return [plain(item) for item in value]
    if kind == "o":
        return {name: plain(item) for name, item in value.items()}
    assert kind in ("b", "s"), kind
    return value


def double(number):
    """The double that a compared value stands for."""
    return struct.unpack("<d", struct.pack("<Q", number))[0]


class Model:
    def __init__(self, path):
        with open(path, encoding="utf-8") as lines:
            head = json.loads(next(lines))
            self.columns = [(column["name"], column["type"]) for column in head["columns"]]
            self.types = dict(self.columns)
            self.cells = {name: [] for name, _ in self.columns}
            for line in lines:
                row = json.loads(line)
                for name, cells in self.cells.items():
                    cells.append(plain(row.get(name)))
        self.rows = head["rows"]
        assert len(self.types) == len(self.columns), "a name stands twice"
        assert all(len(cells) == self.rows for cells in self.cells.values())

    def probes(self, name):
        """Values to look a column's rows up by: middle, first, last, least and greatest."""
        present = [cell for cell in self.cells[name] if cell is not None]
        if self.types[name] == "Float64":
            present = [cell for cell in present if not math.isnan(double(cell))]
        if self.types[name] == MICROS:
            # Other moments are compared as cells, and as rows that these find or leave out.
            present = [cell for cell in present if cell in PYTHON_MOMENTS]
        if not present:
            return []
        key = double if self.types[name] == "Float64" else None
        picked = [present[len(present) // 2], present[0], present[-1]]
        picked += [min(present, key=key), max(present, key=key)]
        return list({(cell, key and key(cell)): cell for cell in picked}.values())

    def found(self, name, operator, probe):
        """The rows where `name operator probe` holds. NaN is no number, and never found."""
        is_double = self.types[name] == "Float64"

        def holds(cell):
            if cell is None or (is_double and math.isnan(double(cell))):
                return False
            left, right = (double(cell), double(probe)) if is_double else (cell, probe)
            return {"=": left == right, ">=": left >= right, "<": left < right}[operator]

        return [row for row, cell in enumerate(self.cells[name]) if holds(cell)]


class PyArrow:
    name = "pyarrow"

    def __init__(self, path):
        self.path = path
        # Not read_table: it takes a folder's name for a partition, and does more than read the file.
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            self.table = file.read()
        self.table.validate(full=True)

    def columns(self):
        return [(field.name, field.type) for field in self.table.schema]

    def types(self, model):
        return known_type(PYARROW_TYPES, model, pa.list_)

    def cells(self, name, model_type, table=None):
        # By place: a name with dots would be taken for a path.
        table = self.table if table is None else table
        return self.plain(table.column(table.schema.get_field_index(name)), model_type)

    @staticmethod
    def plain(column, model_type):
        if model_type in (MICROS, NANOS):
            column = column.cast(pa.int64())
        elif model_type == "Date32":
            column = column.cast(pa.int32())
        elif element_type(model_type) == MICROS:
            column = column.cast(pa.list_(pa.int64()))
        return from_python(column.to_pylist(), model_type)

    def look_up(self, name, operator, probe, compared, model):
        value = pa.scalar(probe_value(probe, model.types[name]), PYARROW_TYPES[model.types[name]])
        field = pc.field(name)
        wanted = {"=": field == value, ">=": field >= value, "<": field < value}[operator]
        found = pq.read_table(self.path, filters=wanted, partitioning=None, page_checksum_verification=True)
        return [self.cells(column, model.types[column], found) for column in compared]


class DuckDB:
    name = "duckdb"

    def __init__(self, path):
        self.path = path
        self.connection = duckdb.connect()
        # A time zone is needed to show times, and none has to be loaded for UTC.
        self.connection.execute("SET TimeZone = 'UTC'")

    def select(self, columns, model, where="", values=()):
        texts = ", ".join(self.expression(name, model.types[name]) for name in columns)
        query = f"SELECT {texts} FROM read_parquet(?) {where}"
        rows = self.connection.execute(query, [self.path, *values]).fetchall()
        cells = list(zip(*rows)) if rows else [[] for _ in columns]
        return [from_python(cells[at], model.types[name]) for at, name in enumerate(columns)]

    @staticmethod
    def expression(name, model_type):
        return DuckDB.as_plain(quote(name), model_type)

    @staticmethod
    def as_plain(quoted, model_type):
        if element_type(model_type) == MICROS:
            element = DuckDB.as_plain("element", MICROS)
            return f"list_transform({quoted}, lambda element: {element})"
        if model_type == MICROS:
            # To DuckDB the greatest integer and its negative are the infinities, which have no epoch.
            return (
                f"CASE {quoted} WHEN 'infinity' THEN {INFINITY} WHEN '-infinity' THEN -{INFINITY}"
                f" ELSE epoch_us({quoted}) END"
            )
        if model_type == NANOS:
            return f"epoch_ns({quoted})"
        if model_type == "Date32":
            return f"{quoted} - DATE '1970-01-01'"
        return quoted

    def columns(self):
        described = self.connection.execute("DESCRIBE SELECT * FROM read_parquet(?)", [self.path])
        return [(row[0], row[1]) for row in described.fetchall()]

    def types(self, model):
        return known_type(DUCKDB_TYPES, model, "{}[]".format)

    def all_cells(self, model):
        return self.select([name for name, _ in model.columns], model)

    def look_up(self, name, operator, probe, compared, model):
        value = probe_value(probe, model.types[name])
        # DuckDB's NaN equals itself and is greater than any number.
        numbers = f" AND NOT isnan({quote(name)})" if model.types[name] == "Float64" else ""
        where = f"WHERE {quote(name)} {operator} ?::{DUCKDB_TYPES[model.types[name]]}{numbers}"
        return self.select(compared, model, where, [value])


class Polars:
    name = "polars"

    def __init__(self, path):
        self.path = path
        self.frame = pl.read_parquet(path, glob=False)

    def columns(self):
        return list(self.frame.schema.items())

    def types(self, model):
        return known_type(POLARS_TYPES, model, pl.List)

    def cells(self, name, model_type, frame=None):
        column = (self.frame if frame is None else frame).get_column(name)
        if model_type in (MICROS, NANOS, "Date32") or element_type(model_type) == MICROS:
            column = column.to_physical()
        return from_python(column.to_list(), model_type)

    def look_up(self, name, operator, probe, compared, model):
        # nth, since col takes some names for patterns.
        column = pl.nth([column for column, _ in model.columns].index(name))
        value = pl.lit(probe_value(probe, model.types[name]), POLARS_TYPES[model.types[name]])
        wanted = {"=": column == value, ">=": column >= value, "<": column < value}[operator]
        if model.types[name] == "Float64":
            # As in DuckDB, NaN equals itself and is greater than any number.
            wanted = wanted & column.is_not_nan()
        found = pl.scan_parquet(self.path, glob=False).filter(wanted).collect()
        return [self.cells(column, model.types[column], found) for column in compared]


def quote(name):
    return '"' + name.replace('"', '""') + '"'


def from_python(values, model_type):
    """What a reader gave as Python's values, as the values that are compared."""
    element = element_type(model_type)
    if element is not None:
        return [None if value is None else from_python(value, element) for value in values]
    if model_type == "Float64":
        return [None if value is None else bits(value) for value in values]
    if model_type == "Float32":
        return [None if value is None else bits32(value) for value in values]
    if model_type == DECIMAL:
        return [None if value is None else unscaled(value) for value in values]
    return list(values)


def unscaled(value):
    digits = value.as_tuple()
    assert digits.exponent == -DECIMAL_SCALE, value
    number = int("".join(map(str, digits.digits)))
    return -number if digits.sign else number


def probe_value(probe, model_type):
    if model_type == "Float64":
        return double(probe)
    if model_type == MICROS:
        return EPOCH + datetime.timedelta(microseconds=probe)
    return probe


def shortened(value):
    text = repr(value)
    return text if len(text) <= 120 else text[:120] + "…"


def compare_file(reader_class, path, model, problems):
    """Compares a whole file; returns the number of cells compared and of filters tried."""
    reader = reader_class(str(path))
    place = f"{reader.name} {path.stem}"
    wanted = [(name, reader.types(model_type)) for name, model_type in model.columns]
    found = reader.columns()
    if found != wanted:
        pairs = itertools.zip_longest(found, wanted)
        shown = next(f"{one}, not {two}" for one, two in pairs if one != two)
        problems.append(f"{place}: its columns differ, first: {shown}")
        return 0, 0
    if hasattr(reader, "all_cells"):
        columns = reader.all_cells(model)
    else:
        columns = [reader.cells(name, model_type) for name, model_type in model.columns]
    for (name, _), cells in zip(model.columns, columns, strict=True):
        compare_cells(f"{place} {name!r}", cells, model.cells[name], problems)
    return len(columns) * model.rows, compare_filters(reader, place, model, problems)


def compare_cells(place, found, wanted, problems):
    if len(found) != len(wanted):
        problems.append(f"{place}: {len(found)} rows, not {len(wanted)}")
    elif found != wanted:
        row = next(row for row in range(len(found)) if found[row] != wanted[row])
        shown = f"{shortened(found[row])}, not {shortened(wanted[row])}"
        problems.append(f"{place} row {row}: {shown}")


def compare_filters(reader, place, model, problems):
    tried = 0
    ordered = [name for name, model_type in model.columns if model_type in ORDERED]
    for name in ordered[:FILTERED_COLUMNS]:
        others = [other for other, _ in model.columns if other != name]
        compared = [name, *others[: COMPARED_COLUMNS - 1]]
        for number, probe in enumerate(model.probes(name)):
            for operator in ("=", ">=", "<") if number == 0 else ("=",):
                rows = model.found(name, operator, probe)
                found = reader.look_up(name, operator, probe, compared, model)
                tried += 1
                for column, cells in zip(compared, found, strict=True):
                    wanted = [model.cells[column][row] for row in rows]
                    filtered = f"{place} where {name!r} {operator} {shortened(probe)}: {column!r}"
                    compare_cells(filtered, cells, wanted, problems)
    return tried


def main():
    folder, files = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    paths = sorted(folder.glob("*.parquet"))
    assert len(paths) == files > 0, f"{len(paths)} files, not {files}"
    width = max(len(path.stem) for path in paths)
    readers = [PyArrow, DuckDB, Polars]
    print(f"{'file':{width}}  {'rows':>6} {'columns':>7}  " + "  ".join(r.name for r in readers))
    problems, cells, filters = [], 0, 0
    for path in paths:
        model = Model(path.with_suffix(".jsonl"))
        words = []
        for reader in readers:
            before = len(problems)
            try:
                compared, tried = compare_file(reader, path, model, problems)
                cells, filters = cells + compared, filters + tried
            except Exception as error:  # whatever a reader makes of a file is its result
                problems.append(f"{reader.name} {path.stem}: {type(error).__name__}: {error}")
            words.append(f"{'equal' if len(problems) == before else 'DIFFERS':{len(reader.name)}}")
        print(f"{path.stem:{width}}  {model.rows:6} {len(model.columns):7}  " + "  ".join(words))
    for problem in problems[:50]:
        print(problem)
    end = f"{len(problems)} differences" if problems else "no difference"
    print(f"{files} files, {cells} cells and {filters} filters compared: {end}")
    return 1 if problems else 0


if __name__ == "__main__":
    # An exception that got here would end Python with 1, which stands for a difference.
    try:
        code = main()
    except BaseException as error:
        print(f"readers.py failed: {error!r}", file=sys.stderr)
        code = 2
    sys.exit(code)
