"""What a run should say about where it was made."""

import os
import platform
import shutil
import subprocess

from harness import places


def facts():
    return {
        "cpu": cpu_model(),
        "cores": cores(),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "load_at_start": os.getloadavg()[0],
    }


def cores():
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0))


def pinned_core():
    """The core that single threads are pinned to: the last, since the first serves most interrupts."""
    return max(os.sched_getaffinity(0))


def cpu_model():
    with open("/proc/cpuinfo") as lines:
        for line in lines:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or "unknown"


def versions():
    """Of the tools that build the peers; None where one is not installed."""
    commands = {
        "rust": ["rustc", "--version"],
        "go": ["go", "version"],
        "python": [str(places.PYTHON), "--version"],
    }
    return {name: said(command) for name, command in commands.items()}


def commit():
    """The commit that was measured, marked where the tree had changes that are in no commit."""
    return said(["git", "-C", str(places.ROOT), "describe", "--always", "--dirty", "--abbrev=12"])


def said(command):
    if not shutil.which(command[0]):
        return None
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    return ran.stdout.strip() if ran.returncode == 0 else None
