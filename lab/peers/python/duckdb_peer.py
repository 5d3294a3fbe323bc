"""DuckDB. Usage: duckdb_peer.py JOB V1|V2 INPUT SCHEMA OUTPUT THREADS; of the job memory INPUT is Arrow"""

import sys

import duckdb
import pyarrow.feather

from clock import measure
from columns import columns
from otlp_json import records

TYPES = {"bool": "BOOLEAN", "int64": "BIGINT", "double": "DOUBLE", "text": "VARCHAR"}


def copy(connection, what, version, output):
    options = f"FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, PARQUET_VERSION {version}"
    return connection.execute(f"COPY ({what}) TO '{output}' ({options})").fetchone()[0]


def main(job, version, source, schema, output, threads):
    connection = duckdb.connect(config={"threads": int(threads)})
    if job == "memory":
        connection.register("arrow", pyarrow.feather.read_table(source))
        connection.execute("CREATE TABLE t AS SELECT * FROM arrow")
        connection.unregister("arrow")
        measure(lambda: copy(connection, "SELECT * FROM t", version, output), output)
    elif job == "otlp-json":
        copy(connection, records(source), version, output)
    else:
        quoted = ", ".join(f"'{name}': '{kind}'" for name, kind in columns(schema, TYPES).items())
        reading = {
            "ndjson": f"read_ndjson('{source}', columns = {{{quoted}}})",
            "csv": f"read_csv('{source}', header = true, delim = ',', quote = '\"', columns = {{{quoted}}})",
            "parquet": f"read_parquet('{source}')",
        }
        copy(connection, f"SELECT * FROM {reading[job]}", version, output)


main(*sys.argv[1:])
