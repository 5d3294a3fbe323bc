"""What one write takes: time and resident memory. The other peers' clocks measure the same."""

import ctypes
import gc
import json
import os
import resource
import time


def measure(write, output):
    """Runs `write`, which returns the rows that it wrote, and prints the figures as a line of JSON."""
    resident = _reset_peak_resident()
    cpu, wall = _cpu_seconds(), time.perf_counter()
    rows = write()
    cpu, wall = _cpu_seconds() - cpu, time.perf_counter() - wall
    figures = {
        "rows": rows,
        "wall_s": wall,
        "cpu_s": cpu,
        # No runtime here counts all of its allocations.
        "heap_peak_bytes": None,
        "rss_peak_bytes": max(0, _status("VmHWM") - resident),
        "allocated_bytes": None,
        "output_bytes": os.path.getsize(output),
    }
    print(json.dumps(figures))


def _cpu_seconds():
    """User and system time of the whole process, all threads."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _reset_peak_resident():
    """Gives back what loading left, lets the kernel forget the peak so far, and returns what is resident."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")
    return _status("VmRSS")


def _status(field):
    """A field of /proc/self/status, in bytes."""
    with open("/proc/self/status") as lines:
        for line in lines:
            if line.startswith(field + ":"):
                return int(line.split()[1]) * 1024
    raise KeyError(f"no {field} in /proc/self/status")
