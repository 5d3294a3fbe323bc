"""Arrow's types and values, in which several readers answer."""

import pyarrow as pa

from model import DECIMALS, FIXED, MAP, MICROS, NANOS, NANOS_UTC, STRUCT, UUID, element_type, from_python, known_type

TYPES = {
    "Boolean": pa.bool_(),
    "Int8": pa.int8(),
    "UInt16": pa.uint16(),
    "UInt32": pa.uint32(),
    "Int32": pa.int32(),
    "Int64": pa.int64(),
    "UInt64": pa.uint64(),
    "Float32": pa.float32(),
    "Float64": pa.float64(),
    "Utf8": pa.string(),
    "Binary": pa.binary(),
    "Date32": pa.date32(),
    **{name: pa.decimal128(*decimal) for name, decimal in DECIMALS.items()},
    MICROS: pa.timestamp("us", "UTC"),
    NANOS: pa.timestamp("ns"),
    NANOS_UTC: pa.timestamp("ns", "UTC"),
    UUID: pa.binary(16),
    FIXED: pa.binary(5),
    MAP: pa.map_(pa.string(), pa.string()),
    STRUCT: pa.struct([("a", pa.int64()), ("b", pa.string())]),
}
# Types that Python does not hold whole, and the integers that they are compared as.
INTEGERS = {MICROS: pa.int64(), NANOS: pa.int64(), NANOS_UTC: pa.int64(), "Date32": pa.int32()}


def cells_of(column, model_type):
    """An Arrow column as the values that are compared."""
    if (element_type(model_type) or model_type) in INTEGERS:
        column = column.cast(known_type(INTEGERS, model_type, pa.list_))
    return from_python(column.to_pylist(), model_type)
