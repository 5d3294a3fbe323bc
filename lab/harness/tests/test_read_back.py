"""Files that pyarrow writes, read back in the peers' environment."""

import json
import subprocess
import tempfile
import unittest
from pathlib import Path

from harness import places
from harness.build import harness_environment
from harness.checks import compare
from harness.expected import expect
from harness.run import read_back

WRITE = """
import json, sys, uuid, pyarrow, pyarrow.parquet
rows = json.loads(sys.argv[1])
table = pyarrow.Table.from_pylist(rows)
if "--uuid" in sys.argv:
    ids = [uuid.UUID(row["id"]).bytes for row in rows]
    table = table.set_column(0, "id", pyarrow.ExtensionArray.from_storage(pyarrow.uuid(), pyarrow.array(ids, pyarrow.binary(16))))
pyarrow.parquet.write_table(table, sys.argv[2], row_group_size=2)
"""
IDS = ["6f1b0a3e-9f0a-4c1e-8a52-3d5d8f0d2c11", "00000000-0000-4000-8000-000000000000", "6f1b0a3e-9f0a-4c1e-8a52-3d5d8f0d2c11"]
ROWS = [{"id": id, "size": 3 - at, "share": at / 3, "ok": at == 1} for at, id in enumerate(IDS)]

# Log records as they are expected, and as others write them.
LOGS = [
    {"span_id": "00ff", "severity_number": 9, "resource_host_name": "a", "attr_size_kb": 7, "attr_share": 0.5},
    {"resource_host_name": "a", "attr_size_kb": 9, "attr_ok": True},
]
WRITE_LOGS = """
import sys, pyarrow, pyarrow.parquet
text = pyarrow.map_(pyarrow.string(), pyarrow.string())
table = pyarrow.table({{{table}}})
pyarrow.parquet.write_table(table, sys.argv[1], row_group_size=1)
"""
MAPS = """
    "span_id": ["00ff", None],
    "severity_number": [9, None],
    "resource_attributes": pyarrow.array([{"host.name": "a"}, {"host.name": "a"}], text),
    "attributes": pyarrow.array([{"size.kb": "7", "share": "5e-1"}, {"size.kb": "9", "ok": "true"}], text),
"""
AS_JSON = """
    "span_id": pyarrow.array([b"\\x00\\xff", None], pyarrow.binary(2)),
    "severity_number": [9, 0],
    "service_namespace": ["a copy", None],
    "resource_attributes": ['{"host.name":"a"}', '{"host.name":"a"}'],
    "log_attributes": ['{"size.kb":7,"share":0.5}', '{"size.kb":9,"ok":true}'],
"""


@unittest.skipUnless(places.PYTHON.exists(), "needs the peers' Python environment: lab/run makes it")
class ReadingBack(unittest.TestCase):
    def found(self, rows, *options):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "out.parquet"
            command = [places.PYTHON, "-c", WRITE, json.dumps(rows), path, *options]
            subprocess.run(command, check=True, env=harness_environment())
            expected = expect(ROWS)
            return compare(expected, read_back(path, expected))

    def test_what_was_written_is_what_is_expected(self):
        self.assertEqual(self.found(ROWS), ([], []))

    def test_a_missing_row_and_a_changed_value_are_found(self):
        self.assertIn("2 rows instead of 3", self.found(ROWS[:2])[0])
        self.assertEqual(self.found([{**ROWS[0], "size": 4}, *ROWS[1:]])[0], ["size: other values"])

    def layout(self, name, table):
        """What is wrong with a file of OTLP logs in a layout of its own; `table` is the Python that makes it."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "out.parquet"
            subprocess.run([places.PYTHON, "-c", WRITE_LOGS.format(table=table), path], check=True)
            expected = expect(LOGS)
            return compare(expected, read_back(path, expected, name))

    def test_attributes_in_maps_of_text_are_compared_as_what_they_were(self):
        note = ["attributes in maps of text"]
        self.assertEqual(self.layout("maps", MAPS), ([], note))
        self.assertEqual(self.layout("maps", MAPS.replace("7", "8")), (["attr_size_kb: other values"], note))
        self.assertEqual(self.layout("maps", MAPS.replace("7", "7.5"))[0][0], "attr_size_kb: integer or text instead of integer")
        problems = ["attr_size_kb: 1 values instead of 2", "attr_other: not expected"]
        self.assertEqual(self.layout("maps", MAPS.replace("size.kb", "other", 1)), (problems, note))

    def test_attributes_as_json_are_compared_too(self):
        note = ["attributes as JSON"]
        self.assertEqual(self.layout("otlp2records", AS_JSON), ([], ["ids as bytes", *note]))
        changed = self.layout("otlp2records", AS_JSON.replace("0.5", "0"))
        self.assertEqual(changed[0], ["attr_share: integer instead of double", "attr_share: other values"])

    def test_uuids_are_read_as_the_text_that_they_were(self):
        self.assertEqual(self.found(ROWS, "--uuid"), ([], ["UUID columns"]))
