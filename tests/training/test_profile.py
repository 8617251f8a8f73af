from __future__ import annotations

import pandas as pd

from features.portfolio import Seller, from_frames
from training.profile import profile_as_known

INVOICE = {
    "invoice_id": "1", "buyer_id": "a", "issued_on": "2024-01-02", "due_on": "2024-02-01", "amount": "10.00",
    "currency": "EUR",
}  # fmt: skip


def portfolio(buyers: list[dict] | None):
    frames = {"invoices": pd.DataFrame([INVOICE, {**INVOICE, "invoice_id": "2", "buyer_id": "b"}])}
    if buyers is not None:
        frames["buyers"] = pd.DataFrame(buyers)
    seller = Seller("test", reporting_currency="EUR", timezone="UTC")
    return from_frames(frames, seller, observed_from="2020-01-01", observed_until="2026-12-31")


def asked(*rows: tuple[str, str]) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=["buyer_id", "as_of"])
    return frame.assign(as_of=pd.to_datetime(frame["as_of"], format="ISO8601").astype("datetime64[s]"))


def buyer(buyer_id: str, country: str | None, recorded_at: str, withdrawn: bool = False) -> dict:
    return {"buyer_id": buyer_id, "country": country, "recorded_at": recorded_at, "withdrawn": withdrawn}


def known(buyers: list[dict] | None, *rows: tuple[str, str]) -> list[str | None]:
    found = profile_as_known(portfolio(buyers), asked(*rows))["country"]
    return [None if pd.isna(country) else country for country in found]


def test_the_version_that_was_known_counts():
    buyers = [
        buyer("a", "DE", "2021-01-01T00:00:00Z"),
        buyer("a", "FR", "2022-06-01T12:00:00Z"),
        buyer("b", "PL", "2021-01-01T00:00:00Z"),
    ]
    rows = [
        ("a", "2022-06-01T12:00:00"),
        ("b", "2025-01-01"),
        ("a", "2022-06-01T11:59:59"),
        ("a", "2020-05-01"),
    ]
    assert known(buyers, *rows) == ["FR", "PL", "DE", None]


def test_what_was_taken_back_is_not_known():
    buyers = [
        buyer("a", "DE", "2021-01-01T00:00:00Z"),
        buyer("a", "DE", "2022-01-01T00:00:00Z", withdrawn=True),
        buyer("b", None, "2021-01-01T00:00:00Z"),
    ]
    assert known(buyers, ("a", "2021-07-01"), ("a", "2022-07-01"), ("b", "2022-07-01")) == ["DE", None, None]


def test_a_portfolio_without_buyers_knows_no_country():
    assert known(None, ("a", "2022-07-01"), ("b", "2022-07-01")) == [None, None]
