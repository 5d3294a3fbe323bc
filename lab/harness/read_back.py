"""What a Parquet file holds, read by pyarrow; runs in the peers' Python environment.

Usage: python -m harness.read_back FILE; prints JSON like that of harness.expected
"""

import json
import sys
import uuid

import pyarrow
import pyarrow.compute
import pyarrow.parquet

from harness.checks import canonical, summary


def read_back(path):
    file = pyarrow.parquet.ParquetFile(path)
    # One column at a time: files may be larger than memory.
    names = file.schema_arrow.names
    column = {name: column_summary(file.read(columns=[name]).column(0)) for name in names}
    return {"rows": file.metadata.num_rows, "column": column}


def column_summary(values):
    kind, convert = reader_of(values.type)
    if isinstance(values.type, pyarrow.BaseExtensionType):
        storage = values.type.storage_type
        values = pyarrow.chunked_array([chunk.storage for chunk in values.chunks], storage)
    counted = pyarrow.compute.value_counts(values.combine_chunks().drop_null())
    pairs = zip(counted.field("values").to_pylist(), counted.field("counts").to_pylist())
    return summary(kind, [(convert(value), count) for value, count in pairs])


def reader_of(type):
    """The kind of a column, and what makes canonical text of its values."""
    types = pyarrow.types
    if isinstance(type, pyarrow.BaseExtensionType) and type.extension_name == "arrow.uuid":
        return "uuid", lambda value: str(uuid.UUID(bytes=value))
    if types.is_boolean(type):
        return "bool", canonical
    if types.is_integer(type):
        return "integer", canonical
    if types.is_floating(type):
        return "double", canonical
    if types.is_string(type) or types.is_large_string(type) or types.is_string_view(type):
        return "text", canonical
    if types.is_binary(type) or types.is_large_binary(type):
        return "bytes", canonical
    return str(type), canonical


if __name__ == "__main__":
    print(json.dumps(read_back(sys.argv[1])))
