import os
import tempfile
import unittest
from dataclasses import replace
from pathlib import Path

from harness.measure import PeerError, once
from harness.peers import Peer


def shell(script, job="ndjson"):
    """A peer that is a shell script, braces doubled; $0 is its output."""
    run = {job: ["sh", "-c", script, "{output}", "{threads}"]}
    words = {"language": "sh", "version": "1", "level": "", "form": "", "bound": "", "note": ""}
    return Peer(name="shell", build="none", run=run, threads=("one",), env={"WHO": "shell {threads}"}, **words)


class Once(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.output = Path(folder.name) / "out.parquet"

    def run_once(self, script, job="ndjson"):
        cpu = max(os.sched_getaffinity(0))
        return once(shell(script, job), job, 1, cpu, {"output": self.output})

    def test_a_process_is_measured_from_outside(self):
        figures = self.run_once('printf 12345 > "$0"')
        self.assertEqual(figures["output_bytes"], 5)
        self.assertGreater(figures["wall_s"], 0)
        self.assertGreater(figures["rss_peak_bytes"], 100_000)

    def test_the_memory_job_prints_its_own_figures(self):
        figures = self.run_once("""printf 1 > "$0"; echo '{{"rows": 7, "cpu_s": 0.5}}'""", "memory")
        self.assertEqual((figures["rows"], figures["cpu_s"], figures["output_bytes"]), (7, 0.5, 1))

    def test_a_peer_of_several_processes_prints_the_figures_that_count(self):
        peer = replace(shell("""printf 1 > "$0"; echo '{{"cpu_s": 0.5}}'"""), prints_figures=True)
        figures = once(peer, "ndjson", 1, max(os.sched_getaffinity(0)), {"output": self.output})
        self.assertEqual((figures["cpu_s"], figures["output_bytes"]), (0.5, 1))

    def test_one_thread_is_pinned_to_one_core(self):
        self.run_once('grep Cpus_allowed_list /proc/self/status > "$0"')
        self.assertEqual(self.output.read_text().split()[1], str(max(os.sched_getaffinity(0))))

    def test_its_environment_is_filled_in(self):
        self.run_once('printf "$WHO" > "$0"')
        self.assertEqual(self.output.read_text(), "shell 1")

    def test_a_failure_is_told_with_its_last_words(self):
        with self.assertRaisesRegex(PeerError, "exit code 3: no rows"):
            self.run_once("echo first >&2; echo no rows >&2; exit 3")

    def test_an_older_file_does_not_pass_for_a_new_one(self):
        self.output.write_text("old")
        with self.assertRaisesRegex(PeerError, "wrote no file"):
            self.run_once("true")
