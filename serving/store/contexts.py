"""Figures across buyers by month end: made once, never changed."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection, insert, select

from features.context_files import context_from_bytes, context_to_bytes, contexts_in_a_row
from features.engine.context import Context
from serving.store.schema import contexts

__all__ = ["read_context", "write_context"]


def read_context(connection: Connection) -> Context:
    """Return the figures of every month end that is kept.

    Raises
    ------
    InputError
        Where those of one are damaged.
    """
    bodies = connection.scalars(select(contexts.c.body))
    return contexts_in_a_row([context_from_bytes(bytes(body)) for body in bodies])


def write_context(connection: Connection, context: Context) -> int:
    """Keep the figures of month ends that are not kept yet and return how many these are."""
    kept = set(connection.scalars(select(contexts.c.month_end)))
    rows = [
        {"month_end": instant, "body": context_to_bytes(_of_month(context, place))}
        for place, second in enumerate(context.month_end.tolist())
        if (instant := datetime.fromtimestamp(second, UTC)) not in kept
    ]
    if rows:
        connection.execute(insert(contexts), rows)
    return len(rows)


def _of_month(context: Context, place: int) -> Context:
    return Context(context.month_end[place : place + 1], context.values[place : place + 1])
