"""DuckDB."""

import duckdb

import versions
from model import (
    DECIMALS,
    FIXED,
    IS_NAN,
    MAP,
    MICROS,
    NANOS,
    NANOS_UTC,
    NAN_ABOVE,
    STRUCT,
    UUID,
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
    version = versions.of_package("duckdb")
    order = NAN_ABOVE
    LAMBDA = "lambda element:" if versions.numbers(version) >= (1, 3) else "element ->"
    TYPES = {
        "Boolean": "BOOLEAN",
        "Int8": "TINYINT",
        "UInt16": "USMALLINT",
        "UInt32": "UINTEGER",
        "Int32": "INTEGER",
        "Int64": "BIGINT",
        "UInt64": "UBIGINT",
        "Float32": "FLOAT",
        "Float64": "DOUBLE",
        "Utf8": "VARCHAR",
        "Binary": "BLOB",
        "Date32": "DATE",
        **{name: "DECIMAL({},{})".format(*decimal) for name, decimal in DECIMALS.items()},
        MICROS: "TIMESTAMP WITH TIME ZONE",
        NANOS: "TIMESTAMP_NS",
        # A type for moments in nanoseconds came late.
        NANOS_UTC: "TIMESTAMPTZ_NS" if versions.numbers(version) >= (2,) else "TIMESTAMP WITH TIME ZONE",
        UUID: "UUID",
        FIXED: "BLOB",
        MAP: "MAP(VARCHAR, VARCHAR)",
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
        return f"list_transform({quoted(name)}, {DuckDB.LAMBDA} {DuckDB.plain('element', element)})"

    @staticmethod
    def plain(name, model_type):
        if model_type in (MICROS, NANOS_UTC):
            # To DuckDB the greatest integer and its negative are the infinities, which have no epoch.
            epoch = "epoch_us" if model_type == MICROS else "epoch_ns"
            return (
                f"CASE {name} WHEN 'infinity' THEN {INFINITY} WHEN '-infinity' THEN -{INFINITY}"
                f" ELSE {epoch}({name}) END"
            )
        if model_type == NANOS:
            return f"epoch_ns({name})"
        if model_type == MAP:
            # As Python's objects, maps of older versions are lists of keys and of values.
            return f"CASE WHEN {name} IS NOT NULL THEN map_entries({name}) END"
        if model_type == "Date32":
            return f"{name} - DATE '1970-01-01'"
        return name

    def look_up(self, name, operator, probe, columns, types):
        if operator == IS_NAN:
            return self.cells(columns, f"WHERE isnan({quoted(name)})")
        where = f"WHERE {quoted(name)} {operator} ?::{self.TYPES[types[name]]}"
        return self.cells(columns, where, [probe_value(probe, types[name])])
