"""Portfolios as folders: what is written is read again, what is broken is refused."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features.codes import decimals_of
from features.errors import InputError
from features.files import read, write
from features.money import text_from_minor
from features.portfolio import Portfolio, Seller, from_frames
from tests.features.ledgers import RandomLedger

TEXTS = st.one_of(
    st.none(), st.text("中文货款abc,;\"'\n 0", min_size=1, max_size=8).map(str.strip).filter(bool)
)
MINOR = st.integers(1, 10**14)


@st.composite
def portfolios(draw) -> Portfolio:
    currencies = draw(st.lists(st.sampled_from(["EUR", "JPY", "KWD", "CLF", "XXX"]), min_size=1, max_size=4))
    rows = [
        {
            "invoice_id": f"{number}",
            "buyer_id": draw(TEXTS.filter(bool)),
            "issued_on": "2026-01-05",
            "due_on": draw(st.dates(pd.Timestamp("2026-01-05").date(), pd.Timestamp("2200-12-31").date())),
            "amount": _text(draw(MINOR), currency),
            "currency": currency,
            "entity": draw(TEXTS),
        }
        for number, currency in enumerate(currencies)
    ]
    booked = [
        {
            "invoice_id": row["invoice_id"],
            "settled_on": "2026-02-01",
            "amount": _text(draw(st.sampled_from([-1, 1])) * draw(MINOR), row["currency"]),
            "kind": "payment",
            "receipt_id": draw(TEXTS),
        }
        for row in rows
    ]
    disputes = [
        {"invoice_id": "0", "raised_on": "2026-03-01", "resolved_on": None, "amount": draw(_maybe(rows[0]))}
    ]
    figures = st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False, width=64))
    statements = [
        {
            "buyer_id": "B",
            "period_end": "2025-12-31",
            "currency": "EUR",
            "cash": draw(figures),
            "audited": draw(FLAGS),
        }
    ]
    tables = {"invoices": rows, "allocations": booked, "disputes": disputes, "statements": statements}
    seller = Seller("卖家", "名", reporting_currency="EUR", timezone="Asia/Shanghai", equity=1.5)
    return from_frames(
        {name: pd.DataFrame(each) for name, each in tables.items()}, seller, sources={"源.csv": "ab"}
    )


FLAGS = st.sampled_from([None, "true", "false"])


def _maybe(row: dict) -> st.SearchStrategy[str | None]:
    return st.one_of(st.none(), MINOR.map(lambda minor: _text(minor, row["currency"])))


def _text(minor: int, currency: str) -> str:
    return str(text_from_minor([minor], [decimals_of(currency)])[0])


def assert_same(one: Portfolio, other: Portfolio) -> None:
    assert one.seller == other.seller
    assert (one.observed_from, one.observed_until) == (other.observed_from, other.observed_until)
    assert (one.knowledge, one.sources) == (other.knowledge, other.sources)
    assert list(one.tables) == list(other.tables)
    for name, frame in one.tables.items():
        pd.testing.assert_frame_equal(frame, other.tables[name])


@pytest.mark.parametrize("fmt", ["parquet", "csv"])
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(portfolio=portfolios())
def test_what_is_written_is_read_again(tmp_path: Path, fmt, portfolio):
    folder = tmp_path / "again"
    shutil.rmtree(folder, ignore_errors=True)
    write(portfolio, folder, fmt)
    assert_same(portfolio, read(folder))


@pytest.mark.parametrize("fmt", ["parquet", "csv"])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_whole_ledger_is_read_again_with_its_versions(tmp_path, fmt, seed):
    portfolio = dataclasses.replace(RandomLedger(seed).portfolio(), sources={"ledger.csv": "ab"})
    write(portfolio, tmp_path, fmt)
    assert_same(portfolio, read(tmp_path))


def test_a_folder_read_twice_gives_the_same(tmp_path):
    folder(
        tmp_path,
        allocations="invoice_id,settled_on,amount,kind\n1,2026-02-01,5,payment\n1,2026-02-01,5,payment\n",
    )
    once, again = read(tmp_path), read(tmp_path)
    assert_same(once, again)
    assert once.table("allocations")["allocation_id"].is_unique


HEAD = '[seller]\nseller_id = "me"\n'
INVOICES = "invoice_id,buyer_id,issued_on,due_on,amount,currency\n1,买家,2026-01-05,2026-02-04,12.50,EUR\n"


def folder(path: Path, head: str = HEAD, **tables: str) -> Path:
    (path / "portfolio.toml").write_text(head, encoding="utf-8")
    for name, text in {"invoices": INVOICES, **tables}.items():
        (path / f"{name}.csv").write_text(text, encoding="utf-8")
    return path


def test_a_folder_of_plain_csv_is_a_portfolio(tmp_path):
    portfolio = read(folder(tmp_path))
    assert portfolio.table("invoices")["buyer_id"].tolist() == ["买家"]
    assert list(portfolio.sources) == ["invoices.csv"]


def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path):
    folder(tmp_path)
    (tmp_path / "invoices.csv").write_text(INVOICES, encoding="utf-8-sig")
    assert len(read(tmp_path).table("invoices")) == 1


@pytest.mark.parametrize("encoding", ["gbk", "utf-16"])
def test_another_encoding_is_refused(tmp_path, encoding):
    folder(tmp_path)
    (tmp_path / "invoices.csv").write_text(INVOICES, encoding=encoding)
    with pytest.raises(InputError, match="table 'invoices': expected a readable UTF-8 csv file"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "expected a readable UTF-8 csv file"),
        (INVOICES.split("\n")[0] + "\n", "found no rows"),
        (INVOICES + '2,"x,2026-01-05\n', "expected a readable UTF-8 csv file"),
        (INVOICES.replace("due_on", "due"), r"expected columns \['due_on'\]"),
    ],
)
def test_an_empty_or_broken_file_is_refused(tmp_path, text, told):
    with pytest.raises(InputError, match=told):
        read(folder(tmp_path, invoices=text))


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ("[seller]\nname = 'x'\n", "seller_id"),
        (HEAD + "colour = 'red'\n", r"unknown \['colour'\]"),
        ("observd_from = 2026-01-01\n" + HEAD, r"unknown \['observd_from'\]"),
        ("observed_from = 'today'\n" + HEAD, "expected a date like 2026-01-31"),
        ("[seller\n", "expected a TOML file"),
    ],
)
def test_a_wrong_portfolio_toml_is_refused(tmp_path, head, told):
    with pytest.raises(InputError, match=told):
        read(folder(tmp_path, head))


def test_a_folder_without_portfolio_toml_is_refused_with_the_next_step(tmp_path):
    with pytest.raises(InputError, match="credence data import"):
        read(tmp_path)


def test_one_table_in_two_files_is_refused(tmp_path):
    write(read(folder(tmp_path)), tmp_path, "parquet")
    with pytest.raises(InputError, match="one file for table 'invoices'"):
        read(tmp_path)


def test_a_file_that_is_no_parquet_is_refused(tmp_path):
    folder(tmp_path)
    (tmp_path / "events.parquet").write_bytes(b"no parquet")
    with pytest.raises(InputError, match="expected a readable"):
        read(tmp_path)


def test_periods_may_be_given_as_days_or_instants(tmp_path):
    head = (
        "observed_from = 2026-01-01\nobserved_until = 2026-03-31T22:00:00Z\n"
        + HEAD
        + 'timezone = "Europe/Berlin"\n'
    )
    portfolio = read(folder(tmp_path, head))
    assert str(portfolio.observed_from) == "2025-12-31 23:00:00"
    assert str(portfolio.observed_until) == "2026-03-31 22:00:00"
