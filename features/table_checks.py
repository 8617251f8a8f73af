"""All tables of a portfolio checked together, with the rows that are wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from features.checks import Checked, Finding, check_table
from features.columns import TABLES
from features.errors import InputError, Problem
from features.grades import check_ratings
from features.knowledge import fill_knowledge, find_contradictions, has_dates, observed_end, observed_start
from features.links import check_links, item_currencies
from features.seller import Seller

__all__ = ["CheckedTables", "check_tables"]


@dataclass(frozen=True)
class CheckedTables:
    """Tables after all checks, with the rows that are wrong.

    Parameters
    ----------
    tables : mapping of str to Checked
        Typed rows, aligned with the raw ones, with knowledge times filled.
    observed_from, observed_until : Timestamp
    has_start : bool
        Whether `observed_from` was named or follows from a date of some row.
    """

    tables: Mapping[str, Checked]
    observed_from: pd.Timestamp
    observed_until: pd.Timestamp
    has_start: bool = True

    @property
    def findings(self) -> list[Finding]:
        """Every finding of every table."""
        return [finding for checked in self.tables.values() for finding in checked.findings]


def check_tables(
    raw: Mapping[str, pd.DataFrame],
    seller: Seller,
    *,
    observed_from: str | pd.Timestamp | None = None,
    observed_until: str | pd.Timestamp | None = None,
    rounds: bool = False,
) -> CheckedTables:
    """Check all tables and fill what a row does not say; findings tell which rows are wrong.

    Parameters
    ----------
    raw, seller, observed_from, observed_until :
        As in `from_frames`.
    rounds : bool
        Round amounts that have more decimals than their currency.

    Raises
    ------
    InputError
        Where whole columns or tables are wrong, so that no row can be judged.
    """
    _check_names(raw)
    checked: dict[str, Checked] = {}
    for name in (name for name in TABLES if name in raw):
        currencies = item_currencies(TABLES[name], raw[name], checked.get("invoices"))
        checked[name] = check_table(
            TABLES[name], raw[name], timezone=seller.timezone, currencies=currencies, rounds=rounds
        )
    if "attributes" in checked:
        check_ratings(checked["attributes"], seller.grade_maps)
    start = observed_start(checked, observed_from, seller)
    for table in checked.values():
        fill_knowledge(table, start, seller.timezone)
        find_contradictions(table)
    check_links(checked)
    has_start = observed_from is not None or has_dates(checked)
    return CheckedTables(checked, start, observed_end(checked, observed_until, seller), has_start)


def _check_names(raw: Mapping[str, pd.DataFrame]) -> None:
    unknown = [name for name in raw if name not in TABLES]
    if unknown:
        raise InputError.of(f"tables among {list(TABLES)}", f"{unknown}", "rename or remove them")
    if not any(len(frame) for frame in raw.values()):
        raise InputError(
            Problem("invoices, or statements and events", "no rows", "check that the export is not empty")
        )
