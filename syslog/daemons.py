"""rsyslog and syslog-ng: where they are, and what they write."""

import os
import pathlib
import shutil
import socket
import socketserver
import subprocess
import threading
import time

PACKAGES = {
    "rsyslogd": "rsyslog libestr0 libfastjson4 liblognorm5".split(),
    "syslog-ng": "syslog-ng-core libivykis0 libnet1 libwrap0 libpcre3 libjson-c5 libglib2.0-0".split(),
}
PATIENCE = 60

RSYSLOG = """
global(workDirectory="{folder}" maxMessageSize="64k" parser.escapeControlCharactersOnReceive="off")
module(load="imtcp")
input(type="imtcp" address="127.0.0.1" port="{port}")
action(type="omfile" file="{folder}/rsyslog-5424.log" template="RSYSLOG_SyslogProtocol23Format")
action(type="omfile" file="{folder}/rsyslog-precise.log" template="RSYSLOG_FileFormat")
action(type="omfile" file="{folder}/rsyslog-traditional.log" template="RSYSLOG_TraditionalFileFormat")
"""

FORWARDING = """
action(type="omfwd" target="127.0.0.1" port="{port}" protocol="tcp" tcp_framing="{framing}" template="{template}")
"""

SYSLOG_NG = """
@version: 3.38
options {{ keep-hostname(yes); chain-hostnames(no); keep-timestamp(yes); use-dns(no); dns-cache(no); frac-digits(6); log-msg-size(65536); stats-freq(0); }};
source s {{ syslog(transport("tcp") ip("127.0.0.1") port({port}) log-iw-size(100000)); }};
log {{ source(s); destination {{ file("{folder}/syslog-ng-5424.log" flags(syslog-protocol)); }}; }};
log {{ source(s); destination {{ file("{folder}/syslog-ng-precise.log" ts-format(iso)); }}; }};
log {{ source(s); destination {{ file("{folder}/syslog-ng-traditional.log" ts-format(bsd) frac-digits(0)); }}; }};
"""


class Sink(socketserver.ThreadingTCPServer):
    """Keeps all that comes in a file."""

    daemon_threads = True

    def __init__(self, path):
        super().__init__(("127.0.0.1", 0), Taking)
        self.out = open(path, "wb", buffering=0)
        self.port = self.server_address[1]
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Taking(socketserver.BaseRequestHandler):
    """One connection of a sink."""

    def handle(self):
        while read := self.request.recv(1 << 16):
            self.server.out.write(read)


def free_port():
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def send(port, messages):
    """Sends messages, each behind its length (RFC 6587)."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            connection = socket.create_connection(("127.0.0.1", port))
            break
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
    with connection:
        for message in messages:
            encoded = message.encoded()
            connection.sendall(b"%d %s" % (len(encoded), encoded))


def wait(paths, messages):
    """Waits until files have all messages: the last of them, and no more comes."""
    last = messages[-1].text.encode()
    deadline = time.monotonic() + PATIENCE
    sizes = None
    while time.monotonic() < deadline:
        time.sleep(0.5)
        contents = [path.read_bytes() if path.exists() else b"" for path in paths]
        now = [len(content) for content in contents]
        if all(last in content[-(1 << 16):] for content in contents) and now == sizes:
            return
        sizes = now
    raise TimeoutError(f"{[str(path) for path in paths]} have not all messages after {PATIENCE} s: {sizes} bytes")


class Daemons:
    """Both, and the folder that they write to."""

    def __init__(self, packages, folder):
        self.packages, self.folder = packages, folder

    def program(self, name):
        """The path of a daemon, and the environment to start it in; fetches it if need be."""
        installed = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
        if installed:
            return installed, dict(os.environ)
        root = self.packages / name
        if not (root / "usr/sbin" / name).exists():
            root.mkdir(parents=True, exist_ok=True)
            for package in PACKAGES[name]:
                subprocess.run(["apt-get", "download", "-q", package], cwd=root, check=True)
            for package in root.glob("*.deb"):
                subprocess.run(["dpkg", "-x", package, root], check=True)
        folders = {str(library.parent) for library in root.rglob("*.so*")}
        environment = dict(os.environ, LD_LIBRARY_PATH=":".join(sorted(folders)))
        modules = next(root.rglob("rsyslog/imtcp.so"), None)
        if modules:
            environment["RSYSLOG_MODDIR"] = str(modules.parent)
        return str(root / "usr/sbin" / name), environment

    def run(self, command, environment, port, messages, paths):
        """Starts a daemon, sends it messages, and ends it once it has written them."""
        daemon = subprocess.Popen(command, env=environment)
        try:
            send(port, messages)
            wait(paths, messages)
        finally:
            daemon.terminate()
            daemon.wait()

    def write(self, messages):
        """Has both write messages. Returns the files by their forms."""
        return self.rsyslog(messages) | self.syslog_ng(messages)

    def rsyslog(self, messages):
        port, config = free_port(), self.folder / "rsyslog.conf"
        text = RSYSLOG.format(folder=self.folder, port=port)
        sinks = {}
        for name, file, framing, template in [
            ("rsyslog, RFC 5424 behind lengths", "counted-5424", "octet-counted", "RSYSLOG_SyslogProtocol23Format"),
            ("rsyslog, forwarded behind lengths", "counted-forward", "octet-counted", "RSYSLOG_ForwardFormat"),
            ("rsyslog, traditionally forwarded", "forward", "traditional", "RSYSLOG_TraditionalForwardFormat"),
        ]:
            path = self.folder / f"{file}.log"
            sinks[name] = path
            text += FORWARDING.format(port=Sink(path).port, framing=framing, template=template)
        config.write_text(text)
        files = {
            "rsyslog, RFC 5424": self.folder / "rsyslog-5424.log",
            "rsyslog, precise times": self.folder / "rsyslog-precise.log",
            "rsyslog, traditional": self.folder / "rsyslog-traditional.log",
        } | sinks
        program, environment = self.program("rsyslogd")
        command = [program, "-n", "-f", config, "-i", self.folder / "rsyslog.pid"]
        self.run(command, environment, port, messages, list(files.values()))
        return files

    def syslog_ng(self, messages):
        port, config = free_port(), self.folder / "syslog-ng.conf"
        config.write_text(SYSLOG_NG.format(folder=self.folder, port=port))
        files = {
            "syslog-ng, RFC 5424": self.folder / "syslog-ng-5424.log",
            "syslog-ng, precise times": self.folder / "syslog-ng-precise.log",
            "syslog-ng, traditional": self.folder / "syslog-ng-traditional.log",
        }
        program, environment = self.program("syslog-ng")
        command = [program, "-F", "--no-caps", "-f", config]
        for option in ["persist-file", "pidfile", "control"]:
            command.append(f"--{option}={self.folder / ('syslog-ng.' + option)}")
        modules = next(pathlib.Path(program).parents[2].rglob("syslog-ng/*/libafsocket.so"), None)
        if modules:
            command.append(f"--module-path={modules.parent}")
        self.run(command, environment, port, messages, list(files.values()))
        return files
