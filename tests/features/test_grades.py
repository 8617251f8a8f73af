"""Outside PDs: what counts when, what grades stand for, and what is refused."""

from __future__ import annotations

import dataclasses
import tomllib
from importlib import resources
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from features.block_files import block_from_bytes, block_to_bytes
from features.build import build
from features.errors import InputError
from features.files import read, write
from features.grades import external_pds, shipped_grade_maps
from features.pack import pack
from features.portfolio import Portfolio, Seller, from_frames

INVOICE = {
    "invoice_id": ["1"],
    "buyer_id": ["A"],
    "issued_on": ["2024-01-05"],
    "due_on": ["2024-02-04"],
    "amount": ["12.50"],
    "currency": ["EUR"],
}
HOUSE = {"house": {"GOOD": 0.004}}


def rating(value: str, day: str = "2025-01-10", name: str = "external_pd", **rest: str | None) -> dict:
    row = {"buyer_id": "A", "name": name, "value": value, "recorded_at": f"{day}T08:00:00Z"}
    return row | {"expires_on": None, "withdrawn": "false"} | rest


def portfolio_of(*rows: dict, maps: dict | None = None, zone: str = "UTC") -> Portfolio:
    seller = Seller("me", reporting_currency="EUR", timezone=zone, grade_maps=maps or {})
    frames = {"invoices": pd.DataFrame(INVOICE), "attributes": pd.DataFrame(rows)}
    return from_frames(frames, seller, observed_until="2026-12-31")


def external_pd(*rows: dict, as_of: str = "2025-06-30 12:00:00", buyer: str = "A", **rest) -> float:
    subjects = pd.DataFrame({"buyer_id": [buyer], "as_of": pd.to_datetime([as_of])})
    return float(build(portfolio_of(*rows, **rest), subjects)["external_pd"].iloc[0])


def test_a_rating_counts_from_its_recording_on():
    assert np.isnan(external_pd(rating("0.02"), as_of="2025-01-10 07:59:59"))
    assert external_pd(rating("0.02"), as_of="2025-01-10 08:00:00") == 0.02
    assert np.isnan(external_pd(rating("0.02"), buyer="nobody"))


def test_the_latest_known_one_counts_whoever_told_it():
    rows = [
        rating("0.02"),
        rating("BB", "2025-02-10", "external_grade_letters"),
        rating("0.04", "2025-03-10"),
    ]
    days = ["2025-02-01", "2025-03-01", "2025-04-01"]

    assert [external_pd(*rows, as_of=day) for day in days] == [0.02, 0.006, 0.04]


@pytest.mark.parametrize("order", [1, -1])
def test_of_ratings_known_at_once_the_worst_counts_in_any_order(order):
    rows = [rating("0.02"), rating("B", name="external_grade_letters")][::order]

    assert external_pd(*rows) == 0.03


def test_a_rating_ends_with_its_last_day_and_an_older_one_of_another_name_counts_again():
    rows = [rating("0.02"), rating("E", "2025-02-10", "external_grade_bureau_a_e", expires_on="2025-03-31")]

    assert external_pd(*rows, as_of="2025-03-31 23:59:59") == 0.15
    assert external_pd(*rows, as_of="2025-04-01 00:00:00") == 0.02


def test_a_last_day_is_the_sellers():
    row = rating("0.02", expires_on="2025-03-31")

    assert external_pd(row, as_of="2025-04-01 02:00:00", zone="America/Sao_Paulo") == 0.02
    assert np.isnan(external_pd(row, as_of="2025-04-01 02:00:00", zone="Europe/Berlin"))


def test_a_later_version_replaces_an_earlier_one_even_when_it_has_expired():
    rows = [rating("0.02"), rating("0.04", "2025-02-10", expires_on="2025-03-31")]

    assert np.isnan(external_pd(*rows))


def test_a_withdrawal_takes_a_rating_back():
    rows = [rating("0.02"), rating("0.02", "2025-03-01", withdrawn="true")]

    assert external_pd(*rows, as_of="2025-02-28") == 0.02
    assert np.isnan(external_pd(*rows))


def test_other_attributes_are_no_ratings():
    assert np.isnan(external_pd(rating("0.02", name="share of exports")))


def test_the_sellers_own_scheme_adds_to_the_shipped_ones_or_replaces_them():
    rows = pd.DataFrame(
        {"name": "external_grade_" + pd.Series(["house", "letters"]), "value": ["good", "BB"]}
    )

    np.testing.assert_array_equal(external_pds(rows, HOUSE), [0.004, 0.006])
    np.testing.assert_array_equal(external_pds(rows, {"letters": {"BB": 0.01}}), [np.nan, 0.01])


def test_a_sellers_scheme_is_kept_with_its_portfolio(tmp_path):
    portfolio = portfolio_of(rating("good", name="external_grade_house"), maps=HOUSE)
    write(portfolio, tmp_path)

    assert "[seller.grade_maps.house]" in (tmp_path / "portfolio.toml").read_text(encoding="utf-8")
    assert read(tmp_path).seller == portfolio.seller


def test_one_buyers_ratings_go_with_its_block():
    rows = [rating("0.02"), rating("0.07", buyer_id="B"), rating("0.09", "2025-02-01", buyer_id="B")]
    block = pack(portfolio_of(*rows))
    alone = block_from_bytes(block_to_bytes(block.of_buyer(block.position("B")))).profiles

    np.testing.assert_array_equal(alone.rating_start, [0, 2])
    np.testing.assert_array_equal(alone.rating_pd, [0.07, 0.09])


@pytest.mark.parametrize(
    ("name", "value", "column"),
    [
        ("external_pd", "0", "value"),
        ("external_pd", "1", "value"),
        ("external_pd", "2 %", "value"),
        ("external_pd", "nan", "value"),
        ("external_grade_letters", "Z", "value"),
        ("external_grade_house", "BAD", "value"),
        ("external_grade_other", "A", "name"),
    ],
)
def test_a_rating_that_gives_no_pd_is_refused_with_its_rows(name, value, column):
    with pytest.raises(InputError) as refused:
        portfolio_of(rating("0.02", buyer_id="B"), rating(value, name=name), maps=HOUSE)

    (problem,) = refused.value.problems
    assert (problem.table, problem.column, problem.row_numbers) == ("attributes", column, (2,))


def test_a_bad_rating_in_a_folder_is_refused(tmp_path):
    write(portfolio_of(rating("0.02")), tmp_path, "csv")
    file = tmp_path / "attributes.csv"
    file.write_text(file.read_text(encoding="utf-8").replace("0.02", "2"), encoding="utf-8")

    with pytest.raises(InputError, match="external_pd a number above 0 and below 1"):
        read(tmp_path)


@pytest.mark.parametrize(
    "maps", [{"house": {"GOOD": 4.0}}, {"house": {"good": 0.1}}, {"house": 0.1}, {"h": {"A": "1"}}]
)
def test_a_scheme_that_is_none_is_refused(maps):
    with pytest.raises(InputError, match="grade_maps"):
        dataclasses.replace(Seller("me"), grade_maps=maps)


def test_every_shipped_scheme_names_its_source_and_date_and_gets_worse():
    text = resources.files("features").joinpath("grade_maps.toml").read_text(encoding="utf-8")
    for scheme, entry in tomllib.loads(text).items():
        pds = list(shipped_grade_maps()[scheme].values())
        assert entry["source"]
        assert entry["date"].year >= 2024
        assert all(0 < low < high < 1 for low, high in pairwise(pds))
