"""The rows of an NDJSON file as an Arrow file, which loads in no time. Usage: table.py INPUT OUTPUT"""

import os
import sys

import pyarrow.feather
import pyarrow.json


def main(source, output):
    table = pyarrow.json.read_json(source).combine_chunks()
    pyarrow.feather.write_feather(table, output + ".new", compression="uncompressed", chunksize=len(table))
    os.replace(output + ".new", output)


if __name__ == "__main__":
    main(*sys.argv[1:])
