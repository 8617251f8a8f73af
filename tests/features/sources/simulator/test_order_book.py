"""The order book tells each state when it was known, fits the invoices, and moves no other table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from features.contradictions.findings import examine
from features.sources.simulator import PARTS, Knobs, Simulated, World, simulate
from features.sources.simulator.fates import NEVER
from features.sources.simulator.order_book import ORDER_DAYS, ORDER_STATES, orders_table

END = pd.Timestamp("2026-06-30")


@pytest.fixture(scope="module")
def made() -> Simulated:
    return simulate(World(1200, 2, 8, Knobs(failures_a_year=0.05)))


@pytest.fixture(scope="module")
def orders(made: Simulated) -> pd.DataFrame:
    return made.portfolio.tables["orders"]


@pytest.fixture(scope="module")
def last(orders: pd.DataFrame) -> pd.DataFrame:
    """Each order in its latest version."""
    return orders.sort_values("recorded_at", kind="stable").drop_duplicates("order_id", keep="last")


def test_every_order_begins_open_and_goes_forward(orders: pd.DataFrame):
    ordered = orders.sort_values(["order_id", "recorded_at"])
    states = ordered.groupby("order_id")["state"].agg(" ".join)

    assert set(states) == {
        "open",
        "open held",
        "open delivered",
        "open cancelled",
        "open held delivered",
        "open held cancelled",
    }
    assert set(orders["state"]) == set(ORDER_STATES)
    assert not orders.duplicated(["order_id", "recorded_at"]).any()


def test_an_order_is_known_from_its_day_on_and_its_delivery_not_before_it(orders: pd.DataFrame):
    known = orders["recorded_at"].dt.normalize()
    delivered = orders[orders["state"] == "delivered"]

    assert (known[orders["state"] == "open"] == orders["ordered_on"][orders["state"] == "open"]).all()
    assert (delivered["recorded_at"] >= delivered["deliver_on"]).all()
    assert (orders["deliver_on"] >= orders["ordered_on"]).all()
    assert (orders["ordered_on"] > END - pd.Timedelta(days=ORDER_DAYS)).all()


def test_every_invoice_of_the_time_answers_an_order(made: Simulated, last: pd.DataFrame):
    longest = pd.Timedelta(days=21 + 3)
    invoices = made.portfolio.tables["invoices"].query("kind == 'invoice'").drop_duplicates("invoice_id")
    key = ["buyer_id", "issued_on", "amount_minor", "currency"]
    sold = invoices[invoices["issued_on"] > END - pd.Timedelta(days=ORDER_DAYS) + longest]
    delivered = last[last["state"] == "delivered"].rename(columns={"deliver_on": "issued_on"})

    matched = sold[key].merge(delivered[key].drop_duplicates(), on=key)

    assert len(sold) > 3000
    assert len(matched) == len(sold)


def test_what_is_open_at_the_end_is_to_be_delivered_after_it(last: pd.DataFrame):
    waiting = last[last["state"] == "open"]
    a_day = (last["state"] == "delivered").sum() / ORDER_DAYS

    # Reason: an order waits eleven days on average, at the rate of the deliveries.
    assert len(waiting) == pytest.approx(11.0 * a_day, rel=0.25)
    assert (waiting["deliver_on"] > END).mean() > 0.95


def test_orders_are_held_where_the_risk_is_plain(made: Simulated, orders: pd.DataFrame):
    scene = made.scene
    first = orders[orders["state"] == "open"]
    buyer = pd.Index(scene.profiles.buyer_id).get_indexer(pd.Index(first["buyer_id"]))
    day = first["ordered_on"].to_numpy().astype("datetime64[D]").astype(np.int64)
    unwell = scene.level(buyer, day) < scene.knobs.sellers_eye
    held = first["order_id"].isin(orders.loc[orders["state"] == "held", "order_id"]).to_numpy()

    assert held[unwell].mean() > 0.3
    assert held[~unwell].mean() < 0.1


def test_buyers_that_have_stopped_paying_are_held_and_not_delivered(made: Simulated, last: pd.DataFrame):
    fates = made.scene.fates
    gone = made.scene.profiles.buyer_id[fates.fails < NEVER]
    stopped = dict(zip(gone.tolist(), fates.fails[fates.fails < NEVER].tolist(), strict=True))
    rows = last[last["buyer_id"].isin(gone)]
    day = rows["ordered_on"].to_numpy().astype("datetime64[D]").astype(np.int64)
    refused = rows[day > rows["buyer_id"].map(stopped).to_numpy() + 75]

    assert len(refused) > 5
    assert set(refused["state"]) <= {"held", "cancelled"}


def test_the_order_book_is_drawn_apart_from_all_other_tables(made: Simulated):
    once, again = (orders_table(np.random.default_rng(seed), made.scene, made.invoices) for seed in (1, 1))

    pd.testing.assert_frame_equal(once, again)
    # Reason: streams are spawned in this order, so the tables before keep theirs.
    assert PARTS[-1] == "orders"


def test_no_order_contradicts_the_books(made: Simulated):
    assert [one.told for one in examine(made.portfolio) if one.check.table == "orders"] == []
