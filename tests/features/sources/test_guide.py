"""The examples of the guide to mappings are run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from features.sources.column_rules import ColumnRule, Condition
from features.sources.importing import import_files
from features.sources.mapping import Mapping, parse_mapping
from features.sources.rules import (
    Control,
    PrepareRule,
    Refusal,
    SellerRule,
    SkipRule,
    SourceRule,
    TableRule,
    Tolerance,
    Total,
)

GUIDE = (Path(__file__).parents[3] / "docs" / "guides" / "mapping.md").read_text("utf-8")
FILE, WORKED, *SNIPPETS = re.findall(r"```(?:csv|toml)\n(.*?)```", GUIDE, re.DOTALL)
INVOICES = WORKED[WORKED.index("[[table]]") :]


def test_the_worked_example_imports(tmp_path):
    (tmp_path / "sales.csv").write_text(FILE, encoding="utf-8")
    imported = import_files([tmp_path / "sales.csv"], parse_mapping(WORKED))
    invoices = imported.portfolio.tables["invoices"]
    assert invoices["amount_minor"].tolist() == [123450, 9900]
    assert invoices["due_on"].dt.strftime("%Y-%m-%d").tolist() == ["2026-02-04", "2026-01-20"]
    assert imported.reconciliation.status == "reconciled"


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_every_snippet_is_legal(snippet):
    table = "" if "[[table]]" in snippet else INVOICES
    source = '[[source]]\nname = "open_items"\n' if 'source = "open_items"' in snippet else ""
    assert (
        parse_mapping(f'[seller]\nseller_id = "acme"\n{source}{snippet}\n{table}').seller.seller_id == "acme"
    )


@pytest.mark.parametrize(
    "model",
    [
        Mapping,
        SellerRule,
        SourceRule,
        SkipRule,
        PrepareRule,
        TableRule,
        ColumnRule,
        Condition,
        Refusal,
        Control,
        Tolerance,
        Total,
    ],
)
def test_every_key_is_described(model):
    keys = {field.alias or name for name, field in model.model_fields.items()}
    undescribed = {key for key in keys if not re.search(rf"[`\[ .]{key}[`\]= ,.]", GUIDE)}
    assert undescribed == set()
