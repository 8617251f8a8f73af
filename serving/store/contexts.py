"""Figures across buyers by month end: made once, never changed."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
from sqlalchemy import Connection, insert, select

from features.engine.context import CONTEXT, GROUPS, Context
from serving.store.schema import contexts

__all__ = ["read_context", "write_context"]

_KIND = "<f8"


def read_context(connection: Connection) -> Context:
    """Return the figures of every month end that is kept."""
    rows = connection.execute(select(contexts).order_by(contexts.c.month_end)).all()
    ends = [int(row.month_end.timestamp()) for row in rows]
    values = [np.frombuffer(row.body, _KIND).reshape(GROUPS, len(CONTEXT)) for row in rows]
    empty = np.empty((0, GROUPS, len(CONTEXT)))
    return Context(np.array(ends, np.int64), np.array(values, np.float64) if rows else empty)


def write_context(connection: Connection, context: Context) -> int:
    """Keep the figures of month ends that are not kept yet and return how many these are."""
    kept = set(connection.scalars(select(contexts.c.month_end)))
    rows = [
        {"month_end": instant, "body": values.astype(_KIND).tobytes()}
        for second, values in zip(context.month_end.tolist(), context.values, strict=True)
        if (instant := datetime.fromtimestamp(second, UTC)) not in kept
    ]
    if rows:
        connection.execute(insert(contexts), rows)
    return len(rows)
