"""The load balancer of the guide, and the machines behind it, as an operator starts and ends them."""

from __future__ import annotations

import re
import shutil
import signal
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from tests.faults.calls import wait
from tests.serving.process import Service, free_port, start

__all__ = ["Balancer", "Replica", "balancing", "configuration", "nginx_or_skip"]

_GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "deploy.md"
_AROUND = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
{user}
events {{}}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/credence.conf;
}}
"""


def nginx_or_skip() -> str:
    """Return the program; the test is skipped where it is not installed."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if program is None or shutil.which("openssl") is None:
        pytest.skip("nginx or openssl is not installed: `make system` as root on Debian")
    return program


def configuration(folder: Path, ports: tuple[int, int], machines: list[str]) -> str:
    """Return the configuration of the guide with other addresses, names and places.

    Parameters
    ----------
    folder : Path
        With certificate and log.
    ports : tuple of int
        For HTTP and HTTPS.
    machines : list of str
        Host and port of each.
    """
    told = re.search(r"^```nginx\n(.*?)^```$", _GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert told is not None
    text = told[1]
    for old, new in {
        "listen 80;": f"listen 127.0.0.1:{ports[0]};",
        "listen 443 ": f"listen 127.0.0.1:{ports[1]} ",
        "server_name credit.example.com;": "server_name localhost;",
        "/etc/ssl/credit.example.com": f"{folder}/tls",
        "/var/log/nginx/": f"{folder}/",
        "10.0.0.11:3000": machines[0],
        "10.0.0.12:3000": machines[1],
    }.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


@dataclass
class Balancer:
    """A running nginx.

    Parameters
    ----------
    program : str
    folder : Path
    ports : tuple of int
        For HTTP and HTTPS.
    machines : list of str
        Host and port of each.
    """

    program: str
    folder: Path
    ports: tuple[int, int]
    machines: list[str]
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"https://localhost:{self.ports[1]}"

    @property
    def trusted(self) -> ssl.SSLContext:
        """What trusts the certificate of the balancer."""
        return ssl.create_default_context(cafile=str(self.folder / "tls.pem"))

    def logged(self) -> list[list[str]]:
        """Return the words of each line of its log."""
        return [line.split() for line in (self.folder / "credence.log").read_text().splitlines()]

    def write(self) -> None:
        """Write the configuration."""
        text = configuration(self.folder, self.ports, self.machines)
        (self.folder / "credence.conf").write_text(text, encoding="utf-8")

    def run(self, *options: str) -> subprocess.CompletedProcess[str]:
        command = [self.program, "-p", str(self.folder), "-c", str(self.folder / "nginx.conf"), *options]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def workers(self) -> set[int]:
        """Return the processes that answer calls."""
        assert self.process is not None
        return {child.pid for child in psutil.Process(self.process.pid).children()}


@contextmanager
def balancing(folder: Path, machines: list[str]) -> Iterator[Balancer]:
    """Run nginx with the configuration of the guide before some machines."""
    balancer = Balancer(nginx_or_skip(), folder, (free_port(), free_port()), machines)
    _make_certificate(folder)
    user = "user root;" if psutil.Process().username() == "root" else ""
    (folder / "nginx.conf").write_text(_AROUND.format(folder=folder, user=user), encoding="utf-8")
    balancer.write()
    checked = balancer.run("-t")
    assert checked.returncode == 0, checked.stderr
    command = [balancer.program, "-p", str(folder), "-c", str(folder / "nginx.conf")]
    balancer.process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        wait(lambda: bool(balancer.workers()), 20)
        yield balancer
    finally:
        balancer.process.terminate()
        balancer.process.wait(timeout=30)


def _make_certificate(folder: Path) -> None:
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    keys = ["-newkey", "rsa:2048", "-nodes", "-keyout", f"{folder}/tls.key", "-out", f"{folder}/tls.pem"]
    command = ["openssl", "req", "-x509", "-days", "2", *keys, *names]
    subprocess.run(command, capture_output=True, check=True)


@dataclass
class Replica:
    """A machine with a home of its own, at an address that stays the same.

    Parameters
    ----------
    home : Path
    key : str
        Of the store.
    """

    home: Path
    key: str
    port: int = field(default_factory=free_port)
    service: Service | None = None

    @property
    def machine(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def direct(self) -> Service:
        """The service, called beside the balancer."""
        assert self.service is not None
        return self.service

    def start(self) -> None:
        """Start the service and return once it is ready."""
        log = self.home / "serve.log"
        process = start(self.home, log, "--port", str(self.port))
        self.service = Service(f"http://{self.machine}", process, log, self.key)
        wait(self.is_ready, 120)

    def is_ready(self) -> bool:
        assert self.direct.process.poll() is None, self.direct.said()
        try:
            return self.direct.call("/readyz").status == 200
        except OSError:
            return False

    def stop(self) -> None:
        """End it as an operator does."""
        if self.service is not None:
            self.service.process.send_signal(signal.SIGTERM)
            self.service.process.wait(timeout=60)

    def kill(self) -> None:
        """End it as a loss of power does: all its processes at once."""
        parent = psutil.Process(self.direct.process.pid)
        processes = [parent, *parent.children(recursive=True)]
        for process in processes:
            process.suspend()
        for process in processes:
            process.kill()
        self.direct.process.wait(timeout=30)
