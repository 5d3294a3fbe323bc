"""polars."""

import polars as pl

import versions
from model import (
    COMPARISONS,
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

# What maps were before there was a type for them.
ENTRIES = pl.List(pl.Struct({"key": pl.String(), "value": pl.String()}))


class Polars:
    name = "polars"
    version = versions.of_package("polars")
    order = NAN_ABOVE
    TYPES = {
        "Boolean": pl.Boolean(),
        "Int8": pl.Int8(),
        "UInt16": pl.UInt16(),
        "UInt32": pl.UInt32(),
        "Int32": pl.Int32(),
        "Int64": pl.Int64(),
        "UInt64": pl.UInt64(),
        "Float32": pl.Float32(),
        "Float64": pl.Float64(),
        "Utf8": pl.String(),
        "Binary": pl.Binary(),
        "Date32": pl.Date(),
        **{name: pl.Decimal(*decimal) for name, decimal in DECIMALS.items()},
        MICROS: pl.Datetime("us", "UTC"),
        NANOS: pl.Datetime("ns"),
        NANOS_UTC: pl.Datetime("ns", "UTC"),
        UUID: pl.Binary(),
        FIXED: pl.Binary(),
        MAP: pl.Map(pl.String(), pl.String()) if hasattr(pl, "Map") else ENTRIES,
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
        if (element_type(model_type) or model_type) in (MICROS, NANOS, NANOS_UTC, "Date32"):
            column = column.to_physical()
        return from_python(column.to_list(), model_type)

    def look_up(self, name, operator, probe, columns, types):
        # nth, since col takes some names for patterns.
        column = pl.nth(list(self.schema).index(name))
        if operator == IS_NAN:
            wanted = column.is_nan()
        else:
            value = pl.lit(probe_value(probe, types[name]), self.TYPES[types[name]])
            wanted = COMPARISONS[operator](column, value)
        found = pl.scan_parquet(self.path, glob=False).filter(wanted).collect()
        return self.cells(columns, found)
