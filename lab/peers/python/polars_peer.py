"""polars. Usage: polars_peer.py JOB INPUT SCHEMA OUTPUT THREADS; of the job memory INPUT is Arrow"""

import os
import sys

os.environ["POLARS_MAX_THREADS"] = sys.argv[5]

import polars
import pyarrow.feather

from clock import measure
from columns import columns

TYPES = {"bool": polars.Boolean, "int64": polars.Int64, "double": polars.Float64, "text": polars.String}
ZSTD = {"compression": "zstd", "compression_level": 1}


def main(job, source, schema, output, _threads):
    if job == "memory":
        frame = polars.from_arrow(pyarrow.feather.read_table(source), rechunk=True)
        measure(lambda: frame.write_parquet(output, **ZSTD) or frame.height, output)
    else:
        # Streams: less memory than reading a frame and writing that, in about the same time.
        told = columns(schema, TYPES)
        scan = {
            "ndjson": lambda: polars.scan_ndjson(source, schema=told),
            "csv": lambda: polars.scan_csv(source, schema=told),
            "parquet": lambda: polars.scan_parquet(source),
        }
        scan[job]().sink_parquet(output, **ZSTD)


main(*sys.argv[1:])
