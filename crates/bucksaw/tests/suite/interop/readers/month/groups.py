"""Row groups: which of them a question leaves by folders' names and min/max, and datasets in which all others are destroyed."""

import shutil

import pyarrow.parquet as pq

from ask import arrow_dataset, arrow_filter


def left(folder, question, trace, has_folders):
    """The row groups that pyarrow would read, which has the folders' names and each chunk's min and max: of each file its numbers."""
    dataset = arrow_dataset(folder)
    wanted = arrow_filter(question, trace, has_folders)
    found = {}
    for file in dataset.get_fragments(wanted):
        groups = file.subset(wanted, schema=dataset.schema).row_groups
        if groups:
            found[file.path] = {group.id for group in groups}
    return found


def left_by_bloom_filters(folder, trace):
    """The row groups that the bloom filters of a column of ids leave, as DuckDB reads them."""
    import duckdb

    found = {}
    query = f"""
        SELECT file_name, row_group_id
        FROM parquet_bloom_probe('{folder}/*/*/*.parquet', 'trace_id', '{trace}') WHERE NOT bloom_filter_excludes"""
    for path, group in duckdb.execute(query).fetchall():
        found.setdefault(path, set()).add(group)
    return found


def of_all(folder):
    return {path: set(range(pq.read_metadata(path).num_row_groups)) for path in map(str, folder.rglob("*.parquet"))}


def destroyed(folder, kept, copy, looked_into=None):
    """A copy in which the pages of all row groups but these are overwritten: who finds all rows there has read no other. Footers stay, and so
    do the dictionaries of a column that is looked into."""
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(folder, copy)
    for path, groups in of_all(folder).items():
        file = copy / path.removeprefix(f"{folder}/")
        content = bytearray(file.read_bytes())
        metadata = pq.read_metadata(file)
        for number in groups - kept.get(path, set()):
            group = metadata.row_group(number)
            for column in map(group.column, range(group.num_columns)):
                overwrite(content, column, column.path_in_schema == looked_into)
        file.write_bytes(content)
    return copy


def overwrite(content, column, keeps_dictionary):
    start = column.dictionary_page_offset or column.data_page_offset
    end = start + column.total_compressed_size
    if keeps_dictionary:
        start = column.data_page_offset
    content[start:end] = b"\xee" * (end - start)
