"""`credence review` and the commands that read its list."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from credence.cli import cli


def run(home: Path, *arguments: object):
    environment = {"CREDENCE_HOME": str(home)}
    return CliRunner().invoke(cli, [str(argument) for argument in arguments], env=environment)


@pytest.fixture(scope="module")
def march(tmp_path_factory: pytest.TempPathFactory, demo_home: Path, demo_portfolio: Path) -> Path:
    file = tmp_path_factory.mktemp("reviews") / "march.csv"
    ran = run(demo_home, "review", demo_portfolio, "--as-of", "2026-03-31", "--out", file)
    assert ran.exit_code == 0, ran.stderr
    assert "on 31 March 2026" in ran.stdout
    return file


def test_a_second_review_starts_from_what_is_in_force(march: Path, demo_home: Path, demo_portfolio: Path):
    # given the review of March, when June's is held
    file = march.with_name("june.parquet")
    ran = run(demo_home, "review", demo_portfolio, "--previous", march, "--out", file, "--json")

    # then it starts where March's ended, and no limit rises by more than the policy lets it
    told = json.loads(ran.stdout)
    before = pd.read_csv(march, index_col="buyer_id")["limit"]
    rows = pd.read_parquet(file).set_index("buyer_id")
    assert told["buyers"] == len(rows) == sum(told["limits"].values())
    assert told["day"] == "2026-06-30"
    known = rows[rows["limit_before"].notna()]
    assert (known["limit_before"] == before[known.index]).all()
    raised = known[(known["limit_before"] > 0.0) & known["limit_code"].isin(["raised", "raised_to_cap"])]
    assert (raised["limit"] <= 1.5 * raised["limit_before"]).all()
    assert told["limits"]["lowered"] > 0


def test_a_second_review_of_one_day_is_refused(march: Path, demo_home: Path, demo_portfolio: Path):
    again = march.with_name("again.parquet")
    arguments = ("--previous", march, "--as-of", "2026-03-31", "--out", again)
    ran = run(demo_home, "review", demo_portfolio, *arguments)
    assert ran.exit_code != 0
    assert "a review after the one that is in force" in str(ran.exception)
    assert not again.exists()


def test_what_is_in_force_is_shown_and_binds_orders(march: Path, demo_home: Path, demo_portfolio: Path):
    rows = pd.read_csv(march)
    row = rows[rows["limit"] > 0.0].iloc[0]
    one = ("--buyer", row["buyer_id"], "--as-of", "2026-04-15", "--published", march)

    said = json.loads(run(demo_home, "assess", demo_portfolio, *one, "--json").stdout)
    page = run(demo_home, "assess", demo_portfolio, *one).stdout
    checked = run(demo_home, "orders", "check", demo_portfolio, *one, "--amount", 10.0, "--json")

    assert said["limit"]["published"]["amount"] == row["limit"]
    assert said["grade"]["published"] == str(row["grade"])
    assert "Limit in force" in page
    step = next(each for each in json.loads(checked.stdout)["steps"] if each["code"] == "credit_limit")
    assert (step["inputs"]["limit"], step["inputs"]["limit_from"]) == (row["limit"], "published")


def test_a_list_of_another_kind_is_refused(tmp_path: Path, demo_home: Path, demo_portfolio: Path):
    for name, text in (("a.csv", "buyer_id\nB1\n"), ("a.txt", "x"), ("a.parquet", "x"), ("a.xlsx", "x")):
        (tmp_path / name).write_text(text)
        arguments = ("--buyer", "B000001", "--published", tmp_path / name)
        ran = run(demo_home, "assess", demo_portfolio, *arguments)
        assert "credence review" in str(ran.exception)
    everybody = ("--all", "--out", tmp_path / "b.csv", "--published", tmp_path / "a.csv")
    assert run(demo_home, "assess", demo_portfolio, *everybody).exit_code == 2


def test_the_book_in_the_store_is_reviewed(tmp_path: Path, demo_home: Path, demo_portfolio: Path):
    # given a home of its own with the portfolio in its store
    for name in ("releases", "seller.json"):
        (tmp_path / name).symlink_to(demo_home / name)
    assert run(tmp_path, "load", demo_portfolio, "--history").exit_code == 0

    # when it is reviewed and the list of it written
    ran = run(tmp_path, "review", "--by", "M. Keller", "--out", tmp_path / "list.csv", "--json")

    # then the answer tells what is in force, and the same day is not reviewed again
    told = json.loads(ran.stdout)
    assert told["buyers"] == len(pd.read_csv(tmp_path / "list.csv")) == sum(told["limits"].values())
    assert (told["day"], told["by"], told["facts_seq"]) == ("2026-06-30", "M. Keller", 1)
    assert 0 < told["changed"] <= told["buyers"]
    assert "a review after the one" in str(run(tmp_path, "review", "--by", "M. Keller").exception)


@pytest.mark.parametrize(
    "arguments",
    [(), ("--by", " "), ("--by", "me", "--previous", "FILE"), ("DIR",),
     ("DIR", "--out", "a.csv", "--by", "me")],
)  # fmt: skip
def test_options_that_do_not_go_together_are_refused(
    arguments: tuple[str, ...], tmp_path: Path, demo_portfolio: Path
):
    (tmp_path / "list.csv").touch()
    names = {"DIR": str(demo_portfolio), "FILE": str(tmp_path / "list.csv")}
    ran = run(tmp_path, "review", *(names.get(each, each) for each in arguments))
    assert ran.exit_code == 2
    assert "Usage:" in ran.stderr
