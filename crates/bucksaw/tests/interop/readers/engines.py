"""DuckDB and polars."""

import duckdb
import polars as pl

from model import (
    DECIMAL,
    DECIMAL_SCALE,
    MICROS,
    NANOS,
    STRUCT,
    element_type,
    from_python,
    known_type,
    probe_value,
)
from sql import quoted

# The microseconds that DuckDB takes for a moment after all others.
INFINITY = 2**63 - 1


class DuckDB:
    name = "duckdb"
    TYPES = {
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

    def __init__(self, path):
        self.path = path
        self.connection = duckdb.connect()
        # A time zone is needed to show times, and none has to be loaded for UTC.
        self.connection.execute("SET TimeZone = 'UTC'")

    def columns(self):
        described = self.connection.execute("DESCRIBE SELECT * FROM read_parquet(?)", [self.path])
        return [(row[0], row[1]) for row in described.fetchall()]

    def type_of(self, model_type):
        return known_type(self.TYPES, model_type, "{}[]".format)

    def cells(self, columns, where="", values=()):
        texts = ", ".join(self.expression(name, model_type) for name, model_type in columns)
        query = f"SELECT {texts} FROM read_parquet(?) {where}"
        rows = self.connection.execute(query, [self.path, *values]).fetchall()
        cells = list(zip(*rows)) if rows else [[] for _ in columns]
        return [from_python(cells[at], model_type) for at, (_, model_type) in enumerate(columns)]

    @staticmethod
    def expression(name, model_type):
        element = element_type(model_type)
        if element is None:
            return DuckDB.plain(quoted(name), model_type)
        return f"list_transform({quoted(name)}, lambda element: {DuckDB.plain('element', element)})"

    @staticmethod
    def plain(name, model_type):
        if model_type == MICROS:
            # To DuckDB the greatest integer and its negative are the infinities, which have no epoch.
            return (
                f"CASE {name} WHEN 'infinity' THEN {INFINITY} WHEN '-infinity' THEN -{INFINITY}"
                f" ELSE epoch_us({name}) END"
            )
        if model_type == NANOS:
            return f"epoch_ns({name})"
        if model_type == "Date32":
            return f"{name} - DATE '1970-01-01'"
        return name

    def look_up(self, name, operator, probe, columns, types):
        value = probe_value(probe, types[name])
        # DuckDB's NaN equals itself and is greater than any number.
        numbers = f" AND NOT isnan({quoted(name)})" if types[name] == "Float64" else ""
        where = f"WHERE {quoted(name)} {operator} ?::{self.TYPES[types[name]]}{numbers}"
        return self.cells(columns, where, [value])


class Polars:
    name = "polars"
    TYPES = {
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

    def __init__(self, path):
        self.path = path
        self.schema = pl.read_parquet_schema(path)

    def columns(self):
        return list(self.schema.items())

    def type_of(self, model_type):
        return known_type(self.TYPES, model_type, pl.List)

    def cells(self, columns, frame=None):
        frame = pl.read_parquet(self.path, glob=False) if frame is None else frame
        return [self.of_column(frame.get_column(name), model_type) for name, model_type in columns]

    @staticmethod
    def of_column(column, model_type):
        if (element_type(model_type) or model_type) in (MICROS, NANOS, "Date32"):
            column = column.to_physical()
        return from_python(column.to_list(), model_type)

    def look_up(self, name, operator, probe, columns, types):
        # nth, since col takes some names for patterns.
        column = pl.nth(list(self.schema).index(name))
        value = pl.lit(probe_value(probe, types[name]), self.TYPES[types[name]])
        wanted = {"=": column == value, ">=": column >= value, "<": column < value}[operator]
        if types[name] == "Float64":
            # As in DuckDB, NaN equals itself and is greater than any number.
            wanted = wanted & column.is_not_nan()
        found = pl.scan_parquet(self.path, glob=False).filter(wanted).collect()
        return self.cells(columns, found)
