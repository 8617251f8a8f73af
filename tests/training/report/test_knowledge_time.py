from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from features.build import Packed, pack_portfolio
from training.home import Home
from training.metrics import metrics_of
from training.registry import Registry
from training.report.knowledge_time import LAGS, delayed, knowledge_time_of
from training.report.study import People, Study
from training.train import train

TABLES = ["invoices", "allocations"]


@pytest.fixture(scope="module")
def assumed(demo_packed: Packed) -> Packed:
    """The same facts, of which nobody said when they were booked."""
    knowledge = dict(demo_packed.portfolio.knowledge) | dict.fromkeys(TABLES, "assumed")
    return pack_portfolio(replace(demo_packed.portfolio, knowledge=knowledge))


@pytest.fixture(scope="module")
def late(study_of: Callable[..., Study], assumed: Packed) -> tuple[Study, dict[str, Any]]:
    study = study_of("late@1", assumed)
    return study, knowledge_time_of(study)


def test_where_all_is_given_there_is_nothing_to_assume(study_of: Callable[..., Study]):
    told = knowledge_time_of(study_of("late@1"))
    assert (told["status"], told["tables"], told["lags"]) == ("not_applicable", [], [])


def test_every_lag_is_measured_and_the_first_is_the_test_itself(late: tuple[Study, dict[str, Any]]):
    study, told = late
    assert (told["status"], told["tables"]) == ("ok", TABLES)
    assert [row["lag_days"] for row in told["lags"]] == list(LAGS)
    first = told["lags"][0]
    # books whose booking times are assumed tell all until their end: some invoices more are mature
    test = study.scored[study.scored["probability"].notna()]
    outcome, probability = (test[name].to_numpy(float) for name in ("outcome", "probability"))
    assert first["metrics"] == metrics_of(outcome, probability, test["buyer_id"].to_numpy())
    assert (first["n"], first["dropped"], first["auc_difference"]) == (len(test), 0, None)
    assert 0 < len(test) - study.version.metrics["n"] < 0.05 * len(test)
    assert all(row["n"] + row["dropped"] == first["n"] for row in told["lags"])


def test_later_books_move_scores_and_leave_facts_behind_their_end(late: tuple[Study, dict[str, Any]]):
    first, *later = late[1]["lags"]
    for row in later:
        assert row["mean_probability"] != first["mean_probability"]
        assert row["facts_beyond_books"] > first["facts_beyond_books"]
        assert abs(row["auc_difference"]["value"]) < 0.2


def test_a_default_model_keeps_its_month_ends(study_of: Callable[..., Study], assumed: Packed):
    told = knowledge_time_of(study_of("default@1", assumed))
    assert [row["dropped"] for row in told["lags"]] == [0, 0, 0]
    assert told["lags"][2]["mean_probability"] != told["lags"][0]["mean_probability"]


def test_a_delay_moves_knowledge_and_nothing_else(demo_packed: Packed):
    portfolio = demo_packed.portfolio
    later = delayed(portfolio, ["invoices"], 5)
    before, after = portfolio.tables["invoices"], later.tables["invoices"]
    assert (after["recorded_at"] - before["recorded_at"] == pd.Timedelta(days=5)).all()
    assert after.drop(columns="recorded_at").equals(before.drop(columns="recorded_at"))
    assert later.tables["allocations"] is portfolio.tables["allocations"]
    assert later.observed_until == portfolio.observed_until


def test_without_a_ledger_a_buyer_is_scored_when_its_accounts_would_have_come(small: Packed, tmp_path: Path):
    whole = small.portfolio
    tables = {name: whole.tables[name] for name in ("buyers", "statements", "events", "fx")}
    knowledge = dict(whole.knowledge) | {"statements": "assumed"}
    packed = pack_portfolio(replace(whole, tables=tables, knowledge=knowledge))
    version = train(packed, "default", home=Home(tmp_path)).version
    told = knowledge_time_of(Study.of(Registry(Home(tmp_path)), version, packed, People()))
    chances = [row["mean_probability"] for row in told["lags"]]
    assert chances == pytest.approx([chances[0]] * 3, rel=0.02)
    assert [row["dropped"] for row in told["lags"]] == [0, 0, 0]
