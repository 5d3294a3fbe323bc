"""The order of a run's steps, with peers that exist only here."""

import math
import tempfile
import unittest
from dataclasses import replace
from pathlib import Path
from unittest import mock

from harness import measure, run
from harness.figures import table
from harness.peers import Book
from harness.store import read_json
from harness.tests.documents import PEER, document
from harness.tests.test_measure import shell

EXPECTED = {"rows": 1_000, "column": {}}
FOREVER, NEVER = math.inf, -math.inf


class Running(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.asked = []
        self.read = 0
        self.bad = set()
        for name, replacement in (("run.measure.once", self.once), ("run.read_back", self.read_back)):
            patch = mock.patch(f"harness.{name}", replacement)
            patch.start()
            self.addCleanup(patch.stop)
        patch = mock.patch("builtins.print")
        patch.start()
        self.addCleanup(patch.stop)

    def once(self, peer, job, threads, cpu, words):
        self.asked.append(peer.name)
        words["output"].write_text(peer.name)
        if (peer.name, "fails") in self.bad:
            raise measure.PeerError("it failed")
        return {"wall_s": 1.0, "cpu_s": 1.0, "rss_peak_bytes": 1, "output_bytes": 1}

    def read_back(self, path, expected, layout):
        self.read += 1
        wrong = (self.asked[-1], "loses a row") in self.bad
        return {"rows": 999 if wrong else 1_000, "column": {}}

    def a_run(self, content=None):
        content = content or document()
        content["settings"]["jobs"] = ["ndjson"]
        content["peers"] = {name: PEER for name in ("good", "rival")}
        peers = tuple(replace(shell("true"), name=name) for name in ("good", "rival"))
        current = run.Run(self.folder / "run.json", content, Book(peers, {}, {}), self.folder)
        current.inputs = {("synth40", job): (self.folder / "in.ndjson", EXPECTED) for job in ("memory", "ndjson")}
        return current

    def test_every_peer_is_verified_once_and_measured_in_each_round(self):
        current = self.a_run()
        current.verify(FOREVER)
        self.assertTrue(current.measure(FOREVER))
        self.assertEqual(sorted(self.asked), ["good"] * 3 + ["rival"] * 3)
        rounds = read_json(self.folder / "run.json")["rounds"]
        self.assertEqual([entry["round"] for entry in rounds], [1, 1, 2, 2])

    def test_who_loses_a_row_or_fails_is_not_measured(self):
        for defect in ("loses a row", "fails"):
            self.bad = {("rival", defect)}
            current = self.a_run(document())
            current.verify(FOREVER)
            current.measure(FOREVER)
            self.assertEqual({entry["peer"] for entry in current.document["rounds"]}, {"good"})
            [failed] = [entry for entry in current.document["verified"] if entry["problems"]]
            self.assertEqual(failed["peer"], "rival")

    def test_who_fails_later_stands_in_no_table(self):
        current = self.a_run()
        current.verify(FOREVER)
        self.bad = {("rival", "fails")}
        current.measure(FOREVER)
        [standing] = table(current.document)
        self.assertEqual([line.peer for line in standing.lines], ["good"])
        self.assertEqual(self.asked.count("rival"), 2)

    def test_files_of_the_same_bytes_are_read_back_once(self):
        content = document()
        content["settings"]["threads"] = ["one", "all"]
        current = self.a_run(content)
        current.book = replace(current.book, peers=tuple(replace(peer, threads=("one", "all")) for peer in current.book.peers))
        current.verify(FOREVER)
        self.assertEqual((len(self.asked), self.read), (4, 2))

    def test_a_run_that_was_cut_short_goes_on_where_it_ended(self):
        current = self.a_run()
        self.assertFalse(current.verify(NEVER))
        self.assertTrue(current.verify(FOREVER))
        self.assertFalse(current.measure(NEVER))
        self.asked.clear()
        resumed = self.a_run(read_json(self.folder / "run.json"))
        resumed.verify(FOREVER)
        self.assertEqual(self.asked, [])
        self.assertTrue(resumed.measure(FOREVER))
        self.assertEqual(len(self.asked), 4)
