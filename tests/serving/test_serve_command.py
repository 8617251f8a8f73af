"""``credence serve``: what it refuses before it starts, and how it ends."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import time
from dataclasses import replace
from pathlib import Path

import pytest

from credence.cli.serve import check_port
from credit.release import current_folder
from features.errors import InputError
from features.files import read, write
from serving.loading import check
from serving.settings import Settings
from tests.serving.process import Service, free_port, own_home, served, start


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def refused(settings: Settings) -> str:
    with pytest.raises(InputError) as refusal:
        check(settings)
    return str(refusal.value)


def test_a_port_in_use_is_refused(demo_home: Path, demo_portfolio: Path, tmp_path: Path) -> None:
    # given another program at the port
    log = tmp_path / "serve.log"
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        # when the service is to listen there
        process = start(
            own_home(demo_home, tmp_path), log, "--portfolio", str(demo_portfolio), "--port", str(port)
        )

        # then it ends with 2 before it starts anything, and names a way out
        assert process.wait(timeout=60) == 2
    said = log.read_text()
    assert f"error: expected port {port} to be free; found another program listening there" in said
    assert f"--port {port + 1}" in said
    assert "starting" not in said


def test_a_home_without_a_model_is_refused(demo_portfolio: Path, tmp_path: Path) -> None:
    # given a home in which nothing was trained, when it is to be served
    log = tmp_path / "serve.log"
    process = start(tmp_path, log, "--portfolio", str(demo_portfolio), "--port", str(free_port()))

    # then the command ends with 2 and the next step
    assert process.wait(timeout=60) == 2
    assert "expected a release in CREDENCE_HOME; found none; train a model first" in log.read_text()


def test_the_portfolio_of_another_seller_is_refused(
    demo_home: Path, demo_portfolio: Path, tmp_path: Path
) -> None:
    # given the portfolio of another seller
    portfolio = read(demo_portfolio)
    write(replace(portfolio, seller=replace(portfolio.seller, seller_id="suedwind")), tmp_path)

    # then it is not served from this home
    said = refused(Settings(demo_home, tmp_path))
    assert "expected a portfolio of seller 'nordwind', whose home this is; found one of 'suedwind'" in said


def test_a_folder_that_is_no_portfolio_is_refused(demo_home: Path, tmp_path: Path) -> None:
    said = refused(Settings(demo_home, tmp_path))
    assert "expected a portfolio folder with portfolio.toml; found none" in said


def test_a_release_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    # given a pointer at a release that is not there
    (tmp_path / "releases").mkdir()
    (tmp_path / "releases" / "current").write_text("r0001-gone")

    # then it says so
    assert "expected a release folder with release.json; found none" in refused(Settings(tmp_path))


def copied_alone(home: Path, target: Path) -> Path:
    """Copy the release in force, without those that served before, and return its folder."""
    source = current_folder(home / "releases")
    shutil.copytree(source, target / "releases" / source.name)
    (target / "releases" / "current").write_text(source.name)
    return target / "releases" / source.name


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("late/booster.txt", "other content in ['booster.txt']"),
        ("policy.yaml", "expected"),
        ("release.json", "expected"),
    ],
)
def test_a_release_that_was_changed_is_refused(demo_home: Path, tmp_path: Path, name: str, said: str) -> None:
    # given a release one of whose files was changed
    changed = copied_alone(demo_home, tmp_path) / name
    changed.write_text("{}")

    # then nothing is started
    assert said in refused(Settings(tmp_path))


def test_a_release_that_lacks_a_file_is_refused(demo_home: Path, tmp_path: Path) -> None:
    (copied_alone(demo_home, tmp_path) / "late" / "golden.npz").unlink()
    assert "missing ['golden.npz']" in refused(Settings(tmp_path))


@pytest.mark.parametrize("host", ["localhost", "256.1.1.1", "192.0.2.1"])
def test_a_host_that_is_no_address_of_ours_is_refused(host: str) -> None:
    with pytest.raises(InputError, match="expected"):
        check_port(host, free_port())


def test_ctrl_c_ends_it_cleanly(demo_home: Path, tmp_path: Path) -> None:
    # given a service without a portfolio: it runs, and says what it lacks
    with served(own_home(demo_home, tmp_path), ready_status=503) as service:
        port = int(service.address.rpartition(":")[2])
        assert service.call("/readyz").error["code"] == "no_ledger"

        # when it is interrupted
        service.process.send_signal(signal.SIGINT)

        # then it has ended, with everything that it started
        assert service.process.wait(timeout=30) == 0
        assert "Traceback" not in service.said()
        assert not listens(port)


def test_workers_do_not_outlive_a_command_that_was_killed(demo_home: Path, tmp_path: Path) -> None:
    # given a service
    with served(own_home(demo_home, tmp_path), ready_status=503) as service:
        port = int(service.address.rpartition(":")[2])

        # when its first process is killed outright
        os.kill(service.process.pid, signal.SIGKILL)
        service.process.wait(timeout=10)

        # then its worker ends too
        deadline = time.monotonic() + 20
        while listens(port) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert not listens(port)


def test_a_caller_who_goes_leaves_no_traceback(demo_home: Path, tmp_path: Path) -> None:
    # given a service
    with served(own_home(demo_home, tmp_path), ready_status=503) as service:
        port = int(service.address.rpartition(":")[2])

        # when callers go in the middle of their body
        for _ in range(3):
            with socket.create_connection(("127.0.0.1", port)) as caller:
                head = f"POST /v1/assess HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {service.key}\r\n"
                rest = "Content-Type: application/json\r\nContent-Length: 500\r\n\r\n{"
                caller.sendall(f"{head}{rest}".encode())
                time.sleep(0.2)
        time.sleep(0.5)

        # then it answers on, and has said nothing of them
        assert service.call("/livez").status == 200
        assert "Traceback" not in service.said()
        assert "ClientDisconnect" not in service.said()


def test_it_says_where_it_answers(service: Service) -> None:
    assert f"ready at {service.address}" in service.said()
