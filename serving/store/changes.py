"""The ledger's one row: taken first by every change, so that changes come one after the other."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Select, select, update

from features.as_of import instant_of
from features.errors import InputError
from serving.store.schema import FACTS, ledger

__all__ = [
    "LEDGER_ID",
    "books_end",
    "claimed_end",
    "has_ledger",
    "ledger_row",
    "next_change",
    "nothing_stored",
    "take_ledger",
    "widen_books",
]

LEDGER_ID = 1


def ledger_row(connection: Connection) -> dict[str, Any]:
    """Return whose facts the store has, and between which instants the books are complete.

    Raises
    ------
    InputError
        Where nothing was loaded yet.
    """
    return _row(connection, select(ledger))


def take_ledger(connection: Connection) -> dict[str, Any]:
    """Return the ledger's row and keep others from changing anything until the transaction ends.

    Parameters
    ----------
    connection : Connection
        Of `Store.writing`.

    Raises
    ------
    InputError
        Where nothing was loaded yet.
    """
    return _row(connection, select(ledger).with_for_update())


def _row(connection: Connection, query: Select[Any]) -> dict[str, Any]:
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise nothing_stored()
    return dict(row)


def nothing_stored() -> InputError:
    """Return the refusal of a store that nothing was loaded into."""
    return InputError.of("a store with a portfolio", "an empty one", "load it: credence load DIR")


def next_change(connection: Connection) -> int:
    """Count one change and return its number; `take_ledger` came first."""
    raised = update(ledger).values(facts_seq=ledger.c.facts_seq + 1).returning(ledger.c.facts_seq)
    return connection.scalars(raised).one()


_ENTRIES, _ACCOUNTS = ("invoices", "allocations", "balances"), ("statements", "events")
"""Tables whose facts say by themselves until when the books are complete: those of the ledger, or, where
there is none, what is known of accounts. A buyer's name or an exchange rate says nothing of who has paid."""


def claimed_end(text: str | None, timezone: str, now: datetime) -> datetime | None:
    """Return the instant up to which a caller says that the books are complete; None where it does not.

    Parameters
    ----------
    text : str or None
        An instant, or a day, which means its end.
    timezone : str
        The seller's.
    now : datetime
        With its zone.

    Raises
    ------
    InputError
        Where it cannot be read, or has not come.

    Examples
    --------
    >>> now = datetime(2026, 7, 2, 6, tzinfo=UTC)
    >>> claimed_end("2026-07-01", "Europe/Berlin", now).isoformat()
    '2026-07-01T21:59:59+00:00'
    """
    if text is None:
        return None
    try:
        claimed = instant_of(text, timezone).replace(tzinfo=UTC)
    except InputError as error:
        problem = error.problems[0]
        raise _wrong_end(problem.expected, problem.found, problem.next_step) from None
    if claimed > now:
        raise _wrong_end(
            "an instant that has come, or a day that has passed", "a later one", "name an earlier one"
        )
    return claimed


def _wrong_end(expected: str, found: str, step: str) -> InputError:
    return InputError.of(expected, found, step, column="books_until")


def books_end(
    connection: Connection, row: dict[str, Any], recorded: Iterable[tuple[str, datetime]]
) -> datetime:
    """Return until when the books are complete with further facts; `row` is what was taken.

    Parameters
    ----------
    connection : Connection
        In which the facts are stored already.
    row : dict
    recorded : iterable of (str, datetime)
        Table and knowledge time of each fact.
    """
    tables = _ENTRIES if has_ledger(connection) else _ACCOUNTS
    return max([row["observed_until"], *(instant for name, instant in recorded if name in tables)])


def has_ledger(connection: Connection) -> bool:
    """Whether there is any invoice."""
    return connection.scalar(select(FACTS["invoices"].c.invoice_id).limit(1)) is not None


def widen_books(connection: Connection, row: dict[str, Any], first: datetime, last: datetime) -> None:
    """Let the books be complete from the earlier start until the later end; `row` is what was taken."""
    values = {
        "observed_from": min(row["observed_from"], first),
        "observed_until": max(row["observed_until"], last),
    }
    connection.execute(update(ledger).values(values))
