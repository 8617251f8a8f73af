"""``credence data simulate``: knobs in, a portfolio and its truth out, wrong wishes refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pandas as pd
import pytest

from credence.cli import main
from features.sources.simulator import GOLDEN_WORLD, load_world

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def called(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = 0
        try:
            main(["data", "simulate", *map(str, arguments)])
        except SystemExit as ended:
            code = int(ended.code or 0)
        told = capsys.readouterr()
        return code, told.out, told.err

    return called


def _hashes(folder: Path) -> dict[str, str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest() for path in files}


def test_printed_knobs_are_a_world_that_simulates_the_same(run: Run, tmp_path: Path):
    code, printed, _ = run("--print-knobs", "--buyers", 12, "--years", 1, "--seed", 3)
    (tmp_path / "world.toml").write_text(printed, encoding="utf-8")

    by_file = run(tmp_path / "by_file", "--knobs", tmp_path / "world.toml")
    by_options = run(tmp_path / "by_options", "--buyers", 12, "--years", 1, "--seed", 3)

    assert (code, by_file[0], by_options[0]) == (0, 0, 0)
    assert _hashes(tmp_path / "by_file") == _hashes(tmp_path / "by_options")


def test_the_truth_lies_beside_the_tables(run: Run, tmp_path: Path):
    code, out, _ = run(tmp_path / "portfolio", "--buyers", 15, "--years", 1, "--json")

    truth = tmp_path / "portfolio" / "truth"
    assert code == 0
    assert "truth" not in json.loads(out)["tables"]
    assert set(pd.read_parquet(truth / "buyers.parquet")) == {
        "buyer_id", "as_of", "true_pd_12m", "health", "state"
    }  # fmt: skip
    assert pd.read_parquet(truth / "invoices.parquet")["true_p_late_30"].between(0.0, 1.0).all()
    assert load_world(truth / "world.toml").buyers == 15


def test_the_golden_world_is_what_its_file_says_but_for_what_is_named(run: Run):
    _, printed, _ = run("--print-knobs", "--world", "golden", "--buyers", 77)

    golden = load_world(GOLDEN_WORLD)
    assert "buyers = 77\n" in printed
    assert f"seed = {golden.seed}\n" in printed


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "expected a folder OUT"),
        (("out", "--world", "golden", "--knobs", "world.toml"), "expected --world or --knobs; found both"),
        (("out", "--knobs", "nowhere.toml"), "expected a readable TOML file of knobs"),
    ],
)
def test_wrong_wishes_are_refused(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], words: str
):
    monkeypatch.chdir(tmp_path)

    code, _, told = run(*arguments)

    assert code == 2
    assert words in told
    assert not (tmp_path / "out").exists()
