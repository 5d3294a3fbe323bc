"""pyarrow."""

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import versions
from arrow_values import TYPES, cells_of
from model import COMPARISONS, IS_NAN, NUMBERS, UUID, known_type, probe_value


class PyArrow:
    name = "pyarrow"
    version = versions.of_package("pyarrow")
    order = NUMBERS
    # Checksums are verified since then.
    CHECKED = {"page_checksum_verification": True} if versions.numbers(version) >= (15,) else {}

    # UUIDs have a type since then.
    TYPES = TYPES | ({UUID: pa.uuid()} if versions.numbers(version) >= (21,) else {})

    def __init__(self, path):
        self.path = path

    def columns(self):
        with pq.ParquetFile(self.path) as file:
            return [(field.name, field.type) for field in file.schema_arrow]

    def type_of(self, model_type):
        return known_type(self.TYPES, model_type, pa.list_)

    def cells(self, columns):
        # Not read_table: it takes a folder's name for a partition, and does more than read the file.
        with pq.ParquetFile(self.path, **self.CHECKED) as file:
            table = file.read()
        table.validate(full=True)
        return self.of_table(table, columns)

    def look_up(self, name, operator, probe, columns, types):
        field = pc.field(name)
        if operator == IS_NAN:
            wanted = field.is_nan()
        else:
            wanted = COMPARISONS[operator](field, pa.scalar(probe_value(probe, types[name]), TYPES[types[name]]))
        found = pq.read_table(self.path, filters=wanted, partitioning=None, **self.CHECKED)
        return self.of_table(found, columns)

    @staticmethod
    def of_table(table, columns):
        # By place: a name with dots would be taken for a path.
        return [
            cells_of(table.column(table.schema.get_field_index(name)), model_type)
            for name, model_type in columns
        ]
