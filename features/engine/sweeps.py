"""All sweeps over a ledger behind one compiled call."""

from __future__ import annotations

from features.engine.arrears import ARREARS, arrears
from features.engine.balances import BALANCES, balances
from features.engine.disputes import DISPUTES, disputes
from features.engine.dues import DUES, dues
from features.engine.events import EVENTS, events
from features.engine.flows import FLOWS, flows
from features.engine.kernel import outermost
from features.engine.limits import LIMITS, limits
from features.engine.rhythm import RHYTHM, rhythm
from features.engine.usual import USUAL, usual

__all__ = ["OF_ITEMS", "SWEPT", "sweep"]

OF_ITEMS: tuple[tuple[str, ...], ...] = (FLOWS, DUES, USUAL, RHYTHM, BALANCES, ARREARS, DISPUTES)
"""Columns of the sweeps over items, of which all is missing for a buyer without any."""

SWEPT: tuple[tuple[str, ...], ...] = (*OF_ITEMS, EVENTS, LIMITS)
"""Columns of every sweep, in the order of `sweep`."""


@outermost
def sweep(ledger, moments, places, table):  # type: ignore[no-untyped-def]
    """Fill the columns of sweeps.

    Parameters
    ----------
    ledger : Ledger
    moments : Moments
        n moments, sorted by buyer and as_of.
    places : int64 ndarray, shape (len(SWEPT), 2)
        First row of each sweep's columns in the table, and the row after them; both 0: not asked for.
    table : float64 ndarray, shape (columns, n), C order

    Notes
    -----
    To hand over a ledger's arrays costs Python several microseconds, which one buyer's call should pay once.
    """
    if places[0, 1]:
        flows(ledger, moments, table[places[0, 0] : places[0, 1]])
    if places[1, 1]:
        dues(ledger, moments, table[places[1, 0] : places[1, 1]])
    if places[2, 1]:
        usual(ledger, moments, table[places[2, 0] : places[2, 1]])
    if places[3, 1]:
        rhythm(ledger, moments, table[places[3, 0] : places[3, 1]])
    if places[4, 1]:
        balances(ledger, moments, table[places[4, 0] : places[4, 1]])
    if places[5, 1]:
        arrears(ledger, moments, table[places[5, 0] : places[5, 1]])
    if places[6, 1]:
        disputes(ledger, moments, table[places[6, 0] : places[6, 1]])
    if places[7, 1]:
        events(ledger, moments, table[places[7, 0] : places[7, 1]])
    if places[8, 1]:
        limits(ledger, moments, table[places[8, 0] : places[8, 1]])
