"""polars. Usage: polars_peer.py memory|ndjson INPUT OUTPUT THREADS"""

import os
import sys

os.environ["POLARS_MAX_THREADS"] = sys.argv[4]

import polars

from clock import measure

# The whole file, since columns may appear late.
WHOLE = {"infer_schema_length": None}
ZSTD = {"compression": "zstd", "compression_level": 1}


def main(job, source, output, _threads):
    if job == "memory":
        frame = polars.read_ndjson(source, **WHOLE)
        measure(lambda: frame.write_parquet(output, **ZSTD) or frame.height, output)
    else:
        # Streams: less memory than reading a frame and writing that, in about the same time.
        polars.scan_ndjson(source, **WHOLE).sink_parquet(output, **ZSTD)


main(*sys.argv[1:])
