"""Data errors: what a hand or a program enters wrongly, at chosen rates, for checks to find."""

from __future__ import annotations

import numpy as np
import pandas as pd

from features.columns import LINE_ITEMS
from features.sources.simulator.arrow import Rows, concatenated, rows_where
from features.sources.simulator.bookings import DOUBLE, INVOICE
from features.sources.simulator.knobs import Knobs
from features.sources.simulator.window import Flags, Ints

__all__ = ["spoil_allocations", "spoil_invoices", "spoil_statements"]

_DAY = 86400
_TEN_YEARS = 3652
_UNIT = 1000.0
_IMBALANCE = 1.05


def spoil_invoices(rng: np.random.Generator, rows: Rows, knobs: Knobs) -> Rows:
    """Return invoices some of which are entered twice, or due ten years too late."""
    is_invoice = rows["series"] == INVOICE
    wrong_year = _chosen(rng, is_invoice, knobs.error_due_year)
    rows = rows | {"due": rows["due"] + _TEN_YEARS * wrong_year}
    twice = rows_where(rows, _chosen(rng, is_invoice, knobs.error_invoice_twice))
    count = len(twice["number"])
    twice |= {"series": np.full(count, DOUBLE), "number": np.arange(1, count + 1)}
    return concatenated([rows, twice | {"recorded": twice["recorded"] + _DAY}])


def spoil_allocations(rng: np.random.Generator, rows: Rows, issued: Ints, payment: int, knobs: Knobs) -> Rows:
    """Return allocations some of which are dated before the issue of the invoice, or entered twice.

    Parameters
    ----------
    rng : numpy.random.Generator
    rows : Rows
    issued : int64 ndarray
        Day of issue by number of the invoice, less one.
    payment : int
        The kind of payments.
    knobs : Knobs
    """
    is_payment = (rows["kind"] == payment) & (rows["series"] == INVOICE) & (rows["minor"] > 0)
    early = _chosen(rng, is_payment, knobs.error_paid_early)
    day = issued[np.where(early, rows["number"], 1) - 1] - rng.integers(3, 40, len(early))
    rows = rows | {"on": np.where(early, day, rows["on"])}
    twice = rows_where(rows, _chosen(rng, is_payment, knobs.error_paid_twice))
    return concatenated([rows, twice | {"recorded": twice["recorded"] + _DAY}])


def spoil_statements(rng: np.random.Generator, table: pd.DataFrame, knobs: Knobs) -> pd.DataFrame:
    """Return statements some of which are in thousands, or do not balance."""
    figures = [name for name in LINE_ITEMS if name in table and name != "employees"]
    every = np.ones(len(table), bool)
    in_thousands = _chosen(rng, every, knobs.error_unit)
    unbalanced = _chosen(rng, every, knobs.error_identity)
    table = table.copy()
    table.loc[in_thousands, figures] /= _UNIT
    table.loc[unbalanced, "total_liabilities"] *= _IMBALANCE
    return table


def _chosen(rng: np.random.Generator, among: Flags, share: float) -> Flags:
    return np.asarray((rng.random(len(among)) < share) & among)
