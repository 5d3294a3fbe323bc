"""What readers are known not to read, or not to read right; anything else has to be equal.

Each gap is tried on each file that it is said to be in, with each version that it is said of: one that is
in none of them any longer is an error, so that it goes from this list.
"""

import dataclasses
import math
from collections.abc import Callable

import versions
from model import DECIMAL, FLOATS, MICROS, NANOS, STRUCT, element_type

ALWAYS = (math.inf,)


@dataclasses.dataclass(frozen=True)
class Gap:
    reader: str
    # What the reader does, as the end of a sentence.
    reason: str
    # Whether it is about this column of that file.
    is_about: Callable[[str, str, str], bool]
    # The first version that does it, and the first that no longer does.
    since: tuple = ()
    before: tuple = ALWAYS

    def is_of(self, reader):
        return self.reader == reader.name and self.since <= versions.numbers(reader.version) < self.before


def of_type(*types):
    return lambda file, name, model_type: model_type in types


def is_zero(model_type, value):
    return model_type in FLOATS and value is not None and FLOATS[model_type](value) == 0


def in_modern(*types):
    """Columns of these types, or of lists of them, of the profile with more encodings."""
    return lambda file, name, model_type: (
        file.startswith("modern-") and (element_type(model_type) or model_type) in types
    )


GAPS = [
    Gap("spark", "has no type for nanoseconds, and opens no file with them", of_type(NANOS)),
    Gap("spark-rows", "has no type for nanoseconds, and opens no file with them", of_type(NANOS)),
    Gap("spark", "has no BYTE_STREAM_SPLIT", in_modern("Float32", "Float64"), before=(4,)),
    Gap(
        "clickhouse",
        "reads null lists and structs as ones without values",
        lambda file, name, model_type: element_type(model_type) is not None or model_type == STRUCT,
    ),
    Gap("clickhouse", "has no dates before 1900", of_type("Date32"), before=(3,)),
    Gap(
        "parquet-go",
        "drops what it decompressed, where LZ4 saved less than two thirds",
        lambda file, name, model_type: file == "direct-codec_lz4",
    ),
    Gap("duckdb", "tells of nanoseconds only the microseconds", of_type(NANOS), before=(1, 2)),
    Gap("polars", "reads null structs as ones of nulls", of_type(STRUCT), before=(1, 9)),
    Gap("datafusion", "reads null structs as ones of nulls", of_type(STRUCT), since=(50,), before=(51,)),
    Gap("fastparquet", "has no nulls of floats but NaN", of_type("Float32", "Float64")),
    Gap("fastparquet", "has no such type", of_type("Date32", DECIMAL, STRUCT)),
]


# Filters that miss rows: file, column's type, the value that is compared.
FILTER_GAPS = [
    Gap(
        "spark",
        "takes -0.0 and 0.0 for different where it skips by dictionaries",
        lambda file, model_type, probe: file.endswith("-doubles") and is_zero(model_type, probe),
    ),
]

# Filters by which a reader could skip row groups, and reads them: file, column's type, operator.
NOT_SKIPPED = [
    Gap(
        "polars",
        "reads all row groups for > and >= of floats, where NaN might be",
        lambda file, model_type, operator: model_type in ("Float32", "Float64") and operator in (">", ">="),
        since=(1, 42),
    ),
    Gap(
        "polars",
        "does not skip by moments",
        lambda file, model_type, operator: model_type == MICROS,
        before=(1, 42),
    ),
    Gap(
        "duckdb",
        "does not skip by < and > of text",
        lambda file, model_type, operator: model_type == "Utf8" and operator in ("<", ">"),
        before=(1, 2),
    ),
]
