"""A run as Markdown."""

from harness.figures import table

JOB_TITLES = {
    "memory": "Rows or tables in memory to Parquet",
    "ndjson": "NDJSON to Parquet",
    "otlp": "OTLP logs (protobuf) to Parquet",
    "otlp-json": "OTLP logs (JSON) to Parquet",
    "csv": "CSV to Parquet",
    "parquet": "Parquet to Parquet",
}
THREAD_TITLES = {"one": "one thread", "all": "all cores"}


def summary(document):
    """The whole run: where it was made, a table for each contest, and who failed."""
    machine, settings = document["machine"], document["settings"]
    parts = [
        f"# Run of {document['started'][:10]}",
        f"{settings['rows']:,} rows, {rounds_done(document)}, at {document['commit']}, with `{document['command']}`.",
        f"{machine['cores']} cores of {machine['cpu']}, {size(machine['memory_bytes'])} of memory, {machine['system']}; "
        f"load {machine['load_at_start']:.1f} when it began. " + tools(document),
    ]
    if document["finished"] is None:
        parts.append("**This run is not finished.**")
    for standing in table(document):
        parts.append(contest(standing, document))
    parts.append(peers(document))
    parts.append(failures(document))
    return "\n\n".join(part for part in parts if part) + "\n"


def rounds_done(document):
    done = {entry["round"] for entry in document["rounds"]}
    return f"medians of {len(done)} interleaved rounds" if len(done) > 1 else f"{len(done)} round"


def tools(document):
    return ", ".join(version for version in document["tools"].values() if version) + "."


def contest(standing, document):
    """The table of one job on one workload."""
    title = f"## {JOB_TITLES[standing.job]}: {standing.workload}, {THREAD_TITLES[standing.threads]}"
    input = document["inputs"][standing.workload]
    about = f"{input['columns']} columns, {input['values']:,} values, {size(input['bytes'])} as NDJSON."
    memory = "peak memory, heap / resident" if standing.job == "memory" else "peak memory"
    rows = [
        [
            f"**{line.peer}**" if line.peer == standing.base else line.peer,
            f"{line.rows_per_cpu_second:,.0f}",
            f"{line.ratio:.2f} ×" if line.ratio else "",
            f"{line.rows_per_second:,.0f}",
            f"± {line.spread:.0%}" if line.spread else "",
            peak(line, standing.job),
            size(line.allocated) if line.allocated else "",
            size(line.output),
            document["peers"][line.peer]["level"],
            "; ".join(line.notes),
        ]
        for line in standing.lines
    ]
    head = ["peer", "rows per CPU second", f"to {standing.base}", "rows per second", "spread", memory]
    head += ["allocated", "file", "codec", "note"]
    return "\n\n".join([title, about, markdown(head, rows, right={1, 2, 3, 4, 5, 6, 7})])


def peak(line, job):
    if job != "memory":
        return size(line.resident)
    heap = size(line.heap) if line.heap is not None else "–"
    return f"{heap} / {size(line.resident)}"


def peers(document):
    rows = [
        [name, f"{peer['language']}, {peer['version']}", peer["form"], peer["bound"], environment(peer), peer["note"]]
        for name, peer in document["peers"].items()
    ]
    head = ["peer", "version", "what it is given in memory", "bound of its memory", "environment", "note"]
    return "## The peers\n\n" + markdown(head, rows)


def environment(peer):
    return " ".join(f"{name}={value.strip('{}')}" for name, value in peer["env"].items())


def failures(document):
    lines = [
        f"- {entry['peer']} ({entry['job']}, {entry['workload']}, {THREAD_TITLES[entry['threads']]}): "
        + "; ".join(entry["problems"][:5])
        for entry in document["verified"]
        if entry["problems"]
    ]
    return "## Failed verification, and not measured\n\n" + "\n".join(lines) if lines else ""


def markdown(head, rows, right=()):
    """A table; columns that are empty in every row are left out."""
    kept = [at for at in range(len(head)) if any(row[at] for row in rows)]
    lines = [[head[at] for at in kept], ["---:" if at in right else "---" for at in kept]]
    lines += [[row[at] for at in kept] for row in rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def size(bytes):
    """Decimal: 1 MB is a million bytes."""
    for unit, name in ((10**9, "GB"), (10**6, "MB")):
        if bytes >= unit:
            return f"{bytes / unit:,.{2 if bytes < 10 * unit else 1}f} {name}"
    return f"{bytes / 1e3:,.0f} kB"


def peer_list(book):
    rows = [
        [peer.name, f"{peer.language}, {peer.version}", ", ".join(peer.run), ", ".join(peer.threads)] for peer in book.peers
    ]
    return markdown(["peer", "version", "jobs", "threads"], rows)


