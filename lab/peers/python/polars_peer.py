"""polars. Usage: polars_peer.py memory|ndjson INPUT OUTPUT THREADS; INPUT is Arrow or NDJSON"""

import os
import sys

os.environ["POLARS_MAX_THREADS"] = sys.argv[4]

import polars
import pyarrow.feather

from clock import measure

# The whole file, since columns may appear late.
WHOLE = {"infer_schema_length": None}
ZSTD = {"compression": "zstd", "compression_level": 1}


def main(job, source, output, _threads):
    if job == "memory":
        frame = polars.from_arrow(pyarrow.feather.read_table(source), rechunk=True)
        measure(lambda: frame.write_parquet(output, **ZSTD) or frame.height, output)
    else:
        # Streams: less memory than reading a frame and writing that, in about the same time.
        polars.scan_ndjson(source, **WHOLE).sink_parquet(output, **ZSTD)


main(*sys.argv[1:])
