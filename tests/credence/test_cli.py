"""The command line as a user runs it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from credence.cli import cli, main


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def json(self) -> dict:
        return json.loads(self.out)


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "credence", *map(str, arguments)]


def credence(home: Path, *arguments: object) -> Ran:
    """Run the command in a process of its own."""
    environment = {**os.environ, "CREDENCE_HOME": str(home)}
    ran = subprocess.run(command(*arguments), env=environment, capture_output=True, text=True, check=False)
    return Ran(ran.returncode, ran.stdout, ran.stderr)


@pytest.fixture
def here(demo_home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Run the command in this process, which is quicker: for what is refused."""

    def run(*arguments: object, home: Path = demo_home) -> Ran:
        monkeypatch.setenv("CREDENCE_HOME", str(home))
        capsys.readouterr()
        code = 0
        try:
            main([str(argument) for argument in arguments])
        except SystemExit as ended:
            code = int(ended.code or 0)
        told = capsys.readouterr()
        return Ran(code, told.out, told.err)

    return run


@dataclass(frozen=True)
class Desk:
    """A new seller: home and portfolio made by the commands."""

    home: Path
    portfolio: Path
    simulated: Ran
    trained: Ran


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    folder = tmp_path_factory.mktemp("desk")
    home, portfolio = folder / "home", folder / "portfolio"
    simulated = credence(
        home, "data", "simulate", portfolio, "--buyers", 60, "--years", 3, "--seed", 5, "--json"
    )
    trained = credence(home, "train", "late", portfolio, "--test-from", "2025-07-01", "--json")
    return Desk(home, portfolio, simulated, trained)


def test_simulating_tells_what_was_written(desk: Desk):
    assert desk.simulated.code == 0, desk.simulated.err
    told = desk.simulated.json
    assert told["seller_id"] == "nordwind"
    assert told["tables"]["invoices"]["rows"] > 1000
    checked = credence(desk.home, "data", "check", desk.portfolio, "--json").json
    assert {key: checked[key] for key in told} == told


def test_training_prints_json_alone(desk: Desk):
    assert desk.trained.code == 0, desk.trained.err
    told = desk.trained.json
    assert list(told)[:2] == ["model", "version"]
    assert (told["model"], told["version"], told["from"]) == ("late", 1, "2025-07-01")
    assert "mature subjects" in desk.trained.err


def test_a_new_seller_gets_assessments_of_the_late_model(desk: Desk):
    buyer = pd.read_parquet(desk.portfolio / "buyers.parquet")["buyer_id"].min()
    ran = credence(desk.home, "assess", desk.portfolio, "--buyer", buyer, "--json")
    assert ran.code == 0, ran.err
    assert ran.json["buyer_id"] == buyer
    assert ran.json["score"]["source"] in ("late", None)
    assert ran.json["versions"]["late"] == "late@1"
    assert "as of 2026-06-30T21:59:59Z, the end of the books" in ran.err


def test_two_trainings_at_once_both_end_registered(desk: Desk):
    environment = {**os.environ, "CREDENCE_HOME": str(desk.home)}
    both = [
        subprocess.Popen(
            command("train", "late", desk.portfolio, "--seed", seed, "--json"),
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for seed in (1, 2)
    ]  # fmt: skip
    told = [process.communicate(timeout=300) for process in both]
    assert [process.returncode for process in both] == [0, 0], told
    assert {json.loads(out)["version"] for out, _ in told} == {2, 3}
    listed = credence(desk.home, "models", "list", "--json")
    assert [(row["version"], row["aliases"]) for row in json.loads(listed.out)] == [
        (3, ["candidate"]), (2, []), (1, ["champion"]),
    ]  # fmt: skip


def test_a_candidate_is_promoted_and_another_outcome_is_not(desk: Desk, here):
    assert here("train", "late", desk.portfolio, "--seed", 4, home=desk.home).code == 0
    unsure = here("models", "promote", "late@candidate", home=desk.home)
    assert unsure.code == 1
    assert "bad buyers in the test, 30 are needed" in unsure.err
    forced = ("--force", "--reason", "agreed with sales")
    promoted = here("models", "promote", "late@candidate", *forced, "--json", home=desk.home)
    assert (promoted.code, promoted.json["gates"][0]["name"]) == (0, "seller")
    name = promoted.json["version"]
    other = here("train", "late", desk.portfolio, "--horizon", 0, home=desk.home)
    assert other.code == 0
    refused = here("models", "promote", "late@candidate", *forced, home=desk.home)
    assert refused.code == 1
    assert "expected outcome late_0 == late_30" in refused.err
    assert refused.out == ""
    shown = here("models", "show", "late@champion", "--json", home=desk.home).json
    assert f"late@{shown['version']}" == name


def test_models_are_listed_shown_and_evaluated(demo_home: Path, demo_portfolio: Path, here):
    listed = here("models", "list")
    assert listed.code == 0
    assert "late@1" in listed.out
    assert "default_obligor_90" in listed.out
    shown = here("models", "show", "default@champion")
    assert "speaks of buyers with" in shown.out
    detail = here("models", "show", "default@1", "--json").json
    assert detail["metrics"]["metrics"]["auc"]["value"] > 0.6
    ran = here("models", "evaluate", "late@champion", demo_portfolio, "--from", "2026-01-01", "--json")
    assert ran.code == 0, ran.err
    assert set(ran.json) >= {"model", "version", "from", "to", "n", "in_sample", "base_rate", "metrics"}
    assert (ran.json["from"], ran.json["in_sample"]) == ("2026-01-01", False)
    assert "auc" in here("models", "evaluate", "late", demo_portfolio).out


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_an_assessment_is_printed_for_people(demo_portfolio: Path, here, lang):
    ran = here(
        "assess", demo_portfolio, "--buyer", "B000001", "--amount", 50000, "--terms", 60, "--lang", lang
    )
    assert ran.code == 0, ran.err
    assert "B000001" in ran.out
    assert ("suggestion" if lang == "en" else "建议") in ran.out


def test_a_date_a_request_and_a_version_can_be_named(demo_portfolio: Path, here):
    ran = here(
        "assess", demo_portfolio, "--buyer", "B000001", "--as-of", "2026-03-31", "--amount", "1000",
        "--currency", "USD", "--model", "late@1", "--json",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    assert ran.json["as_of"] == "2026-03-31T21:59:59Z"
    assert ran.json["request"]["currency"] == "USD"
    assert "end of the books" not in ran.err


READERS = {".csv": pd.read_csv, ".parquet": pd.read_parquet, ".xlsx": pd.read_excel}


@pytest.mark.parametrize("suffix", READERS)
def test_the_list_of_all_buyers_is_written(demo_portfolio: Path, here, tmp_path: Path, suffix):
    out = tmp_path / "new" / f"book{suffix}"
    ran = here("assess", demo_portfolio, "--all", "--out", out, "--json")
    assert ran.code == 0, ran.err
    rows = READERS[suffix](out)
    assert len(rows) == ran.json["buyers"] > 150
    assert rows["buyer_id"].is_unique
    assert [path.name for path in out.parent.iterdir()] == [out.name]


def test_terms_and_offers_come_where_they_are_asked_for(demo_portfolio: Path, here):
    arguments = ("assess", demo_portfolio, "--buyer", "B000003", "--json")

    plain, told = here(*arguments).json, here(*arguments, "--offers").json

    assert (plain["terms"], plain["offers"]) == (None, None)
    assert told["terms"]["status"]
    assert told["offers"]["discount"]["status"]
    refused(here("assess", demo_portfolio, "--all", "--out", "a.csv", "--offers"), "leave it out")
    refused(here("assess", demo_portfolio, "--all", "--out", "a.csv", "--letter", "external"), "leave it out")


def test_peers_raises_and_changes_come_where_they_are_asked_for(demo_portfolio: Path, here, tmp_path: Path):
    buyer = ("assess", demo_portfolio, "--buyer", "B000003", "--json")
    plain = here(*buyer).json
    assert (plain["score"]["peers"], plain["raises"], plain["changes"]) == (None, None, None)

    told = here(*buyer, "--peers", "--raises", "--since", "2026-01-31").json

    assert told["score"]["peers"]["status"] == "ok"
    assert told["raises"]["note"] == "Model response, not a promise."
    assert (told["changes"]["since"][:10], told["changes"]["model_change"]) == ("2026-01-31", 0.0)


def test_an_earlier_assessment_is_read_from_its_file(demo_portfolio: Path, here, tmp_path: Path):
    buyer = ("assess", demo_portfolio, "--buyer", "B000003", "--json")
    earlier = here(*buyer, "--as-of", "2026-01-31").json
    points = earlier["score"]["points"]
    said = tmp_path / "earlier.json"
    said.write_text(json.dumps({**earlier, "score": {**earlier["score"], "points": points - 3.0}}))

    changes = here(*buyer, "--previous", said).json["changes"]

    assert changes["model_change"] == pytest.approx(3.0)
    total = sum(each["points"] for each in changes["groups"]) + changes["model_change"]
    assert total == pytest.approx(changes["score"]["change"], abs=1e-9)
    said.write_text("{}")
    refused(here(*buyer, "--previous", said), "an earlier assessment")
    said.write_text("no json")
    refused(here(*buyer, "--previous", said), "a JSON file")
    refused(here(*buyer, "--previous", said, "--since", "2026-01-31"), "--since or --previous")
    refused(here(*buyer, "--since", "2026-12-31"), "as_of")


def test_a_letter_is_written_in_either_language(demo_portfolio: Path, here):
    buyer = ("assess", demo_portfolio, "--buyer", "B000003", "--letter", "external", "--lang", "zh")

    text, told = here(*buyer).out, here(*buyer, "--json").json

    assert text.startswith("草稿")
    assert (told["text"].strip(), told["kind"], told["lang"]) == (text.strip(), "external", "zh")
    assert "default" not in told


@pytest.mark.parametrize(("lang", "text"), [("en", "Check of an order"), ("zh", "订单信用检查")])
def test_an_order_is_checked_for_people_and_for_programs(demo_portfolio: Path, here, lang, text):
    arguments = ("orders", "check", demo_portfolio, "--buyer", "B000003", "--amount", "1", "--lang", lang)

    page, told = here(*arguments), here(*arguments, "--json")

    assert text in page.out
    assert page.code == told.code == (0 if told.json["decision"] == "release" else 1)
    assert told.json["order"]["currency"] == "EUR"
    assert here(*arguments[:6], "99000000").code == 1


def test_an_order_of_nobody_or_of_nothing_is_refused(demo_portfolio: Path, here):
    order = ("orders", "check", demo_portfolio, "--amount")

    refused(here(*order, "5", "--buyer", "Nobody & Sons"), "as --buyer")
    refused(here(*order, "-5", "--buyer", "B000003"), "above 0")
    refused(here(*order, "5", "--buyer", "B000003", "--deliver-on", "2020-01-31"), "not before as_of")


def refused(ran: Ran, *parts: str, code: int = 2) -> None:
    assert ran.code == code, ran.err
    assert ran.out == ""
    for part in parts:
        assert part in ran.err
    assert "Traceback" not in ran.err


def test_a_missing_folder_is_refused(here, tmp_path: Path):
    gone = tmp_path / "gone"
    for arguments in (
        ("data", "check", gone), ("train", "late", gone), ("assess", gone, "--buyer", "B"),
        ("models", "evaluate", "late@1", gone),
    ):  # fmt: skip
        refused(here(*arguments), "expected", "found", "credence data import")


def test_an_unknown_buyer_is_refused_without_repeating_it(demo_portfolio: Path, here):
    ran = here("assess", demo_portfolio, "--buyer", "Secret & Sons", "--json")
    refused(ran, "the id of a buyer in the ledger as --buyer", "found an unknown one")
    assert "Secret" not in ran.err


def test_a_model_that_was_not_trained_yet_is_refused(demo_portfolio: Path, here, tmp_path: Path):
    empty = tmp_path / "home"
    refused(here("assess", demo_portfolio, "--buyer", "B000001", home=empty), "train a model first")
    refused(
        here("models", "evaluate", "late@champion", demo_portfolio, home=empty), "credence train late DIR"
    )
    refused(here("models", "promote", "default@candidate", home=empty), "a version default@candidate")
    listed = here("models", "list", home=empty)
    assert (listed.code, "no model yet" in listed.out) == (0, True)
    assert here("models", "list", "--json", home=empty).out.strip() == "[]"


def test_an_unknown_version_is_refused(demo_portfolio: Path, here):
    refused(here("models", "show", "late@99"), "a version late@99")
    refused(here("models", "show", "dates@1"), "a model among default, late, timing")
    refused(here("assess", demo_portfolio, "--buyer", "B000001", "--model", "late@99"), "a version late@99")


def test_another_sellers_portfolio_is_refused(demo_portfolio: Path, here, tmp_path: Path):
    from dataclasses import replace

    from features.files import read, write

    portfolio = read(demo_portfolio)
    write(replace(portfolio, seller=replace(portfolio.seller, seller_id="somebody")), tmp_path / "other")
    for arguments in (
        ("train", "late", tmp_path / "other"), ("assess", tmp_path / "other", "--buyer", "B000001"),
        ("models", "evaluate", "late@1", tmp_path / "other"),
    ):  # fmt: skip
        refused(here(*arguments), "seller 'nordwind'", "'somebody'", "CREDENCE_HOME")
    refused(here("data", "simulate", tmp_path / "other", "--buyers", 5, "--years", 1), "seller 'somebody'")


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("assess", "--buyer", "B000001", "--as-of", "yesterday"), "a date like 2026-01-31"),
        (("train", "late", "--test-from", "31.12.2025"), "--test-from"),
        (("models", "evaluate", "late@1", "--from", "2026-02-30"), "--from and --to"),
        (("models", "evaluate", "late@1", "--to", "soon"), "--from and --to"),
    ],
)
def test_bad_dates_are_refused(demo_portfolio: Path, here, tmp_path: Path, demo_home: Path, arguments, part):
    at = 3 if arguments[0] == "models" else 2 if arguments[0] == "train" else 1
    home = tmp_path / "home" if arguments[0] == "train" else demo_home
    refused(here(*arguments[:at], demo_portfolio, *arguments[at:], home=home), part)


@pytest.mark.parametrize(
    "arguments",
    [
        (), ("--buyer", "B", "--all"), ("--all",), ("--all", "--out", "book.xls"),
        ("--buyer", "B", "--amount", "x"),
        ("--buyer", "B", "--lang", "fr"), ("--buyer", "B", "--terms", "-1"),
    ],
)  # fmt: skip
def test_wrong_use_of_assess_is_refused(demo_portfolio: Path, here, arguments):
    refused(here("assess", demo_portfolio, *arguments), "Error")


@pytest.mark.parametrize("amount", ["0", "-5", "nan", "inf", "1e40"])
def test_an_amount_that_is_none_is_refused(demo_portfolio: Path, here, amount):
    refused(here("assess", demo_portfolio, "--buyer", "B000001", "--amount", amount), "expected")


def test_an_unknown_name_to_leave_out_is_refused(demo_portfolio: Path, here, tmp_path: Path):
    ran = here("train", "late", demo_portfolio, "--without", "market_valeu", home=tmp_path)
    refused(ran, "a feature or of a table's column", "'market_valeu'")


def test_a_list_that_cannot_be_written_is_refused(demo_portfolio: Path, here, tmp_path: Path):
    (tmp_path / "file").write_text("")
    out = tmp_path / "file" / "book.csv"
    refused(
        here("assess", demo_portfolio, "--all", "--out", out), "a file that can be written", "choose another"
    )


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX permissions")
def test_a_list_without_the_right_to_write_is_refused(demo_portfolio: Path, here, tmp_path: Path):
    # given a folder that may not be written; for root only the kernel's own folder is one
    locked = Path("/sys") if os.geteuid() == 0 else tmp_path / "locked"
    if os.geteuid() != 0:
        locked.mkdir(mode=0o500)
    ran = here("assess", demo_portfolio, "--all", "--out", locked / "book.csv")
    refused(ran, "a file that can be written", "choose another")


def test_every_command_has_help_with_an_example():
    def walk(group, path: list[str]) -> list[tuple[list[str], object]]:
        found = []
        for name, part in group.commands.items():
            found += walk(part, [*path, name]) if hasattr(part, "commands") else [([*path, name], part)]
        return found

    found = walk(cli, [])
    assert len(found) >= 9
    for path, part in found:
        assert part.help is not None, path
        assert "Example" in part.help, path
        assert f"credence {' '.join(path)}" in part.help, path
        assert "\\b" not in part.help, path
        assert "B00001 " not in part.help, path


def test_help_and_version_need_no_home(tmp_path: Path):
    ran = credence(tmp_path / "none", "--help")
    assert ran.code == 0
    assert "Trade-credit risk that explains itself" in ran.out
    assert not (tmp_path / "none").exists()
    assert credence(tmp_path / "none", "--version").out.strip().startswith("credence, version")
    assert credence(tmp_path / "none", "fly").code == 2


@pytest.mark.parametrize(
    ("options", "part"),
    [
        (("--population-rate", "nan"), "--population-rate"),
        (("--population-rate", "1e-300"), "--population-rate"),
        (("--test-from", "soon"), "--test-from"), (("--without", "nothing_such"), "'nothing_such'"),
    ],
)  # fmt: skip
def test_wrong_options_of_training_are_refused_before_reading(here, tmp_path: Path, options, part):
    ran = here("train", "late", tmp_path / "gone", *options, home=tmp_path / "home")
    refused(ran, part)
    assert "reading" not in ran.err
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    "arguments", [("train", "late", "demo"), ("models", "list"), ("models", "promote", "late@1")]
)
def test_a_home_that_cannot_be_made_is_refused(here, tmp_path: Path, arguments):
    (tmp_path / "file").write_text("")
    refused(here(*arguments, home=tmp_path / "file" / "home"), "a CREDENCE_HOME that can be written")


def test_a_damaged_registry_is_refused_without_sql(here, tmp_path: Path):
    (tmp_path / "mlflow.db").write_bytes(b"no database" * 1000)
    ran = here("models", "list", home=tmp_path)
    refused(ran, "a registry (mlflow.db in CREDENCE_HOME)", "restore it")
    assert "SELECT" not in ran.err


@pytest.mark.parametrize("damage", [0.5, 0.99])
def test_a_damaged_table_is_refused(demo_portfolio: Path, here, tmp_path: Path, damage: float):
    shutil.copytree(demo_portfolio, tmp_path / "p")
    table = tmp_path / "p" / "invoices.parquet"
    table.write_bytes(table.read_bytes()[: int(damage * table.stat().st_size)])
    refused(here("data", "check", tmp_path / "p"), "a readable UTF-8 parquet file", "write it again")


def test_damaged_pages_of_a_table_are_refused(demo_portfolio: Path, here, tmp_path: Path):
    shutil.copytree(demo_portfolio, tmp_path / "p")
    table = tmp_path / "p" / "invoices.parquet"
    content = bytearray(table.read_bytes())
    content[4:3000] = bytes(2996)
    table.write_bytes(bytes(content))
    refused(here("data", "check", tmp_path / "p"), "expected", "found")


def test_what_the_system_refuses_is_told_without_a_traceback(here, tmp_path: Path):
    (tmp_path / "portfolio.toml").mkdir()
    refused(here("data", "check", tmp_path), "expected a portfolio folder")
    refused(
        here("data", "import", tmp_path, "--mapping", tmp_path, "--out", tmp_path / "out"),
        "expected",
        "found",
    )


def test_promoting_the_champion_again_changes_nothing(demo_home: Path, here):
    before = sorted((demo_home / "releases").iterdir())
    ran = here("models", "promote", "late@champion")
    assert (ran.code, "is champion already" in ran.out) == (0, True), ran.err
    assert sorted((demo_home / "releases").iterdir()) == before


def test_a_list_tells_what_got_worse_since_an_earlier_one(demo_portfolio: Path, tmp_path: Path, here):
    # given the list of a month ago
    june, july = tmp_path / "june.parquet", tmp_path / "july.parquet"
    assert here("assess", demo_portfolio, "--all", "--as-of", "2026-05-31", "--out", june).code == 0
    # when today's is written with what changed since
    ran = here("assess", demo_portfolio, "--all", "--out", july, "--since", june, "--json")
    # then the count is that of the rows, and the changes are differences of the two files
    before, now = (pd.read_parquet(file).set_index("buyer_id") for file in (june, july))
    assert ran.json["got_worse"] == (now["got_worse"] != "").sum() > 0
    rose = (now["overdue_amount"] - before["overdue_amount"].reindex(now.index)) > 0
    assert now["got_worse"].str.contains("overdue").tolist() == rose.tolist()
    # and an earlier list alone, or a later one, is refused
    assert here("assess", demo_portfolio, "--buyer", now.index[0], "--since", june).code == 2
    late = here("assess", demo_portfolio, "--all", "--as-of", "2026-05-31", "--out", july, "--since", july)
    assert late.code == 2
    assert "a later moment" in late.err
