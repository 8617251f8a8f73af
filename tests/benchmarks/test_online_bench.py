"""The online benchmark measures the buyer that it names."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from benchmarks import online


def test_it_tells_the_buyer_and_all_ways(
    tmp_path: Path, demo_home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    arguments = ["--items", "40", "--invoices", "1000", "--folder", str(tmp_path), "--json"]
    arguments += ["--home", str(demo_home)]
    monkeypatch.setattr(sys, "argv", ["online.py", *arguments])

    code = online.main()

    told = json.loads(capsys.readouterr().out)
    assert abs(told["items"] - 40) < 20
    assert set(told["microseconds"]) == {"in_memory", "from_bytes", "explained", "score"}
    assert 0.0 < told["microseconds"]["score"]["p50"] < told["microseconds"]["explained"]["p50"]
    assert code == (told["microseconds"]["in_memory"]["p50"] > told["bound_microseconds"])
