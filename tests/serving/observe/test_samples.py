"""Samples: what is kept of an assessment is no customer's, bounded, and no call waits for it."""

from __future__ import annotations

import json
import stat
import time
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml

from serving.observe.metrics import metrics
from serving.observe.samples import FOLDER, SHARE, Samples

ROOT = Path(__file__).resolve().parents[3]
_EXAMPLE = ROOT / "serving/description/assessment.yaml"
SAID: dict[str, Any] = yaml.safe_load(_EXAMPLE.read_text(encoding="utf-8"))


def lost() -> float:
    return float(metrics.samples_lost._value.get())


def written(folder: Path) -> list[dict[str, Any]]:
    files = sorted(folder.glob("samples-*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]


def test_a_sample_has_figures_and_no_buyer(tmp_path: Path) -> None:
    # given two workers over one folder
    for _ in range(2):
        samples = Samples(tmp_path / "s", 1.0)
        samples.offer(orjson.dumps(SAID), "r1")
        samples.close()

    # then both wrote the same of the same buyer, whose id is nowhere
    first, second = written(tmp_path / "s")
    assert {**first, "time": ""} == {**second, "time": ""}
    assert first["release"] == "r1"
    assert first["default"] == {"status": "ok", "probability": SAID["default"]["probability"]}
    assert first["points"] == SAID["score"]["points"]
    assert first["versions"] == {name: SAID["versions"][name] for name in ("default", "late")}
    inputs = {each["name"]: each["value"] for group in SAID["score"]["groups"] for each in group["features"]}
    assert first["inputs"] == inputs
    assert first["grade"] == SAID["grade"]["computed"]
    assert first["information_state"] == SAID["information_state"]
    assert SAID["buyer_id"] not in json.dumps(first)
    assert stat.S_IMODE((tmp_path / "s" / "salt").stat().st_mode) == 0o600

    # and another folder has other hashes
    other = Samples(tmp_path / "t", 1.0)
    other.offer(orjson.dumps(SAID), "r1")
    other.close()
    assert written(tmp_path / "t")[0]["buyer"] != first["buyer"]


def test_the_folder_does_not_grow_without_bound(tmp_path: Path) -> None:
    samples = Samples(tmp_path, 1.0, most_bytes=2_000, most_files=3)
    for number in range(100):
        samples.offer(orjson.dumps({**SAID, "as_of": f"{number}"}), "r1")
    samples.close()
    files = sorted(tmp_path.glob("samples-*.jsonl"))
    assert len(files) == 3
    longest = max(len(line) for file in files for line in file.read_bytes().splitlines(keepends=True))
    assert all(file.stat().st_size < 2_000 + longest for file in files)
    # and what is kept is the latest
    assert [each["as_of"] for each in written(tmp_path)][-1] == "99"


def test_a_folder_that_cannot_be_written_loses_samples_and_nothing_else(tmp_path: Path) -> None:
    before = lost()
    (tmp_path / "file").write_text("", encoding="utf-8")
    samples = Samples(tmp_path / "file" / "below", 1.0)
    for _ in range(3):
        samples.offer(orjson.dumps(SAID), "r1")
    samples.close()
    assert lost() == before + 3


def test_no_call_waits_for_a_disk_that_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Samples, "_write", lambda *_: time.sleep(0.3))
    before = lost()
    samples = Samples(tmp_path, 1.0)
    began = time.perf_counter()
    for _ in range(1_500):
        samples.offer(orjson.dumps(SAID), "r1")
    assert time.perf_counter() - began < 0.25
    assert lost() >= before + 490
    monkeypatch.undo()
    monkeypatch.setattr(Samples, "_write", lambda *_: None)
    samples.close()


@pytest.mark.parametrize(("share", "wanted"), [("0.5", 0.5), ("", 0.1), ("x", 0.1), ("7", 0.1)])
def test_the_environment_asks_for_them(tmp_path: Path, share: str, wanted: float) -> None:
    assert Samples.from_environment({SHARE: share}) is None
    samples = Samples.from_environment({FOLDER: str(tmp_path), SHARE: share})
    assert samples is not None
    assert samples._share == wanted
    samples.close()
