"""Runs one peer's process once, and says what it took."""

import json
import os
import subprocess
import tempfile
import time


class PeerError(Exception):
    """A peer's process failed."""


def once(peer, job, threads, cpu, words):
    """The figures of one run: those that the process prints (job memory), or its own from outside (ndjson).

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
    if job == "memory":
        figures = json.loads(printed)
    return {**figures, "process_rss_peak_bytes": outside["rss_peak_bytes"], "output_bytes": output.stat().st_size}


def watched(command, env):
    """Runs a command to its end: wall and CPU seconds, peak of resident memory, and what it printed."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        started = time.perf_counter()
        process = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        printed, complaints = content(out), content(err)
    if process.returncode:
        last = (complaints.strip().splitlines() or ["nothing on standard error"])[-1]
        raise PeerError(f"exit code {process.returncode}: {last}")
    figures = {
        "wall_s": wall,
        "cpu_s": usage.ru_utime + usage.ru_stime,
        "rss_peak_bytes": usage.ru_maxrss * 1024,
    }
    return figures, printed


def content(file):
    file.seek(0)
    return file.read().decode(errors="replace")
