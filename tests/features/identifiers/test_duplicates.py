"""Buyers that may be one company: what is proposed, with which evidence, and what is not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from features.identifiers.duplicates import MERGE_COLUMNS, candidates, profiles_of
from features.identifiers.merging import decided
from features.portfolio import Portfolio, Seller, from_frames

CODE, OTHER_CODE = "91110000802100433B", "9144030071526726XG"


def portfolio_of(*buyers: dict[str, Any], invoices: dict[str, int] | None = None) -> Portfolio:
    columns = ("name", "country", "registration_scheme", "registration_id")
    rows = [{"buyer_id": str(at), **dict.fromkeys(columns), **one} for at, one in enumerate(buyers)]
    tables = {"buyers": pd.DataFrame(rows).assign(recorded_at="2024-01-01")}
    if invoices:
        ids = [buyer for buyer, count in invoices.items() for _ in range(count)]
        tables["invoices"] = pd.DataFrame(
            {
                "invoice_id": [str(number) for number in range(len(ids))],
                "buyer_id": ids,
                "issued_on": "2024-01-05",
                "due_on": "2024-02-05",
                "amount": "10",
                "currency": "EUR",
            }
        )
    return from_frames(tables, Seller("me"))


def proposed(*buyers: dict[str, Any], **options: Any) -> list[tuple[str, str, str]]:
    rows = candidates(profiles_of(portfolio_of(*buyers, **options)))
    return list(rows[["buyer_id", "into", "how_sure"]].itertuples(index=False, name=None))


def named(name: str, country: str = "CN", number: str | None = None) -> dict[str, Any]:
    return {"name": name, "country": country, "registration_scheme": "USCC", "registration_id": number}


@pytest.mark.parametrize(
    ("first", "second", "how_sure"),
    [
        (named("甲", number=CODE), named("乙", "HK", f" {CODE.lower()}"), "sure"),
        (named("深圳市華強電子有限公司"), named("深圳市华强电子有限公司"), "likely"),
        (named("北京测试（集团）有限公司"), named("北京测试(集团)有限责任公司"), "likely"),
        (named("\uff21cme\u3000Trading Co., Ltd", "GB"), named("ACME TRADING", "GB"), "likely"),
        (named("Acme Trading Ltd", "GB"), named("Acme Trading Limited", "GB"), "likely"),
        (named("Müller Stahl GmbH", "DE"), named("Müller Stahl AG", "DE"), "possible"),
        (named("Hellwig Maschinenbau GmbH", "DE"), named("Helwig Maschinenbau GmbH", "DE"), "possible"),
        (named("Acme Trading Ltd", "GB"), named("ACME Trading", None), "possible"),
        (named("Acme Trading", None), named("ACME TRADING", None), "possible"),
        (named("Müller Stahl GmbH", "DE"), named("Müller Stahl AG", None), "doubtful"),
        (named("Hellwig Maschinenbau GmbH", "DE"), named("Helwig Maschinenbau", None), "doubtful"),
        (named("Hellwig Maschinenbau GmbH", None), named("Helwig Maschinenbau", None), "doubtful"),
    ],
)
def test_evidence_says_how_sure(first: dict[str, Any], second: dict[str, Any], how_sure: str):
    assert proposed(first, second) == [("1", "0", how_sure)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (named("华强", number=CODE), named("华强", number=OTHER_CODE)),
        (named("Acme Trading", "GB"), named("Acme Trading", "IE")),
        (named("Acme Trading", None, CODE), named("Acme Trading", "CN", OTHER_CODE)),
        (named("Supermarket branch 12", None), named("Supermarket branch 13", "GB")),
        (named("北京华丰", None), named("北京华峰", None)),
        (named("Supermarket branch 12", "GB"), named("Supermarket branch 13", "GB")),
        (named("华强", number="91110000802100433C"), named("新力", number="91110000802100433C")),
        (named("北京华丰"), named("北京华峰")),
        (named(""), named("")),
    ],
    ids=[
        "other number",
        "other country",
        "no country, other number",
        "no country, other branch",
        "no country, short",
        "other branch",
        "invalid number",
        "short",
        "no name",
    ],
)
def test_what_is_no_evidence(first: dict[str, Any], second: dict[str, Any]):
    assert proposed(first, second) == []


def test_the_buyer_with_most_invoices_stays_and_accepting_all_makes_no_chain():
    buyers = [named("甲", number=CODE), named("乙贸易", number=CODE), named("乙贸易"), named("乙贸易")]
    portfolio = portfolio_of(*buyers, invoices={"0": 1, "2": 5})
    rows = candidates(profiles_of(portfolio))
    assert set(rows["into"]) == {"2"}
    assert sorted(rows["buyer_id"]) == ["0", "1", "3"]
    assert decided(rows.assign(decision="merge"), portfolio.buyer_ids()) == {"0": "2", "1": "2", "3": "2"}
    of_first = rows.set_index("buyer_id").loc["0"]
    assert (of_first["how_sure"], of_first["evidence_with"]) == ("sure", "1")


def test_a_nameless_link_never_joins_two_proved_companies():
    rows = proposed(named("华强", number=CODE), named("华强"), named("华强", number=OTHER_CODE))
    assert rows == [("1", "0", "likely")]


def test_a_buyer_without_a_country_joins_one_country_only_and_the_evidence_says_so():
    buyers = [named("Acme Trading", "GB"), named("Acme Trading", "IE"), named("Acme Trading", None)]
    rows = candidates(profiles_of(portfolio_of(*buyers, invoices={"1": 2})))
    assert rows[["buyer_id", "into", "how_sure"]].to_numpy().tolist() == [["2", "1", "doubtful"]]
    assert rows["evidence"].tolist() == ["same name, a country is missing, several countries have it"]


def test_close_names_without_a_country_make_no_bridge_between_countries():
    buyers = [named("Hellwig Maschinenbau", "DE"), named("Hellwig Maschinenbauz", "AT")]
    assert proposed(*buyers) == []
    joined = proposed(*buyers, named("Hellwig Maschinenbaux", None))
    assert len(joined) == 1


def test_a_portfolio_without_a_column_of_countries_is_compared_as_well():
    frame = pd.DataFrame({"buyer_id": ["0", "1"], "name": ["Acme Trading Ltd", "Acme Trading Limited"]})
    rows = candidates(profiles_of(from_frames({"buyers": frame}, Seller("me"), observed_from="2024-01-01")))
    assert rows[["buyer_id", "into", "evidence"]].to_numpy().tolist() == [
        ["1", "0", "same name, a country is missing"]
    ]


def test_a_portfolio_without_buyers_proposes_nothing():
    statement = {"buyer_id": ["a"], "period_end": ["2024-12-31"], "currency": ["EUR"], "revenue": [1.0]}
    rows = candidates(profiles_of(from_frames({"statements": pd.DataFrame(statement)}, Seller("me"))))
    assert list(rows.columns) == list(MERGE_COLUMNS)
    assert len(rows) == 0


def test_two_hundred_thousand_buyers_are_compared_with_their_neighbours_only():
    """Comparing all pairs of these would be 20 thousand million; this test ends."""
    letters = np.random.default_rng(5).integers(97, 123, (200_000, 16), dtype=np.uint8)
    names = [row.tobytes().decode() for row in letters]
    ids = [f"B{at:06d}" for at in range(len(names))]
    twins = {
        "close": ("q" + names[3][1:], "DE"),
        "same": (names[7].upper() + " GmbH", "DE"),
        "close alone": ("q" + names[13][1:], None),
        "same alone": (names[17].upper() + " GmbH", None),
    }
    told = pd.DataFrame(
        [(key, *twin) for key, twin in twins.items()], columns=["buyer_id", "name", "country"]
    )
    frame = pd.concat([pd.DataFrame({"buyer_id": ids, "name": names, "country": "DE"}), told])
    frame.loc[frame["buyer_id"].isin(ids[20::5]), "country"] = None
    rows = candidates(profiles_of(from_frames({"buyers": frame}, Seller("me"), observed_from="2024-01-01")))
    assert rows[["buyer_id", "into", "how_sure"]].to_numpy().tolist() == [
        ["same", "B000007", "likely"],
        ["close", "B000003", "possible"],
        ["same alone", "B000017", "possible"],
        ["close alone", "B000013", "doubtful"],
    ]
