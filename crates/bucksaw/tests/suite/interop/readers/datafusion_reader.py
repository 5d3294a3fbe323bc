"""DataFusion."""

import datafusion
import pyarrow as pa

import versions
from arrow_values import TYPES, cells_of
from model import FLOATS, IS_NAN, MICROS, NAN_BY_SIGN, TOTAL_ORDER, known_type, probe_value
from sql import quoted


class DataFusion:
    name = "datafusion"
    version = versions.of_package("datafusion")
    order = NAN_BY_SIGN if versions.numbers(version) >= (51,) else TOTAL_ORDER
    # To be given, although it is left out by default.
    RUNTIME = [datafusion.RuntimeConfig()] if versions.numbers(version) < (41,) else []
    HAS_VIEWS = versions.numbers(version) >= (43,)
    TAKES_VIEWS = HAS_VIEWS and hasattr(pa, "string_view")
    # Text and bytes come as views, where pyarrow has them too.
    TYPES = TYPES | ({"Utf8": pa.string_view(), "Binary": pa.binary_view()} if TAKES_VIEWS else {})

    def __init__(self, path):
        # A filter is given to the pages' statistics, and then to the rows while they are decoded.
        settings = {
            "datafusion.execution.parquet.pushdown_filters": "true",
            # Rows come in the order that they have in the file.
            "datafusion.execution.target_partitions": "1",
        }
        if self.HAS_VIEWS and not self.TAKES_VIEWS:
            settings["datafusion.execution.parquet.schema_force_view_types"] = "false"
        self.context = datafusion.SessionContext(datafusion.SessionConfig(settings), *self.RUNTIME)
        self.context.register_parquet("file", path)

    def columns(self):
        return [(field.name, field.type) for field in self.context.table("file").schema()]

    def type_of(self, model_type):
        # Not in lists, whose elements come as TYPES has them.
        return self.TYPES.get(model_type) or known_type(TYPES, model_type, pa.list_)

    def cells(self, columns, where=""):
        names = ", ".join(quoted(name) for name, _ in columns)
        frame = self.context.sql(f"SELECT {names} FROM file {where}")
        table = frame.to_arrow_table()
        return [cells_of(table.column(at), model_type) for at, (_, model_type) in enumerate(columns)]

    def look_up(self, name, operator, probe, columns, types):
        if operator == IS_NAN:
            return self.cells(columns, f"WHERE isnan({quoted(name)})")
        return self.cells(columns, f"WHERE {quoted(name)} {operator} {literal(probe, types[name])}")


def literal(probe, model_type):
    """A value in SQL: not all versions have parameters."""
    if model_type == "Binary":
        return f"X'{probe.hex()}'"
    text = repr(probe_value(probe, model_type)) if model_type in FLOATS else str(probe)
    text = "'" + text.replace("'", "''") + "'"
    if model_type == "Utf8":
        return text
    if model_type == MICROS:
        return f"arrow_cast(arrow_cast({text}, 'Int64'), 'Timestamp(Microsecond, Some(\"UTC\"))')"
    return f"arrow_cast({text}, '{model_type}')"
