"""Runs one peer's process once, and says what it took."""

import json
import subprocess
import sys
import tempfile

from harness import places

WATCH = str(places.LAB / "harness" / "watch.py")


class PeerError(Exception):
    """A peer's process failed."""


def once(peer, job, threads, cpu, words):
    """The figures of one run: those that the process prints (job memory, and peers that do so), or its own from outside.

    `cpu` is the core that a single thread is pinned to. `words` fill the peer's command.
    """
    command = peer.command(job, threads=threads, **words)
    if threads == 1:
        command = ["taskset", "-c", str(cpu), *command]
    output = words["output"]
    # What stands there afterwards is this run's.
    output.unlink(missing_ok=True)
    outside, printed = watched(command, peer.environment(threads=threads, **words))
    if not output.exists():
        raise PeerError("it wrote no file")
    figures = outside
    if job == "memory" or peer.prints_figures:
        figures = json.loads(printed)
    return {**figures, "process_rss_peak_bytes": outside["rss_peak_bytes"], "output_bytes": output.stat().st_size}


def watched(command, env):
    """Runs a command to its end: wall and CPU seconds, peak of resident memory, and what it printed."""
    with tempfile.TemporaryFile() as told, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        watcher = [sys.executable, "-I", "-S", WATCH, str(told.fileno()), *command]
        files = {"stdin": subprocess.DEVNULL, "stdout": out, "stderr": err, "pass_fds": [told.fileno()]}
        code = subprocess.run(watcher, env=env, check=False, **files).returncode
        told, printed, complaints = content(told), content(out), content(err)
    if code:
        last = (complaints.strip().splitlines() or ["nothing on standard error"])[-1]
        raise PeerError(f"exit code {code}: {last}")
    return json.loads(told), printed


def content(file):
    file.seek(0)
    return file.read().decode(errors="replace")
