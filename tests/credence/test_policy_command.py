"""``credence policy`` as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from credence.cli import cli, main
from credit.policy import Policy
from credit.policy_lines import lines_of
from features.errors import InputError

SHIPPED = Path(__file__).parents[2] / "credit" / "policies" / "default.yaml"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CREDENCE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["policy", *map(str, arguments)], catch_exceptions=False)


def written(folder: Path, **changes: object) -> Path:
    """Write the shipped policy with other values, by key with dots (as ``capacity__record_cap``)."""
    content = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    for key, value in changes.items():
        *above, last = key.split("__")
        part = content
        for name in above:
            part = part[name]
        part[last] = value
    file = folder / "policy.yaml"
    folder.mkdir(exist_ok=True, parents=True)
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return file


def test_the_shipped_policy_is_sound_and_every_line_is_explained():
    ran = run("check", SHIPPED)
    assert ran.exit_code == 0
    assert "sense: nothing found" in ran.output
    assert "0 lines differ from the shipped policy" in ran.output
    assert all(f"  {line.key} = " in ran.output for line in lines_of(Policy.default()))


def test_a_changed_line_tells_what_is_shipped(tmp_path: Path):
    ran = run("check", written(tmp_path, capacity__record_cap=80000, rounding__steps={"EUR": 500}))
    assert ran.exit_code == 0
    assert (
        "capacity.record_cap = 80,000: most that a payment record alone gives  [shipped: 50000.0]"
        in ran.output
    )
    assert "rounding.steps.JPY: not here  [shipped: 100000]" in ran.output


def test_a_contradiction_ends_with_exit_code_1_and_its_code(tmp_path: Path):
    file = written(tmp_path, economics__expected_loss_budget_share_of_sales=0, blocking_days_overdue=120)
    ran = run("check", file)
    assert ran.exit_code == 1
    assert "error loss_budget_zero:" in ran.output
    assert "error block_after_default:" in ran.output
    told = json.loads(run("check", file, "--json").stdout)
    assert told["sound"] is False
    assert {each["code"] for each in told["findings"]} == {"loss_budget_zero", "block_after_default"}
    assert {each["key"]: each["value"] for each in told["differences"]} == {
        "economics.expected_loss_budget_share_of_sales": 0.0, "blocking_days_overdue": 120,
    }  # fmt: skip


def test_every_illegal_key_is_named_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = written(
        tmp_path,
        pd_floor="low",
        capacity__record_cap=-1,
        concentration__group_share_of_equity=0.05,
        need__unheard_of=1,
    )
    with pytest.raises(SystemExit) as ended:
        main(["policy", "check", str(file)])
    told = capsys.readouterr().err
    assert ended.value.code == 2
    assert all(
        f"key '{key}" in told
        for key in ("pd_floor", "capacity.record_cap", "concentration", "need.unheard_of")
    )


def test_the_policy_in_force_is_the_shipped_one_until_the_home_has_one(home: Path):
    shipped = json.loads(run("show", "--json").stdout)
    assert (shipped["source"], shipped["hash"]) == ("shipped", Policy.default().hash)
    file = written(home, blocking_days_overdue=50)
    own = json.loads(run("show", "--json").stdout)
    assert (own["source"], own["hash"]) == ("home", Policy.load(file).hash)
    assert "blocking_days_overdue = 50天" in run("show", "--lang", "zh").output


def test_the_policy_in_force_is_that_of_the_release(demo_home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CREDENCE_HOME", str(demo_home))
    ran = run("show")
    assert ran.output.startswith("the policy of the release in force\n")


def test_a_manual_is_written_as_markdown_or_as_a_page(tmp_path: Path):
    assert run("manual", SHIPPED, "--currency", "EUR").output.startswith("# Credit manual\n")
    page = tmp_path / "manual.html"
    assert run("manual", "--lang", "zh", "--out", page).exit_code == 0
    assert '<html lang="zh">' in page.read_text(encoding="utf-8")
    assert 'name="viewport" content="width=device-width' in page.read_text(encoding="utf-8")
    refused = run("manual", "--out", tmp_path / "manual.pdf")
    assert refused.exit_code == 2
    assert "expected --out to end in .md or .html; found '.pdf'" in refused.output
    for wrong in ("euro", "ZZZ"):
        refused = run("manual", "--currency", wrong)
        assert refused.exit_code == 2
        assert "expected an ISO 4217 code as --currency" in refused.output


def test_a_replay_compares_two_policies_and_names_buyers_in_files_alone(
    demo_home: Path, demo_portfolio: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    # given a policy that lets nobody owe more than a trifle, over four months
    monkeypatch.setenv("CREDENCE_HOME", str(demo_home))
    stricter = written(tmp_path, concentration__share_of_receivables=1e-5)
    period = ("--from", "2025-07-01", "--to", "2025-11-01")
    out = tmp_path / "replay"
    # when it is replayed against the one in force
    ran = run("replay", demo_portfolio, "--policy", stricter, *period, "--out", out)
    # then the page compares them and names no buyer
    assert ran.exit_code == 0
    assert "concentration.share_of_receivables: A 1e-05, B 0.05" in ran.output
    assert "2025-07-01 to 2025-10-31, 5 reviews" in ran.output
    assert "sales kept" in ran.output
    told = json.loads((out / "replay.json").read_text(encoding="utf-8"))
    named = {each["buyer_id"] for cases in told["worst"].values() for each in cases}
    assert named
    assert not any(buyer_id in ran.output for buyer_id in named)
    assert (out / "buyers.csv").read_text(encoding="utf-8-sig").startswith("buyer_id,a_asked,")
    assert told["measures"]["sales_kept"]["difference"]["value"] < 0.0
    # and a folder that is there is refused before anything runs
    with pytest.raises(InputError, match="a new folder"):
        run("replay", demo_portfolio, "--policy", stricter, *period, "--out", out)
