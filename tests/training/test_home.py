from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from features.errors import InputError
from training.home import Home
from training.registry import Registry


def test_the_environment_names_the_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("CREDENCE_HOME", str(tmp_path / "h"))
    assert Home.from_environment().path == tmp_path / "h"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CREDENCE_HOME", "")
    assert Home.from_environment().path == tmp_path / ".credence"


def test_a_home_is_one_sellers(home: Home):
    assert home.seller_id() == ""
    home.claim("acme")
    home.claim("acme")
    assert home.seller_id() == "acme"
    with pytest.raises(InputError, match="set CREDENCE_HOME to another folder"):
        home.claim("other")
    assert home.seller_id() == "acme"


def test_only_one_process_writes_at_a_time(home: Home):
    # given another process that holds the home for a while
    code = "import sys, time; from pathlib import Path; from training.home import Home\n"
    code += "with Home(Path(sys.argv[1])).locked():\n    print('held', flush=True); time.sleep(1)"
    other = subprocess.Popen([sys.executable, "-c", code, str(home.path)], stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None
    assert other.stdout.readline() == "held\n"
    # when
    asked = time.monotonic()
    with home.locked():
        waited = time.monotonic() - asked
    # then
    assert waited > 0.5
    assert other.wait() == 0
    other.stdout.close()


def test_a_home_that_cannot_be_made_is_refused(tmp_path: Path):
    # given a file where the home, or a folder above it, is to be
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file", tmp_path / "file" / "home"):
        for use in (Home(path).check, Home(path).make, lambda path=path: Home(path).claim("acme")):
            with pytest.raises(InputError, match="expected a CREDENCE_HOME that can be written"):
                use()


def test_checking_a_home_makes_nothing(home: Home):
    home.check()
    assert not home.path.exists()


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "{}", "\udcff", '{"seller_id": null}', '{"seller_id": ""}']
)
def test_an_owner_that_cannot_be_read_is_refused(home: Home, content: str):
    home.claim("acme")
    (home.path / "seller.json").write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(InputError, match=r"expected seller\.json of CREDENCE_HOME"):
        home.claim("acme")


def test_a_lock_that_is_a_folder_is_refused(home: Home):
    (home.path / "lock").mkdir(parents=True)
    with pytest.raises(InputError, match="that refuses a lock"), home.locked():
        pytest.fail("the home is not locked")


@pytest.mark.parametrize("kept", [10, 3000, 60_000])
def test_a_damaged_database_is_refused_without_its_sql(home: Home, kept: int):
    # given a database of which only the first bytes are left
    Registry(home)
    content = home.database.read_bytes()
    home.database.write_bytes(content[:kept] if kept > 10 else b"no database" * 500)
    # then it is refused, and the message holds none of it
    with pytest.raises(InputError, match="one that cannot be read") as refused:
        Registry(home)
    assert "SELECT" not in str(refused.value)
