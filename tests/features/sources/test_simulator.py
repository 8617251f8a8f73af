"""The simulated ledger holds together, looks like a real one, and tells nothing that its end did not know."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from features.columns import TABLES
from features.errors import InputError
from features.files import read, write
from features.portfolio import Portfolio
from features.sources.simulator import PARTS, World, simulate, simulate_portfolio

DAY = pd.Timedelta(days=1)
END = pd.Timestamp("2026-06-30")
RUN_OF_BOOKS = pd.date_range("2022-07-01", END)
FX = {"EUR": 1.0, "USD": 0.92, "GBP": 1.16, "PLN": 0.23, "CNY": 0.128}

Tables = dict[str, pd.DataFrame]


@pytest.fixture(scope="module")
def tables() -> Tables:
    return dict(simulate_portfolio(buyers=2000, years=4, seed=7).tables)


@pytest.fixture(scope="module")
def portfolio() -> Portfolio:
    return simulate_portfolio(buyers=150, years=2, seed=11)


@pytest.fixture(scope="module")
def sold(tables: Tables) -> pd.DataFrame:
    """Invoices in their latest version, with cents, what is open and the days from due to settled."""
    invoices = tables["invoices"].query("kind == 'invoice'").drop_duplicates("invoice_id", keep="last").copy()
    invoices["cents"] = invoices["amount_minor"]
    closing = _closing(tables)
    settled = closing.groupby("invoice_id")["cents"].sum()
    invoices["open"] = invoices["cents"] - invoices["invoice_id"].map(settled).fillna(0)
    closed_on = invoices["invoice_id"].map(closing.groupby("invoice_id")["settled_on"].max())
    lost = set(closing.loc[closing["kind"] == "write_off", "invoice_id"])
    is_paid = (invoices["open"] <= 0) & ~invoices["invoice_id"].isin(lost)
    invoices["days_late"] = (closed_on.where(is_paid, END) - invoices["due_on"]).dt.days
    return invoices


@pytest.fixture(scope="module")
def first_default(tables: Tables, sold: pd.DataFrame) -> pd.Series:
    """Day of the books on which 90 days of material arrears or an insolvency came first, by buyer."""
    arrears, exposure = _arrears_and_exposure(tables, sold)
    is_material = (arrears > 500.0) & (arrears > 0.01 * exposure)
    first = np.full(len(arrears), len(RUN_OF_BOOKS))
    days = np.zeros(len(arrears), dtype=int)
    for day in range(len(RUN_OF_BOOKS)):
        days = np.where(is_material[:, day], days + 1, 0)
        first = np.where((days >= 90) & (first > day), day, first)
    failed = tables["events"].query("kind == 'insolvency'").set_index("buyer_id")["occurred_on"]
    buyers = pd.Index(tables["buyers"]["buyer_id"].unique())
    failed_day = (failed.reindex(buyers) - RUN_OF_BOOKS[0]).dt.days.fillna(len(RUN_OF_BOOKS))
    return pd.Series(np.minimum(first, failed_day.to_numpy()), index=buyers)


def _closing(tables: Tables) -> pd.DataFrame:
    closing = (
        tables["allocations"].query("kind not in ['recovery', 'bill']").drop(columns=["buyer_id", "currency"])
    )
    closing["cents"] = closing["amount_minor"]
    return closing


def _arrears_and_exposure(tables: Tables, sold: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return what is past due and what is open, in EUR at the end of each day, by buyer and day."""
    closing = _closing(tables).merge(sold[["invoice_id", "buyer_id", "due_on", "currency"]], on="invoice_id")
    overdue_from = sold["due_on"] + DAY
    closed_from = closing[["settled_on", "due_on"]].assign(due_on=closing["due_on"] + DAY).max(axis=1)
    buyers = pd.Index(tables["buyers"]["buyer_id"].unique())
    arrears = _running(buyers, sold, overdue_from) - _running(buyers, closing, closed_from)
    return arrears, _running(buyers, sold, sold["issued_on"]) - _running(
        buyers, closing, closing["settled_on"]
    )


def _running(buyers: pd.Index, rows: pd.DataFrame, day: pd.Series) -> np.ndarray:
    position = np.clip((day - RUN_OF_BOOKS[0]).dt.days.to_numpy(), 0, len(RUN_OF_BOOKS))
    grid = np.zeros((len(buyers), len(RUN_OF_BOOKS) + 1))
    amount = (rows["cents"] * rows["currency"].map(FX) / 100.0).to_numpy()
    np.add.at(grid, (buyers.get_indexer(pd.Index(rows["buyer_id"])), position), amount)
    return grid.cumsum(axis=1)[:, :-1]


def test_the_same_seed_gives_the_same_files_and_another_seed_others(tmp_path: Path):
    for name, seed in (("once", 3), ("again", 3), ("other", 4)):
        write(simulate_portfolio(buyers=60, years=1, seed=seed), tmp_path / name)

    once, again, other = (_hashes(tmp_path / name) for name in ("once", "again", "other"))

    assert once == again
    assert once["invoices.parquet"] != other["invoices.parquet"]


def _hashes(folder: Path) -> dict[str, str]:
    return {file.name: sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}


def test_what_is_written_reads_back_the_same(tmp_path: Path):
    portfolio = simulate_portfolio(buyers=40, years=2, seed=9)

    write(portfolio, tmp_path / "folder", "csv")

    back = read(tmp_path / "folder")
    for name, frame in portfolio.tables.items():
        pd.testing.assert_frame_equal(back.tables[name], frame, check_exact=True)


def test_progress_names_every_part_but_the_truth_once():
    begun: list[str] = []

    simulate(World(5, 1, 1), progress=begun.append)

    assert sorted(begun) == sorted(set(PARTS) - {"truth"})


@pytest.mark.parametrize(("buyers", "years", "seed"), [(0, 1, 1), (5, 0, 1), (5, 1, -1)])
def test_impossible_wishes_are_refused(buyers: int, years: int, seed: int):
    with pytest.raises(InputError, match="of at least"):
        simulate_portfolio(buyers=buyers, years=years, seed=seed)


@settings(max_examples=15, deadline=None)
@example(buyers=1, years=1, seed=88524, end=date(2015, 1, 1))  # a buyer that never buys
@given(
    buyers=st.integers(1, 12),
    years=st.integers(1, 3),
    seed=st.integers(0, 2**32),
    end=st.dates(date(2015, 1, 1), date(2030, 12, 31)),
)
def test_any_wish_gives_a_portfolio_that_passes_all_checks(buyers: int, years: int, seed: int, end: date):
    portfolio = simulate_portfolio(buyers, years, seed, end=end)

    assert portfolio.tables["buyers"]["buyer_id"].nunique() == buyers
    for name, frame in portfolio.tables.items():
        assert (frame[TABLES[name].knowledge] <= portfolio.observed_until).all()


def test_the_portfolio_is_observed_for_the_years_that_were_asked(portfolio: Portfolio):
    assert str(portfolio.observed_from) == "2024-06-30 22:00:00"
    assert str(portfolio.observed_until) == "2026-06-30 21:59:59"
    assert set(portfolio.knowledge.values()) == {"given"}
    assert portfolio.seller.reporting_currency == "EUR"
    assert portfolio.seller.yearly_credit_sales > 1e6


def test_nothing_is_told_that_happened_or_became_known_after_the_end(tables: Tables):
    for name, frame in tables.items():
        knowledge = frame[TABLES[name].knowledge]
        assert (knowledge < END + DAY).all(), name
        if TABLES[name].event_date:
            event_date = frame[TABLES[name].event_date]
            assert (event_date <= END).all(), name
            assert (event_date <= knowledge).all(), name


def test_a_key_and_a_knowledge_time_name_one_row(tables: Tables):
    for name, frame in tables.items():
        key = [*TABLES[name].key, TABLES[name].knowledge]
        assert not frame.duplicated(key).any(), name


@pytest.mark.parametrize("name", ["buyers", "invoices", "disputes", "statements", "limits"])
def test_some_facts_come_in_a_second_version(tables: Tables, name: str):
    key = list(TABLES[name].key)
    share = tables[name].duplicated(key).sum() / len(tables[name])

    assert 0.001 < share < 0.55


def test_the_size_of_the_book(tables: Tables):
    assert 100_000 < len(tables["invoices"]) < 200_000
    assert tables["buyers"]["buyer_id"].nunique() == 2000


def test_some_buyers_have_no_accounts_and_some_prospects_have_no_invoices(tables: Tables):
    buyers = set(tables["buyers"]["buyer_id"])
    with_accounts = set(tables["statements"]["buyer_id"])
    prospects = buyers - set(tables["invoices"]["buyer_id"])

    assert 0.25 < 1.0 - len(with_accounts) / len(buyers) < 0.37
    assert 0.03 < len(prospects) / len(buyers) < 0.09
    assert 0.35 < len(prospects & with_accounts) / len(prospects) < 0.65


def test_people_public_bodies_countries_and_industries_are_among_the_buyers(tables: Tables):
    buyers = tables["buyers"].drop_duplicates("buyer_id")

    assert 0.01 < buyers["natural_person"].mean() < 0.06
    assert 0.01 < buyers["public_body"].mean() < 0.05
    assert set(buyers["country"]) == {"DE", "FR", "NL", "PL", "IT", "GB", "US", "CN"}
    assert buyers["industry"].nunique() >= 6
    assert buyers.loc[buyers["country"] == "CN", "name"].str.contains(r"[\u4e00-\u9fff]").all()


def test_buyers_arrive_over_time(tables: Tables):
    first = tables["invoices"].groupby("buyer_id")["issued_on"].min()

    by_year = (first - RUN_OF_BOOKS[0]).dt.days // 365
    assert (by_year.clip(upper=3).value_counts(normalize=True)[[1, 2, 3]] > 0.03).all()


def test_invoices_are_due_after_issue_and_a_minority_in_foreign_currency(tables: Tables):
    invoices = tables["invoices"]

    assert (invoices["due_on"] >= invoices["issued_on"]).all()
    assert 0.03 < (invoices["currency"] != "EUR").mean() < 0.25
    assert (invoices["amount_minor"] >= 1).all()


def test_allocations_close_known_invoices_and_never_too_much(tables: Tables, sold: pd.DataFrame):
    recorded = tables["invoices"].groupby("invoice_id")["recorded_at"].min()
    matched = tables["allocations"].query("invoice_id.notna()")

    assert (matched["recorded_at"] >= matched["invoice_id"].map(recorded)).all()
    assert (sold["open"] >= 0).all()
    assert 0.01 < (sold["open"] > 0).mean() < 0.06


def test_what_is_paid_too_much_is_money_of_the_buyer(tables: Tables, sold: pd.DataFrame):
    allocations = tables["allocations"]
    loose = allocations[allocations["invoice_id"].isna()]

    assert 1 <= len(loose) < 0.001 * len(sold)
    assert (loose["amount_minor"] == 10_00).all()
    assert set(loose["currency"]) <= set(FX)
    rest = allocations.drop(loose.index).set_index("receipt_id")["settled_on"]
    assert (rest[~rest.index.duplicated()].loc[loose["receipt_id"]].to_numpy() == loose["settled_on"]).all()


def test_credit_memos_are_closed_by_the_credit_that_they_gave(tables: Tables):
    memos = tables["invoices"].query("kind == 'credit_memo'")

    closed = tables["allocations"].set_index("invoice_id").loc[memos["invoice_id"]]

    assert len(memos) > 100
    assert (closed["amount_minor"].to_numpy() == memos["amount_minor"].to_numpy()).all()


def test_knowledge_of_payments_lags_by_days(tables: Tables):
    allocations = tables["allocations"]

    lag = (allocations["recorded_at"].dt.normalize() - allocations["settled_on"]).dt.days

    assert 0.985 < lag.between(0, 3).mean() < 0.996
    assert lag.max() <= 60
    assert 0.2 < (lag > 0).mean() < 0.8


def test_lateness_is_that_of_an_ordinary_book(sold: pd.DataFrame):
    mature = sold[sold["due_on"] <= END - 31 * DAY]
    is_late = mature["days_late"] > 0

    assert 0.15 < is_late.groupby(mature["buyer_id"]).mean().median() < 0.30
    assert 0.045 < (mature["days_late"] > 30).mean() < 0.085
    assert (mature["days_late"] > 90).mean() > 0.005


def test_defaults_are_rare_but_enough_to_learn_from(first_default: pd.Series):
    assert 80 <= (first_default < len(RUN_OF_BOOKS)).sum() <= 180


def test_buyers_stop_paying_before_their_insolvency_and_losses_are_written_off(tables: Tables):
    failed = tables["events"].query("kind == 'insolvency'").set_index("buyer_id")["occurred_on"]
    owner = tables["invoices"].drop_duplicates("invoice_id").set_index("invoice_id")["buyer_id"]
    allocations = tables["allocations"].assign(buyer_id=tables["allocations"]["invoice_id"].map(owner))
    allocations["failed"] = allocations["buyer_id"].map(failed)
    cash = allocations[(allocations["kind"] == "payment") & allocations["failed"].notna()]
    written_off = allocations[allocations["kind"] == "write_off"]

    last_payment = cash.groupby("buyer_id")[["settled_on", "failed"]].max()

    assert len(failed) >= 40
    assert (last_payment["failed"] - last_payment["settled_on"] >= 40 * DAY).all()
    assert len(written_off) > 50
    has_event = written_off["failed"].notna()
    assert (written_off["settled_on"] > written_off["failed"])[has_event].all()
    assert 0.2 < has_event.mean() < 1.0


def test_statements_balance_and_their_parts_add_up(tables: Tables):
    rows = tables["statements"]
    full = rows[rows["revenue"].notna()]
    stock = rows[
        "cash short_term_investments receivables notes_receivable inventory prepaid_expenses".split()
    ]
    owed = rows["short_term_debt accounts_payable notes_payable contract_liabilities".split()]

    assert (rows["total_assets"] == rows["total_liabilities"] + rows["equity"]).all()
    assert (rows["current_assets"] == stock.sum(axis=1)).all()
    assert (rows["current_liabilities"] == owed.sum(axis=1)).all()
    assert (rows["total_liabilities"] == rows["current_liabilities"] + rows["long_term_debt"]).all()
    assert (full["revenue"] - full["cost_of_goods_sold"] == full["gross_profit"]).all()
    assert (full["gross_profit"] - full["operating_expenses"] == full["ebit"]).all()
    assert (full["ebit"] - full["interest_expense"] - full["tax_expense"] == full["net_income"]).all()
    assert (rows[["cash", "short_term_debt", "long_term_debt", "inventory"]] >= 0.0).all(axis=None)
    assert 0.6 < len(full) / len(rows) < 0.98


def test_flows_explain_what_changed_from_year_to_year(tables: Tables):
    rows = tables["statements"].drop_duplicates(["buyer_id", "period_end"], keep="last")
    rows = rows[rows["revenue"].notna()]
    rows = rows.assign(before=rows["period_end"] - pd.DateOffset(years=1)).astype({"before": "datetime64[s]"})
    rows["before"] += pd.offsets.MonthEnd(0)
    pairs = rows.merge(
        rows, left_on=["buyer_id", "before"], right_on=["buyer_id", "period_end"], suffixes=("", "_0")
    )
    equity = pairs["equity_0"] + pairs["net_income"] - pairs["dividends"]
    fixed = (
        pairs["property_plant_equipment_0"]
        + pairs["capital_expenditure"]
        - pairs["depreciation_amortization"]
    )
    cash, cash_0, debt, debt_0 = (
        pairs[[f"{first}{year}", f"{second}{year}"]].sum(axis=1)
        for first, second in (("cash", "short_term_investments"), ("short_term_debt", "long_term_debt"))
        for year in ("", "_0")
    )
    flow = pairs["operating_cash_flow"] - pairs["capital_expenditure"] - pairs["dividends"] + debt - debt_0

    assert len(pairs) > 3000
    assert (fixed == pairs["property_plant_equipment"]).all()
    assert (cash - cash_0 == flow).all()
    # Reason: a correction that comes after the end leaves the version that is too high in the books.
    assert (equity == pairs["equity"]).mean() > 0.995


def test_statements_arrive_four_to_nine_months_after_the_period(tables: Tables):
    first = tables["statements"].drop_duplicates(["buyer_id", "period_end"])

    delay = (first["received_at"] - first["period_end"]).dt.days

    assert delay.between(118, 280).all()


def test_health_shows_in_accounts_but_does_not_tell_all(tables: Tables, first_default: pd.Series):
    first = tables["statements"].drop_duplicates(["buyer_id", "period_end"])
    day = (first["received_at"] - RUN_OF_BOOKS[0]).dt.days
    default = first["buyer_id"].map(first_default)
    is_subject = (day >= 0) & (day < len(RUN_OF_BOOKS) - 365) & (default > day)
    fails = (default <= day + 365)[is_subject]

    for above, below in (
        ("equity", "total_assets"),
        ("net_income", "total_assets"),
        ("cash", "current_liabilities"),
    ):
        ratio = (first[above] / first[below])[is_subject]
        assert 0.58 < _auc(-ratio, fails) < 0.90, above


def _auc(score: pd.Series, is_bad: pd.Series) -> float:
    ranks = score.rank()
    bad, good = int(is_bad.sum()), int((~is_bad).sum())
    return float((ranks[is_bad].sum() - bad * (bad + 1) / 2) / (bad * good))


def test_rates_exist_for_every_currency_before_the_first_invoice(tables: Tables):
    first_known = tables["fx"].groupby("currency")["recorded_at"].min()
    used = (set(tables["invoices"]["currency"]) | set(tables["statements"]["currency"])) - {"EUR"}

    assert used <= set(first_known.index)
    assert (first_known < RUN_OF_BOOKS[0]).all()
