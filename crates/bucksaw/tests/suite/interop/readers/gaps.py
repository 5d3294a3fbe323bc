"""What readers are known not to read, or not to read right; anything else has to be equal.

Each gap is tried on each file that it is said to be in, with each version that it is said of: one that is
in none of them any longer is an error, so that it goes from this list.
"""

import dataclasses
import math
from collections.abc import Callable

import versions
from model import DECIMALS, FIXED, FLOATS, MAP, MICROS, NANOS, NANOS_UTC, STRUCT, UUID, element_type

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
    # What the error says, where there has to be one: whatever else goes wrong is no gap then.
    error: str | None = None

    def is_of(self, reader):
        return self.reader == reader.name and self.since <= versions.numbers(reader.version) < self.before

    def is_found(self, error):
        """Whether what went wrong can be the gap; the error is none where other values were read."""
        return self.error is None or (error is not None and self.error in error)


def of_type(*types):
    return lambda file, name, model_type: model_type in types


def is_zero(model_type, value):
    return model_type in FLOATS and value is not None and FLOATS[model_type](value) == 0


def case_of(file):
    """A file's name without its writer's."""
    return file.partition("-")[2]


def in_modern(*types):
    """Columns of these types, or of lists of them, of the profile with more encodings."""
    return lambda file, name, model_type: (
        file.startswith("modern-") and (element_type(model_type) or model_type) in types
    )


def in_modern_lists(*elements):
    return lambda file, name, model_type: file.startswith("modern-") and element_type(model_type) in elements


NUMBERS = ("Int32", "Int64", "UInt64", "Float32", "Float64")
# Cases with statistics of integers from the least to the greatest of their type.
WIDE_INTEGERS = {
    *(f"codec_{name}" for name in ("zstd1", "zstd3", "zstd19", "gzip", "snappy", "lz4", "none")),
    *(f"types_by_{name}" for name in ("names", "ids", "slices", "blocks")),
    "dictionary_off",
    "dictionary_of_one_column",
    "dictionary_not_of_one_column",
    "row_groups_of_one_row",
    "statistics_chunk",
    "statistics_page",
}

# Those with a struct among their columns.
STRUCT_FILES = {f"arrow-arrow_types{kind}" for kind in ("", "_in_groups", "_null_columns")}

# Cases with text, or lists of it, that is not in a dictionary and has no delta encoding.
PLAIN_TEXT = {
    "bloom_filters",
    "codec_none",
    "dictionary_left",
    "large_text",
    "lists_of_lines",
    "lists_very_long",
    "lists_without_dictionary",
    "realistic_slices_in_groups",
    *(f"null_columns_statistics_{kind}" for kind in ("chunk", "none", "page")),
}

def with_keys_twice(file, name, model_type):
    return case_of(file) == "maps_key_twice"


# Cases of the profile with more encodings in which differences of integers need many bits.
WIDE_DELTAS = {
    "modern-batches_of_nanos_and_uuid",
    "modern-example",
    "modern-realistic_lines",
    "modern-realistic_slices_in_groups",
}

GAPS = [
    Gap("spark", "has no type for nanoseconds, and opens no file with them", of_type(NANOS, NANOS_UTC)),
    Gap("spark-rows", "has no type for nanoseconds, and opens no file with them", of_type(NANOS, NANOS_UTC)),
    Gap("spark", "has no type for UUIDs, and opens no file with them", of_type(UUID)),
    Gap("spark-rows", "has no type for UUIDs, and opens no file with them", of_type(UUID)),
    *(
        Gap(
            name,
            "has no type for bytes of one length, and opens no file with them",
            lambda file, name, model_type: (element_type(model_type) or model_type) == FIXED,
            before=(3, 5),
        )
        for name in ("spark", "spark-rows")
    ),
    Gap("spark", "has no delta encodings of text and bytes", in_modern("Utf8", "Binary"), before=(3, 4)),
    Gap("spark-rows", "counts nulls as values of BYTE_STREAM_SPLIT", in_modern("Float32", "Float64"), before=(3, 5)),
    Gap("spark", "has no LZ4_RAW", lambda file, name, model_type: case_of(file) == "codec_lz4", before=(3, 5)),
    Gap("spark-rows", "has no LZ4_RAW", lambda file, name, model_type: case_of(file) == "codec_lz4", before=(3, 5)),
    Gap("spark", "has no BYTE_STREAM_SPLIT", in_modern("Float32", "Float64"), before=(4,)),
    Gap(
        "clickhouse",
        "reads null lists, maps and structs as ones without values",
        lambda file, name, model_type: element_type(model_type) is not None or model_type in (MAP, STRUCT),
    ),
    Gap("polars", "keeps the last entry alone of a key that comes twice", with_keys_twice, since=(2,)),
    Gap("clickhouse", "has no dates before 1900", of_type("Date32"), before=(3,)),
    Gap(
        "parquet-go",
        "drops what it decompressed, where LZ4 saved less than two thirds",
        lambda file, name, model_type: file == "direct-codec_lz4",
    ),
    Gap("duckdb", "tells of nanoseconds only the microseconds", of_type(NANOS), before=(1, 2)),
    Gap("duckdb", "tells of nanoseconds in UTC only the microseconds", of_type(NANOS_UTC), before=(2,)),
    Gap(
        "polars",
        "opens no file with lists of bytes of one length",
        lambda file, name, model_type: case_of(file) == "declared_lists",
        before=(1, 42),
    ),
    Gap("polars", "reads null structs as ones of nulls", of_type(STRUCT), before=(1, 9)),
    Gap("datafusion", "reads null structs as ones of nulls", of_type(STRUCT), since=(50,), before=(51,)),
    Gap("fastparquet", "has no nulls of floats but NaN", of_type("Float32", "Float64")),
    Gap(
        "fastparquet",
        "has no such type",
        lambda file, name, model_type: (element_type(model_type) or model_type) in ("Date32", *DECIMALS),
    ),
    Gap(
        "fastparquet",
        "drops zeros at the end of bytes of one length",
        lambda file, name, model_type: (element_type(model_type) or model_type) in (FIXED, UUID),
    ),
    Gap(
        "fastparquet",
        "gives structs as columns of their members",
        lambda file, name, model_type: file in STRUCT_FILES,
    ),
    Gap(
        "fastparquet",
        "takes the least moment for null",
        lambda file, name, model_type: file.endswith("-timestamp_limits"),
    ),
    Gap(
        "fastparquet",
        "reads lists of moments where nulls are among them as other types",
        lambda file, name, model_type: element_type(model_type) == MICROS,
    ),
    Gap(
        "fastparquet",
        "does not read lists that are all null",
        lambda file, name, model_type: file.endswith("-lists_null_and_empty"),
    ),
    Gap("fastparquet", "has no delta encodings of text and bytes", in_modern("Utf8", "Binary")),
    Gap("fastparquet", "has no unsigned integers of delta encodings", in_modern_lists("UInt64")),
    Gap("fastparquet", "has no BYTE_STREAM_SPLIT in lists", in_modern_lists("Float32", "Float64")),
    Gap(
        "fastparquet",
        "reads text without a dictionary as null, or not at all",
        lambda file, name, model_type: (
            case_of(file) in PLAIN_TEXT
            and not file.startswith("modern-")
            and (element_type(model_type) or model_type) in ("Utf8", "Binary")
        ),
    ),
    Gap(
        "fastparquet",
        "reads unsigned integers in lists as signed ones",
        lambda file, name, model_type: element_type(model_type) == "UInt64" and not file.startswith("modern-"),
    ),
    Gap(
        "fastparquet",
        "reads other integers where their differences need many bits",
        lambda file, name, model_type: file in WIDE_DELTAS and model_type in ("Int64", NANOS_UTC),
    ),
    Gap(
        "polars",
        "opens no file with lists of integers in a delta encoding",
        lambda file, name, model_type: file.startswith("modern-lists"),
        before=(1, 9),
    ),
]

# Filters that miss rows: file, column's type, the value that is compared.
FILTER_GAPS = [
    Gap(
        "spark",
        "takes -0.0 and 0.0 for different where it skips by dictionaries",
        lambda file, model_type, probe: file.endswith("-doubles") and is_zero(model_type, probe),
    ),
    Gap(
        "datafusion",
        "fails to estimate what a filter by numbers leaves of integers that take their type's whole range",
        lambda file, model_type, probe: (
            case_of(file) in WIDE_INTEGERS and model_type in NUMBERS and probe is not None
        ),
        before=(51,),
        error="Selectivity is out of limit",
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
