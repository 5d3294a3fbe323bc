"""A run as the tests need it."""

PEER = {"language": "Rust", "version": "1.0", "level": "zstd 1", "form": "rows", "bound": "64 MiB", "note": "", "env": {}}


def document(rounds=(), verified=(), rows=1_000):
    """A finished run over synth40 with these entries, and the peers that they name."""
    names = dict.fromkeys(entry["peer"] for entry in [*rounds, *verified])
    return {
        "format": 1,
        "command": "lab/run --rows 1000",
        "started": "2026-01-02T03:04:05Z",
        "finished": "2026-01-02T03:05:06Z",
        "commit": "0123456789ab",
        "machine": {"cpu": "a processor", "cores": 2, "memory_bytes": 8 * 10**9, "system": "Linux", "load_at_start": 0.5},
        "tools": {"rust": "rustc 1.95.0", "go": None},
        "settings": {"rows": rows, "rounds": 2, "workloads": ["synth40"], "jobs": ["memory", "ndjson"], "threads": ["one"]},
        "inputs": {"synth40": {"rows": rows, "columns": 40, "values": 20_000, "bytes": 850_000}},
        "peers": {name: dict(PEER) for name in names},
        "verified": list(verified),
        "rounds": list(rounds),
    }


def entry(peer, job="ndjson", **figures):
    return {"job": job, "workload": "synth40", "threads": "one", "peer": peer, **figures}


def round_of(peer, number=1, cpu=1.0, wall=1.0, output=1_000, resident=50_000, heap=None, job="ndjson"):
    figures = {"round": number, "cpu_s": cpu, "wall_s": wall, "output_bytes": output, "rss_peak_bytes": resident}
    return entry(peer, job, **figures, heap_peak_bytes=heap, allocated_bytes=None)
