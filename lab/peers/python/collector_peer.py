"""A Collector's file exporter, then DuckDB. Usage: collector_peer.py OTELCOL INPUT SCHEMA OUTPUT THREADS

The Collector gets requests of OTLP in protobuf over HTTP, on the loopback, and writes them as JSON, a request a line; DuckDB makes
Parquet of that. Prints the figures of both together, and the CPU time of each. This process, which sends, is not in them.
"""

import http.client
import json
import os
import signal
import socket
import sys
import time
from pathlib import Path

# As the workloads have them: resources of a request.
RESOURCES = 10
START_SECONDS = 60
# Answers that tell of no record that was refused: nothing, or an empty `partial_success`.
TAKEN = (b"", b"\x0a\x00")


def main(program, source, schema, output, threads):
    written = Path(output).with_suffix(".otlp.json")
    settings = Path(output).with_suffix(".collector.json")
    duckdb = [sys.executable, str(Path(__file__).with_name("duckdb_peer.py")), "otlp-json", "V1"]
    started = time.perf_counter()
    try:
        collector = collect(program, settings, source, written)
        reader = ended(start([*duckdb, str(written), schema, output, threads]))
    finally:
        written.unlink(missing_ok=True)
        settings.unlink(missing_ok=True)
    parts = {"Collector": cpu_seconds(collector), "DuckDB": cpu_seconds(reader)}
    figures = {
        "wall_s": time.perf_counter() - started,
        "cpu_s": sum(parts.values()),
        "rss_peak_bytes": max(collector.ru_maxrss, reader.ru_maxrss) * 1024,
        "parts_cpu_s": parts,
    }
    print(json.dumps(figures))


def collect(program, settings, source, written):
    """Sends all requests to a Collector and ends it, which makes its file whole; returns what it took."""
    port = free_port()
    settings.write_text(json.dumps(configuration(port, written)))
    collector = start([program, "--config", f"file:{settings}"])
    try:
        wait_for(port)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=START_SECONDS)
        with open(source, "rb") as file:
            for request in requests(file):
                connection.request("POST", "/v1/logs", request, {"Content-Type": "application/x-protobuf"})
                answer = connection.getresponse()
                if answer.status != 200 or answer.read() not in TAKEN:
                    sys.exit(f"the Collector did not take all of a request: status {answer.status}")
        connection.close()
    finally:
        os.kill(collector, signal.SIGTERM)
        usage = ended(collector)
    return usage


def configuration(port, written):
    """Nothing between receiver and exporter: a request is written before it is answered."""
    return {
        "receivers": {"otlp": {"protocols": {"http": {"endpoint": f"127.0.0.1:{port}"}}}},
        "exporters": {"file": {"path": str(written), "format": "json"}},
        "service": {
            "pipelines": {"logs": {"receivers": ["otlp"], "exporters": ["file"]}},
            "telemetry": {"metrics": {"level": "none"}, "logs": {"level": "error"}},
        },
    }


def requests(file):
    """The requests of a file that has them one after the other: lists of resources, each behind its tag and its length."""
    request, resources = [], 0
    while tag := file.read(1):
        if tag != b"\x0a":
            sys.exit("the input is no list of resources")
        head = bytearray(tag)
        while True:
            head += file.read(1)
            if head[-1] < 0x80:
                break
        length = sum((digit & 0x7F) << (7 * at) for at, digit in enumerate(head[1:]))
        request += [bytes(head), file.read(length)]
        resources += 1
        if resources == RESOURCES:
            yield b"".join(request)
            request, resources = [], 0
    if request:
        yield b"".join(request)


def start(command):
    return os.posix_spawn(command[0], command, os.environ)


def ended(process):
    """Waits for a process, and returns what it took."""
    _, status, usage = os.wait4(process, 0)
    if code := os.waitstatus_to_exitcode(status):
        sys.exit(f"a process of this peer ended with {code}")
    return usage


def cpu_seconds(usage):
    return usage.ru_utime + usage.ru_stime


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def wait_for(port):
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            return socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.02)
    sys.exit("the Collector did not start")


main(*sys.argv[1:])
