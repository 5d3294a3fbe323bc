"""Readers that give Arrow tables: pyarrow itself, DataFusion, ClickHouse."""

import datafusion
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from chdb import session

from model import (
    DECIMAL,
    DECIMAL_SCALE,
    MICROS,
    NANOS,
    STRUCT,
    converted,
    element_type,
    from_python,
    known_type,
    probe_value,
)
from sql import quoted

TYPES = {
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
# Types that Python does not hold whole, and the integers that they are compared as.
INTEGERS = {MICROS: pa.int64(), NANOS: pa.int64(), "Date32": pa.int32()}


def cells_of(column, model_type):
    """An Arrow column as the values that are compared."""
    if (element_type(model_type) or model_type) in INTEGERS:
        column = column.cast(known_type(INTEGERS, model_type, pa.list_))
    return from_python(column.to_pylist(), model_type)


class PyArrow:
    name = "pyarrow"

    def __init__(self, path):
        self.path = path

    def columns(self):
        with pq.ParquetFile(self.path) as file:
            return [(field.name, field.type) for field in file.schema_arrow]

    def type_of(self, model_type):
        return known_type(TYPES, model_type, pa.list_)

    def cells(self, columns):
        # Not read_table: it takes a folder's name for a partition, and does more than read the file.
        with pq.ParquetFile(self.path, page_checksum_verification=True) as file:
            table = file.read()
        table.validate(full=True)
        return self.of_table(table, columns)

    def look_up(self, name, operator, probe, columns, types):
        value = pa.scalar(probe_value(probe, types[name]), TYPES[types[name]])
        field = pc.field(name)
        wanted = {"=": field == value, ">=": field >= value, "<": field < value}[operator]
        found = pq.read_table(self.path, filters=wanted, partitioning=None, page_checksum_verification=True)
        return self.of_table(found, columns)

    @staticmethod
    def of_table(table, columns):
        # By place: a name with dots would be taken for a path.
        return [
            cells_of(table.column(table.schema.get_field_index(name)), model_type)
            for name, model_type in columns
        ]


class DataFusion:
    name = "datafusion"
    # Text and bytes come as views.
    TYPES = TYPES | {"Utf8": pa.string_view(), "Binary": pa.binary_view()}

    def __init__(self, path):
        # A filter is given to the pages' statistics, and then to the rows while they are decoded.
        config = datafusion.SessionConfig().set("datafusion.execution.parquet.pushdown_filters", "true")
        self.context = datafusion.SessionContext(config)
        self.context.register_parquet("file", path)

    def columns(self):
        return [(field.name, field.type) for field in self.context.table("file").schema()]

    def type_of(self, model_type):
        # Not in lists, whose elements come as TYPES has them.
        return self.TYPES.get(model_type) or known_type(TYPES, model_type, pa.list_)

    def cells(self, columns, where="", values=None):
        names = ", ".join(quoted(name) for name, _ in columns)
        frame = self.context.sql(f"SELECT {names} FROM file {where}", param_values=values)
        table = frame.to_arrow_table()
        return [cells_of(table.column(at), model_type) for at, (_, model_type) in enumerate(columns)]

    def look_up(self, name, operator, probe, columns, types):
        value = pa.scalar(probe_value(probe, types[name]), self.TYPES[types[name]])
        # By the total order of doubles, NaN is greater than any number.
        numbers = f" AND NOT isnan({quoted(name)})" if types[name] == "Float64" else ""
        return self.cells(columns, f"WHERE {quoted(name)} {operator} $probe{numbers}", {"probe": value})


class ClickHouse:
    name = "clickhouse"
    # Text and bytes are one type there, and come out as bytes.
    TYPES = {
        "Boolean": "Nullable(Bool)",
        "Int32": "Nullable(Int32)",
        "Int64": "Nullable(Int64)",
        "UInt64": "Nullable(UInt64)",
        "Float32": "Nullable(Float32)",
        "Float64": "Nullable(Float64)",
        "Utf8": "Nullable(String)",
        "Binary": "Nullable(String)",
        "Date32": "Nullable(Date32)",
        DECIMAL: f"Nullable(Decimal(25, {DECIMAL_SCALE}))",
        MICROS: "Nullable(DateTime64(6, 'UTC'))",
        NANOS: "Nullable(DateTime64(9, 'UTC'))",
        STRUCT: "Tuple(a Nullable(Int64), b Nullable(String))",
    }
    # What makes integers of types that Python does not hold whole.
    INTEGERS = {
        MICROS: "toUnixTimestamp64Micro",
        NANOS: "toUnixTimestamp64Nano",
        "Date32": "toInt32",
    }
    SETTINGS = (
        "SETTINGS output_format_arrow_string_as_string = 0, input_format_parquet_preserve_order = 1,"
        " max_threads = 1, max_query_size = 67108864"
    )
    # One for all files: the library has one server in a process.
    session = None

    def __init__(self, path):
        if ClickHouse.session is None:
            ClickHouse.session = session.Session()
        self.source = f"file({literal(path)}, Parquet)"

    def query(self, sql):
        return self.session.query(f"{sql} {self.SETTINGS}", "ArrowTable")

    def columns(self):
        described = self.query(f"DESCRIBE {self.source}")
        names, types = (described.column(at).to_pylist() for at in (0, 1))
        return [(name.decode(), " ".join(ty.decode().split())) for name, ty in zip(names, types)]

    def type_of(self, model_type):
        return known_type(self.TYPES, model_type, "Array({})".format).replace("Tuple(a", "Tuple( a")

    def cells(self, columns, where=""):
        names = ", ".join(self.expression(name, model_type) for name, model_type in columns)
        table = self.query(f"SELECT {names} FROM {self.source} {where}")
        return [self.of_column(table.column(at), ty) for at, (_, ty) in enumerate(columns)]

    @staticmethod
    def expression(name, model_type):
        function = ClickHouse.INTEGERS.get(element_type(model_type) or model_type)
        if function is None:
            return identifier(name)
        if element_type(model_type) is None:
            return f"{function}({identifier(name)})"
        return f"arrayMap(element -> {function}(element), {identifier(name)})"

    @staticmethod
    def of_column(column, model_type):
        values = from_python(column.to_pylist(), model_type)
        if model_type == STRUCT:
            return [value | {"b": value["b"] and value["b"].decode()} for value in values]
        return converted(values, model_type, {"Utf8": bytes.decode})

    def look_up(self, name, operator, probe, columns, types):
        own_type = self.TYPES[types[name]].removeprefix("Nullable(").removesuffix(")")
        if types[name] == "Float64":
            value = repr(probe_value(probe, "Float64"))
        elif types[name] == MICROS:
            value = f"fromUnixTimestamp64Micro({probe}, 'UTC')"
        elif types[name] in ("Utf8", "Binary"):
            value = literal(probe)
        else:
            value = f"to{own_type}({literal(str(probe))})"
        return self.cells(columns, f"WHERE {identifier(name)} {operator} {value}")


def identifier(name):
    return "`" + escaped(name.encode()) + "`"


def literal(value):
    return "'" + escaped(value.encode() if isinstance(value, str) else value) + "'"


def escaped(value):
    """Bytes as ClickHouse takes them in quotes of any kind."""
    return "".join(chr(byte) if chr(byte).isalnum() and byte < 128 else f"\\x{byte:02x}" for byte in value)
