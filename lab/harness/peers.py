"""The peers and workloads, read from peers.toml."""

import json
import os
import tomllib
from dataclasses import dataclass

from harness import places

# What is in memory or in a file, and becomes a Parquet file.
JOBS = ("memory", "ndjson", "otlp", "otlp-json", "csv", "parquet")
# Those of a run unless it is told: the others are measured for themselves.
USUAL_JOBS = ("memory", "ndjson")
THREADS = ("one", "all")


@dataclass(frozen=True, eq=False)
class Peer:
    """One way to write Parquet, as peers.toml describes it there."""

    name: str
    build: str
    language: str
    version: str
    # A command for each job that it does.
    run: dict
    threads: tuple
    level: str
    form: str
    bound: str
    note: str
    env: dict
    # How the tables of its OTLP jobs look, where they aren't Bucksaw's: harness.layouts.
    otlp_layout: str = ""
    # It prints its figures, since its process is not all that counts, or more than that.
    prints_figures: bool = False

    def command(self, job, **words):
        """The program and its arguments; `words` are input, output, workload, rows and threads."""
        everything = {**places.words(), **words}
        return [part.format(**everything) for part in self.run[job]]

    def environment(self, **words):
        """What its process finds in its environment."""
        own = {name: value.format(**words) for name, value in self.env.items()}
        return {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **own}


@dataclass(frozen=True)
class Book:
    """All of peers.toml."""

    peers: tuple
    builds: dict
    workloads: dict


def load(path=places.PEERS):
    with open(path, "rb") as file:
        book = tomllib.load(file)
    builds = book["builds"]
    versions = {name: locked_versions(build) for name, build in builds.items()}
    peers = tuple(peer(entry, builds, versions) for entry in book["peers"])
    names = [peer.name for peer in peers]
    if len(set(names)) < len(names):
        raise ValueError(f"two peers of {path} have the same name")
    return Book(peers, builds, book["workloads"])


def peer(entry, builds, versions):
    run = {job: entry[job] for job in JOBS if job in entry}
    known = {"name", "build", "package", "threads", "level", "form", "bound", "note", "env", "otlp_layout", "prints_figures", *JOBS}
    if not run or set(entry) - known:
        raise ValueError(f"peer {entry['name']!r}: no job, or unknown keys {set(entry) - known}")
    return Peer(
        name=entry["name"],
        build=entry["build"],
        language=builds[entry["build"]]["language"],
        version=versions[entry["build"]][entry["package"]],
        run=run,
        threads=tuple(entry.get("threads", THREADS)),
        level=entry.get("level", "zstd 1"),
        form=entry.get("form", ""),
        bound=entry["bound"],
        note=entry.get("note", ""),
        env=entry.get("env", {}),
        otlp_layout=entry.get("otlp_layout", ""),
        prints_figures=entry.get("prints_figures", False),
    )


def locked_versions(build):
    """Packages and their versions, from the lock file of a build."""
    path = places.ROOT / build["lock"]
    text = path.read_text()
    if path.suffix == ".lock":
        packages = [(package["name"], package["version"]) for package in tomllib.loads(text)["package"]]
        # Of several versions of one package that of the name alone is the newest, which stands last.
        return dict(packages) | {f"{name}@{version}": version for name, version in packages}
    if path.name == "go.mod":
        words = (line.removeprefix("require").split() for line in text.splitlines())
        return {line[0]: line[1].removeprefix("v") for line in words if len(line) > 1 and line[1].startswith("v")}
    lines = (line.split("==") for line in text.splitlines() if "==" in line)
    return {name: version.strip() for name, version in lines}


def describe(peer):
    """What a run keeps of a peer."""
    keys = ("language", "version", "level", "form", "bound", "note", "env")
    return json.loads(json.dumps({key: getattr(peer, key) for key in keys}))
