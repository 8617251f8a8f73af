"""The benchmark of assessments tells single ones, the list, and where the time goes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import assess


def test_it_tells_percentiles_and_shares(demo_home: Path, capsys: pytest.CaptureFixture[str]):
    # given a home with all three models
    arguments = ["--home", str(demo_home), "--buyers", "60", "--calls", "20", "--json"]
    # when few buyers are assessed
    code = assess.main(arguments)
    # then parts add up to the whole, and the exit code says whether the aim is met
    told = json.loads(capsys.readouterr().out)
    assert set(told["models"]) == {"late", "default", "timing"}
    assert told["one"]["calls"] == 20
    for way in (told["one"], told["all"]):
        assert set(way["shares"]) == {*assess.PARTS, "other"}
        assert sum(way["shares"].values()) == pytest.approx(1.0, abs=0.01)
        assert all(way["shares"][part] > 0.0 for part in ("models", "timing", "reasons and limit"))
    online = {way: each["processor_us"]["p50"] for way, each in told["online"].items()}
    assert set(online) == {"explained", "explained_without_timing", "score"}
    assert 0.0 < online["score"] < online["explained"]
    median = told["one"]["processor_us"]["p50"]
    assert 0.0 < median <= told["one"]["processor_us"]["p99"]
    assert code == (median > assess.AIM_MICROSECONDS)
