"""``credence serve``: the service, from the release in force and the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from credence.cli.common import folder

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["serve"]


@click.command()
@click.option(
    "--portfolio",
    type=folder,
    metavar="DIR",
    help="Load this portfolio with its history into the store first.",
)
@click.option("--port", type=click.IntRange(1, 65535), default=3000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="IP address to listen at.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes.")
@click.option("--bento", type=folder, metavar="DIR", help="Serve the release inside this Bento.")
@click.option("--open", "is_open", is_flag=True,
              help="For development: callers of this machine need no key.")  # fmt: skip
def serve(
    portfolio: str | None, port: int, host: str, workers: int, bento: str | None, is_open: bool
) -> None:
    """Answer calls: POST /v1/assess, GET /v1/status, and a page for people at /.

    It serves the release in force in CREDENCE_HOME, and from the next call on another one that is promoted
    there, to whoever sends a key (`credence keys create`). A worker that ends is started anew. Ctrl-C ends
    it.

    \b
    Example:
      credence serve --portfolio build/demo/portfolio --port 3000
    """  # noqa: D301 (click reads the escaped character)
    check_port(host, port)
    if is_open:
        check_open(host)
    # Reason: neither `credence --help` nor a port in use must wait for pandas and BentoML.
    from dataclasses import replace
    from pathlib import Path

    from credence.cli.common import say
    from serving.loading import check
    from serving.settings import Settings

    told = Settings.from_environment()
    ledger = Path(portfolio).absolute() if portfolio else told.portfolio
    settings = Settings(told.home.absolute(), ledger, _address(host, port), is_open)
    if bento is None:
        check(settings)
        settings = replace(settings, portfolio=None)
    if not is_open:
        _tell_keys(settings.home)
    settings.to_environment()
    say(f"starting {workers} worker{'s' if workers > 1 else ''} at {settings.address}")
    if bento is None:
        _run(host, port, workers)
    else:
        _run_bento(Path(bento).absolute(), host, port, workers)


def check_port(host: str, port: int) -> None:
    """Refuse an address that nothing can listen at.

    Raises
    ------
    InputError
        Where another program listens there, or the host is no address of this machine.
    """
    import errno
    import ipaddress
    import socket

    from features.errors import InputError

    try:
        version = ipaddress.ip_address(host).version
    except ValueError:
        raise InputError.of(
            "an IP address as --host", "another text", "use 127.0.0.1, or 0.0.0.0 for all"
        ) from None
    with socket.socket(socket.AF_INET if version == 4 else socket.AF_INET6) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                step = f"stop it, or choose another port: credence serve --port {port % 65535 + 1}"
                raise InputError.of(
                    f"port {port} to be free", "another program listening there", step
                ) from None
            step = "choose an address of this machine and a port that you may use"
            raise InputError.of(
                f"{host}:{port} to listen at", f"an address that refuses ({error.strerror})", step
            ) from None


def check_open(host: str) -> None:
    """Refuse to serve without keys where others than this machine could call.

    Raises
    ------
    InputError
        Where the host is not loopback.
    """
    from features.errors import InputError
    from serving.access.loopback import is_loopback

    if not is_loopback(host):
        step = "leave out --open and make a key: credence keys create --name ERP --scope assess"
        raise InputError.of("a loopback address as --host beside --open", "another one", step)


def _tell_keys(home: Path) -> None:
    from datetime import UTC, datetime

    from credence.cli.common import say
    from serving.access.stored import keys_of

    now = datetime.now(UTC)
    with keys_of(home) as stored:
        found = stored.list()
    if not any(key.state(now) == "in force" for key in found):
        say("no key is in force: nobody is let in; make one: credence keys create --name ERP --scope assess")


def _address(host: str, port: int) -> str:
    name = "localhost" if host in ("0.0.0.0", "::") else f"[{host}]" if ":" in host else host  # noqa: S104
    return f"http://{name}:{port}"


def _run(host: str, port: int, workers: int) -> None:
    from pathlib import Path

    import serving
    from serving.service import serve as run

    run(host, port, workers, str(Path(serving.__file__).resolve().parents[1]))


def _run_bento(bento: Path, host: str, port: int, workers: int) -> None:
    """Become BentoML's own server of a Bento: its code runs, not ours."""
    import os
    import sys

    from features.errors import InputError
    from serving.compiled import CACHE
    from serving.settings import WORKERS

    if not (bento / "bento.yaml").is_file():
        step = "make one with `credence build --out DIR`; an archive is unpacked first"
        raise InputError.of("a folder with bento.yaml as --bento", "none", step)
    environment = {name: value for name, value in os.environ.items() if name not in (CACHE, "PYTHONPATH")}
    command = [sys.executable, "-m", "bentoml", "serve", str(bento), "--host", host, "--port", str(port)]
    os.execve(sys.executable, command, {**environment, WORKERS: str(workers)})  # noqa: S606 (no shell is wanted)
