"""Runs a command to its end, and writes what it took as JSON to a file descriptor.

A child's peak of resident memory is never told as less than what its parent held when it was started.
So a process does this that holds next to nothing: `python -I -S watch.py DESCRIPTOR COMMAND …`.
"""

import os
import sys
import time


def main(descriptor, command):
    os.set_inheritable(int(descriptor), False)
    started = time.perf_counter()
    child = os.posix_spawnp(command[0], command, os.environ)
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - started
    cpu = usage.ru_utime + usage.ru_stime
    figures = f'{{"wall_s": {wall}, "cpu_s": {cpu}, "rss_peak_bytes": {usage.ru_maxrss * 1024}}}'
    os.write(int(descriptor), figures.encode())
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    code = main(sys.argv[1], sys.argv[2:])
    # A signal's number is negative here.
    sys.exit(code if code >= 0 else 128 - code)
