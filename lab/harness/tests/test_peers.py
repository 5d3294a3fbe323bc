import unittest

from harness import peers
from harness.build import SetupError, complain_of_changes
from harness.layouts import LAYOUTS

WORDS = {
    "input": "in.ndjson",
    "table": "in.arrow",
    "schema": "in.schema.json",
    "output": "out.parquet",
    "workload": "synth40",
    "rows": 5,
    "threads": 2,
}


class PeersFile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.book = peers.load()

    def test_every_command_can_be_filled_in(self):
        for peer in self.book.peers:
            peer.environment(**WORDS)
            for job in peer.run:
                command = peer.command(job, **WORDS)
                self.assertIn("out.parquet", command, peer.name)

    def test_versions_come_from_the_lock_files(self):
        for peer in self.book.peers:
            self.assertRegex(peer.version, r"^\d+\.\d+", peer.name)

    def test_of_a_package_in_two_versions_each_can_be_named(self):
        versions = {peer.name: peer.version for peer in self.book.peers}
        self.assertEqual((versions["otlp2parquet"], versions["otlp2records"]), ("0.6.0", "0.11.0"))

    def test_each_layout_is_known(self):
        self.assertLessEqual({peer.otlp_layout for peer in self.book.peers}, set(LAYOUTS))

    def test_what_everything_is_compared_with_does_all_jobs(self):
        [base] = [peer for peer in self.book.peers if peer.name == "bucksaw"]
        self.assertEqual(set(base.run), set(peers.JOBS))

    def test_a_generator_that_makes_other_rows_is_found_out(self):
        facts = {"columns": 40, "values": 1, "bytes": 2}
        book = peers.Book((), {}, {"synth40": {"expected": {"5": facts}}})
        complain_of_changes(book, "synth40", 5, facts)
        complain_of_changes(book, "synth40", 6, {**facts, "values": 9})
        with self.assertRaises(SetupError):
            complain_of_changes(book, "synth40", 5, {**facts, "values": 9})
