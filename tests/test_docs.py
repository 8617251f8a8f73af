"""The pages that are made from the code say what the code says."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

_ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(
    ("script", "page"),
    [
        ("describe_tables", "tables.md"),
        ("describe_features", "features.md"),
        ("describe_reasons", "reasons.md"),
        ("describe_checks", "guides/checking.md"),
        ("describe_simulator", "guides/simulator.md"),
        ("describe_example", "guides/worked-example.md"),
    ],
)
def test_page_is_up_to_date(script: str, page: str) -> None:
    # given the script that writes the page
    made = runpy.run_path(str(_ROOT / "scripts" / f"{script}.py"))["text"]()
    # then the page is what it writes
    assert (_ROOT / "docs" / page).read_text(encoding="utf-8") == made, "run `make docs`"
