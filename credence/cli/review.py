"""``credence review``: which limits and grades come into force."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from credence.cli.assess import assessor_of
from credence.cli.assess_options import check_suffix
from credence.cli.common import as_json, folder, print_json, progress_bar, say, without_collector
from credence.cli.published import read_published

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from credit.publish import Published

__all__ = ["review"]


@click.command()
@click.argument("directory", metavar="[DIR]", type=folder, required=False)
@click.option("--by", metavar="NAME", help="Who reviews: kept with what comes into force in the store.")
@click.option("--previous", type=click.Path(exists=True, dir_okay=False), metavar="FILE",
              help="What is in force: the list of the review before [default: nothing].")  # fmt: skip
@click.option("--out", type=click.Path(dir_okay=False), metavar="FILE",
              help="What comes into force: .parquet, .csv or .xlsx.")  # fmt: skip
@click.option("--as-of", metavar="DATE", help="What was known then [default: the end of the books; of the "
              "store's book now, where it ends no more than a week before].")  # fmt: skip
@click.option("--lang", type=click.Choice(["en", "zh"]), default="en", show_default=True)
@as_json
def review(
    directory: str | None,
    by: str | None,
    previous: str | None,
    out: str | None,
    as_of: str | None,
    lang: str,
    as_json: bool,
) -> None:
    """Review every buyer and put in force what follows.

    Every buyer is assessed. Grade and limit move by the rules of the policy (`publishing`): not for a small
    change, up by at most a share of what is in force, down at once; what cannot be said stays until it
    expires.

    Without DIR the book in the store of the service is reviewed: what comes into force is kept there, read
    by `GET /v1/limits`, orders and assessments, and told by the event limit.changed. It comes in one
    transaction, so that a review that is stopped has changed nothing.

    With DIR the portfolio there is reviewed, and what comes into force is a list. It is read by
    `credence assess --published`, `credence orders check --published`, and by the next review as --previous.

    \b
    Examples:
      credence review --by "M. Keller"
      credence review build/demo/portfolio --as-of 2026-03-31 --out march.parquet
      credence review build/demo/portfolio --previous march.parquet --out june.xlsx --lang zh
    """  # noqa: D301 (click reads the escaped character)
    _check_together(directory, by, previous, out)
    if out is not None:
        check_suffix(Path(out))
    if directory is None:
        from credence.cli.review_store import review_in_store

        review_in_store(str(by), out, as_of, lang, as_json=as_json)
    else:
        _review_folder(directory, previous, str(out), as_of, lang, as_json=as_json)


def _check_together(directory: str | None, by: str | None, previous: str | None, out: str | None) -> None:
    if directory is None and not (by or "").strip():
        raise click.UsageError("name who reviews the store's book with --by, or a portfolio to review")
    if directory is None and previous is not None:
        raise click.UsageError("--previous goes with DIR: the store knows what is in force")
    if directory is not None and out is None:
        raise click.UsageError("name with --out where the list of what comes into force is to be written")
    if directory is not None and by is not None:
        raise click.UsageError("--by goes with the store's book: leave out DIR, or --by")


def _review_folder(
    directory: str, previous: str | None, out: str, as_of: str | None, lang: str, *, as_json: bool
) -> None:
    from credence.cli.output import replace_file
    from credit.listing import write_list
    from credit.review import counts_of
    from credit.review import review as reviewed
    from credit.review_table import review_frame
    from credit.review_text import review_text

    target = Path(out)
    before = {} if previous is None else read_published(previous)
    assessor = assessor_of(directory)
    if as_of is None:
        say(f"as of {assessor.moment(None).isoformat()}Z, the end of the books")
    with progress_bar(len(assessor.buyer_ids), "assessing") as done, without_collector():
        _, told = assessor.assess_all(as_of, lang=lang, progress=done)
    if told:
        _check_day(before, told[0]["day"])
    rows = reviewed(before, told, assessor.release.policy)
    replace_file(target, lambda file: write_list(review_frame(rows), file, target.suffix))
    if as_json:
        day = told[0]["day"] if told else None
        policy = assessor.release.policy.hash
        print_json({"out": out, "buyers": len(rows), "day": day, **counts_of(rows), "policy": policy})
        return
    click.echo(review_text(rows, lang) if rows else "0", nl=not rows)


def _check_day(before: Mapping[str, Published], today: str) -> None:
    """Refuse a second review of one day: it would raise limits by another review's most (InputError)."""
    from features.errors import InputError

    days: list[date] = [each.reviewed_on for each in before.values()]
    if days and max(days).isoformat() >= today:
        expected = "a review after the one that is in force"
        found = "one of the same or an earlier day"
        raise InputError.of(expected, found, "name as --previous the list before that", column="as_of")
