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
WORKLOADS = ROOT / "target" / "dist" / "workloads"
