"""Files that Spark writes, by parquet-java."""

import pathlib
import shutil
import tempfile

import pyarrow as pa
import pyarrow.parquet as pq

from spark import session
from writers import bytes_of, date, integer, list_of, moment, moment_in_utc, number, scaled, text, with_nulls

ROWS = 1_000
# Each writes the rows once.
FILES = {
    "int96": ("snappy", {"spark.sql.parquet.outputTimestampType": "INT96"}),
    "millis": ("gzip", {"spark.sql.parquet.outputTimestampType": "TIMESTAMP_MILLIS"}),
    "micros": ("zstd", {"spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS"}),
    "legacy": ("lz4_raw", {"spark.sql.parquet.writeLegacyFormat": "true"}),
    "v2": ("snappy", {"parquet.writer.version": "v2"}),
}
# Dates as they are, not those of the calendar of before 1582.
CORRECTED = {f"spark.sql.parquet.{what}RebaseModeInWrite": "CORRECTED" for what in ("int96", "datetime")}


def point_of(row):
    return {"x": row, "in": None if row % 3 == 0 else {"y": text(row)}}


def rows():
    """The rows, as Spark reads them."""
    point = pa.struct([("x", pa.int64()), ("in", pa.struct([("y", pa.string())]))])
    columns = {
        "bool": (pa.bool_(), lambda row: row % 3 == 0),
        **{f"int{bits}": (pa.int64(), integer(bits, True)) for bits in (8, 16, 32, 64)},
        "float": (pa.float32(), number),
        "double": (pa.float64(), number),
        "text": (pa.string(), text),
        "bytes": (pa.binary(), bytes_of),
        "date": (pa.date32(), date),
        "at": (pa.timestamp("us", "UTC"), moment_in_utc),
        "at_local": (pa.timestamp("us"), moment),
        **{f"decimal_{digits}": (pa.decimal128(digits, 2), scaled(digits, 2)) for digits in (5, 9, 18, 38)},
        "ints": (pa.list_(pa.int32()), list_of(integer(32, True))),
        "times": (pa.list_(pa.timestamp("us", "UTC")), list_of(moment_in_utc)),
        "labels": (pa.map_(pa.string(), pa.string()), lambda row: [(f"k{at}", None if at == 1 else text(row)) for at in range(row % 3)]),
        "by_number": (pa.map_(pa.int32(), point), lambda row: [(at, point_of(row)) for at in range(row % 3)]),
        "point": (point, point_of),
        "points": (pa.list_(point), list_of(point_of)),
    }
    return pa.table({name: pa.array(with_nulls(of_row, ROWS), of) for name, (of, of_row) in columns.items()})


def write(folder):
    spark = session(True)
    with tempfile.TemporaryDirectory() as place:
        source = pathlib.Path(place, "rows.parquet")
        pq.write_table(rows(), source)
        frame = spark.read.parquet(str(source)).coalesce(1)
        types = {"int8": "tinyint", "int16": "smallint", "int32": "int"}
        for name, of in types.items():
            frame = frame.withColumn(name, frame[name].cast(of))
        for name, (codec, options) in FILES.items():
            options = {**CORRECTED, **options}
            for key, value in options.items():
                spark.conf.set(key, value)
            out = pathlib.Path(place, name)
            # What parquet-java is told goes by the options of the writer.
            frame.write.option("compression", codec).options(**options).parquet(str(out))
            for key in options:
                spark.conf.unset(key)
            (part,) = out.glob("part-*.parquet")
            shutil.move(part, folder / f"spark-{name}.parquet")
