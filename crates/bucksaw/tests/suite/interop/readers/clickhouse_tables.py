"""Inserts files into tables of ClickHouse that are as the Collector's exporter creates them, and compares what is there then.

    clickhouse_tables.py TABLES

TABLES is JSON: a list of tables, each with its name, its columns' names and types, the file, what selects from it, and the rows
that are to be in the table, ordered as they are there. Prints what differs. Ends with 0 if nothing does, 1 if anything
does; any other end is a failure of this script.
"""

import json
import sys

from chdb import session

from ending import exit_with


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        tables = json.load(file)
    server = session.Session()
    is_equal = True
    for table in tables:
        name = table["name"]
        columns = ", ".join(f"{column} {of}" for column, of in table["columns"])
        server.query(f"CREATE TABLE {name} ({columns}) ENGINE = MergeTree ORDER BY tuple()")
        server.query(f"INSERT INTO {name} {table['select'].format(file=table['file'])}")
        found = str(server.query(f"SELECT * FROM {name} SETTINGS max_threads = 1", "JSONEachRow"))
        rows = [json.loads(line) for line in found.splitlines()]
        for number, (row, wanted) in enumerate(zip(rows, table["rows"])):
            for column in sorted(row.keys() | wanted.keys()):
                if row.get(column) != wanted.get(column):
                    print(f"{name} row {number} {column}: {row.get(column)!r}, not {wanted.get(column)!r}")
                    is_equal = False
        if len(rows) != len(table["rows"]):
            print(f"{name}: {len(rows)} rows, not {len(table['rows'])}")
            is_equal = False
    return 0 if is_equal else 1


if __name__ == "__main__":
    exit_with(main)
