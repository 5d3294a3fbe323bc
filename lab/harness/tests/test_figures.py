import unittest

from harness.figures import median, table
from harness.tests.documents import document, entry, round_of


class Medians(unittest.TestCase):
    def test_one_slow_round_does_not_matter(self):
        rounds = [{"cpu_s": seconds} for seconds in (2.0, 9.0, 1.0)]
        self.assertEqual(median(rounds, "cpu_s"), 2.0)

    def test_an_even_number_of_rounds_has_its_middle_between_two(self):
        self.assertEqual(median([{"cpu_s": 1.0}, {"cpu_s": 3.0}], "cpu_s"), 2.0)

    def test_what_a_peer_can_not_tell_stays_unknown(self):
        self.assertIsNone(median([{"heap_peak_bytes": None}, {}], "heap_peak_bytes"))


class Tables(unittest.TestCase):
    def test_what_each_process_of_a_peer_took_is_told(self):
        rounds = [
            {**round_of("two", number, cpu=3.0), "parts_cpu_s": {"first": first, "second": 1.0}}
            for number, first in ((1, 2.0), (2, 4.0))
        ]
        [line] = table(document(rounds))[0].lines
        self.assertEqual(line.notes, ("first 3.00 s and second 1.00 s of CPU time",))

    def test_the_fastest_comes_first_with_its_ratio_to_the_base(self):
        rounds = [
            round_of("bucksaw", 1, cpu=2.0),
            round_of("rival", 1, cpu=1.0),
            round_of("bucksaw", 2, cpu=2.0),
            round_of("rival", 2, cpu=1.0),
        ]
        [standing] = table(document(rounds))
        self.assertEqual([line.peer for line in standing.lines], ["rival", "bucksaw"])
        self.assertEqual([line.ratio for line in standing.lines], [2.0, 1.0])
        self.assertEqual(standing.line("rival").rows_per_cpu_second, 1_000)

    def test_the_spread_is_half_of_the_range(self):
        [standing] = table(document([round_of("bucksaw", number, cpu) for number, cpu in ((1, 0.9), (2, 1.0), (3, 1.1))]))
        self.assertAlmostEqual(standing.lines[0].spread, 0.1)

    def test_without_the_base_there_are_no_ratios(self):
        [standing] = table(document([round_of("rival")]))
        self.assertIsNone(standing.lines[0].ratio)

    def test_contests_are_kept_apart(self):
        rounds = [round_of("bucksaw", job="memory"), round_of("bucksaw", job="ndjson")]
        self.assertEqual([standing.job for standing in table(document(rounds))], ["memory", "ndjson"])

    def test_notes_of_the_verification_stand_beside_the_figures(self):
        verified = [entry("rival", problems=[], notes=["UUID columns"])]
        [standing] = table(document([round_of("rival")], verified))
        self.assertEqual(standing.lines[0].notes, ("UUID columns",))
