"""What the books say of a buyer itself, as known at a moment."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from features.build import build
from features.engine.profile import PROFILE, section_of_buyer
from features.pack import pack
from features.portfolio import Portfolio, Seller, from_frames

KNOWN = "2024-01-10T00:00:00Z"


def portfolio_of(*rows: dict, country: str = "DE") -> Portfolio:
    buyers = pd.DataFrame([{"buyer_id": "A", "recorded_at": KNOWN} | row for row in rows])
    seller = Seller("me", reporting_currency="EUR", country=country)
    return from_frames({"buyers": buyers}, seller, observed_until="2026-12-31")


def profile(
    *rows: dict, buyer: str = "A", as_of: str = "2025-06-30 12:00:00", country: str = "DE"
) -> pd.Series:
    subjects = pd.DataFrame({"buyer_id": [buyer], "as_of": pd.to_datetime([as_of])})
    return build(portfolio_of(*rows, country=country), subjects)[list(PROFILE)].iloc[0]


def test_age_is_told_in_years_of_the_calendar():
    assert profile({"founded_on": "2021-06-30"})["company_age_years"] == pytest.approx(1461 / 365.25)
    assert profile({"founded_on": "2025-06-30"})["company_age_years"] == 0
    assert pd.isna(profile({"founded_on": "2025-07-01"})["company_age_years"])
    assert pd.isna(profile({"name": "x"})["company_age_years"])


def test_flags_are_told():
    values = profile({"natural_person": "true", "public_body": "false"})
    assert values[["natural_person", "public_body"]].tolist() == [1, 0]


@pytest.mark.parametrize(
    ("buyer", "seller", "is_foreign"),
    [("DE", "DE", 0), ("CN", "DE", 1), (None, "DE", None), ("CN", "", None)],
)
def test_foreign_is_a_buyer_of_another_country(buyer, seller, is_foreign):
    found = profile({"country": buyer, "name": "x"}, country=seller)["is_foreign"]
    assert pd.isna(found) if is_foreign is None else found == is_foreign


def test_industry_and_size_are_positions_in_their_order():
    values = profile({"industry": "C28", "industry_scheme": "NACE", "size_class": "Small"})
    assert values[["industry_section", "size_class"]].tolist() == [2, 2]
    unknown = profile({"industry": "C28", "size_class": "gigantic"})
    assert unknown[["industry_section", "size_class"]].isna().all()


def test_a_later_version_counts_from_its_recording_on():
    rows = [{"size_class": "micro"}, {"size_class": "large", "recorded_at": "2025-03-01T08:00:00Z"}]
    assert profile(*rows, as_of="2025-03-01 07:59:59")["size_class"] == 1
    assert profile(*rows, as_of="2025-03-01 08:00:00")["size_class"] == 4


def test_nothing_is_known_before_the_first_version_or_after_a_withdrawal():
    gone = {"recorded_at": "2025-03-01T08:00:00Z", "withdrawn": "true"}
    first = {"size_class": "micro", "withdrawn": "false"}
    assert profile(first, as_of="2024-01-09 23:59:59").isna().all()
    assert profile(first, gone).isna().all()
    assert profile(first, buyer="nobody").isna().all()


def test_a_group_has_the_members_known_at_the_moment():
    rows = [
        {"group_id": "g"},
        {"buyer_id": "B", "group_id": "g", "recorded_at": "2025-01-01T00:00:00Z"},
        {"buyer_id": "B", "group_id": "h", "recorded_at": "2025-02-01T00:00:00Z"},
        {"buyer_id": "C"},
    ]
    moments = ["2024-12-31 23:59:59", "2025-01-01 00:00:00", "2025-02-01 00:00:00"]
    assert [profile(*rows, as_of=moment)["group_size"] for moment in moments] == [1, 2, 1]
    assert pd.isna(profile(*rows, buyer="C")["group_size"])


def test_every_buyers_section_is_told_at_once():
    rows = [
        {"industry": "C28", "industry_scheme": "NACE"},
        {"buyer_id": "B", "industry": "G", "industry_scheme": "ISIC", "recorded_at": "2025-01-01T00:00:00Z"},
        {"buyer_id": "C"},
    ]
    profiles = pack(portfolio_of(*rows)).profiles
    moment = int(pd.Timestamp("2024-12-31").timestamp())
    np.testing.assert_array_equal(section_of_buyer(profiles, moment), [2, -1, -1])
    np.testing.assert_array_equal(section_of_buyer(profiles, moment + 86_400), [2, 6, -1])
