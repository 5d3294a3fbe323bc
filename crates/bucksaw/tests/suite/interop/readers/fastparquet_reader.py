"""fastparquet, which gives pandas' tables."""

import fastparquet

import versions
from model import FIXED, MAP, MICROS, NANOS, NANOS_UTC, UUID, element_type, from_python, known_type


class FastParquet:
    name = "fastparquet"
    version = versions.of_package("fastparquet")
    # Without nulls, columns are numpy's.
    TYPES = {
        "Boolean": ("bool", "boolean"),
        "Int8": ("int8", "Int8"),
        "UInt16": ("uint16", "UInt16"),
        "UInt32": ("uint32", "UInt32"),
        "Int32": ("int32", "Int32"),
        "Int64": ("int64", "Int64"),
        "UInt64": ("uint64", "UInt64"),
        "Float32": ("float32",),
        "Float64": ("float64",),
        "Utf8": ("object",),
        "Binary": ("object",),
        MICROS: ("datetime64[us]",),
        NANOS: ("datetime64[ns]",),
        NANOS_UTC: ("datetime64[ns]",),
        UUID: ("object",),
        FIXED: ("object",),
        MAP: ("object",),
    }

    def __init__(self, path):
        self.file = fastparquet.ParquetFile(path)

    def columns(self):
        known = {name: names for names in self.TYPES.values() for name in names}
        dtypes = ((name, str(dtype)) for name, dtype in self.file.dtypes.items())
        # Without nulls, values of one length are numpy's too.
        return [(name, ("object",) if dtype.startswith("|S") else known.get(dtype, dtype)) for name, dtype in dtypes]

    def type_of(self, model_type):
        return known_type(self.TYPES, model_type, lambda element: ("object",))

    def cells(self, columns):
        frame = self.file.to_pandas(columns=[name for name, _ in columns])
        return [self.of_column(frame[name], model_type) for name, model_type in columns]

    @staticmethod
    def of_column(column, model_type):
        if model_type == MAP or element_type(model_type) is not None:
            return from_python(column.tolist(), model_type)
        if model_type in (MICROS, NANOS, NANOS_UTC):
            numbers = column.to_numpy().astype("int64").tolist()
            return [None if is_null else number for is_null, number in zip(column.isna(), numbers)]
        if model_type in ("Float32", "Float64"):
            return from_python(column.tolist(), model_type)
        return [None if is_null else plain(value) for is_null, value in zip(column.isna(), column)]


def plain(value):
    return value.item() if hasattr(value, "item") else value
