"""`credence keys` as an operator runs it, and `credence serve --open` where it is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from credence.cli import main
from credence.cli.serve import check_open
from features.errors import InputError
from serving.access.keys import holder_of
from serving.access.stored import keys_of

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command in this process, on a home of its own."""
    monkeypatch.setenv("CREDENCE_HOME", str(tmp_path))

    def ran(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = 0
        try:
            main(["keys", *arguments])
        except SystemExit as ended:
            code = int(ended.code or 0)
        told = capsys.readouterr()
        return code, told.out, told.err

    return ran


def opens(home: Path, text: str) -> bool:
    with keys_of(home) as keys:
        known = {key.key_id: key for key in keys.list()}
    return holder_of(known, text, datetime.now(UTC)) is not None


def test_a_key_is_shown_once_and_opens(run: Run, tmp_path: Path) -> None:
    # given a key that is made
    code, out, err = run("create", "--name", "ERP", "--scope", "assess", "--scope", "order", "--rate", "600",
                         "--expires", "2099-12-31")  # fmt: skip
    text = out.strip()

    # then standard output is the key alone, which opens, and no later command shows it
    assert code == 0
    assert out == f"{text}\n"
    assert "shown only now" in err
    assert opens(tmp_path, text)
    _, listed, _ = run("list", "--json")
    assert text.split("_")[2] not in listed
    [told] = json.loads(listed)
    assert told == {
        "key_id": text.split("_")[1],
        "name": "ERP",
        "state": "in force",
        "scopes": ["assess", "order"],
        "rate_per_minute": 600,
        "created_at": told["created_at"],
        "expires_at": "2100-01-01T00:00:00Z",
        "revoked_at": None,
        "last_used_on": None,
    }


def test_a_key_is_replaced_and_revoked(run: Run, tmp_path: Path) -> None:
    # given a key that is replaced with an overlap
    old = json.loads(run("create", "--name", "ERP", "--scope", "ledger", "--json")[1])
    code, out, err = run("rotate", old["key_id"], "--overlap", "2", "--json")
    new = json.loads(out)
    assert (code, new["scopes"]) == (0, ["ledger"])
    assert "opens until" in err
    assert opens(tmp_path, old["key"])
    assert opens(tmp_path, new["key"])

    # when the old one is revoked, then the new one opens alone
    assert run("revoke", old["key_id"])[0] == 0
    assert not opens(tmp_path, old["key"])
    assert opens(tmp_path, new["key"])
    assert [key["state"] for key in json.loads(run("list", "--json")[1])] == ["revoked", "in force"]

    # when it is to be replaced or revoked once more, then that is refused
    for command in ("rotate", "revoke"):
        code, out, err = run(command, old["key_id"])
        assert (code, out) == (2, "")
        assert "expected the id of a key in force; found revoked" in err


def test_a_replaced_key_ends_at_once_where_nothing_overlaps(run: Run, tmp_path: Path) -> None:
    old = run("create", "--name", "ERP", "--scope", "assess")[1].strip()
    new = run("rotate", old.split("_")[1], "--overlap", "0")[1].strip()
    assert (opens(tmp_path, old), opens(tmp_path, new)) == (False, True)


@pytest.mark.parametrize(
    "options",
    [("--name", "ERP"), ("--scope", "assess"), ("--name", "ERP", "--scope", "root"),
     ("--name", "ERP", "--scope", "assess", "--expires", "2020-01-01"),
     ("--name", "ERP", "--scope", "assess", "--rate", "0")],
)  # fmt: skip
def test_a_key_that_makes_no_sense_is_not_made(run: Run, options: tuple[str, ...]) -> None:
    code, out, _ = run("create", *options)
    assert (code, out) == (2, "")
    assert json.loads(run("list", "--json")[1]) == []


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])  # noqa: S104 (refused)
def test_no_open_service_where_others_call(host: str) -> None:
    with pytest.raises(InputError, match="expected a loopback address as --host beside --open"):
        check_open(host)
    check_open("127.0.0.1")
    check_open("::1")
