"""ClickHouse, through chdb. Usage: chdb_peer.py memory|ndjson INPUT SCHEMA OUTPUT THREADS; INPUT is Arrow or NDJSON"""

import sys

from chdb.session import Session

from clock import measure
from columns import columns

TYPES = {"bool": "Bool", "int64": "Int64", "double": "Float64", "text": "String"}


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
    }


def main(job, source, schema, output, threads):
    session = Session()
    for name, value in settings(int(threads)).items():
        session.query(f"SET {name} = {value}")
    if job == "memory":
        session.query(f"CREATE TABLE t ENGINE = Memory AS SELECT * FROM file('{source}', Arrow)")
        rows = int(session.query("SELECT count() FROM t").bytes())
        measure(lambda: write(session, "SELECT * FROM t", output) or rows, output)
    else:
        told = ", ".join(f"`{name}` Nullable({kind})" for name, kind in columns(schema, TYPES).items())
        write(session, f"SELECT * FROM file('{source}', JSONEachRow, '{told}')", output)


def write(session, what, output):
    """Returns nothing: chdb does not say how many rows it wrote."""
    session.query(f"INSERT INTO FUNCTION file('{output}', Parquet) {what}")


main(*sys.argv[1:])
