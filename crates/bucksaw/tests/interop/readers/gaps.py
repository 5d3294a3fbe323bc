"""What readers are known not to read, or not to read right; anything else has to be equal.

Each gap is tried on each file that it is said to be in: one that is in none of them any longer is an
error, so that it goes from this list.
"""

import dataclasses
from collections.abc import Callable

from model import NANOS, STRUCT, element_type


@dataclasses.dataclass(frozen=True)
class Gap:
    reader: str
    # What the reader does, as the end of a sentence.
    reason: str
    # Whether it is about this column of that file.
    is_about: Callable[[str, str, str], bool]


def of_type(*types):
    return lambda file, name, model_type: model_type in types


GAPS = [
    Gap("spark", "has no type for nanoseconds, and opens no file with them", of_type(NANOS)),
    Gap("spark-rows", "has no type for nanoseconds, and opens no file with them", of_type(NANOS)),
    Gap(
        "clickhouse",
        "reads null lists and structs as ones without values",
        lambda file, name, model_type: element_type(model_type) is not None or model_type == STRUCT,
    ),
    Gap(
        "parquet-go",
        "drops what it decompressed, where LZ4 saved less than two thirds",
        lambda file, name, model_type: file == "direct-codec_lz4",
    ),
]
