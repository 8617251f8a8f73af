"""Reading without a pass over rows gives what the row checks give, and leaves to them whatever is wrong."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.errors import InputError
from features.facts import FactTables
from features.files import read
from features.portfolio import Seller, from_frames
from tests.features.ledgers import RandomLedger

INVOICE = {
    "invoice_id": "1",
    "buyer_id": "B",
    "issued_on": "2026-01-05",
    "due_on": "2026-02-04",
    "amount": "12345.67",
    "currency": "EUR",
}
BOOKED = {
    "allocation_id": "p",
    "invoice_id": "1",
    "settled_on": "2026-02-01",
    "amount": "10",
    "kind": "payment",
}
SELLER = Seller("me", reporting_currency="EUR", timezone="America/St_Johns")
HEAD = '[seller]\nseller_id = "me"\nreporting_currency = "EUR"\ntimezone = "America/St_Johns"\n'
GRADE_MAPS = "[seller.grade_maps.house]\nGOOD = 0.004\nPOOR = 0.09\n"


def read_rows(folder, invoices: list[dict], allocations: list[dict] | None = None, **types: pa.DataType):
    """Write rows as Parquet, some columns in another type, and read them."""
    (folder / "portfolio.toml").write_text(HEAD, encoding="utf-8")
    for name, rows in (("invoices", invoices), ("allocations", allocations)):
        if rows is not None:
            table = pa.Table.from_pandas(pd.DataFrame(rows), preserve_index=False)
            for number, field in enumerate(table.schema):
                if field.name in types:
                    column = table.column(number).cast(types[field.name])
                    table = table.set_column(number, field.name, column)
            pq.write_table(table, folder / f"{name}.parquet")
    return read(folder)


def same_tables(one, other) -> None:
    assert dict(one.knowledge) == dict(other.knowledge)
    assert (one.observed_from, one.observed_until) == (other.observed_from, other.observed_until)
    assert dict(one.repeated) == dict(other.repeated)
    assert list(one.tables) == list(other.tables)
    for name, frame in other.tables.items():
        pd.testing.assert_frame_equal(one.tables[name], frame)


@pytest.mark.parametrize("seed", range(6))
def test_a_random_ledger_is_the_same_by_both_ways(seed, tmp_path):
    ledger = RandomLedger(seed)
    head = HEAD.replace("America/St_Johns", ledger.timezone) + GRADE_MAPS
    (tmp_path / "portfolio.toml").write_text(head, encoding="utf-8")
    for name, frame in ledger.frames.items():
        frame.to_csv(tmp_path / f"{name}.csv", index=False)
    slow = from_frames(ledger.frames, ledger.seller)
    fast = read(tmp_path)
    assert isinstance(fast.tables, FactTables)
    same_tables(fast, slow)


@pytest.mark.parametrize(
    ("invoices", "allocations"),
    [
        ([INVOICE], None),
        ([INVOICE, INVOICE], [BOOKED, BOOKED]),
        ([INVOICE | {"invoice_id": " 1 "}], [BOOKED | {"kind": " payment", "buyer_id": ""}]),
        ([INVOICE], [BOOKED | {"allocation_id": None}, BOOKED | {"allocation_id": None}]),
        ([INVOICE, INVOICE | {"instalment": 2, "amount": "5"}], [BOOKED | {"instalment": 2}]),
        ([INVOICE | {"kind": None, "entity": " x "}, INVOICE | {"invoice_id": "货\u3000"}], [BOOKED]),
        (
            [INVOICE | {"recorded_at": "2026-01-07"}, INVOICE | {"invoice_id": "2", "recorded_at": None}],
            [BOOKED],
        ),
        ([INVOICE | {"currency": "JPY", "amount": "12"}], [BOOKED | {"currency": "JPY"}]),
    ],
)
def test_rows_are_the_same_by_both_ways(invoices, allocations, tmp_path):
    fast = read_rows(tmp_path, invoices, allocations)
    frames = {"invoices": pd.DataFrame(invoices)}
    if allocations is not None:
        frames["allocations"] = pd.DataFrame(allocations)
    assert isinstance(fast.tables, FactTables)
    same_tables(fast, from_frames(frames, SELLER))


@pytest.mark.parametrize(
    "types",
    [
        {"amount": pa.decimal128(38, 10)},
        {"amount": pa.decimal128(9, 2)},
        {"amount": pa.float64()},
        {"issued_on": pa.date32(), "due_on": pa.timestamp("us"), "settled_on": pa.date64()},
        {"buyer_id": pa.dictionary(pa.int8(), pa.string()), "invoice_id": pa.int64()},
    ],
)
def test_other_types_of_files_are_the_same(types, tmp_path):
    fast = read_rows(tmp_path, [INVOICE], [BOOKED], **types)
    frames = {"invoices": pd.DataFrame([INVOICE]), "allocations": pd.DataFrame([BOOKED])}
    assert isinstance(fast.tables, FactTables)
    same_tables(fast, from_frames(frames, SELLER))


@pytest.mark.parametrize(
    ("invoice", "booked", "told"),
    [
        ({"amount": "0.001"}, {}, "more decimals"),
        ({"amount": "-1"}, {}, "a number above 0"),
        ({"due_on": "2026-01-01"}, {}, "an earlier date"),
        ({"due_on": "2201-01-01"}, {}, "between 1900 and 2200"),
        ({"buyer_id": None}, {}, "expected a value"),
        ({"currency": "ZZZ"}, {}, "ISO 4217"),
        ({"kind": "gift"}, {}, "another word"),
        ({"instalment": 0}, {}, "above 0"),
        ({}, {"invoice_id": "2"}, "known invoice"),
        ({}, {"instalment": 2}, "known invoice"),
        ({}, {"successor_id": "9"}, "known invoice"),
        ({}, {"buyer_id": "C"}, "the invoice's buyer_id"),
        ({}, {"currency": "USD"}, "the invoice's currency"),
        ({}, {"invoice_id": None}, "or buyer_id and currency"),
        ({}, {"amount": "0"}, "other than 0"),
        ({}, {"colour": "red"}, "unknown columns"),
    ],
)
def test_what_is_wrong_is_refused_in_the_words_of_the_row_checks(invoice, booked, told, tmp_path):
    types = {"amount": pa.decimal128(22, 4), "settled_on": pa.date32()}
    with pytest.raises(InputError, match=told):
        read_rows(tmp_path, [INVOICE | invoice], [BOOKED | booked], **types)


def test_different_contents_of_one_key_are_refused(tmp_path):
    with pytest.raises(InputError, match="one content for one key"):
        read_rows(tmp_path, [INVOICE, INVOICE | {"amount": "5"}])
