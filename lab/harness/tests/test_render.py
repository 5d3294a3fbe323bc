import tempfile
import unittest
from pathlib import Path

from harness import readme, render
from harness.tests.documents import document, entry, round_of

ROUNDS = [
    round_of("bucksaw", cpu=0.5, output=900, resident=40_000_000),
    round_of("fast", cpu=0.25, output=1_000, resident=90_000_000),
    round_of("small", cpu=2.0, output=450, resident=80_000_000),
]
FAILED = [entry("broken", problems=["2 rows instead of 3"], notes=[])]


class Summaries(unittest.TestCase):
    def setUp(self):
        self.text = render.summary(document(ROUNDS, FAILED))

    def test_a_table_has_rates_ratios_memory_and_size(self):
        self.assertIn("| fast | 4,000 | 2.00 × | 1,000 |", self.text)
        self.assertIn("| **bucksaw** | 2,000 | 1.00 × |", self.text)
        self.assertIn("90.0 MB", self.text)

    def test_who_failed_is_told_and_stands_in_no_table(self):
        self.assertIn("- broken (ndjson, synth40, one thread): 2 rows instead of 3", self.text)
        self.assertNotIn("| broken | 0", self.text)

    def test_columns_that_nobody_fills_are_left_out(self):
        self.assertNotIn("allocated", self.text)
        self.assertIn("allocated", render.summary(document([{**ROUNDS[0], "allocated_bytes": 5}])))

    def test_an_unfinished_run_says_so(self):
        self.assertIn("not finished", render.summary({**document(ROUNDS), "finished": None}))


class Readme(unittest.TestCase):
    def replaced(self, text):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "README.md"
            path.write_text(text)
            readme.replace_table(path, "a-run", document(ROUNDS, FAILED))
            return path.read_text()

    def test_only_what_stands_between_the_marks_changes(self):
        text = self.replaced(f"before\n{readme.BEGIN}\nstale\n{readme.END}\nafter\n")
        self.assertTrue(text.startswith(f"before\n{readme.BEGIN}\n"))
        self.assertTrue(text.endswith(f"\n{readme.END}\nafter\n"))
        self.assertNotIn("stale", text)

    def test_twice_is_the_same_as_once(self):
        once = self.replaced(f"{readme.BEGIN}\n{readme.END}\n")
        self.assertEqual(self.replaced(once), once)

    def test_losses_are_named_and_the_command_given(self):
        text = self.replaced(f"{readme.BEGIN}\n{readme.END}\n")
        self.assertIn("synth40: faster: fast (by 50%)", text)
        self.assertIn("synth40: smaller files: small (by 50%)", text)
        self.assertNotIn("less memory", text)
        self.assertIn("`lab/run --rows 1000`", text)

    def test_without_marks_nothing_is_written(self):
        with self.assertRaises(SystemExit):
            self.replaced("no marks")
