"""ClickHouse, as a library."""

import contextlib

from chdb import session

import versions
from model import (
    DECIMALS,
    FIXED,
    FLOATS,
    IS_NAN,
    MAP,
    MICROS,
    NANOS,
    NANOS_UTC,
    NUMBERS,
    STRUCT,
    UUID,
    converted,
    element_type,
    from_python,
    known_type,
)

# The package with the library itself, of which chdb is only the Python side today.
PACKAGE = "chdb-core" if versions.is_installed("chdb-core") else "chdb"


class ClickHouse:
    name = "clickhouse"
    version = versions.of_package(PACKAGE)
    IS_OLD = versions.numbers(version) < (3,)
    order = NUMBERS
    # Text and bytes are one type there, and come out as bytes.
    TYPES = {
        "Boolean": "Nullable(Bool)",
        "Int8": "Nullable(Int8)",
        "UInt16": "Nullable(UInt16)",
        "UInt32": "Nullable(UInt32)",
        "Int32": "Nullable(Int32)",
        "Int64": "Nullable(Int64)",
        "UInt64": "Nullable(UInt64)",
        "Float32": "Nullable(Float32)",
        "Float64": "Nullable(Float64)",
        "Utf8": "Nullable(String)",
        "Binary": "Nullable(String)",
        "Date32": "Nullable(Date32)",
        **{name: "Nullable(Decimal({}, {}))".format(*decimal) for name, decimal in DECIMALS.items()},
        MICROS: "Nullable(DateTime64(6, 'UTC'))",
        NANOS: "Nullable(DateTime64(9))" if IS_OLD else "Nullable(DateTime64(9, 'UTC'))",
        NANOS_UTC: "Nullable(DateTime64(9, 'UTC'))",
        UUID: "Nullable(FixedString(16))" if IS_OLD else "Nullable(UUID)",
        FIXED: "Nullable(FixedString(5))",
        MAP: "Map(String, Nullable(String))",
        STRUCT: "Tuple(a Nullable(Int64), b Nullable(String))",
    }
    # What makes integers of types that Python does not hold whole.
    INTEGERS = {
        MICROS: "toUnixTimestamp64Micro",
        NANOS: "toUnixTimestamp64Nano",
        NANOS_UTC: "toUnixTimestamp64Nano",
        "Date32": "toInt32",
    }
    if not IS_OLD:
        # As their text; old versions have their bytes.
        INTEGERS[UUID] = "toString"
    SETTINGS = (
        "SETTINGS output_format_arrow_string_as_string = 0, input_format_parquet_preserve_order = 1,"
        " max_threads = 1"
    )
    # One for all files: the library has one server in a process.
    session = None

    def __init__(self, path):
        if ClickHouse.session is None:
            ClickHouse.session = session.Session()
            # Before a query is parsed, so not in its own settings.
            ClickHouse.session.query("SET max_query_size = 67108864")
        self.source = f"file({literal(path)}, Parquet)"

    def query(self, sql):
        try:
            return self.session.query(f"{sql} {self.SETTINGS}", "ArrowTable")
        except Exception:
            # The query after one that failed may give nothing.
            with contextlib.suppress(Exception):
                self.session.query("SELECT 1", "ArrowTable")
            raise

    def columns(self):
        described = self.query(f"DESCRIBE {self.source}")
        names, types = (described.column(at).to_pylist() for at in (0, 1))
        return [(text(name), " ".join(text(ty).split())) for name, ty in zip(names, types)]

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
        values = column.to_pylist()
        if model_type == UUID and not ClickHouse.IS_OLD:
            values = converted(values, model_type, {UUID: text})
        values = from_python(values, model_type)
        if model_type == STRUCT:
            return [value | {"b": value["b"] and text(value["b"])} for value in values]
        return converted(values, model_type, {"Utf8": text, MAP: texts})

    def look_up(self, name, operator, probe, columns, types):
        if operator == IS_NAN:
            return self.cells(columns, f"WHERE isNaN({identifier(name)})")
        own_type = self.TYPES[types[name]].removeprefix("Nullable(").removesuffix(")")
        if types[name] in FLOATS:
            # By its bits: digits are not read exactly by all versions.
            value = f"reinterpretAs{own_type}(toUInt{own_type[-2:]}({probe}))"
        elif types[name] == MICROS:
            value = f"fromUnixTimestamp64Micro({probe}, 'UTC')"
        elif types[name] in ("Utf8", "Binary"):
            value = literal(probe)
        else:
            value = f"to{own_type}({literal(str(probe))})"
        return self.cells(columns, f"WHERE {identifier(name)} {operator} {value}")


def text(value):
    """Text, which some versions give as bytes."""
    return value.decode() if isinstance(value, bytes) else value


def texts(entries):
    return [[text(each) for each in entry] for entry in entries]


def identifier(name):
    return "`" + escaped(name.encode()) + "`"


def literal(value):
    return "'" + escaped(value.encode() if isinstance(value, str) else value) + "'"


def escaped(value):
    """Bytes as ClickHouse takes them in quotes of any kind."""
    return "".join(chr(byte) if chr(byte).isalnum() and byte < 128 else f"\\x{byte:02x}" for byte in value)
