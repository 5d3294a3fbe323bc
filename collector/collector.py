"""A Collector that writes what it receives to files, in every form that its file exporter has."""

import json
import socket
import subprocess
import time
from contextlib import contextmanager

from model.sources import SIGNALS

# The forms of an exporter by itself, and those of one with its feature gate, which compresses whole files.
OWN_FORMS = ("proto", "json", "proto-zstd", "json-zstd")
NATIVE_FORMS = ("proto-zstd-native", "json-zstd-native")
NATIVE_GATE = "exporter.file.nativeCompression"
START_SECONDS = 30
# Files are all written once they have stayed so for several times as long as batches wait.
STILL_SECONDS = 0.25
STILL_TIMES = 4


def free_ports(count):
    """Ports of the loopback that nobody has now."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def configuration(folder, forms, grpc, http):
    exporters = {}
    # Of each signal by itself, and of all in one file.
    for signal in (*SIGNALS, "all"):
        for form in forms:
            settings = {"path": str(folder / f"{signal}-{form}"), "format": form.split("-")[0]}
            if "zstd" in form:
                settings["compression"] = "zstd"
            exporters[f"file/{signal}-{form}"] = settings
    receiver = {"protocols": {"grpc": {"endpoint": f"127.0.0.1:{grpc}"}, "http": {"endpoint": f"127.0.0.1:{http}"}}}
    pipelines = {
        signal: {
            "receivers": ["otlp"],
            "processors": ["batch"],
            "exporters": [f"file/{which}-{form}" for which in (signal, "all") for form in forms],
        }
        for signal in SIGNALS
    }
    telemetry = {"metrics": {"level": "none"}, "logs": {"level": "warn"}}
    return {
        "receivers": {"otlp": receiver},
        # Requests that come together become one message, with several resources.
        "processors": {"batch": {"timeout": "200ms", "send_batch_size": 256}},
        "exporters": exporters,
        "service": {"pipelines": pipelines, "telemetry": telemetry},
    }


@contextmanager
def collecting(program, folder, forms):
    """Runs a Collector, and gives the environment that tells feeders where it is. When it has ended, its files are whole."""
    folder.mkdir(parents=True, exist_ok=True)
    grpc, http = free_ports(2)
    settings = folder / "collector.json"
    settings.write_text(json.dumps(configuration(folder, forms, grpc, http), indent=2))
    command = [program, "--config", f"file:{settings}"]
    if forms == NATIVE_FORMS:
        command += ["--feature-gates", NATIVE_GATE]
    with open(folder / "collector.log", "w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            for port in (grpc, http):
                wait_for(port, process, log.name)
            yield {
                "OTLP_GRPC": f"127.0.0.1:{grpc}",
                "OTLP_HTTP": f"http://127.0.0.1:{http}",
                "OTLP_HTTP_HOST": f"127.0.0.1:{http}",
            }
            wait_until_written(folder)
        finally:
            process.terminate()
            try:
                process.wait(START_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
    if process.returncode:
        raise SystemExit(f"the Collector ended with {process.returncode}: see {log.name}")


def wait_until_written(folder):
    """Waits until its files stay as they are: a pipeline that ends closes the files that it shares with others, which then can't write."""
    sizes, unchanged = None, 0
    while unchanged < STILL_TIMES:
        time.sleep(STILL_SECONDS)
        now = {path: path.stat().st_size for path in folder.iterdir()}
        unchanged = unchanged + 1 if now == sizes else 0
        sizes = now


def wait_for(port, process, log):
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"the Collector did not start: see {log}")
