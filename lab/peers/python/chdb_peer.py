"""ClickHouse, through chdb. Usage: chdb_peer.py memory|ndjson INPUT OUTPUT THREADS; INPUT is Arrow or NDJSON"""

import sys

from chdb.session import Session

from clock import measure


def settings(threads):
    side_by_side = int(threads > 1)
    return {
        "max_threads": threads,
        "max_insert_threads": threads,
        "input_format_parallel_parsing": side_by_side,
        "output_format_parquet_parallel_encoding": side_by_side,
        "output_format_parquet_compression_method": "'zstd'",
        "output_format_compression_level": 1,
        "output_format_parquet_string_as_string": 1,
        "engine_file_truncate_on_insert": 1,
        # The whole file, since columns may appear late; and text stays text.
        "input_format_max_rows_to_read_for_schema_inference": 1_000_000_000,
        "input_format_max_bytes_to_read_for_schema_inference": 1_000_000_000_000,
        "input_format_try_infer_dates": 0,
        "input_format_try_infer_datetimes": 0,
    }


def main(job, source, output, threads):
    session = Session()
    for name, value in settings(int(threads)).items():
        session.query(f"SET {name} = {value}")
    read = f"SELECT * FROM file('{source}', {'Arrow' if job == 'memory' else 'JSONEachRow'})"
    if job == "memory":
        session.query(f"CREATE TABLE t ENGINE = Memory AS {read}")
        rows = int(session.query("SELECT count() FROM t").bytes())
        measure(lambda: write(session, "SELECT * FROM t", output) or rows, output)
    else:
        write(session, read, output)


def write(session, what, output):
    """Returns nothing: chdb does not say how many rows it wrote."""
    session.query(f"INSERT INTO FUNCTION file('{output}', Parquet) {what}")


main(*sys.argv[1:])
