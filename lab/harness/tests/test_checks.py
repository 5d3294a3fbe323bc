import json
import unittest

from harness.checks import canonical, compare, summary
from harness.expected import expect

ROWS = [
    {"id": 1, "name": "a", "share": 0.5, "ok": True},
    {"id": 2, "name": "b", "ok": False},
    {"id": 3, "name": "b"},
]


def expected(rows):
    return expect(rows)


def problems(rows):
    return compare(expected(ROWS), expected(rows))[0]


class Comparing(unittest.TestCase):
    def test_the_same_rows_in_any_order_are_as_expected(self):
        self.assertEqual(compare(expected(ROWS), expected(ROWS[::-1])), ([], []))

    def test_a_missing_row_is_found(self):
        found = problems(ROWS[:2])
        self.assertIn("2 rows instead of 3", found)
        self.assertIn("id: 2 values instead of 3", found)

    def test_a_changed_value_is_found(self):
        self.assertEqual(problems([*ROWS[:2], {"id": 3, "name": "c"}]), ["name: other values"])

    def test_values_that_change_places_between_columns_are_found(self):
        self.assertEqual(problems([{**ROWS[0], "id": 2}, ROWS[1], ROWS[2]]), ["id: other values"])

    def test_a_row_that_is_there_twice_is_found(self):
        self.assertIn("4 rows instead of 3", problems([*ROWS, ROWS[2]]))

    def test_zero_that_became_null_is_found(self):
        self.assertEqual(problems([ROWS[0], {"id": 2, "name": "b"}, ROWS[2]]), ["ok: 1 values instead of 2"])

    def test_missing_and_unknown_columns_are_found(self):
        renamed = [{("nom" if name == "name" else name): value for name, value in row.items()} for row in ROWS]
        self.assertEqual(problems(renamed), ["name: missing", "nom: not expected"])

    def test_a_column_without_values_does_no_harm(self):
        found = expected(ROWS)
        found["column"]["empty"] = summary("text", [])
        self.assertEqual(compare(expected(ROWS), found), ([], []))

    def test_integers_that_became_text_are_found(self):
        self.assertEqual(problems([{**row, "id": str(row["id"])} for row in ROWS]), ["id: text instead of integer"])

    def test_text_may_become_uuids_which_is_noted(self):
        uuids = expected([{"id": "6f1b0a3e-9f0a-4c1e-8a52-3d5d8f0d2c11"}])
        found = json.loads(json.dumps(uuids).replace('"text"', '"uuid"'))
        self.assertEqual(compare(uuids, found), ([], ["UUID columns"]))


class AsCsv(unittest.TestCase):
    def test_texts_that_are_all_numbers_are_numbers_there(self):
        rows = [{"version": "1.1", "size": "7", "name": "8"}, {"version": "2", "size": "-7", "name": "08"}]
        numbers = [{"version": 1.1, "size": 7, "name": "8"}, {"version": 2.0, "size": -7, "name": "08"}]
        self.assertEqual(expect(rows, "csv"), expect(numbers))
        self.assertNotEqual(expect(rows), expect(numbers))


class CanonicalText(unittest.TestCase):
    def test_values_of_all_kinds(self):
        texts = [canonical(value) for value in (True, False, -7, 0.1, 1e300, "é", "é".encode())]
        self.assertEqual(texts, ["true", "false", "-7", "0.1", "1e+300", "é", "é"])

    def test_one_column_has_one_kind(self):
        with self.assertRaisesRegex(ValueError, "two kinds"):
            expected([{"id": 1}, {"id": "1"}])
