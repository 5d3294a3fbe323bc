"""pyarrow. Usage: pyarrow_peer.py JOB default|tuned INPUT SCHEMA OUTPUT THREADS; of the job memory INPUT is Arrow"""

import sys

import pyarrow
import pyarrow.compute
import pyarrow.csv
import pyarrow.feather
import pyarrow.json
import pyarrow.parquet

from clock import measure
from columns import columns

SAMPLE_ROWS = 10_000
TYPES = {"bool": pyarrow.bool_(), "int64": pyarrow.int64(), "double": pyarrow.float64(), "text": pyarrow.string()}


def load(job, path, schema, threads):
    if job == "memory":
        return pyarrow.feather.read_table(path, memory_map=False)
    if job == "parquet":
        return pyarrow.parquet.read_table(path, use_threads=threads > 1)
    told = pyarrow.schema(columns(schema, TYPES).items())
    if job == "csv":
        reading = pyarrow.csv.ReadOptions(use_threads=threads > 1)
        parsing = pyarrow.csv.ParseOptions(newlines_in_values=True)
        conversion = pyarrow.csv.ConvertOptions(column_types=told, strings_can_be_null=True)
        return pyarrow.csv.read_csv(path, reading, parsing, conversion)
    reading = pyarrow.json.ReadOptions(use_threads=threads > 1)
    parsing = pyarrow.json.ParseOptions(explicit_schema=told, unexpected_field_behavior="error")
    return pyarrow.json.read_json(path, reading, parsing)


def write(table, output, options):
    pyarrow.parquet.write_table(table, output, compression="zstd", compression_level=1, **options)
    return table.num_rows


def tuned(table):
    """Dictionaries where values repeat, a delta encoding elsewhere: what somebody who knows the columns sets."""
    sample = table.slice(0, SAMPLE_ROWS)
    dictionary, encodings = [], {}
    for name in table.column_names:
        values = sample[name].drop_null()
        distinct = pyarrow.compute.count_distinct(values).as_py()
        if pyarrow.types.is_integer(values.type) and distinct * 4 > len(values):
            encodings[name] = "DELTA_BINARY_PACKED"
        elif pyarrow.types.is_string(values.type) and distinct * 2 > len(values):
            encodings[name] = "DELTA_LENGTH_BYTE_ARRAY"
        else:
            dictionary.append(name)
    return {"use_dictionary": dictionary, "column_encoding": encodings}


def main(job, way, source, schema, output, threads):
    threads = int(threads)
    pyarrow.set_cpu_count(threads)
    pyarrow.set_io_thread_count(threads)
    table = load(job, source, schema, threads)
    options = tuned(table) if way == "tuned" else {}
    if job == "memory":
        # What reading left in Arrow's pool would serve writing, unseen.
        pyarrow.default_memory_pool().release_unused()
        measure(lambda: write(table, output, options), output)
    else:
        write(table, output, options)


main(*sys.argv[1:])
