"""Where things lie."""

from pathlib import Path

LAB = Path(__file__).resolve().parent.parent
ROOT = LAB.parent
TARGET = LAB / "target"
INPUTS = TARGET / "inputs"
RUNS = LAB / "runs"
README = ROOT / "README.md"
PEERS = LAB / "peers.toml"
PYTHON = TARGET / "python" / "bin" / "python"

# How Rust is built: what is measured is optimized, and a quick run takes what the tests have built already.
MEASURED = {"dist": "dist", "dist_folder": "dist", "lab_profile": "release", "lab_folder": "release"}
QUICK = {"dist": "dev", "dist_folder": "debug", "lab_profile": "dev", "lab_folder": "debug"}
profiles = dict(MEASURED)


def build_quickly():
    profiles.update(QUICK)


def words():
    """What commands in peers.toml may name."""
    return {"root": ROOT, "lab": LAB, "target": TARGET, **profiles}


def workloads():
    return ROOT / "target" / profiles["dist_folder"] / "workloads"
