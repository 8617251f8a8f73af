"""The review of the book that is in the store."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from credence.cli.common import print_json, progress_bar, say, without_collector

if TYPE_CHECKING:
    from credit.release import Release
    from serving.review import StoreReview

__all__ = ["review_in_store"]


def review_in_store(by: str, out: str | None, as_of: str | None, lang: str, *, as_json: bool) -> None:
    """Put in force what a review of the store's book says, and print what moved."""
    from credit.release import Release, current_folder
    from serving.settings import Settings

    settings = Settings.from_environment()
    release = Release.load(current_folder(settings.releases))
    made = _made(settings.home, release, by, as_of)
    if out is not None:
        _write_list(made, Path(out))
    if as_json:
        _print_json(made, release, by, out)
        return
    if not made.rows:
        click.echo("0")
        return
    from credit.review_text import review_text

    click.echo(review_text(made.rows, lang), nl=False)
    say(f"in force by {by}, from facts_seq {made.facts_seq}: {made.changed:,} buyers changed")


def _made(home: Path, release: Release, by: str, as_of: str | None) -> StoreReview:
    from serving.review import review_store
    from serving.store.connect import open_store, store_url
    from serving.store.dossiers import count_buyers
    from serving.store.published_rows import Source

    store = open_store(store_url(home))
    try:
        source, buyers = Source(by, datetime.now(UTC)), count_buyers(store)
        with progress_bar(buyers, "assessing") as done, without_collector():
            return review_store(store, release, source, as_of=as_of, progress=done)
    finally:
        store.close()


def _write_list(made: StoreReview, target: Path) -> None:
    from credence.cli.output import replace_file
    from credit.listing import write_list
    from credit.review_table import review_frame

    replace_file(target, lambda file: write_list(review_frame(made.rows), file, target.suffix))


def _print_json(made: StoreReview, release: Release, by: str, out: str | None) -> None:
    from credit.review import counts_of

    print_json(
        {
            "out": out,
            "buyers": len(made.rows),
            "day": made.day,
            **counts_of(made.rows),
            "policy": release.policy.hash,
            "release": release.release_id,
            "facts_seq": made.facts_seq,
            "changed": made.changed,
            "by": by,
        }
    )
