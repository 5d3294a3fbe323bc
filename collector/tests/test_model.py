"""The model tells right from wrong, and the random messages have everything."""

import json
import math
import sys
import tempfile
import unittest
from collections import Counter
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import pyarrow
import pyarrow.parquet

from made import make_files
from model.columns import expected, micros_of, rest_pairs, type_by_evidence
from model.comparison import arrow_type, differences
from model.otlp_json import fill, members_of
from model.random_messages import Source
from model.rows import CORE, Row, rows_of
from model.sources import FORMS, SIGNALS, messages
from model.values import Json, double_text, json_of

SEED = 1
EVERY_KIND = {"int64", "int32", "double", "bool", "text", "time", "bytes", "rest", "list<int64>", "list<text>", "list<double>"}


def random_messages(signal, count=12):
    source = Source(Random(f"{SEED} {signal}"))
    return [source.message(signal) for _ in range(count)]


def columns_of(signal, count=12):
    rows = [row for message in random_messages(signal, count) for row in rows_of(message, signal)]
    return expected(rows, signal)[0]


class RandomMessages(unittest.TestCase):
    def test_fill_every_column_and_make_every_kind_of_column(self):
        kinds, siblings = set(), set()
        for signal in SIGNALS:
            columns = columns_of(signal)
            for name, (kind, cells) in columns.items():
                self.assertTrue(any(cell is not None for cell in cells), f"{signal}: {name}")
                kinds.add(kind)
                siblings |= {end for end in ("__ns", "__text", "__2", "__3") if name.endswith(end)}
            self.assertLessEqual(set(CORE[signal]), set(columns))
        self.assertEqual(kinds, EVERY_KIND)
        self.assertEqual(siblings, {"__ns", "__text", "__2", "__3"})

    def test_are_the_same_in_every_form(self):
        with tempfile.TemporaryDirectory() as folder:
            for path, form, signal in make_files(Path(folder), SEED, messages=2):
                read = list(messages(path.read_bytes(), FORMS[form], signal, Counter()))
                expected = random_messages(signal, 2)
                if form in ("binpb", "document", "scrambled"):
                    for message in read:
                        message.DiscardUnknownFields()
                    # Messages one after the other are one.
                    expected[0].MergeFrom(expected.pop())
                # As text, in which NaN is itself.
                self.assertEqual([str(message) for message in read], [str(message) for message in expected], form)

    def test_that_are_written_as_json_have_hex_ids_and_numbers_of_enumerations(self):
        message = SIGNALS["logs"]()
        members = {
            "resourceLogs": [
                {"scopeLogs": [{"logRecords": [{"traceId": "0A" * 16, "severityNumber": 9, "timeUnixNano": "7", "unknown": 1}]}]}
            ]
        }
        counts = Counter()
        fill(message, members, counts)
        self.assertEqual(counts, {"unknown_members": 1})
        record = message.resource_logs[0].scope_logs[0].log_records[0]
        self.assertEqual((record.trace_id, record.severity_number, record.time_unix_nano), (b"\n" * 16, 9, 7))
        written = members_of(record)
        self.assertEqual(written, {"traceId": "0a" * 16, "severityNumber": 9, "timeUnixNano": "7"})


class Comparison(unittest.TestCase):
    def test_finds_each_cell_that_is_otherwise(self):
        for signal in SIGNALS:
            columns = columns_of(signal, 1)
            columns.pop("_rest", None)
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "file.parquet"
                write(path, columns)
                self.assertEqual(differences(path, columns)[0], [])
                for name, (kind, cells) in columns.items():
                    at = next((row for row, cell in enumerate(cells) if cell is not None), None)
                    if at is None:
                        continue
                    changed = {**columns, name: (kind, [*cells[:at], None, *cells[at + 1 :]])}
                    told, _ = differences(path, changed)
                    self.assertEqual(len(told), 1, name)
                    self.assertTrue(told[0].startswith(f"{name}, row {at}: "), told)

    def test_finds_columns_that_are_missing_or_of_another_type(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "file.parquet"
            write(path, {"a": ("int64", [1]), "b": ("text", ["x"]), "c": ("double", [-0.0])})
            told, _ = differences(path, {"a": ("int32", [1]), "d": ("text", ["x"]), "c": ("double", [0.0])})
            self.assertEqual(
                told,
                [
                    "b: a column that should not be there",
                    "a: its type is int64, not int32",
                    "d: no such column",
                    "c, row 0: -0.0, not 0.0",
                ],
            )


def write(path, columns):
    arrays = {name: pyarrow.array(cells, arrow_type(kind)) for name, (kind, cells) in columns.items()}
    pyarrow.parquet.write_table(pyarrow.table(arrays), path)


class Rules(unittest.TestCase):
    def test_doubles_are_spelled_as_rust_spells_them(self):
        texts = ["0.0", "-0.0", "0.1", "1e16", "1e-5", "0.0001", "1.5e300", "5e-324", "3000000000000000.0", "Infinity", "-Infinity"]
        self.assertEqual([double_text(float(text)) for text in texts], texts)
        # Two texts are as short and as near.
        self.assertEqual(double_text(-1517555714654678.25), "-1517555714654678.3")
        self.assertEqual(double_text(5e-324), "5e-324")
        self.assertEqual(json_of(math.nan), '"NaN"')

    def test_types_are_those_of_most_values(self):
        cases = [
            ([1, 2], "int64"),
            ([1, 0.5], "double"),
            ([(1 << 53) + 1, 0.5], "text"),
            ([1] * 9 + ["x"], "int64"),
            ([1] * 8 + ["x"], "text"),
            ([True], "bool"),
            ([True, 1], "text"),
            ([b"x"], "bytes"),
            ([Json("[1]")], "text"),
            (["2026-11-28T07:05:09Z"], "time"),
            (["2026-11-28T07:05:09Z"] * 99 + ["x"], "text"),
        ]
        for values, kind in cases:
            self.assertEqual(type_by_evidence(values), kind, values)

    def test_moments_have_a_zone(self):
        self.assertEqual(micros_of("1970-01-01T01:00:00.000001002+01:00"), (1, 2))
        for text in ("1970-01-01T00:00:00", "1970-02-30T00:00:00Z", "1970-01-01T24:00:00Z", "1970-01-01"):
            self.assertIsNone(micros_of(text), text)

    def test_names_that_meet_are_numbered_and_what_comes_twice_is_kept(self):
        row = Row()
        row.found = [(("attr", "a.b"), 1), (("attr", "A_b"), 2), (("attr", "a.b"), 3), (("resource", "schema_url"), "x")]
        columns, counts = expected([row], "logs")
        found = {name: cells[0] for name, (_, cells) in columns.items() if cells[0] is not None}
        rest = found.pop("_rest")
        self.assertEqual(found, {"attr_a_b": 1, "attr_A_b__2": 2, "resource_schema_url__2": "x"})
        self.assertEqual(rest, rest_pairs(json.dumps({"attr": {"a.b": 3}})))
        self.assertEqual(+counts, {"duplicates": 1})


if __name__ == "__main__":
    unittest.main()
