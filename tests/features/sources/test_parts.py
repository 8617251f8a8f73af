"""Imports in parts give what an import of the whole gives."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from credence.cli import cli, data_import
from features.errors import InputError, Refused
from features.files import read
from features.growing import GrowingPortfolio
from features.sources.importing import import_files
from features.sources.mapping import load_mapping, parse_mapping
from features.sources.parts import import_in_parts
from tests.features.sources.test_importing import HEAD, INVOICES, PAYMENTS

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "examples"

MASTER = """
[[table]]
name = "buyers"
keep = "first"
columns = { buyer_id = "Customer", name = { from = "Name", optional = true } }
"""


def same(paths, mapping, tmp_path, fmt="parquet", rows=3):
    """Import whole and in parts, compare everything and return the import in parts."""
    whole = import_files(paths, mapping)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    target = tmp_path / "parts"
    parts = import_in_parts(paths, mapping, GrowingPortfolio(target, fmt), scratch, rows=rows)
    found = read(target)
    assert list(found.tables) == list(whole.portfolio.tables)
    for name, frame in whole.portfolio.tables.items():
        key = list(frame.columns)
        pd.testing.assert_frame_equal(
            found.tables[name][key].sort_values(key, ignore_index=True),
            frame.sort_values(key, ignore_index=True),
            check_dtype=False,
        )
    assert dict(parts.row_counts) == whole.row_counts
    for name in ("seller", "observed_from", "observed_until", "knowledge", "sources", "repeated"):
        assert getattr(parts.portfolio, name) == getattr(whole.portfolio, name), name
    whole.rejects.write(tmp_path / "rejects.csv")
    assert (target / "rejects.csv").read_text("utf-8") == (tmp_path / "rejects.csv").read_text("utf-8")
    assert (parts.rejects.rows, parts.rejects.reasons()) == (whole.rejects.rows, whole.rejects.reasons())
    whole.reconciliation.write(tmp_path / "differences.csv")
    differences = (tmp_path / "differences.csv").read_text("utf-8")
    assert (target / "differences.csv").read_text("utf-8") == differences
    assert parts.reconciliation.status == whole.reconciliation.status
    assert parts.reconciliation.compared == whole.reconciliation.compared
    assert (parts.rows_read, parts.left_out) == (whole.rows_read, dict(whole.left_out))
    assert parts.assumed == whole.assumed
    assert (parts.untaken, parts.notes) == (whole.untaken, whole.notes)
    assert parts.failures == whole.failures
    for today in (pd.Timestamp("2020-01-01"), pd.Timestamp("2100-01-01")):
        assert parts.warnings(today.date()) == whole.warnings(today.date())
    return parts


def growing(tmp_path):
    return GrowingPortfolio(tmp_path / "out", "parquet")


def ledger(rows: int, seed: int) -> pd.DataFrame:
    """Rows with every fault: bad days and amounts, numbers given twice, alike rows, broken names."""
    random = np.random.default_rng(seed)
    buyer = random.integers(0, rows // 3, rows)
    frame = pd.DataFrame(
        {
            "No": [f"{one}-{number}" for one, number in zip(buyer, random.integers(0, 6, rows), strict=True)],
            "Customer": [f"C{number}" for number in buyer],
            "Issued": [f"2026-01-{day:02d}" for day in random.integers(1, 34, rows)],
            "Amount": [f"{cents / 100}" for cents in random.integers(-30, 900, rows)],
            "Paid": [f"2026-03-{day:02d}" if day < 25 else "" for day in random.integers(1, 33, rows)],
            "Name": [f"Name {number % 7}" for number in buyer + random.integers(0, 2, rows)],
            "Open": random.choice(["0", "1", "2.5", "x"], rows),
        }
    )
    frame.loc[frame["Customer"] == "C1", "Customer"] = ""
    again = frame.sample(rows // 5, random_state=seed)
    return pd.concat([frame, again], ignore_index=True)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("fmt", ["parquet", "csv"])
def test_parts_give_what_the_whole_gives(tmp_path, seed, fmt):
    ledger(40, seed).to_csv(tmp_path / "a.csv", index=False)
    ledger(30, seed + 100).to_csv(tmp_path / "b.csv", index=False)
    control = (
        '[control]\nopen_amount = "Open"\n[[control.tolerate]]\nreason = "odd"\nmax_share = 0.5\n'
        'when = { from = "Open", equals = "1" }\n'
        '[[control.total]]\nmeasure = "open"\ncurrency = "EUR"\namount = "1.00"\n'
    )
    refuse = '[[refuse]]\nreason = "no"\nwhen = { from = "Name", equals = "Name 3" }\n'
    mapping = parse_mapping(HEAD + MASTER + INVOICES + PAYMENTS + control + refuse)
    parts = same([tmp_path / "a.csv", tmp_path / "b.csv"], mapping, tmp_path, fmt)
    assert parts.rejects.rows
    assert len(parts.known) > 3


@pytest.mark.parametrize("name", ["highradius", "kingdee", "yonyou"])
def test_examples_in_parts(tmp_path, name):
    same(sorted((EXAMPLES / name).iterdir()), load_mapping(name), tmp_path)


def test_payments_of_another_file_and_bounds_of_columns(tmp_path):
    sources = (
        'observed_from = { from = "Issued" }\nobserved_until = { from = "Paid" }\n'
        '[[source]]\nname = "items"\nfiles = "items*"\n[[source]]\nname = "paid"\nfiles = "paid*"\n'
    )
    tables = INVOICES.replace('"invoices"', '"invoices"\nsource = "items"', 1) + PAYMENTS.replace(
        '"allocations"', '"allocations"\nsource = "paid"', 1
    )
    rows = ledger(40, 1)
    rows.drop(columns="Paid").to_csv(tmp_path / "items.csv", index=False)
    rows[["No", "Paid", "Amount"]].sample(35, random_state=2).to_csv(tmp_path / "paid.csv", index=False)
    same([tmp_path / "items.csv", tmp_path / "paid.csv"], parse_mapping(sources + HEAD + tables), tmp_path)


def test_made_ids_and_rows_that_are_no_data(tmp_path):
    source = (
        '[source]\nskip_last_rows = 2\nfill_down = ["Customer"]\nencoding = "utf-16"\ndelimiter = ";"\n'
        '[[source.skip]]\nreason = "sums"\nwhen = { from = "Name", equals = "Name 2" }\n'
    )
    made = INVOICES.replace('"No"', '{ key_of = ["Customer", "Issued"] }')
    ledger(50, 3).to_csv(tmp_path / "a.csv.gz", index=False, sep=";", encoding="utf-16", compression="gzip")
    same([tmp_path / "a.csv.gz"], parse_mapping(HEAD + source + made), tmp_path)


def test_lines_with_too_many_fields_keep_their_numbers(tmp_path):
    lines = ledger(30, 4).to_csv(index=False).splitlines()
    lines[7] += ",more"
    lines.insert(12, "")
    lines[20] = "too,few"
    (tmp_path / "a.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    same([tmp_path / "a.csv"], parse_mapping(HEAD + MASTER + INVOICES + PAYMENTS), tmp_path)


@pytest.mark.parametrize(
    ("content", "mapping"),
    [
        (b"", ""),
        (b"No,Customer,Issued,Amount,Paid\n", ""),
        (b'No,Customer,Issued,Amount,Paid\n1,"A,2026-01-05,1,\n2,B,2026-01-05,1,\n', ""),
        ("No,Customer,Issued,Amount,Paid\n1,客户,2026-01-05,1,\n".encode("gbk"), ""),
        (b"No;Customer;Issued;Amount;Paid\n1;A;2026-01-05;1;\n", ""),
        (b"No,Customer,Issued,Amount\n1,A,2026-01-05,1\n", ""),
        (b"No,Customer,Issued,Amount,Paid\n1,A,2026-01-05,-1,\n", ""),
        (b"\0\1\2", ""),
        (b"No,Customer,Issued,Amount,Paid\n1,A,2026-01-05,1,\n", '[source]\nencoding = "nothing"\n'),
    ],
)
def test_what_is_refused_is_refused_in_the_same_words(tmp_path, content, mapping):
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    rules = parse_mapping(HEAD + mapping + INVOICES + PAYMENTS)
    with pytest.raises((InputError, Refused)) as whole:
        import_files([path], rules)
    (tmp_path / "scratch").mkdir()
    with pytest.raises((InputError, Refused)) as parts:
        import_in_parts([path], rules, growing(tmp_path), tmp_path / "scratch")
    assert str(parts.value) == str(whole.value)


def test_a_broken_archive_is_refused(tmp_path):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"No,Customer\n" * 99)[:40])
    (tmp_path / "scratch").mkdir()
    with pytest.raises(InputError, match="broken or none"):
        import_in_parts([path], parse_mapping(HEAD + INVOICES), growing(tmp_path), tmp_path / "scratch")


def test_a_folder_must_be_new(tmp_path):
    with pytest.raises(FileExistsError):
        GrowingPortfolio(tmp_path, "parquet")


PEAK = """
import sys
from credence.cli import cli
cli.main(sys.argv[1:], standalone_mode=False)
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system does not tell the peak")
def test_the_memory_of_a_large_import_hardly_grows(tmp_path):
    number = np.arange(300_000)
    frame = pd.DataFrame({"No": number, "Customer": number // 100, "Issued": "2026-01-05"})
    frame = frame.assign(
        Amount="120.50", Paid="2026-02-05", Name="Name of the buyer " + frame["No"].astype("str")
    )
    frame.to_csv(tmp_path / "a.csv", index=False)
    (tmp_path / "map.toml").write_text(HEAD + MASTER + INVOICES + PAYMENTS, encoding="utf-8")
    arguments = ["data", "import", "a.csv", "--mapping", "map.toml", "--out", "ledger", "--json"]
    answer = subprocess.run(
        [sys.executable, "-c", PEAK, *arguments],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert sum(1 for _ in (tmp_path / "ledger").iterdir()) == 6
    assert '"invoices": 300000' in answer.stdout
    # Read whole, these rows take more than 550 MB.
    assert int(answer.stdout.split()[-1]) < 500_000


def test_nothing_stays_of_an_import_in_parts_that_fails(tmp_path, monkeypatch):
    monkeypatch.setattr(data_import, "MAX_WHOLE_BYTES", 0)
    (tmp_path / "a.csv").write_text("No,Customer,Issued,Amount,Paid\n1,A,2026-01-05,-1,\n", encoding="utf-8")
    (tmp_path / "map.toml").write_text(HEAD + INVOICES + PAYMENTS, encoding="utf-8")
    before = sorted(tmp_path.iterdir())
    arguments = [
        "data",
        "import",
        str(tmp_path / "a.csv"),
        "--mapping",
        str(tmp_path / "map.toml"),
        "--out",
        str(tmp_path / "ledger"),
    ]
    with pytest.raises(Refused):
        cli.main(arguments, standalone_mode=False)
    assert sorted(tmp_path.iterdir()) == before


def test_an_import_in_parts_replaces_the_portfolio_of_its_seller(tmp_path, monkeypatch):
    monkeypatch.setattr(data_import, "MAX_WHOLE_BYTES", 0)
    (tmp_path / "map.toml").write_text(HEAD + INVOICES + PAYMENTS, encoding="utf-8")
    for row in ("1,A,2026-01-05,1,", "2,A,2026-01-05,1,"):
        (tmp_path / "a.csv").write_text(f"No,Customer,Issued,Amount,Paid\n{row}\n", encoding="utf-8")
        arguments = ["data", "import", str(tmp_path / "a.csv"), "--mapping", str(tmp_path / "map.toml")]
        cli.main([*arguments, "--out", str(tmp_path / "ledger")], standalone_mode=False)
    assert read(tmp_path / "ledger").tables["invoices"]["invoice_id"].tolist() == ["2"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "ledger", "map.toml"]


TWO_FILES = (
    '[[source]]\nname = "items"\nfiles = "items*"\n[[source]]\nname = "master"\nfiles = "master*"\n'
    + INVOICES.replace('"invoices"\n', '"invoices"\nsource = "items"\n')
    + MASTER.replace('"buyers"\n', '"buyers"\nsource = "master"\n')
)


@pytest.fixture
def master(tmp_path):
    path = tmp_path / "master.csv"
    path.write_text("Customer,Name\nB,one\nC,two\n")
    return path


def both_ways(paths, mapping, tmp_path):
    """Yield each way to import once."""
    yield lambda: import_files(paths, mapping)
    (tmp_path / "scratch").mkdir()
    yield lambda: import_in_parts(paths, mapping, growing(tmp_path), tmp_path / "scratch", rows=1)


def test_buyers_beside_items_without_a_readable_date_make_no_books(tmp_path, master):
    items = tmp_path / "items.csv"
    items.write_text("No,Customer,Issued,Amount\n1,B,soon,10\n2,C,later,11\n")
    for way in both_ways([master, items], parse_mapping(HEAD + TWO_FILES), tmp_path):
        with pytest.raises(Refused, match=r"no row with a date can be loaded; 2 rows: invoices\.issued_on: "):
            way()


def test_buyers_alone_make_no_books(tmp_path, master):
    for way in both_ways([master], parse_mapping(HEAD + MASTER), tmp_path):
        with pytest.raises(InputError, match=r"a date in some table; found none; .* set observed_from"):
            way()


def test_a_part_of_buyers_alone_takes_its_start_from_another(tmp_path, master):
    items = tmp_path / "items.csv"
    items.write_text("No,Customer,Issued,Amount\n1,B,soon,10\n2,C,2026-01-05,11\n")
    found = same([master, items], parse_mapping(HEAD + TWO_FILES), tmp_path, rows=1)
    assert str(found.portfolio.observed_from) == "2026-01-04 23:00:00"
