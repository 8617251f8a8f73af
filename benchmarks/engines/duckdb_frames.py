"""The shared features in DuckDB: running sums over one pass of events, read at the start of each RANGE frame.

Thirty sums over five RANGE frames cost about three times as much: each frame builds its own aggregates.
"""

from __future__ import annotations

__all__ = ["columns", "compute", "load"]

from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np

from benchmarks.shared import FEATURES, WINDOWS

_THREADS = 2
_SUMS = ("invoices", "invoiced", "payments", "settled", "weighted", "late")
_SHORT = {window: days for window, days in WINDOWS.items() if days is not None}

# Reason: whole cents below 2^53 are exact as DOUBLE; sums of BIGINT would be 128 bits wide.
_LOAD = """
CREATE TEMP TABLE invoices AS
    SELECT file_row_number::INTEGER AS row, invoice_id, buyer_id, issued_on - DATE '1970-01-01' AS issued,
        due_on - DATE '1970-01-01' AS due, (amount * 100)::BIGINT::DOUBLE AS cents
    FROM read_parquet('{folder}/invoices.parquet', file_row_number = true);

CREATE TEMP TABLE buyers AS
    SELECT buyer_id, row_number() OVER ()::INTEGER AS buyer FROM (SELECT DISTINCT buyer_id FROM invoices);

CREATE TEMP TABLE subjects AS
    SELECT row, invoice_id, buyer, issued, due, cents FROM invoices JOIN buyers USING (buyer_id);

CREATE TEMP TABLE payments AS
    SELECT row, buyer, settled, settled - due AS days_late, paid.cents
    FROM (
        SELECT invoice_id, settled_on - DATE '1970-01-01' AS settled, (amount * 100)::BIGINT::DOUBLE AS cents
        FROM read_parquet('{folder}/allocations.parquet')
    ) AS paid JOIN subjects USING (invoice_id)
"""

_EVENTS = """
CREATE OR REPLACE TEMP TABLE events AS
    SELECT buyer, issued AS day, row, 1::DOUBLE AS invoices, cents AS invoiced, 0::DOUBLE AS payments,
        0::DOUBLE AS settled, 0::DOUBLE AS weighted, 0::DOUBLE AS late
    FROM subjects
    UNION ALL
    SELECT buyer, settled, NULL, 0, 0, 1, cents, cents * days_late, if(days_late > 0, cents, 0) FROM payments
"""

# Reason: an item paid twice in a window is one item. A payment, with the payment before it, counts too much
# from its day on, and in a window of w days until the day before that of the earlier one plus w.
_REPEATS = """
CREATE OR REPLACE TEMP TABLE repeats AS
    WITH again AS (
        SELECT buyer, settled, lag(settled) OVER (PARTITION BY row ORDER BY settled) AS before FROM payments
        WHERE row IN (SELECT row FROM payments GROUP BY row HAVING count(*) > 1)
        QUALIFY before IS NOT NULL
    ), steps AS ({steps})
    SELECT DISTINCT buyer, day, {sums} FROM steps
    WINDOW until_day AS (PARTITION BY buyer ORDER BY day RANGE UNBOUNDED PRECEDING)
"""

# Reason: one array a frame instead of six values reads each frame's start once.
_FEATURES = """
CREATE OR REPLACE TEMP TABLE result AS
    WITH running AS (
        SELECT row, buyer, day, invoiced AS cents, [{sums}]::DOUBLE[6] AS now FROM events
        WINDOW until_day AS (PARTITION BY buyer ORDER BY day RANGE UNBOUNDED PRECEDING)
    ), framed AS (
        SELECT row, buyer, day, cents, now, {starts} FROM running WINDOW {frames}
    ), inside AS (
        SELECT row, buyer, day, cents, {differences} FROM framed WHERE row IS NOT NULL
    )
    SELECT row, {features} FROM inside ASOF LEFT JOIN repeats
    ON inside.buyer = repeats.buyer AND inside.day >= repeats.day
"""


def load(folder: Path) -> duckdb.DuckDBPyConnection:
    """Read both files and join payments to their invoices, into tables of an in-memory database."""
    connection = duckdb.connect(config={"threads": _THREADS, "preserve_insertion_order": False})
    connection.execute(_LOAD.format(folder=folder))
    return connection


def compute(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Fill table ``result``: ``row`` (of the invoices file) and the thirty features."""
    connection.execute(_EVENTS)
    connection.execute(_REPEATS.format(steps=" UNION ALL ".join(_repeat_steps()), sums=_repeat_sums()))
    connection.execute(_feature_query())
    return connection


def columns(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, np.ndarray]]:
    """Yield each feature in the order of the invoices file; NaN is missing."""
    for name in FEATURES:
        # Reason: the names are ours.
        found = connection.execute(f"SELECT row, coalesce({name}, 'nan') AS value FROM result").fetchnumpy()  # noqa: S608
        values = np.empty(len(found["row"]))
        values[found["row"]] = found["value"]
        yield name, values


def _repeat_steps() -> Iterator[str]:
    for window, days in WINDOWS.items():
        flags = ", ".join(f"{int(other == window)} AS in_{other}" for other in WINDOWS)
        back = ", ".join(f"{-int(other == window)}" for other in WINDOWS)
        if days is None:
            yield f"SELECT buyer, settled AS day, {flags} FROM again"  # noqa: S608
        else:
            short = f"FROM again WHERE settled < before + {days}"
            yield f"SELECT buyer, settled AS day, {flags} {short}"
            yield f"SELECT buyer, before + {days}, {back} {short}"


def _repeat_sums() -> str:
    return ", ".join(f"sum(in_{window}) OVER until_day AS repeats_{window}" for window in WINDOWS)


def _feature_query() -> str:
    frame = "(PARTITION BY buyer ORDER BY day RANGE BETWEEN UNBOUNDED PRECEDING AND {} PRECEDING)"
    return _FEATURES.format(
        sums=", ".join(f"sum({name}) OVER until_day" for name in _SUMS),
        starts=", ".join(f"last_value(now) OVER before_{window} AS start_{window}" for window in _SHORT),
        frames=", ".join(f"before_{window} AS {frame.format(days)}" for window, days in _SHORT.items()),
        differences=", ".join(_differences()),
        features=", ".join(_features()),
    )


def _differences() -> Iterator[str]:
    for window, days in WINDOWS.items():
        for place, name in enumerate(_SUMS, start=1):
            start = "0" if days is None else f"coalesce(start_{window}[{place}], 0)"
            yield f"now[{place}] - {start} AS {name}_{window}"


def _features() -> Iterator[str]:
    for window in WINDOWS:
        settled = f"settled_{window}"
        yield f"if(invoices_all > 1, invoices_{window} - 1, NULL) AS count_invoices_{window}"
        yield f"if(invoices_all > 1, (invoiced_{window} - cents) / 100, NULL) AS invoiced_amount_{window}"
        yield f"if(invoices_all > 1, {settled} / 100, NULL) AS settled_amount_{window}"
        count = f"payments_{window} - coalesce(repeats_{window}, 0)"
        yield f"if(invoices_all > 1, {count}, NULL)::DOUBLE AS count_settled_{window}"
        yield f"if({settled} > 0, weighted_{window} / {settled}, NULL) AS mean_days_late_settled_{window}"
        yield f"if({settled} > 0, late_{window} / {settled}, NULL) AS share_late_settled_amount_{window}"
