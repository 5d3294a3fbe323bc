"""What a Parquet file holds, read by pyarrow; runs in the peers' Python environment.

Usage: python -m harness.read_back FILE [LAYOUT KINDS]; prints JSON like that of harness.expected. KINDS are those that are
expected of columns, as JSON: a map of text doesn't say what its values were.
"""

import json
import sys
import uuid
from collections import Counter, defaultdict

import pyarrow
import pyarrow.compute
import pyarrow.parquet

from harness.checks import canonical, kind, summary
from harness.layouts import LAYOUTS, column_of, typed


def read_back(path, layout=LAYOUTS[""], kinds=None):
    file = pyarrow.parquet.ParquetFile(path)
    column = {}
    # One column at a time: files may be larger than memory.
    for name in file.schema_arrow.names:
        if name in layout.copies:
            continue
        values = file.read(columns=[name]).column(0)
        if name in layout.attributes:
            column |= attribute_summaries(values, layout.attributes[name], kinds or {})
        else:
            column[layout.columns.get(name, name)] = column_summary(values, layout.zero_is_missing)
    return {"rows": file.metadata.num_rows, "column": column, "notes": [layout.note] if layout.note else []}


def column_summary(values, zero_is_missing=False):
    kind, convert = reader_of(values.type)
    if isinstance(values.type, pyarrow.BaseExtensionType):
        storage = values.type.storage_type
        values = pyarrow.chunked_array([chunk.storage for chunk in values.chunks], storage)
    pairs = counted(values)
    if zero_is_missing:
        pairs = [(value, count) for value, count in pairs if value not in (0, "")]
    return summary(kind, [(convert(value), count) for value, count in pairs])


def counted(values):
    """Each value, and how often it is there."""
    counts = pyarrow.compute.value_counts(values.combine_chunks().drop_null())
    return list(zip(counts.field("values").to_pylist(), counts.field("counts").to_pylist()))


def attribute_summaries(values, prefix, kinds):
    """A column of attributes, as a map or as JSON, as the columns that are expected instead."""
    attributes = attributes_of_maps if pyarrow.types.is_map(values.type) else attributes_of_json
    columns = defaultdict(Counter)
    for key, value, count in attributes(values):
        name = column_of(prefix, key)
        if pyarrow.types.is_map(values.type):
            value = typed(value, kinds.get(name))
        columns[name][kind(value), canonical(value)] += count
    return {name: summary_of_kinds(counts) for name, counts in columns.items()}


def attributes_of_maps(values):
    """Each pair of key and value, and how often it is there."""
    maps = values.combine_chunks()
    pairs = pyarrow.table({"key": maps.keys, "value": maps.items}).group_by(["key", "value"])
    counts = pairs.aggregate([([], "count_all")]).to_pydict()
    yield from zip(counts["key"], counts["value"], counts["count_all"])


def attributes_of_json(values):
    for text, count in counted(values):
        for key, value in json.loads(text).items():
            yield key, json.dumps(value) if isinstance(value, (dict, list)) else value, count


def summary_of_kinds(counts):
    """A summary of values of which each has its kind."""
    kinds = {kind for kind, _ in counts}
    texts = Counter()
    for (_, text), count in counts.items():
        texts[text] += count
    return summary(" or ".join(sorted(kinds)), list(texts.items()))


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
    if types.is_fixed_size_binary(type):
        return "id", bytes.hex
    if types.is_binary(type) or types.is_large_binary(type):
        return "bytes", canonical
    return str(type), canonical


if __name__ == "__main__":
    path, layout, kinds = [*sys.argv[1:], "", "{}"][:3]
    print(json.dumps(read_back(path, LAYOUTS[layout], json.loads(kinds))))
