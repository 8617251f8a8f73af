"""A ledger written the way each system writes it comes back as the same ledger, to the cent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from features.openings import latest
from features.sources.importing import Imported, import_files
from features.sources.mapping import load_mapping
from tests.features.sources import ledgers as make
from tests.features.sources.ledgers import Sale

RANDOM = settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    # Reason: an import takes half a second, and a ledger of a few sales needs no smaller one.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)


def load(folder: Path, mapping: str, files: dict[str, bytes]) -> Imported:
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return import_files([folder / name for name in files], load_mapping(mapping))


def items_of(imported: Imported) -> set[Any]:
    rows = latest(imported.portfolio, "invoices")
    days = zip(rows["issued_on"].dt.date, rows["due_on"].dt.date, strict=True)
    return {
        (row.invoice_id, row.buyer_id, *day, row.amount_minor, row.kind)
        for row, day in zip(rows.itertuples(), days, strict=True)
    }


def settled_of(imported: Imported) -> set[Any]:
    if "allocations" not in imported.portfolio.tables:
        return set()
    rows = latest(imported.portfolio, "allocations")
    rows = rows[rows["invoice_id"].notna()]
    days = rows["settled_on"].dt.date
    return {
        (row.invoice_id, day, row.amount_minor, row.kind)
        for row, day in zip(rows.itertuples(), days, strict=True)
    }


def check(imported: Imported, expected: tuple[set[Any], set[Any]], status: str = "reconciled") -> None:
    assert imported.rejects.rows == 0
    assert items_of(imported) == expected[0]
    assert settled_of(imported) == expected[1]
    assert imported.reconciliation.status == status


@RANDOM
@given(sales=make.ledgers(), encoding=st.sampled_from(["utf-8", "gbk", "utf-16", "utf-16-le"]))
def test_fbl5n(tmp_path, sales, encoding):
    imported = load(tmp_path, "sap_fbl5n", {"fbl5n.txt": make.fbl5n(sales, encoding)})
    items, settled, balances = make.sap_expected(sales)
    check(imported, (items, settled))
    stated = imported.portfolio.tables["balances"]
    assert dict(zip(stated["buyer_id"], stated["amount_minor"], strict=True)) == balances


@RANDOM
@given(sales=make.ledgers())
def test_sap_tables(tmp_path, sales):
    lines = make.sap_lines(sales)
    files = {
        "bsid.txt": [line for line in lines if not line["AUGBL"]],
        "bsad.txt": [line for line in lines if line["AUGBL"]],
    }
    imported = load(
        tmp_path, "sap_tables", {name: make.sap_table(rows) for name, rows in files.items() if rows}
    )
    # Reason: BSID states something only beside BSAD; alone each would be compared with itself.
    status = "reconciled" if all(files.values()) else "not reconciled: no control figure"
    check(imported, make.sap_expected(sales)[:2], status)


@RANDOM
@given(sales=make.ledgers(make.ODOO_STATES))
def test_odoo(tmp_path, sales: list[Sale]):
    if all(sale.state == "open" for sale in sales):
        return
    lines, matches = make.odoo(sales)
    files = {"account.move.line.csv": lines, "account.partial.reconcile.csv": matches}
    check(load(tmp_path, "odoo", files), make.odoo_expected(sales))


@RANDOM
@given(
    sales=make.ledgers(make.CHINESE_STATES, "CNY"),
    system=st.sampled_from(["kingdee", "yonyou"]),
    style=st.sampled_from(["gbk", "gbk wide", "utf-8-sig", "utf-16", "utf-8 wide"]),
)
def test_kingdee_and_yonyou(tmp_path, sales, system, style):
    if all(sale.state == "open" for sale in sales):
        return
    headers = {"kingdee": make.KINGDEE, "yonyou": make.YONYOU}[system]
    owed, closed = make.chinese(sales, headers, style)
    imported = load(tmp_path, system, {"应收单列表.csv": owed, "核销明细.csv": closed})
    check(imported, make.chinese_expected(sales))


@RANDOM
@given(sales=make.ledgers(("open", "paid"), "USD"), again=st.booleans())
def test_highradius(tmp_path, sales, again):
    content = make.highradius(sales)
    if again:
        content += content.split(b"\n", 1)[1]
    imported = load(tmp_path, "highradius", {"dataset.csv": content})
    check(imported, make.highradius_expected(sales))
    assert imported.portfolio.repeated.get("invoices", 0) == (len(sales) if again else 0)


@pytest.mark.parametrize("mapping", ["sap_fbl5n", "odoo", "kingdee", "highradius"])
def test_one_file_given_twice_changes_nothing(tmp_path, mapping):
    sales = [
        Sale(1, 1, make.START, 30, 1000, "paid", make.START, 1),
        Sale(2, 1, make.START, 30, 500, "paid", make.START, 1),
    ]
    files = {
        "sap_fbl5n": {"a.txt": make.fbl5n(sales)},
        "odoo": dict(zip(("a.move.line.csv", "a.partial.reconcile.csv"), make.odoo(sales), strict=True)),
        "kingdee": dict(zip(("应收.csv", "核销.csv"), make.chinese(sales, make.KINGDEE, "gbk"), strict=True)),
        "highradius": {"a.csv": make.highradius(sales)},
    }[mapping]
    once = load(tmp_path, mapping, files)
    twice = import_files([tmp_path / name for name in [*files, *files]], load_mapping(mapping))
    assert items_of(once) == items_of(twice)
    assert settled_of(once) == settled_of(twice)
    assert len(latest(once.portfolio, "allocations")) == len(latest(twice.portfolio, "allocations"))
