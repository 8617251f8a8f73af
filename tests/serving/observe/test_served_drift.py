"""``credence models drift --samples``: what a served process kept, against what a version learned from."""

from __future__ import annotations

import hashlib
import hmac
import json
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from credence.cli import main
from credit.assessor import Assessor
from credit.stability import months_of, stability_of
from features.build import build_packed
from tests.serving.figures import value
from tests.serving.process import Service

AS_OF, SHORT_AS_OF = "2026-05-15T10:00:00Z", "2026-05-17T10:00:00Z"
ORDER = {"kind": "order", "amount": 5_000, "currency": "EUR", "terms_days": 30}
DAYS, SHORT_DAYS = (
    ("--from", "2026-05-15", "--to", "2026-05-16"),
    ("--from", "2026-05-17", "--to", "2026-05-18"),
)
"""No other test of the service asks about these days."""


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def told(self) -> dict[str, Any]:
        return dict(json.loads(self.out))


Run = Callable[..., Ran]


def lines(folder: Path) -> list[dict[str, Any]]:
    files = sorted(folder.glob("samples-*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]


def at(folder: Path, as_of: str) -> list[dict[str, Any]]:
    return [line for line in lines(folder) if line["as_of"] == as_of]


@pytest.fixture(scope="module")
def kept(
    service: Service, samples_folder: Path, assessor: Assessor, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A copy of what the service kept once every buyer was asked for with an order, and one for its score."""
    items = [{"buyer_id": buyer, "as_of": AS_OF, "request": ORDER} for buyer in assessor.buyer_ids]
    answers = service.call("/v1/assess_batch", {"items": items, "store": False}).json["items"]
    wanted = sum("assessment" in answer for answer in answers)
    assert wanted > 100
    service.assess(assessor.buyer_ids[0], as_of=SHORT_AS_OF, parts="score", store=False)
    end = time.monotonic() + 30
    while len(at(samples_folder, AS_OF)) < wanted or not at(samples_folder, SHORT_AS_OF):
        assert time.monotonic() < end, "the samples were not written"
        time.sleep(0.05)
    return shutil.copytree(samples_folder, tmp_path_factory.mktemp("kept") / "samples")


@pytest.fixture
def run(demo_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> Run:
    home = shutil.copytree(demo_home, tmp_path / "home", symlinks=True)
    monkeypatch.setenv("CREDENCE_HOME", str(home))

    def drift(model: str, *arguments: object) -> Ran:
        capsys.readouterr()
        code = 0
        try:
            main(["models", "drift", model, *map(str, arguments)])
        except SystemExit as ended:
            code = int(ended.code or 0)
        told = capsys.readouterr()
        return Ran(code, told.out, told.err)

    return drift


def of_the_books(assessor: Assessor, model: str, kept: Path) -> dict[str, dict[str, Any]]:
    """Return how far the buyers that were answered are from the training, without any service."""
    asked = [each for each in at(kept, AS_OF) if each[model]["status"] in ("ok", "unseen_pattern")]
    rows = {
        row["name"]: row
        for row in rows_of(assessor, model, (kept, [each for each in asked if each["inputs"]]))
    }
    return {**rows, "score": rows_of(assessor, model, (kept, asked))[0]}


def rows_of(assessor: Assessor, model: str, of: tuple[Path, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    salt, asked = (of[0] / "salt").read_bytes(), {each["buyer"] for each in of[1]}
    buyers = [buyer for buyer in assessor.buyer_ids if hashed(salt, buyer) in asked]
    assert len(buyers) == len(asked) > 100
    subjects = pd.DataFrame({"buyer_id": buyers, "as_of": pd.Timestamp(AS_OF).tz_localize(None)})
    subjects = subjects.assign(amount=5_000.0, currency="EUR", terms_days=30)
    values = build_packed(assessor.packed, subjects).to_numpy(np.float64)
    found = assessor.release.models[model]
    said = found.predict(values, contributions=False).log_odds
    return stability_of(found.reference, values, said, buyers, months_of(subjects["as_of"]))


def hashed(salt: bytes, buyer: str) -> str:
    return hmac.new(salt, buyer.encode(), hashlib.sha256).hexdigest()[:16]


@pytest.mark.parametrize("model", ["default", "late"])
def test_what_was_served_is_as_far_as_the_same_buyers_in_the_books(
    run: Run, kept: Path, assessor: Assessor, model: str
) -> None:
    told = run(f"{model}@champion", "--samples", kept, *DAYS, "--json").told
    wanted, read = of_the_books(assessor, model, kept), told["samples"]
    # then the samples are told by what they are of
    assert read["of_the_version"] == told["n"] == told["buyers"] == wanted["score"]["n"]
    assert read["releases"] == {assessor.release.release_id: told["n"]}
    assert sum(read["silent"].values()) + told["n"] == len(at(kept, AS_OF))
    assert (read["lines"], read["broken"], read["other_versions"]) == (len(lines(kept)), 0, {})
    # and scores and inputs lie in the bins in which the books put them
    rows = [told["score"], *told["inputs"]]
    assert len(rows) > 5
    for row in rows:
        assert row["n"] == (told["n"] if row is rows[0] else read["explained"])
        assert row["psi"] == pytest.approx(wanted[row["name"]]["psi"], abs=1e-12), row["name"]
        assert row["bins"] == wanted[row["name"]]["bins"], row["name"]


def test_the_table_and_the_exit_code_are_those_of_books(run: Run, kept: Path, assessor: Assessor) -> None:
    for threshold in ("psi=100", "psi=0.000001"):
        options = ("--samples", kept, *DAYS, "--threshold", threshold)
        ran, told = run("default@champion", *options), run("default@champion", *options, "--json").told
        assert ran.code == int(told["verdict"]["alarm"]), ran.err
        assert [test["test"] for test in told["verdict"]["tests"]] == [
            "score", "leading inputs", "other inputs", "missing values", "values never seen", "information"
        ]  # fmt: skip
    release = f"by release: {assessor.release.release_id}"
    for part in ("moved furthest", "* score ", "* leading inputs", release, "not the whole book"):
        assert part in ran.out


@pytest.mark.parametrize("model", ["default", "late"])
def test_the_gauge_of_the_service_is_the_psi_of_all_that_it_kept(
    run: Run, kept: Path, service: Service, samples_folder: Path, tmp_path: Path, model: str
) -> None:
    # Reason: the gauge is told at the next beat, and samples are written by a thread of their own.
    end, number = time.monotonic() + 20, 0
    while True:
        gauge = value(service.call("/metrics").body, "credence_drift_psi", model=model)
        folder = shutil.copytree(samples_folder, tmp_path / f"{number}")
        psi = run(f"{model}@champion", "--samples", folder, "--json").told["score"]["psi"]
        if gauge == pytest.approx(psi, abs=1e-9):
            return
        assert time.monotonic() < end, f"the gauge tells {gauge}, the samples {psi}"
        number += 1
        time.sleep(0.5)


def test_riskier_answers_than_in_training_end_with_1(run: Run, kept: Path, tmp_path: Path) -> None:
    moved = tmp_path / "samples"
    moved.mkdir()
    with (moved / "samples-1.jsonl").open("w", encoding="utf-8") as file:
        for line in at(kept, AS_OF):
            odds = line["default"]["probability"]
            if odds is not None:
                line["default"]["probability"] = 1 - (1 - odds) / 8
            file.write(json.dumps(line) + "\n")
    assert run("default@champion", "--samples", kept, *DAYS, "--threshold", "inputs=1").code == 0
    ran = run("default@champion", "--samples", moved, "--threshold", "inputs=1")
    assert ran.code == 1
    assert "verdict: red - past a threshold" in ran.out


def test_other_versions_and_broken_lines_are_counted_and_told(run: Run, kept: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(kept, tmp_path / "samples")
    line = at(kept, AS_OF)[0]
    other = {**line, "release": "r9", "versions": {"default": "default@9", "late": "late@9"}}
    old = {name: value for name, value in line.items() if name not in ("versions", "inputs")}
    broken = ['{"time": "2026-', "", '{"as_of": 7}', json.dumps({**line, "default": {"probability": 7.0}})]
    added = [json.dumps(other), json.dumps(old), *broken]
    (folder / "samples-99991231T000000000000-1.jsonl").write_bytes(
        "\n".join(added).encode() + b"\n\xff\xfe\n"
    )
    ran = run("default@champion", "--samples", folder, *DAYS)
    read = run("default@champion", "--samples", folder, *DAYS, "--json").told["samples"]
    assert read["other_versions"] == {"default@9": 1, "no version named": 1}
    assert read["broken"] == len(broken) + 1
    assert read["lines"] == len(lines(kept)) + len(added) + 1
    assert "default@9 1, no version named 1" in ran.out
    assert f"broken: {len(broken) + 1} lines" in ran.out
    assert line["buyer"] not in ran.out + ran.err


def test_a_score_alone_has_no_inputs(run: Run, kept: Path) -> None:
    ran = run("default@champion", "--samples", kept, *SHORT_DAYS)
    told = run("default@champion", "--samples", kept, *SHORT_DAYS, "--json").told
    assert (told["n"], told["samples"]["explained"], told["inputs"]) == (1, 0, [])
    assert "of fewer than 20 nothing is told" in ran.out
    assert ran.code == 0


def test_a_page_can_be_written_of_it(run: Run, kept: Path, tmp_path: Path) -> None:
    out = tmp_path / "drift"
    told = run("late@champion", "--samples", kept, *DAYS, "--out", out, "--json").told
    assert json.loads((out / "drift.json").read_text(encoding="utf-8")) == told
    assert "Samples of the service" in (out / "drift.html").read_text(encoding="utf-8")


def test_bad_input_ends_with_2_and_says_what_to_do(run: Run, kept: Path, tmp_path: Path) -> None:
    for model, arguments, said in (
        ("default@champion", (), "expected DIR or --samples FOLDER; found neither"),
        ("default@champion", (tmp_path, "--samples", kept), "found both"),
        ("default@champion", ("--samples", tmp_path / "none"), "samples of the service"),
        (
            "default@champion",
            ("--samples", kept, "--from", "2031-01-01"),
            "samples in which default@1 was asked",
        ),
        ("timing@champion", ("--samples", kept), "a version of late or default"),
    ):
        ran = run(model, *arguments)
        assert ran.code == 2, arguments
        assert said in ran.err
        assert ran.out == ""
