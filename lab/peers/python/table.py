"""The rows of an NDJSON file as an Arrow file, which loads in no time, and, for these jobs, as CSV and as Parquet beside it.

Usage: table.py INPUT OUTPUT JOB…
"""

import os
import sys

import pyarrow.csv
import pyarrow.feather
import pyarrow.json
import pyarrow.parquet


def main(source, output, *jobs):
    table = pyarrow.json.read_json(source).combine_chunks()
    pyarrow.feather.write_feather(table, output + ".new", compression="uncompressed", chunksize=len(table))
    os.replace(output + ".new", output)
    stem = os.path.splitext(output)[0]
    if "csv" in jobs:
        pyarrow.csv.write_csv(table, stem + ".csv", pyarrow.csv.WriteOptions(quoting_style="needed"))
    if "parquet" in jobs:
        pyarrow.parquet.write_table(table, stem + ".parquet", compression="zstd", compression_level=1)


if __name__ == "__main__":
    main(*sys.argv[1:])
