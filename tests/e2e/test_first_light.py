"""From an export to an explained limit: import, train, promote, assess and serve, with the real commands."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from features.files import read, write
from features.sources.simulator import simulate_portfolio
from tests.serving.process import served

HORIZON_DAYS = "0"


def export_of(portfolio_folder: Path, target: Path) -> None:
    """Write a ledger as another system's export of receivables: one row an invoice, m/d/Y dates."""
    portfolio = read(portfolio_folder)
    invoices = portfolio.tables["invoices"].query("currency == 'EUR' and kind == 'invoice'")
    invoices = invoices.drop_duplicates("invoice_id")
    paid = (
        portfolio.tables["allocations"].query("kind == 'payment'").groupby("invoice_id")["settled_on"].max()
    )
    settled = invoices["invoice_id"].map(paid)
    disputed = invoices["invoice_id"].isin(portfolio.tables["disputes"]["invoice_id"])
    pd.DataFrame(
        {
            "countryCode": 391,
            "customerID": invoices["buyer_id"],
            "PaperlessDate": "4/6/2023",
            "invoiceNumber": invoices["invoice_id"],
            "InvoiceDate": _american(invoices["issued_on"]),
            "DueDate": _american(invoices["due_on"]),
            "InvoiceAmount": invoices["amount_minor"] / 100,
            "Disputed": disputed.map({True: "Yes", False: "No"}),
            "SettledDate": _american(settled),
            "PaperlessBill": "Electronic",
            "DaysToSettle": (settled - invoices["issued_on"]).dt.days,
            "DaysLate": (settled - invoices["due_on"]).dt.days.clip(lower=0),
        }
    ).to_csv(target, index=False)


def _american(days: pd.Series) -> pd.Series:
    return days.dt.month.astype("Int64").astype("str") + days.dt.strftime("/%d/%Y")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def ledger(home: Path) -> Path:
    export = home / "receivables.csv"
    # Reason: the models of a small seller are quickly learned.
    write(simulate_portfolio(60, 3, 5), home / "books")
    export_of(home / "books", export)
    run(
        home,
        "data",
        "import",
        str(export),
        "--mapping",
        "ibm_accounts_receivable",
        "--out",
        str(home / "ledger"),
    )
    run(home, "train", "late", str(home / "ledger"), "--horizon", HORIZON_DAYS)
    run(home, "train", "timing", str(home / "ledger"))
    # Reason: so few buyers may miss a gate; nothing changes where it serves already.
    run(home, "models", "promote", "timing@1", "--force", "--reason", "a small world")
    return home / "ledger"


def run(home: Path, *arguments: str) -> str:
    environment = {**os.environ, "CREDENCE_HOME": str(home / "credence"), "OMP_WAIT_POLICY": "PASSIVE"}
    done = subprocess.run(
        [sys.executable, "-m", "credence", *arguments],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def answered(home: Path, *arguments: str) -> Any:
    return json.loads(run(home, *arguments, "--json"))


def test_a_dispute_is_known_when_it_was_settled(ledger: Path) -> None:
    disputes = read(ledger).tables["disputes"]
    assert len(disputes)
    assert (disputes["recorded_at"].dt.normalize() == disputes["raised_on"]).all()


def test_what_was_imported_is_trained_tested_and_refitted(home: Path, ledger: Path) -> None:
    # given a first version, which serves at once
    first = answered(home, "models", "show", "late@champion")
    assert first["version"] == 1
    assert first["outcome"] == "late_0"
    # when the recipe is refitted and promoted
    final = answered(home, "train", "late", str(ledger), "--horizon", HORIZON_DAYS, "--final")
    promoted = answered(home, "models", "promote", "late@candidate")
    # then it serves, with the metrics of its tested twin
    assert promoted["version"] == "late@2"
    assert final["tested_twin"] == "late@1"
    assert final["metrics"] == first["metrics"]["metrics"]
    assert 0.6 < final["metrics"]["auc"]["value"] <= 1


def test_the_service_says_what_the_command_says(home: Path, ledger: Path) -> None:
    buyers = read(ledger).tables["invoices"]["buyer_id"].value_counts().index[:5]
    request = {"kind": "order", "amount": 5000, "currency": "XXX", "terms_days": 30}
    scored = 0
    with served(home / "credence", "--portfolio", str(ledger)) as service:
        for buyer_id in buyers:
            options = ("--amount", "5000", "--terms", "30", "--lang", "zh")
            told = answered(home, "assess", str(ledger), "--buyer", buyer_id, *options)
            said = service.assess(buyer_id, request=request, lang="zh")
            assert said["late"]["probability"] == pytest.approx(told["late"]["probability"], abs=1e-9)
            assert said["score"]["points"] == pytest.approx(told["score"]["points"], abs=1e-9)
            assert said["limit"] == told["limit"]
            assert said["timing"]["median_on"] == told["timing"]["median_on"]
            assert said["timing"]["status"] == told["timing"]["status"] != "no_timing_model"
            if said["default"]["status"] == "no_default_model":
                # a ledger alone trains no default model: the score is the late model's, and there is no grade
                points = said["score"]["base"] + sum(group["points"] for group in said["score"]["groups"])
                assert points == pytest.approx(said["score"]["points"], abs=1e-6)
                assert said["score"]["source"] == "late"
                assert said["grade"]["computed"] is None
                scored += 1
    assert scored


def test_the_receipts_are_those_of_what_is_open(home: Path, ledger: Path) -> None:
    told = answered(home, "assess", str(ledger), "--receipts")
    books = read(ledger)
    invoices, paid = books.tables["invoices"], books.tables["allocations"]
    still_open = (invoices["amount_minor"].sum() - paid["amount_minor"].sum()) / 100
    sheet = told["reporting"]
    back = sum(each["amount"] for each in told["owed_back"])
    assert sheet["open"] - back == pytest.approx(still_open, abs=0.01)
    assert sum(line["expected"] for line in sheet["lines"]) == pytest.approx(sheet["open"], abs=0.01)
    weeks = [line["expected"] for line in sheet["lines"] if line["kind"] == "week"]
    assert 0 < sum(weeks) <= sheet["open"]


def test_the_list_holds_every_buyer(home: Path, ledger: Path) -> None:
    run(home, "assess", str(ledger), "--all", "--out", str(home / "book.parquet"))
    book = pd.read_parquet(home / "book.parquet")
    assert set(book["buyer_id"]) == set(read(ledger).buyer_ids())
    assert (book["headroom"].dropna() >= 0).all()
