"""A portfolio into the store: in one transaction, so that it is there whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pandas as pd
from sqlalchemy import Connection, insert, select, text, update

from features.columns import TABLES
from features.errors import InputError, Problem
from features.portfolio import Portfolio
from serving.store.bulk import Stamps, append
from serving.store.changes import LEDGER_ID, next_change, take_ledger, widen_books
from serving.store.connect import Store
from serving.store.contexts import write_context
from serving.store.dossiers import write_dossiers
from serving.store.facts import stored_portfolio
from serving.store.packing import every_dossier, pack_in_order
from serving.store.schema import FACTS, STAMPS, ledger
from serving.store.sharing import write_known_until, write_shared

__all__ = ["Loaded", "load_portfolio", "rebuild_dossiers"]

Progress = Callable[[int], None]

_SECONDS_TO_WAIT = 3600.0
"""A load waits for another one, which may be of millions of rows."""


def _untold(_steps: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Loaded:
    """What a load did.

    Parameters
    ----------
    facts_seq : int
        Change with which the facts came, or the last one where there was nothing new.
    added, unchanged : mapping of str to int
        Rows by table.
    dossiers : int
        Dossiers that differ from those before.
    month_ends : int
        Month ends whose figures were made.
    has_later_end : bool
        Whether the books are complete until later than before, though no fact was new.
    """

    facts_seq: int
    added: dict[str, int] = field(default_factory=dict)
    unchanged: dict[str, int] = field(default_factory=dict)
    dossiers: int = 0
    month_ends: int = 0
    has_later_end: bool = False

    @property
    def is_changed(self) -> bool:
        """Whether anything was new."""
        return any(self.added.values())


def load_portfolio(
    store: Store,
    portfolio: Portfolio,
    *,
    history: bool,
    now: datetime,
    progress: Progress = _untold,
) -> Loaded:
    """Add the facts of a portfolio; those that the store has already change nothing.

    Parameters
    ----------
    store : Store
    portfolio : Portfolio
    history : bool
        Facts are known from `recorded_at`; else from the later of it and `now`.
    now : datetime
        With its zone.
    progress : callable
        Told how many more rows and dossiers are done.

    Raises
    ------
    InputError
        Where the store has another seller's facts, or other content under the same key and `recorded_at`;
        the store is left as it was.
    """
    with store.writing(seconds=_SECONDS_TO_WAIT) as connection:
        _begin(connection, portfolio)
        row = take_ledger(connection)
        _check_seller(row, portfolio)
        sequence = next_change(connection)
        stamps = Stamps(now.replace(microsecond=0), sequence, history)
        is_first = row["facts_seq"] == 0
        add = _add_first if is_first else _add_more
        done = {name: add(connection, portfolio, name, stamps, progress) for name in portfolio.tables}
        loaded = Loaded(
            sequence,
            {name: added for name, (added, _) in done.items()},
            {name: unchanged for name, (_, unchanged) in done.items()},
        )
        if not loaded.is_changed:
            return _moved(connection, row, portfolio, loaded)
        _set_head(connection, row, portfolio, sequence if loaded.added.get("buyers") else None)
        if not history:
            write_known_until(connection, sequence, stamps.loaded_at)
        known = portfolio if is_first and history else stored_portfolio(connection)
        return _packed(connection, known, loaded, progress)


def _moved(connection: Connection, row: dict[str, Any], portfolio: Portfolio, loaded: Loaded) -> Loaded:
    """Return a load without new facts: the books may be complete until later than was known all the same."""
    until = _observed(portfolio)["observed_until"]
    if until <= row["observed_until"]:
        connection.rollback()
        return Loaded(row["facts_seq"], loaded.added, loaded.unchanged)
    widen_books(connection, row, row["observed_from"], until)
    return replace(loaded, has_later_end=True)


def rebuild_dossiers(store: Store, *, progress: Progress = _untold) -> int:
    """Make every dossier anew from the facts and return how many differed from those kept.

    Parameters
    ----------
    store : Store
    progress : callable
        Told how many more dossiers are done.

    Raises
    ------
    InputError
        Where nothing was loaded yet.
    """
    with store.writing() as connection:
        row = take_ledger(connection)
        portfolio = stored_portfolio(connection)
        made = every_dossier(pack_in_order(portfolio))
        return write_dossiers(connection, _counted(made, progress), row["facts_seq"])


def _packed(connection: Connection, portfolio: Portfolio, loaded: Loaded, progress: Progress) -> Loaded:
    """Return a load with dossiers and figures of month ends made."""
    packed = pack_in_order(portfolio)
    made = _counted(every_dossier(packed), progress)
    write_shared(connection, loaded.facts_seq)
    return Loaded(
        loaded.facts_seq,
        loaded.added,
        loaded.unchanged,
        write_dossiers(connection, made, loaded.facts_seq),
        write_context(connection, packed.context),
    )


def _counted(made: Iterator[tuple[str, bytes]], progress: Progress) -> Iterator[tuple[str, bytes]]:
    for each in made:
        yield each
        progress(1)


def _begin(connection: Connection, portfolio: Portfolio) -> None:
    """Make the ledger's row where there is none; of two that load at once, the later one waits here."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE ledger IN SHARE ROW EXCLUSIVE MODE"))
    if connection.scalar(select(ledger.c.id)) is None:
        row = {"id": LEDGER_ID, "seller": asdict(portfolio.seller), "facts_seq": 0, "groups_seq": 0}
        connection.execute(insert(ledger), {**row, **_observed(portfolio)})


def _check_seller(row: dict[str, Any], portfolio: Portfolio) -> None:
    if row["seller"]["seller_id"] != portfolio.seller.seller_id:
        step = "name a home or a database of this seller's own: one store serves one seller"
        raise InputError.of("a portfolio of the seller whose facts the store has", "another seller's", step)


def _set_head(
    connection: Connection, row: dict[str, Any], portfolio: Portfolio, groups_seq: int | None
) -> None:
    values: dict[str, Any] = {"seller": asdict(portfolio.seller)}
    if groups_seq is not None:
        values["groups_seq"] = groups_seq
    connection.execute(update(ledger).values(values))
    observed = _observed(portfolio)
    widen_books(connection, row, observed["observed_from"], observed["observed_until"])


def _observed(portfolio: Portfolio) -> dict[str, datetime]:
    return {
        "observed_from": _utc(portfolio.observed_from),
        "observed_until": _utc(portfolio.observed_until),
    }


def _utc(instant: pd.Timestamp) -> datetime:
    return instant.to_pydatetime(warn=False).replace(tzinfo=UTC)


def _add_first(
    connection: Connection, portfolio: Portfolio, name: str, stamps: Stamps, progress: Progress
) -> tuple[int, int]:
    return append(connection, name, portfolio, name, stamps, progress), 0


def _add_more(
    connection: Connection, portfolio: Portfolio, name: str, stamps: Stamps, progress: Progress
) -> tuple[int, int]:
    """Add the rows that the store has not; return how many are new and how many not."""
    stage = f"stage_{name}"
    connection.exec_driver_sql(f"CREATE TEMP TABLE {stage} AS SELECT * FROM {name} WHERE false")  # noqa: S608
    rows = append(connection, stage, portfolio, name, stamps, progress)
    table = TABLES[name]
    same = " AND ".join(f"f.{column} = s.{column}" for column in (*table.key, table.knowledge))
    _refuse_contradictions(connection, name, same)
    names = ", ".join(column.name for column in FACTS[name].columns)
    added = connection.exec_driver_sql(
        f"INSERT INTO {name} ({names}) SELECT {names} FROM {stage} s "  # noqa: S608 (own names)
        f"WHERE NOT EXISTS (SELECT 1 FROM {name} f WHERE {same})"
    ).rowcount
    connection.exec_driver_sql(f"DROP TABLE {stage}")
    return added, rows - added


def _refuse_contradictions(connection: Connection, name: str, same: str) -> None:
    differs = "IS NOT" if connection.dialect.name == "sqlite" else "IS DISTINCT FROM"
    content = [column.name for column in FACTS[name].columns if column.name not in STAMPS]
    other = " OR ".join(f"f.{column} {differs} s.{column}" for column in content)
    count = connection.exec_driver_sql(
        f"SELECT count(*) FROM stage_{name} s JOIN {name} f ON {same} WHERE {other}"  # noqa: S608 (own names)
    ).scalar_one()
    if count:
        knowledge = TABLES[name].knowledge
        raise InputError(
            Problem(
                f"one content for one key and {knowledge}",
                "facts that the store has with other content",
                f"give each version its {knowledge}; nothing was loaded",
                name,
                rows=count,
            )
        )
