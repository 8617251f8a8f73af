"""``credence load``: a portfolio into the store of the service."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from credence.cli.common import as_json, folder, print_json, progress_bar, say

if TYPE_CHECKING:
    from features.portfolio import Portfolio
    from serving.store.loading import Loaded

__all__ = ["load"]

_FRESH = timedelta(days=7)


@click.command()
@click.argument("directory", metavar="DIR", type=folder)
@click.option(
    "--history",
    is_flag=True,
    help="Trust recorded_at: each fact was known from then. Without it, from the later of that and now.",
)
@as_json
def load(directory: str, history: bool, as_json: bool) -> None:
    """Load the portfolio in DIR into the store that the service reads.

    The store is the file store.sqlite in CREDENCE_HOME, or the PostgreSQL database that CREDENCE_DATABASE_URL
    names. All facts come in one transaction: a load that is stopped leaves the store as it
    was. Loading the same folder again changes nothing. See docs/guides/store.md.

    \b
    Example:
      credence load build/demo/portfolio --history
    """  # noqa: D301 (click reads the escaped character)
    from features.files import read
    from serving.settings import Settings
    from serving.store.connect import open_store, store_url
    from serving.store.loading import load_portfolio

    say(f"reading {directory}")
    portfolio = read(directory)
    store = open_store(store_url(Settings.from_environment().home))
    now = datetime.now(UTC)
    try:
        with progress_bar(_steps(portfolio), "loading") as advance:
            loaded = load_portfolio(store, portfolio, history=history, now=now, progress=advance)
    finally:
        store.close()
    if as_json:
        print_json({**asdict(loaded), "is_changed": loaded.is_changed, "store": store.name})
        return
    click.echo(_text(loaded, store.name))
    if _until(portfolio) > now:
        say(_AHEAD.format(day=f"{portfolio.observed_until:%Y-%m-%d}"))
    if not history and now - _until(portfolio) > _FRESH:
        say(_STALE.format(day=f"{portfolio.observed_until:%Y-%m-%d}"))


_AHEAD = (
    "note: the books end on {day}, which has not come: until then answers of now leave out what is later, "
    "warn of it with clock_behind, and orders are referred. Check the dates, and the clock."
)

_STALE = (
    "note: the books end on {day}, and these facts are known from today only: a question about an earlier "
    "day is answered without them. If recorded_at says when each was known, load with --history into an "
    "empty store."
)


def _steps(portfolio: Portfolio) -> int:
    return sum(len(frame) for frame in portfolio.tables.values()) + len(portfolio.buyer_ids())


def _until(portfolio: Portfolio) -> datetime:
    return datetime.fromisoformat(portfolio.observed_until.isoformat()).replace(tzinfo=UTC)


def _text(loaded: Loaded, store: str) -> str:
    if not loaded.is_changed:
        later = "; its books are complete until later now" if loaded.has_later_end else ""
        return f"nothing new: {store} has all {sum(loaded.unchanged.values()):,} facts already{later}"
    rows: list[tuple[str, Any, Any]] = [("table", "added", "unchanged")]
    rows += [(name, f"{count:,}", f"{loaded.unchanged[name]:,}") for name, count in loaded.added.items()]
    lines = [f"{name:<12}{added:>12}{unchanged:>12}" for name, added, unchanged in rows]
    made = f"{loaded.dossiers:,} dossiers and {loaded.month_ends:,} month ends written"
    return "\n".join([*lines, f"{made} to {store} (facts_seq {loaded.facts_seq})"])
