"""Writes Parquet files with other people's writers, of all types that each of them has.

    writers FOLDER WRITER...

FOLDER gets files WRITER-WHAT.parquet. Values come from the row's number; every type has nulls, and has its ends.
"""

import datetime
import decimal
import importlib
import math
import pathlib
import sys
import uuid

ROWS = 2_000
GROUP_ROWS = 700
UTC = datetime.timezone.utc
EPOCH = datetime.datetime(1970, 1, 1)


def with_nulls(of_row, rows=ROWS):
    """A column: None in every seventh row."""
    return [None if row % 7 == 3 else of_row(row) for row in range(rows)]


def integer(bits, is_signed):
    """Integers of so many bits, both ends too."""
    least = -(1 << (bits - 1)) if is_signed else 0
    most = least + (1 << bits) - 1
    return lambda row: (least, most)[row] if row < 2 else least + row * 0x9E3779B97F4A7C15 % (1 << bits)


def number(row):
    ends = [math.nan, math.inf, -math.inf, -0.0, 0.0]
    return ends[row] if row < len(ends) else row * 0.25 - 100


def text(row):
    return ["", "ä\U0001f40b", 'a"\\\n', "\x00"][row] if row < 4 else f"text {row % 40}"


def bytes_of(row):
    return b"" if row == 0 else bytes([row % 256, 0, 255])


def scaled(digits, scale):
    """Decimals of so many digits."""
    whole = 10**digits - 1
    def of(row):
        unscaled = (whole, -whole)[row] if row < 2 else row * 0x9E3779B97F4A7C15F39CC0605CEDC834 % (2 * whole) - whole
        with decimal.localcontext(prec=80):
            return decimal.Decimal(unscaled).scaleb(-scale)
    return of


def moment(row):
    return EPOCH + datetime.timedelta(days=row * 13 - 5_000, microseconds=row * 7_654_321)


def moment_in_utc(row):
    return moment(row).replace(tzinfo=UTC)


def date(row):
    return moment(row).date()


def time(row):
    return datetime.time(row % 24, row % 60, row % 59, row * 1_001 % 1_000_000)


def identity(row):
    return uuid.UUID(int=row * 0x9E3779B97F4A7C15F39CC0605CEDC834 % (1 << 128))


def list_of(of_row):
    """Lists of up to three values, some of them null."""
    return lambda row: [None if (row + at) % 5 == 4 else of_row(row + at) for at in range(row % 4)]


def pyarrow(folder):
    import pyarrow as pa
    import pyarrow.parquet as pq

    def nanos(row):
        return row * 0x9E3779B97F4A7C15 % (1 << 62)

    point = pa.struct([("x", pa.int64()), ("label", pa.string()), ("deeper", pa.struct([("is", pa.bool_())]))])
    point_of = lambda row: {"x": row, "label": text(row), "deeper": None if row % 3 == 0 else {"is": row % 2 == 0}}
    columns = {
        **{f"int{bits}": (pa_type, integer(bits, True)) for bits, pa_type in zip((8, 16, 32, 64), (pa.int8(), pa.int16(), pa.int32(), pa.int64()))},
        **{f"uint{bits}": (pa_type, integer(bits, False)) for bits, pa_type in zip((8, 16, 32, 64), (pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64()))},
        "bool": (pa.bool_(), lambda row: row % 3 == 0),
        "float": (pa.float32(), number),
        "double": (pa.float64(), number),
        "text": (pa.string(), text),
        "large_text": (pa.large_string(), text),
        "bytes": (pa.binary(), bytes_of),
        "fixed": (pa.binary(5), lambda row: bytes([row % 256] * 5)),
        "uuid": (pa.uuid(), lambda row: identity(row).bytes),
        "json": (pa.json_(), lambda row: f'{{"a": {row}.0, "b": [null]}}'),
        "date": (pa.date32(), date),
        "date64": (pa.date64(), date),
        "time_ms": (pa.time32("ms"), lambda row: row * 43_001 % 86_400_000),
        "time_us": (pa.time64("us"), lambda row: row * 43_001_001 % 86_400_000_000),
        "time_ns": (pa.time64("ns"), lambda row: row * 43_001_001_001 % 86_400_000_000_000),
        **{
            f"timestamp_{unit}{'_zone' if zone else ''}": (pa.timestamp(unit, zone), lambda row, unit=unit: moment(row) if unit != "ns" else nanos(row))
            for unit in ("s", "ms", "us", "ns") for zone in (None, "UTC", "Europe/Berlin")
        },
        "berlin": (pa.timestamp("us", "Europe/Berlin"), moment),
        "duration": (pa.duration("us"), lambda row: datetime.timedelta(microseconds=row * 123_456_789)),
        **{f"decimal_{digits}": (pa.decimal128(digits, digits // 3), scaled(digits, digits // 3)) for digits in (1, 5, 9, 10, 18, 19, 38)},
        "decimal_39": (pa.decimal256(39, 10), scaled(39, 10)),
        "decimal_76": (pa.decimal256(76, 10), scaled(76, 10)),
        "dictionary": (pa.dictionary(pa.int32(), pa.string()), text),
        "nothing": (pa.null(), lambda row: None),
        "point": (point, point_of),
        "ints": (pa.list_(pa.int32()), list_of(integer(32, True))),
        "texts": (pa.large_list(pa.string()), list_of(text)),
        "pairs": (pa.list_(pa.int16(), 2), lambda row: [row % 100, None]),
        "times": (pa.list_(pa.timestamp("us", "UTC")), list_of(moment_in_utc)),
        "decimals": (pa.list_(pa.decimal128(20, 2)), list_of(scaled(20, 2))),
        "labels": (pa.map_(pa.string(), pa.string()), lambda row: [(f"k{at}", None if at == 1 else text(row)) for at in range(row % 3)]),
        "label_lists": (pa.list_(pa.map_(pa.string(), pa.string())), lambda row: [[("k", text(row))]] * (row % 3)),
        "counts": (pa.map_(pa.string(), pa.int64()), lambda row: [(f"k{at}", row * at) for at in range(row % 3)]),
        "by_number": (pa.map_(pa.int32(), pa.string()), lambda row: [(at, text(row)) for at in range(row % 3)]),
        "points": (pa.list_(point), list_of(point_of)),
        "lists": (pa.list_(pa.list_(pa.int64())), list_of(list_of(lambda row: row))),
        "bytes_in_lists": (pa.list_(pa.struct([("b", pa.binary()), ("d", pa.decimal128(5, 2)), ("n", pa.float64())])),
                           list_of(lambda row: {"b": bytes_of(row), "d": scaled(5, 2)(row), "n": number(row)})),
        "point_map": (pa.map_(pa.string(), point), lambda row: [("p", point_of(row))]),
    }
    # Of the zone's many names only those that are not there twice.
    columns = {name.replace("_zone", "_utc"): of for name, of in columns.items()}
    arrays = {name: pa.array(with_nulls(of_row), pa_type) for name, (pa_type, of_row) in columns.items()}
    half = pa.array(with_nulls(number), pa.float32()).cast(pa.float16())
    table = pa.table({**arrays, "half": half})
    versions = {
        "v1-snappy": dict(compression="snappy", data_page_version="1.0", version="2.6", data_page_size=2_000),
        "v2-zstd": dict(compression="zstd", data_page_version="2.0", version="2.6", data_page_size=2_000),
        "gzip-plain": dict(compression="gzip", use_dictionary=False),
        "lz4": dict(compression="lz4", version="2.6"),
        "brotli": dict(compression="brotli", version="2.6"),
        "none-old": dict(compression="none", version="1.0", coerce_timestamps="ms", allow_truncated_timestamps=True),
        "stream-split": dict(compression="zstd", use_dictionary=False, use_byte_stream_split=["float", "double"], column_encoding={"int64": "DELTA_BINARY_PACKED", "text": "DELTA_BYTE_ARRAY", "bytes": "DELTA_LENGTH_BYTE_ARRAY", "bool": "RLE"}),
        "int96": dict(compression="snappy", use_deprecated_int96_timestamps=True),
        "no-schema": dict(compression="snappy", store_schema=False),
        "non-compliant": dict(compression="snappy", use_compliant_nested_type=False),
        "integer-decimals": dict(compression="snappy", store_decimal_as_integer=True),
    }
    for name, options in versions.items():
        if "column_encoding" in options:
            del options["use_byte_stream_split"]
            options["column_encoding"].update({"float": "BYTE_STREAM_SPLIT", "double": "BYTE_STREAM_SPLIT", "int32": "BYTE_STREAM_SPLIT"})
        pq.write_table(table, folder / f"pyarrow-{name}.parquet", row_group_size=GROUP_ROWS, **options)
    pq.write_table(table.slice(0, 0), folder / "pyarrow-empty.parquet")
    pq.write_table(table.slice(0, 100), folder / "pyarrow-groups.parquet", row_group_size=1)


def duckdb(folder):
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    values = {
        **{name: f"(n * 7919 % 200 - 100)::{name}" for name in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE")},
        **{name: f"(n % 200)::{name}" for name in ("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT")},
        "least": "-9223372036854775808", "most": "18446744073709551615::UBIGINT",
        "nan": "CASE n % 3 WHEN 0 THEN 'nan'::DOUBLE WHEN 1 THEN '-inf'::DOUBLE ELSE '-0.0'::DOUBLE END",
        "bool": "n % 3 = 0", "text": "'text ' || n % 40", "blob": "encode('b' || n)", "bits": "'0101'::BIT",
        "uuid": "uuid_generate()" if False else "('00000000-0000-4000-8000-' || lpad(n::VARCHAR, 12, '0'))::UUID",
        "date": "DATE '1960-01-01' + n::INTEGER", "time": "TIME '01:02:03.000004' + to_seconds(n)",
        "time_ns": "'01:02:03.000000004'::TIME_NS", "time_tz": "'01:02:03+02:00'::TIMETZ",
        "ts": "TIMESTAMP '1960-01-01 00:00:00.000001' + to_hours(n)", "ts_s": "(TIMESTAMP '1960-01-01' + to_hours(n))::TIMESTAMP_S",
        "ts_ms": "(TIMESTAMP '1960-01-01 00:00:00.001' + to_hours(n))::TIMESTAMP_MS",
        "ts_ns": "make_timestamp_ns(n * 1234567890123)", "ts_tz": "TIMESTAMPTZ '1960-01-01 00:00:00+00' + to_hours(n)",
        "interval": "to_months(n::INTEGER % 20) + to_days(n::INTEGER % 40) + to_milliseconds(n * 7)",
        **{f"decimal_{digits}": f"(n * 1.25 % 9)::DECIMAL({digits}, {min(digits - 1, 5)})" for digits in (2, 4, 9, 18, 38)},
        "enum": "('e' || n % 3)::mood", "json": "('{\"a\": ' || n || '.0}')::JSON", "list": "[n, NULL, n + 1]",
        "struct": "{'x': n, 'in': {'y': 'y' || n}}", "structs": "[{'x': n, 'b': encode('b')}, NULL]",
        "map": "MAP {'k' || n % 3: 'v' || n, 'null': NULL}", "int_map": "MAP {n: n + 1}", "lists": "[[n], [], NULL]",
        "nothing": "NULL",
    }
    connection.execute("CREATE TYPE mood AS ENUM ('e0', 'e1', 'e2')")
    columns = ", ".join(f'CASE WHEN n % 7 = 3 THEN NULL ELSE {sql} END AS "{name}"' for name, sql in values.items())
    # Where an array is null DuckDB writes lists that pyarrow does not read.
    columns += ", array_value(n, n + 1) AS array"
    connection.execute(f"CREATE TABLE rows AS SELECT {columns} FROM (SELECT range AS n FROM range({ROWS}))")
    for name, options in {
        "v1-snappy": "CODEC snappy, ROW_GROUP_SIZE 2048, PARQUET_VERSION v1", "v2-zstd": "CODEC zstd, PARQUET_VERSION v2",
        "gzip": "CODEC gzip", "lz4": "CODEC lz4_raw", "brotli": "CODEC brotli", "none": "CODEC uncompressed",
    }.items():
        connection.execute(f"COPY rows TO '{folder}/duckdb-{name}.parquet' (FORMAT parquet, {options})")
    connection.execute(f"COPY (FROM rows LIMIT 0) TO '{folder}/duckdb-empty.parquet' (FORMAT parquet)")


def polars(folder):
    import polars as pl

    struct = pl.Struct({"x": pl.Int64, "label": pl.String, "deeper": pl.Struct({"is": pl.Boolean})})
    columns = {
        **{f"int{bits}": (getattr(pl, f"Int{bits}"), integer(bits, True)) for bits in (8, 16, 32, 64)},
        **{f"uint{bits}": (getattr(pl, f"UInt{bits}"), integer(bits, False)) for bits in (8, 16, 32, 64)},
        "bool": (pl.Boolean, lambda row: row % 3 == 0), "float": (pl.Float32, number), "double": (pl.Float64, number),
        "text": (pl.String, text), "bytes": (pl.Binary, bytes_of), "date": (pl.Date, date), "time": (pl.Time, time),
        **{f"at_{unit}": (pl.Datetime(unit), moment) for unit in ("ms", "us", "ns")},
        **{f"at_{unit}_utc": (pl.Datetime(unit, "UTC"), moment_in_utc) for unit in ("ms", "us", "ns")},
        "duration": (pl.Duration("us"), lambda row: datetime.timedelta(microseconds=row * 123_456_789)),
        **{f"decimal_{digits}": (pl.Decimal(digits, 2), scaled(digits, 2)) for digits in (5, 9, 18, 19, 38)},
        "category": (pl.Categorical, lambda row: f"c{row % 5}"), "enum": (pl.Enum(["a", "b"]), lambda row: "ab"[row % 2]),
        "nothing": (pl.Null, lambda row: None),
        "list": (pl.List(pl.Int32), list_of(integer(32, True))), "texts": (pl.List(pl.String), list_of(text)),
        "array": (pl.Array(pl.Int16, 2), lambda row: [row % 100, None]),
        "struct": (struct, lambda row: {"x": row, "label": text(row), "deeper": {"is": row % 2 == 0}}),
        "structs": (pl.List(struct), list_of(lambda row: {"x": row, "label": text(row), "deeper": None})),
        "lists": (pl.List(pl.List(pl.Int64)), list_of(list_of(lambda row: row))),
    }
    frame = pl.DataFrame({name: pl.Series(name, with_nulls(of_row), dtype) for name, (dtype, of_row) in columns.items()})
    for codec in ("uncompressed", "snappy", "gzip", "brotli", "lz4", "zstd"):
        path = folder / f"polars-{codec}.parquet"
        frame.write_parquet(path, compression=codec, row_group_size=GROUP_ROWS, data_page_size=2_000)
    frame.clear().write_parquet(folder / "polars-empty.parquet")


def datafusion(folder):
    import datafusion
    import pyarrow as pa

    context = datafusion.SessionContext()
    times = {f"at_{unit}": pa.timestamp(unit) for unit in ("ms", "us", "ns")} | {f"at_{unit}_utc": pa.timestamp(unit, "UTC") for unit in ("ms", "us", "ns")}
    columns = {
        **{name: pa.array(with_nulls(moment), of) for name, of in times.items()},
        **{f"int{bits}": pa.array(with_nulls(integer(bits, True)), getattr(pa, f"int{bits}")()) for bits in (8, 16, 32, 64)},
        **{f"uint{bits}": pa.array(with_nulls(integer(bits, False)), getattr(pa, f"uint{bits}")()) for bits in (8, 16, 32, 64)},
        "double": pa.array(with_nulls(number)), "text": pa.array(with_nulls(text)), "bytes": pa.array(with_nulls(bytes_of)),
        "date": pa.array(with_nulls(date)), "time": pa.array(with_nulls(time)), "decimal": pa.array(with_nulls(scaled(38, 9)), pa.decimal128(38, 9)),
        "small": pa.array(with_nulls(scaled(5, 2)), pa.decimal128(5, 2)),
        "struct": pa.array(with_nulls(lambda row: {"x": row, "in": {"y": text(row)}})),
        "list": pa.array(with_nulls(list_of(lambda row: row))),
        "structs": pa.array(with_nulls(list_of(lambda row: {"x": row}))),
        "dictionary": pa.array(with_nulls(text)).dictionary_encode(),
    }
    frame = context.create_dataframe([pa.table(columns).combine_chunks().to_batches()])
    frame.create_view("rows") if hasattr(frame, "create_view") else None
    for codec in ("uncompressed", "snappy", "gzip(6)", "brotli(4)", "lz4", "lz4_raw", "zstd(3)"):
        frame.write_parquet(str(folder / f"datafusion-{codec.partition('(')[0]}.parquet"), compression=codec.partition("(")[0])


def clickhouse(folder):
    from chdb import session

    server = session.Session()
    values = {
        **{name: f"to{name}(number * 7919 % 100)" for name in ("Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64", "Float32", "Float64")},
        "int128": "toInt128(number) * toInt128('1000000000000000000000')", "uint256": "toUInt256(number)",
        "least": "toInt64('-9223372036854775808')", "most": "toUInt64('18446744073709551615')",
        "nan": "[nan, -inf, inf, -0.0][number % 4 + 1]", "bool": "number % 3 = 0", "text": "concat('text ', toString(number % 40))",
        "fixed": "toFixedString(leftPad(toString(number), 5), 5)", "uuid": "toUUID(concat('00000000-0000-4000-8000-', leftPad(toString(number), 12, '0')))",
        "date": "toDate(number)", "date32": "toDate32('1960-01-01') + number", "datetime": "toDateTime(number * 1000, 'UTC')",
        **{f"datetime_{digits}": f"toDateTime64('1960-01-01 00:00:00', {digits}, 'UTC') + number" for digits in (0, 3, 6, 9)},
        **{f"decimal_{digits}": f"toDecimal{bits}(number % 90 / 4, 2)" for digits, bits in ((9, 32), (18, 64), (38, 128), (76, 256))},
        "enum": "CAST(number % 2 + 1, 'Enum8(\\'a\\' = 1, \\'b\\' = 2)')", "low": "toLowCardinality(toString(number % 5))",
        "ip": "toIPv4('1.2.3.4')", "ip6": "toIPv6('::1')",
    }
    nested = {
        "array": "range(number % 4)", "texts": "[toString(number), '']", "map": "map(concat('k', toString(number % 3)), toString(number))",
        "int_map": "map(number, number + 1)", "tuple": "CAST((number, toString(number)), 'Tuple(x UInt64, label String)')",
        "tuples": "CAST([(number, 'a')], 'Array(Tuple(x UInt64, label String))')", "arrays": "[[number], []]",
    }
    columns = [f"if(number % 7 = 3, NULL, {sql}) AS `{name}`" for name, sql in values.items()]
    columns += [f"{sql} AS `{name}`" for name, sql in nested.items()]
    for codec in ("none", "snappy", "gzip", "lz4", "brotli", "zstd"):
        query = f"SELECT {', '.join(columns)} FROM numbers({ROWS}) INTO OUTFILE '{folder}/clickhouse-{codec}.parquet' FORMAT Parquet"
        settings = f"output_format_parquet_compression_method = '{codec}', output_format_parquet_row_group_size = {GROUP_ROWS}, output_format_parquet_data_page_size = 2000"
        server.query(f"INSERT INTO FUNCTION file('{folder}/clickhouse-{codec}.parquet', 'Parquet') SELECT {', '.join(columns)} FROM numbers({ROWS}) SETTINGS {settings}")


def fastparquet(folder):
    import fastparquet
    import numpy as np
    import pandas as pd

    numbers = np.arange(ROWS)
    frame = pd.DataFrame({
        **{name: (numbers * 7919 % 100).astype(name) for name in ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64")},
        "bool": numbers % 3 == 0, "text": pd.Series(with_nulls(text), dtype=object), "bytes": pd.Series(with_nulls(bytes_of), dtype=object),
        "at": pd.to_datetime(numbers * 10**9 + 7), "at_utc": pd.to_datetime(numbers * 10**9 + 7, utc=True),
        "delta": pd.to_timedelta(numbers * 1000), "category": pd.Categorical([f"c{n % 5}" for n in numbers]),
        "nullable": pd.Series(with_nulls(lambda row: row), dtype="Int64"), "json": pd.Series(with_nulls(lambda row: {"a": row}), dtype=object),
    })
    kinds = {"text": "utf8", "bytes": "bytes", "json": "json"}
    for name, options in {
        "none": {}, "int96": dict(times="int96"), "gzip": dict(compression="GZIP"), "snappy": dict(compression="SNAPPY"),
        "brotli": dict(compression="BROTLI"), "zstd": dict(compression="ZSTD"), "lz4": dict(compression="LZ4_RAW"),
    }.items():
        fastparquet.write(str(folder / f"fastparquet-{name}.parquet"), frame, row_group_offsets=GROUP_ROWS, object_encoding=kinds, write_index=False, **options)


def spark(folder):
    importlib.import_module("spark_writer").write(folder)


if __name__ == "__main__":
    for name in sys.argv[2:]:
        globals()[name](pathlib.Path(sys.argv[1]).resolve())
