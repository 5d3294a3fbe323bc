"""Installs what the tests need below target/collector, where that is not done yet. Needs Python's standard library only."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
BUILT = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve()
TARGET = BUILT / "collector"

BUILDER = "go.opentelemetry.io/collector/cmd/builder@v0.165.0"
TELEMETRYGEN = "github.com/open-telemetry/opentelemetry-collector-contrib/cmd/telemetrygen@v0.161.0"


def call(*command, **options):
    """Runs a command, whose output is told only where it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if done.returncode:
        sys.exit(f"failed: {' '.join(map(str, command))}\n{done.stdout}{done.stderr}")


def once(name, *pinned):
    """Whether something is to be installed: it never was, or not from these files and words."""
    stamp = TARGET / f"{name}.stamp"
    digest = hashlib.sha256()
    for part in pinned:
        digest.update(part.read_bytes() if isinstance(part, Path) else part.encode())
    if stamp.exists() and stamp.read_text() == digest.hexdigest():
        return
    print(f"installing: {name}", file=sys.stderr, flush=True)
    TARGET.mkdir(parents=True, exist_ok=True)
    yield
    # Last, so that what broke off is done again.
    stamp.write_text(digest.hexdigest())


def need(program, why):
    if not shutil.which(program):
        sys.exit(f"{program} was not found: {why}, or leave it out with --quick or --feeder")


def python_environment():
    """The interpreter with the packages of requirements.txt."""
    folder, requirements = TARGET / "python", HERE / "requirements.txt"
    for _ in once("python", requirements, sys.version):
        shutil.rmtree(folder, ignore_errors=True)
        (TARGET / "python-sdk.stamp").unlink(missing_ok=True)
        call(sys.executable, "-m", "venv", folder)
        pip_install(folder / "bin/python", requirements)
    return folder / "bin/python"


def pip_install(interpreter, requirements):
    call(interpreter, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements)


def python_feeder():
    """The Python SDK's packages join those of the model."""
    requirements = HERE / "feeders/python/requirements.txt"
    for _ in once("python-sdk", requirements):
        pip_install(TARGET / "python/bin/python", requirements)
    return HERE / "feeders/python/feed.py"


def bucksaw():
    """The command and the generator of workloads, as they are now."""
    subprocess.run(
        ["cargo", "build", "--quiet", "--locked", "-p", "bucksaw-cli", "-p", "bucksaw-workloads"], cwd=ROOT, check=True
    )
    return BUILT / "debug/bucksaw", BUILT / "debug/workloads"


def go_install(module):
    call("go", "install", module, env={**os.environ, "GOBIN": str(TARGET / "bin")})


def collector():
    """The Collector, built from what its builder generates."""
    need("go", "install Go from https://go.dev")
    config, folder, program = HERE / "builder.yaml", TARGET / "otelcol", TARGET / "bin/otelcol"
    modules = [HERE / "otelcol/go.mod", HERE / "otelcol/go.sum"]
    for _ in once("otelcol", BUILDER, config, *modules):
        go_install(BUILDER)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        # The builder would ask for the modules of other modules' tests, too.
        skip = ["--skip-get-modules", "--skip-compilation"]
        call(TARGET / "bin/builder", *skip, "--config", config, cwd=folder)
        for file in modules:
            shutil.copy(file, folder)
        call("go", "build", "-mod=readonly", "-trimpath", "-o", program, ".", cwd=folder)
    return program


def telemetrygen():
    need("go", "install Go from https://go.dev")
    for _ in once("telemetrygen", TELEMETRYGEN):
        go_install(TELEMETRYGEN)
    return TARGET / "bin/telemetrygen"


def go_feeder():
    need("go", "install Go from https://go.dev")
    call("go", "build", "-mod=readonly", "-o", TARGET / "bin/go-feeder", ".", cwd=HERE / "feeders/go")
    return TARGET / "bin/go-feeder"


def javascript_feeder():
    need("node", "install Node.js 20 or newer")
    source, folder = HERE / "feeders/javascript", TARGET / "javascript"
    for _ in once("javascript", source / "package.json", source / "package-lock.json"):
        folder.mkdir(exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(source / name, folder)
        call("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", cwd=folder)
    # Packages are looked for beside the program.
    return shutil.copy(source / "feed.mjs", folder)


if __name__ == "__main__":
    print(collector())
