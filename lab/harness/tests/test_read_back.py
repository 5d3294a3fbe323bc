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


@unittest.skipUnless(places.PYTHON.exists(), "needs the peers' Python environment: lab/run makes it")
class ReadingBack(unittest.TestCase):
    def found(self, rows, *options):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "out.parquet"
            command = [places.PYTHON, "-c", WRITE, json.dumps(rows), path, *options]
            subprocess.run(command, check=True, env=harness_environment())
            return compare(expect(json.dumps(row) for row in ROWS), read_back(path))

    def test_what_was_written_is_what_is_expected(self):
        self.assertEqual(self.found(ROWS), ([], []))

    def test_a_missing_row_and_a_changed_value_are_found(self):
        self.assertIn("2 rows instead of 3", self.found(ROWS[:2])[0])
        self.assertEqual(self.found([{**ROWS[0], "size": 4}, *ROWS[1:]])[0], ["size: other values"])

    def test_uuids_are_read_as_the_text_that_they_were(self):
        self.assertEqual(self.found(ROWS, "--uuid"), ([], ["UUID columns"]))
