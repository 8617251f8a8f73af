"""Features at a moment use what was known then, and nothing else."""

from __future__ import annotations

import dataclasses
import random

import numpy as np
import pandas as pd
import pytest

from features.build import Asked, build, build_packed, one_subject, pack_portfolio, subject_arrays
from features.catalog import NAMES
from features.errors import InputError
from features.portfolio import Portfolio, Seller, from_frames
from tests.features.ledgers import BUYERS, RandomLedger

SEEDS = pytest.mark.parametrize("seed", range(1000, 1008))


def same_bytes(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    return one.to_numpy().tobytes() == other.to_numpy().tobytes()


def at(as_of: str | pd.Timestamp, buyers=BUYERS) -> pd.DataFrame:
    return pd.DataFrame({"buyer_id": list(buyers), "as_of": pd.Timestamp(as_of)})


@SEEDS
def test_a_portfolio_cut_at_as_of_gives_the_same_bytes(seed):
    ledger = RandomLedger(seed)
    portfolio, subjects = ledger.portfolio(), ledger.subjects(10)
    for number, subject in subjects.iterrows():
        alone = subjects.loc[[number]]
        assert same_bytes(build(portfolio, alone), build(portfolio.cut(subject["as_of"]), alone))


@SEEDS
def test_what_is_recorded_later_changes_nothing(seed):
    ledger, later = RandomLedger(seed), RandomLedger(seed + 500)
    later.timezone = ledger.timezone
    as_of = pd.Timestamp("2024-12-01 12:00:00")
    joined = {}
    for name, frame in ledger.frames.items():
        stamp = "received_at" if name == "statements" else "recorded_at"
        news = later.frames.get(name, frame.iloc[:0])
        news = news[pd.to_datetime(news[stamp]).dt.tz_localize(None) > as_of]
        own_ids = {
            "invoices": "invoice_id",
            "disputes": "dispute_id",
            "events": "event_id",
            "limits": "limit_id",
        }
        for column in news.columns.intersection([own_ids.get(name, "")]):
            news = news.assign(**{column: "new " + news[column]})
        if name == "allocations":
            news = news.iloc[:0]
        if name == "disputes" and len(news):
            news = news.merge(ledger.frames["invoices"][["invoice_id", "instalment"]].drop_duplicates())
        joined[name] = pd.concat(
            [frame, news.drop(columns=["successor_id"], errors="ignore")], ignore_index=True
        )
    portfolio = ledger.portfolio()
    longer = from_frames(joined, portfolio.seller, observed_from="2024-02-01", observed_until="2025-06-30")
    assert len(longer.table("invoices")) > len(portfolio.table("invoices"))
    assert same_bytes(build(portfolio, at(as_of)), build(longer, at(as_of)))


@SEEDS
def test_the_order_of_rows_changes_nothing(seed):
    ledger = RandomLedger(seed)
    shuffler = random.Random(seed)  # noqa: S311 - a draw for tests, no secret
    subjects = ledger.subjects(5)
    values = build(ledger.portfolio(), subjects)
    for rows in ledger.rows.values():
        shuffler.shuffle(rows)
    assert same_bytes(values, build(ledger.portfolio(), subjects))


@SEEDS
def test_subjects_do_not_see_each_other(seed):
    ledger = RandomLedger(seed)
    packed, subjects = pack_portfolio(ledger.portfolio()), ledger.subjects(6)
    together = build_packed(packed, subjects)
    alone = [build_packed(packed, subjects.loc[[number]]) for number in subjects.index]
    assert same_bytes(together, pd.concat(alone))


@SEEDS
def test_a_payment_in_two_parts_on_one_day_changes_no_figure(seed):
    ledger = RandomLedger(seed)
    subjects = ledger.subjects(5)
    values = build(ledger.portfolio(), subjects)
    for row in list(ledger.rows["allocations"]):
        whole, point, decimals = row["amount"].partition(".")
        if int(whole) > 1:
            second = {**row, "allocation_id": row["allocation_id"] + "+", "amount": "1"}
            row["amount"] = f"{int(whole) - 1}{point}{decimals}"
            ledger.rows["allocations"].append(second)
    np.testing.assert_allclose(values, build(ledger.portfolio(), subjects), rtol=1e-9, atol=1e-9)


def ledger_of(*allocations: dict, **invoice) -> Portfolio:
    """One invoice of 1,000.00 EUR of buyer A, due on 31 January 2026, and what was booked on it."""
    invoices = pd.DataFrame(
        [
            {
                "invoice_id": "1",
                "buyer_id": "A",
                "issued_on": "2026-01-01",
                "due_on": "2026-01-31",
                "amount": "1000",
                "currency": "EUR",
                "recorded_at": "2026-01-01",
                **invoice,
            }
        ]
    )
    booked = pd.DataFrame(
        [
            {"allocation_id": f"a{number}", "invoice_id": "1", "kind": "payment", "amount": "1000", **row}
            for number, row in enumerate(allocations)
        ],
        columns=["allocation_id", "invoice_id", "settled_on", "amount", "kind", "recorded_at", "withdrawn"],
    )
    seller = Seller("me", reporting_currency="EUR")
    return from_frames({"invoices": invoices, "allocations": booked}, seller, observed_until="2026-12-31")


def exposure(portfolio: Portfolio, as_of: str) -> float:
    return float(build(portfolio, at(as_of, ["A"]))["exposure"].iloc[0])


def test_a_payment_that_is_recorded_late_is_used_from_then_on_only():
    portfolio = ledger_of({"settled_on": "2026-02-05", "recorded_at": "2026-03-01T08:00:00Z"})
    assert exposure(portfolio, "2026-03-01 07:59:59") == 1000.0
    assert exposure(portfolio, "2026-03-01 08:00:00") == 0.0


def test_a_payment_that_is_recorded_ahead_is_used_from_its_date_on_only():
    portfolio = ledger_of({"settled_on": "2026-02-05", "recorded_at": "2026-01-20T08:00:00Z"})
    assert exposure(portfolio, "2026-02-04 23:59:59") == 1000.0
    assert exposure(portfolio, "2026-02-05 00:00:00") == 0.0


def test_a_newer_version_replaces_an_older_one_from_its_recording_on():
    first = {"allocation_id": "a", "settled_on": "2026-02-05", "amount": "600"}
    portfolio = ledger_of(
        {**first, "recorded_at": "2026-02-05T10:00:00Z"},
        {**first, "recorded_at": "2026-02-20T10:00:00Z", "amount": "250"},
    )
    assert exposure(portfolio, "2026-02-20 09:59:59") == 400.0
    assert exposure(portfolio, "2026-02-20 10:00:00") == 750.0


def test_a_fact_that_is_taken_back_vanishes_from_then_on():
    first = {"allocation_id": "a", "settled_on": "2026-02-05"}
    portfolio = ledger_of(
        {**first, "recorded_at": "2026-02-05T10:00:00Z"},
        {**first, "recorded_at": "2026-02-20T10:00:00Z", "withdrawn": "true"},
    )
    assert exposure(portfolio, "2026-02-20 09:59:59") == 0.0
    assert exposure(portfolio, "2026-02-20 10:00:00") == 1000.0


def test_a_buyer_of_whom_no_item_is_known_has_no_payment_figures():
    portfolio = ledger_of(recorded_at="2026-01-10T00:00:00Z")
    before, unknown = build(portfolio, at("2026-01-09", ["A", "nobody"])).to_numpy()
    np.testing.assert_array_equal(before, unknown)
    assert np.isnan(exposure(portfolio, "2026-01-09"))


def test_the_subjects_own_invoice_is_left_out():
    subjects = at("2026-02-10", ["A"]).assign(invoice_id="1")
    assert np.isnan(build(ledger_of(), subjects)["exposure"].iloc[0])
    assert exposure(ledger_of(), "2026-02-10") == 1000.0


def test_an_invoice_of_another_buyer_is_not_the_subjects_own():
    subjects = at("2026-02-10", ["B"]).assign(invoice_id="1", instalment=np.nan)
    assert build(ledger_of(), subjects)["has_payments"].tolist() == [0.0]


def test_subjects_keep_their_index_and_columns_are_those_of_the_catalog():
    subjects = at("2026-02-10", ["A", "A"]).set_axis(["x", "y"])
    values = build(ledger_of(), subjects)
    assert list(values.index) == ["x", "y"]
    assert tuple(values.columns) == NAMES
    assert (values.dtypes == "float64").all()


def test_without_subjects_there_are_no_values():
    assert build(ledger_of(), at("2026-02-10", ["A"]).iloc[:0]).shape == (0, len(NAMES))


def test_a_usual_invoice_stands_in_for_a_request_only_where_asked():
    packed, subjects = pack_portfolio(ledger_of()), at("2026-02-10", ["A", "nobody"])
    columns = ["request_amount", "request_terms_days", "request_days_until_due", "request_assumed"]
    usual = build_packed(packed, subjects, assumes_usual=True)[columns]
    assert usual.iloc[0].tolist() == [1000.0, 30.0, 30.0, 1.0]
    assert usual.iloc[1, :3].isna().all()
    assert usual.iloc[1, 3] == 0.0
    assert build_packed(packed, subjects)[columns[:3]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("subjects", "named"),
    [
        (pd.DataFrame({"buyer_id": ["A"]}), "as_of"),
        (pd.DataFrame({"buyer_id": ["A"], "as_of": [pd.NaT]}), "as_of"),
        (pd.DataFrame({"as_of": [pd.Timestamp("2026-01-01")]}), "buyer_id"),
    ],
)
def test_subjects_without_buyer_or_moment_are_refused(subjects, named):
    with pytest.raises(InputError, match=named):
        build(ledger_of(), subjects)


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"amount": 250.0, "currency": "EUR", "terms_days": 30.0},
        {"amount": 250.0, "currency": "USD", "due_on": pd.Timestamp("2026-03-31")},
        {"amount": 250.0, "terms_days": 14.0, "due_on": pd.Timestamp("2026-03-31")},
    ],
)
@pytest.mark.parametrize("buyer_id", ["A", "nobody"])
def test_one_subject_is_the_same_without_a_frame(buyer_id, request_):
    packed, as_of = pack_portfolio(ledger_of()), pd.Timestamp("2026-02-10 23:30:00")
    frame = at(as_of, [buyer_id]).assign(**{name: [value] for name, value in request_.items()})
    one, many = one_subject(packed, buyer_id, as_of, Asked(**request_)), subject_arrays(packed, frame)
    for field in dataclasses.fields(one):
        np.testing.assert_array_equal(getattr(one, field.name), getattr(many, field.name), field.name)
