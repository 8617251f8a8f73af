from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from features.errors import InputError
from training.home import Home


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
