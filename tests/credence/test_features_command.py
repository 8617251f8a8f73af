"""``credence features`` as a user runs it."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from credence.cli import main
from features.build import build
from features.catalog import CATALOG_HASH, FEATURES, NAMES
from features.files import read, write
from features.portfolio import Seller, from_frames
from features.sources.simulator import simulate_portfolio
from features.subject_files import read_subjects

SECONDS = 120


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        return dict(json.loads(self.out))


def process(*arguments: object, **options: Any) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "credence", "features", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


@pytest.fixture
def here(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Run ``credence features`` in this process."""

    def run(*arguments: object) -> Ran:
        capsys.readouterr()
        code = 0
        try:
            main(["features", *map(str, arguments)])
        except SystemExit as ended:
            code = int(ended.code or 0)
        told = capsys.readouterr()
        return Ran(code, told.out, told.err)

    return run


def refused(ran: Ran, *parts: str) -> None:
    assert ran.code == 2, (ran.out, ran.err)
    assert ran.out == ""
    for part in parts:
        assert part in ran.err
    assert "Traceback" not in ran.err


@pytest.fixture(scope="module")
def portfolio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("features") / "portfolio"
    write(simulate_portfolio(40, 2, 11), folder)
    return folder


@pytest.fixture(scope="module")
def subjects(portfolio: Path) -> pd.DataFrame:
    """Return invoices at their issue, in an order that is neither the buyers' nor that of time."""
    invoices = pd.read_parquet(portfolio / "invoices.parquet").sample(400, random_state=3)
    return pd.DataFrame(
        {
            "subject_id": [f"s{number}" for number in range(len(invoices))],
            "buyer_id": invoices["buyer_id"].to_numpy(),
            "as_of": pd.to_datetime(invoices["issued_on"].to_numpy()).tz_localize("UTC"),
            "amount": invoices["amount"].astype("float64").to_numpy(),
            "currency": invoices["currency"].to_numpy(),
            "due_on": invoices["due_on"].to_numpy(),
            "invoice_id": invoices["invoice_id"].to_numpy(),
        }
    )


@pytest.fixture
def file(subjects: pd.DataFrame, tmp_path: Path) -> Path:
    path = tmp_path / "subjects.parquet"
    subjects.to_parquet(path, index=False)
    return path


def same_bytes(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    nan = np.float64("nan")
    return one.fillna(nan).to_numpy().tobytes() == other.fillna(nan).to_numpy().tobytes()


def test_the_file_has_the_subjects_in_their_order_and_the_bytes_of_build(
    portfolio: Path, subjects: pd.DataFrame, file: Path, tmp_path: Path, here
):
    out = tmp_path / "new" / "features.parquet"
    ran = here("build", portfolio, "--subjects", file, "--out", out, "--json")
    assert ran.code == 0, ran.err
    told = ran.json
    assert told.pop("seconds") > 0
    assert told == {
        "rows": 400, "features": len(NAMES), "as_of": None, "unknown_buyers": 0, "unknown_invoices": 0,
        "without_rate": 0, "out": str(out), "catalog": CATALOG_HASH[:12],
    }  # fmt: skip
    rows = pd.read_parquet(out)
    assert list(rows) == ["subject_id", "buyer_id", "as_of", *NAMES]
    assert rows["subject_id"].tolist() == subjects["subject_id"].tolist()
    assert rows["buyer_id"].tolist() == subjects["buyer_id"].tolist()
    assert rows["as_of"].tolist() == subjects["as_of"].tolist()
    expected = build(read(portfolio), read_subjects(file, "Europe/Berlin"))
    assert same_bytes(rows[list(NAMES)], expected)
    assert [path.name for path in out.parent.iterdir()] == [out.name]


def test_missing_values_are_null_in_the_file(portfolio: Path, file: Path, tmp_path: Path, here):
    out = tmp_path / "features.parquet"
    assert here("build", portfolio, "--subjects", file, "--out", out).code == 0
    table, frame = pq.read_table(out), pd.read_parquet(out)
    assert {field.type for field in table.schema if field.name in FEATURES} == {pa.float64()}
    for name in NAMES:
        assert table.column(name).null_count == int(frame[name].isna().sum())
        assert not np.isnan(table.column(name).drop_null().to_numpy()).any()
    assert table.schema.metadata[b"credence.catalog"] == CATALOG_HASH[:12].encode()


def test_csv_in_and_out_say_the_same(
    portfolio: Path, subjects: pd.DataFrame, file: Path, tmp_path: Path, here
):
    text, out, other = tmp_path / "subjects.csv", tmp_path / "features.csv", tmp_path / "features.parquet"
    subjects.assign(as_of=subjects["as_of"].dt.strftime("%Y-%m-%dT%H:%M:%SZ")).to_csv(
        text, index=False, encoding="utf-8-sig"
    )
    assert here("build", portfolio, "--subjects", text, "--out", out).code == 0
    assert here("build", portfolio, "--subjects", file, "--out", other).code == 0
    rows, expected = pd.read_csv(out), pd.read_parquet(other)
    assert same_bytes(rows[list(NAMES)].astype("float64"), expected[list(NAMES)])
    assert rows["as_of"][0] == expected["as_of"][0].strftime("%Y-%m-%dT%H:%M:%SZ")
    assert rows["buyer_id"].tolist() == expected["buyer_id"].tolist()


def test_all_buyers_at_a_date_and_at_the_end_of_the_books(portfolio: Path, tmp_path: Path, here):
    ran = here("build", portfolio, "--as-of", "2026-03-31", "--out", tmp_path / "a.parquet", "--json")
    assert ran.code == 0, ran.err
    assert ran.json["as_of"] == "2026-03-31T21:59:59Z"
    ledger = read(portfolio)
    rows = pd.read_parquet(tmp_path / "a.parquet")
    moment = pd.Timestamp("2026-03-31 21:59:59")
    known = ledger.cut(moment).buyer_ids()
    assert rows["buyer_id"].tolist() == known
    expected = build(ledger, pd.DataFrame({"buyer_id": known, "as_of": moment}))
    assert same_bytes(rows[list(NAMES)], expected)
    until = here("build", portfolio, "--out", tmp_path / "b.parquet", "--json")
    assert until.json["as_of"] == "2026-06-30T21:59:59Z"
    assert "as of 2026-06-30T21:59:59Z, the end of the books" in until.err


def test_features_are_chosen_by_name_and_by_what_they_read(portfolio: Path, tmp_path: Path, here):
    out = tmp_path / "a.csv"
    ran = here("build", portfolio, "--columns", "overdue_amount, exposure", "--out", out, "--json")
    assert (ran.code, ran.json["features"]) == (0, 2)
    assert list(pd.read_csv(out)) == ["buyer_id", "as_of", "overdue_amount", "exposure"]
    without = here("build", portfolio, "--without", "market_value", "--out", tmp_path / "b.csv", "--json")
    left_out = [name for name in NAMES if "statements.market_value" in FEATURES[name].reads]
    assert left_out
    assert without.json["features"] == len(NAMES) - len(left_out)
    assert not set(left_out) & set(pd.read_csv(tmp_path / "b.csv"))


def test_a_date_is_its_end_in_the_sellers_zone_and_a_moment_without_a_zone_is_local(
    portfolio: Path, tmp_path: Path, here
):
    buyer = read(portfolio).buyer_ids()[0]
    (tmp_path / "s.csv").write_text(
        f"buyer_id,as_of\n{buyer},2026-01-31\n{buyer},2026-01-31T12:00:00\n{buyer},2026-01-31T12:00:00Z\n"
    )
    out = tmp_path / "f.csv"
    assert here("build", portfolio, "--subjects", tmp_path / "s.csv", "--out", out).code == 0
    told = ["2026-01-31T22:59:59Z", "2026-01-31T11:00:00Z", "2026-01-31T12:00:00Z"]
    assert pd.read_csv(out)["as_of"].tolist() == told


def test_what_the_portfolio_does_not_know_is_counted_and_said(portfolio: Path, tmp_path: Path, here):
    buyer = read(portfolio).buyer_ids()[0]
    (tmp_path / "s.csv").write_text(
        "buyer_id,as_of,amount,currency,invoice_id\n"
        f"nobody,2026-01-31,,,\n{buyer},2026-01-31,10,ZMW,\n{buyer},2026-07-05,10,EUR,none\n{buyer},2001-01-01,,,\n"
    )
    ran = here("build", portfolio, "--subjects", tmp_path / "s.csv", "--out", tmp_path / "f.csv", "--json")
    assert ran.code == 0, ran.err
    counts = {name: ran.json[name] for name in ("unknown_buyers", "unknown_invoices", "without_rate")}
    assert counts == {"unknown_buyers": 1, "unknown_invoices": 1, "without_rate": 1}
    assert ran.err.count("warning: 1 subjects") == 4
    assert "warning: 1 amounts" in ran.err
    assert "nobody" not in ran.err
    rows = pd.read_csv(tmp_path / "f.csv")
    assert rows["has_payments"].iloc[0] == 0
    assert rows["request_amount"].isna().tolist() == [True, True, False, True]


def test_chinese_ids_are_kept(tmp_path: Path, here):
    invoices = pd.DataFrame(
        {
            "invoice_id": ["票1"], "buyer_id": ["上海买方"], "issued_on": ["2026-01-05"],
            "due_on": ["2026-02-04"], "amount": ["12.50"], "currency": ["CNY"],
        }
    )  # fmt: skip
    seller = Seller("me", reporting_currency="CNY", timezone="Asia/Shanghai")
    write(from_frames({"invoices": invoices}, seller, observed_until="2026-03-31"), tmp_path / "p")
    (tmp_path / "数据.csv").write_text("buyer_id,as_of\n上海买方,2026-02-10\n", encoding="utf-8")
    for out in (tmp_path / "特征.csv", tmp_path / "特征.parquet"):
        ran = here("build", tmp_path / "p", "--subjects", tmp_path / "数据.csv", "--out", out, "--json")
        assert (ran.code, ran.json["unknown_buyers"], ran.json["out"]) == (0, 0, str(out))
        rows = pd.read_csv(out) if out.suffix == ".csv" else pd.read_parquet(out)
        assert rows[["buyer_id", "exposure"]].to_numpy().tolist() == [["上海买方", 12.5]]


BAD_ROWS = {
    "buyer_id\nB": ["columns ['as_of']", "found columns ['buyer_id']", "add them"],
    "buyer_id,as_of,ammount\nB,2026-01-31,5": ["columns among", "'ammount'", "remove or rename"],
    "buyer_id,buyer_id,as_of\nB,B,2026-01-31": ["each column once", "buyer_id"],
    "buyer_id,as_of\nB,31.01.2026": ["column 'as_of', 1 row (1)", "a date or an instant like"],
    "buyer_id,as_of\nB,2026-01-31\nB,": ["column 'as_of', 1 row (2)", "a value", "nothing"],
    "buyer_id,as_of\n,2026-01-31": ["column 'buyer_id', 1 row (1)", "a value"],
    "buyer_id,as_of\nB,2026-07-31": ["at most 7 days after the books end (2026-06-30)", "1 row (1)"],
    "buyer_id,as_of\nB,2300-01-01": ["between 1900 and 2200"],
    "buyer_id,as_of,amount\nB,2026-01-31,-5": ["column 'amount'", "a number above 0"],
    "buyer_id,as_of,amount\nB,2026-01-31,0": ["column 'amount'", "a number above 0"],
    "buyer_id,as_of,amount\nB,2026-01-31,nan": ["column 'amount'", "a finite number"],
    "buyer_id,as_of,amount\nB,2026-01-31,1e20": ["an amount of at most"],
    "buyer_id,as_of,currency\nB,2026-01-31,EURO": ["column 'currency'", "an ISO 4217 code"],
    "buyer_id,as_of,terms_days\nB,2026-01-31,-1": ["column 'terms_days'", "a number not below 0"],
    "buyer_id,as_of,terms_days\nB,2026-01-31,1.5": ["a whole number"],
    "buyer_id,as_of,terms_days\nB,2026-01-31,9999": ["terms of at most 3650 days"],
    "buyer_id,as_of,due_on\nB,2026-01-31,soon": ["column 'due_on'", "a date like"],
    "buyer_id,as_of": ["at least one subject", "no rows"],
    "": ["a header with the names of columns", "an empty file"],
    "buyer_id,as_of\n": ["at least one subject", "no rows"],
    "buyer_id,as_of\nB,2026-01-31,5": ["a readable UTF-8 csv file with a header"],
}


@pytest.mark.parametrize("text", BAD_ROWS)
def test_a_bad_file_of_subjects_is_refused(portfolio: Path, tmp_path: Path, here, text: str):
    (tmp_path / "s.csv").write_text(text)
    out = tmp_path / "f.parquet"
    ran = here("build", portfolio, "--subjects", tmp_path / "s.csv", "--out", out)
    refused(ran, "expected", "found", *BAD_ROWS[text])
    assert [path.name for path in tmp_path.iterdir()] == ["s.csv"]


def test_no_value_of_a_subject_is_repeated(portfolio: Path, tmp_path: Path, here):
    (tmp_path / "s.csv").write_text("buyer_id,as_of,currency\nSecret & Sons,2026-01-31,SecretCoin\n")
    ran = here("build", portfolio, "--subjects", tmp_path / "s.csv", "--out", tmp_path / "f.csv")
    refused(ran, "an ISO 4217 code")
    assert "Secret" not in ran.err


@pytest.mark.parametrize("amount", [float("nan"), -1.0, float("inf")])
def test_a_bad_amount_in_parquet_is_refused_and_a_null_is_none(
    portfolio: Path, tmp_path: Path, here, amount: float
):
    days = pa.array([pd.Timestamp("2026-01-31").date()] * 2)
    table = pa.table({"buyer_id": ["B", "B"], "as_of": days, "amount": pa.array([None, amount])})
    pq.write_table(table, tmp_path / "s.parquet")
    ran = here("build", portfolio, "--subjects", tmp_path / "s.parquet", "--out", tmp_path / "f.csv")
    refused(ran, "column 'amount', 1 row (2)")


def test_types_of_parquet_that_mean_the_same_are_read_alike(tmp_path: Path):
    day = pd.Timestamp("2026-01-31")
    columns = [
        pa.array([day.date()]), pa.array([day.to_pydatetime()], pa.timestamp("us")), pa.array(["2026-01-31"]),
        pa.array([pd.Timestamp("2026-01-31 22:59:59").to_pydatetime()], pa.timestamp("ns", "UTC")),
    ]  # fmt: skip
    ids = [
        pa.array(["7"]),
        pa.array([7]),
        pa.array(["7"]).dictionary_encode(),
        pa.array(["7"], pa.large_string()),
    ]
    read_ = []
    for as_of, buyer in zip(columns, ids, strict=True):
        pq.write_table(pa.table({"buyer_id": buyer, "as_of": as_of}), tmp_path / "s.parquet")
        read_.append(read_subjects(tmp_path / "s.parquet", "Europe/Berlin"))
    for frame in read_:
        pd.testing.assert_frame_equal(frame, read_[0])
    assert str(read_[0]["as_of"].iloc[0]) == "2026-01-31 22:59:59"


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (("--as-of", "yesterday"), ["a date like 2026-01-31"]),
        (("--as-of", "2026-08-01"), ["at most 7 days after the books end"]),
        (("--as-of", "2026-01-31", "--subjects", "s.csv"), ["--subjects or --as-of"]),
        (("--subjects", "gone.csv"), ["a file of subjects", "none at the path given"]),
        (("--subjects", "s.xlsx"), [".parquet or .csv", "another ending"]),
        (("--columns", "exposure,fame"), ["--columns", "'fame'", "docs/features.md"]),
        (("--columns", ""), ["--columns"]),
        (("--without", "fame"), ["a feature or of a table's column", "'fame'"]),
        (("--columns", "exposure", "--without", "exposure"), ["a feature to write", "none that is left"]),
    ],
)
def test_wrong_options_are_refused(portfolio: Path, tmp_path: Path, here, arguments, parts):
    out = tmp_path / "f.parquet"
    refused(here("build", portfolio, *arguments, "--out", out), *parts)
    assert not out.exists()


@pytest.mark.parametrize("out", ["f.xlsx", "f"])
def test_an_ending_that_cannot_be_written_is_refused(portfolio: Path, tmp_path: Path, here, out: str):
    refused(here("build", portfolio, "--out", tmp_path / out), "--out to end in .parquet or .csv")


def test_a_file_that_is_there_is_replaced_only_where_asked(portfolio: Path, tmp_path: Path, here):
    out = tmp_path / "f.parquet"
    out.write_text("mine")
    ran = here("build", portfolio, "--out", out)
    refused(ran, "a new file as --out", "--overwrite")
    assert "reading" not in ran.err
    assert out.read_text() == "mine"
    assert here("build", portfolio, "--out", out, "--overwrite").code == 0
    assert len(pd.read_parquet(out)) == len(read(portfolio).buyer_ids())


def test_the_subjects_themselves_are_never_replaced(portfolio: Path, file: Path, here):
    before = file.read_bytes()
    ran = here("build", portfolio, "--subjects", file, "--out", file, "--overwrite")
    refused(ran, "--out beside the subjects")
    assert file.read_bytes() == before


def test_a_place_that_cannot_be_written_is_refused(portfolio: Path, tmp_path: Path, here):
    (tmp_path / "file").write_text("")
    refused(here("build", portfolio, "--out", tmp_path / "file" / "f.csv"), "a file that can be written")
    refused(here("build", portfolio, "--out", tmp_path), "is a directory")
    refused(here("build", tmp_path / "gone", "--out", tmp_path / "f.csv"), "portfolio.toml")


def test_a_full_disk_leaves_nothing(portfolio: Path, file: Path, tmp_path: Path):
    # given a process that may write files of 50 kB at most
    out = tmp_path / "out" / "f.csv"
    few = 50_000
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (few, few))  # noqa: E731
    ran = process("build", portfolio, "--subjects", file, "--out", out, preexec_fn=limit)
    _, said = ran.communicate(timeout=SECONDS)

    # then it says so, and leaves neither file nor part of it
    assert ran.returncode == 2, said
    assert "expected a file that can be written; found a refusal" in said
    assert "Traceback" not in said
    assert list(out.parent.iterdir()) == []


def _until(condition: Callable[[], bool], running: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert running.poll() is None, running.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _many(subjects: pd.DataFrame, path: Path) -> Path:
    pd.concat([subjects] * 100).to_parquet(path, index=False)
    return path


def test_a_process_that_is_killed_half_way_leaves_the_file_as_it_was(
    portfolio: Path, subjects: pd.DataFrame, tmp_path: Path, here
):
    # given a file that is there, and a process that is replacing it
    many = _many(subjects, tmp_path / "many.parquet")
    folder = tmp_path / "out"
    folder.mkdir()
    out = folder / "f.parquet"
    out.write_text("mine")
    running = process("build", portfolio, "--subjects", many, "--out", out, "--overwrite")
    _until(lambda: len(list(folder.iterdir())) == 2, running)

    # when another one wants to write the same file
    refused(here("build", portfolio, "--out", out, "--overwrite"), "a file that nobody is writing")

    # and the first is killed
    assert running.poll() is None, "the process has ended too early for this test"
    os.kill(running.pid, signal.SIGKILL)
    running.communicate(timeout=SECONDS)

    # then the file is as it was, and the next one replaces it and what was left
    assert out.read_text() == "mine"
    assert here("build", portfolio, "--out", out, "--overwrite").code == 0
    assert [path.name for path in folder.iterdir()] == [out.name]
    assert len(pd.read_parquet(out)) == len(read(portfolio).buyer_ids())


def test_an_interrupted_process_leaves_nothing(portfolio: Path, subjects: pd.DataFrame, tmp_path: Path):
    many = _many(subjects, tmp_path / "many.parquet")
    folder = tmp_path / "out"
    running = process("build", portfolio, "--subjects", many, "--out", folder / "f.parquet")
    _until(lambda: folder.exists() and len(list(folder.iterdir())) == 1, running)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=SECONDS)
    assert running.returncode != 0
    assert "Traceback" not in said
    assert list(folder.iterdir()) == []


def test_what_is_warm_is_said(here):
    ran = here("warm", "--json")
    assert ran.code == 0, ran.err
    assert set(ran.json) == {"seconds"}
    assert "the engine is compiled" in here("warm").out
