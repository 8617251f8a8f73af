"""The benchmark of pay dates measures the model and the life table on the same invoices."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks import timing
from tests.credit.ledgers import books, invoice, payment


def ledger():
    """Four buyers with an invoice a day between them, of which two pay 40 days late."""
    start, invoices, rows = pd.Timestamp("2024-01-01"), [], []
    for number in range(450):
        issued = start + pd.Timedelta(days=number)
        due = issued + pd.Timedelta(days=30)
        dates = {"issued_on": str(issued.date()), "due_on": str(due.date())}
        invoices.append(invoice(str(number), buyer_id=f"B{number % 4}", **dates))
        paid = due + pd.Timedelta(days=40 * (number % 4 >= 2) + number % 3)
        rows.append(payment("1000", str(paid.date()), invoice_id=str(number)))
    return books(invoices, rows, until="2025-12-31", start="2024-01-01")


@pytest.fixture
def one_task(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timing, "books", lambda buyers, data: iter([("a ledger", ledger(), None)]))


def test_the_life_table_speaks_of_the_same_invoices(one_task: None, capsys: pytest.CaptureFixture[str]):
    assert timing.main(["--json"]) == 0
    told = json.loads(capsys.readouterr().out)["a ledger"]
    table = told["life_table"]
    assert told["n"] == table["n"] > 50
    for name in ("own_median", "terms"):
        metric = f"mean_absolute_error_days_{name}"
        assert told["metrics"][metric]["value"] == table["metrics"][metric]["value"]
    # then a table by segment of delay knows who pays late, as the model does
    for metrics in (told["metrics"], table["metrics"]):
        error = metrics["mean_absolute_error_days"]["value"]
        assert error < metrics["mean_absolute_error_days_terms"]["value"] / 2
        assert np.isfinite(metrics["integrated_brier"]["value"])


def test_the_text_shows_both_baselines_and_the_intervals_own_level(
    one_task: None, capsys: pytest.CaptureFixture[str]
):
    assert timing.main([]) == 0
    text = capsys.readouterr().out
    for words in ("coverage 80", "nominal 80", "own median", "terms", "life table", "paid by due + 30"):
        assert words in text


def test_without_the_real_data_only_the_simulated_ledger_is_measured(tmp_path: Path):
    tasks = timing.books(6, tmp_path)
    name, packed, origin = next(tasks)
    assert (name, origin) == ("simulated (6 buyers)", None)
    assert len(packed.portfolio.tables["invoices"])
    assert next(tasks, None) is None
