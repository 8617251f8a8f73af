"""``credence assess``: what may a buyer owe us, and why; or the list of all buyers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from credence.cli.common import as_json, folder, load_packed, print_json, progress_bar, say

if TYPE_CHECKING:
    from credit.assessor import Assessor
    from credit.release import Release
    from credit.request import Request

__all__ = ["assess", "assessor_of", "naming_the_buyer"]


@click.command()
@click.argument("directory", metavar="DIR", type=folder)
@click.option("--buyer", "buyer_id", metavar="ID", help="The buyer to assess.")
@click.option("--all", "everybody", is_flag=True, help="Assess every buyer into a list; needs --out.")
@click.option(
    "--out", type=click.Path(dir_okay=False), metavar="FILE", help="The list: .parquet, .csv or .xlsx."
)
@click.option("--as-of", metavar="DATE", help="What was known then [default: the end of the books].")
@click.option("--amount", type=float, help="Amount of the order.")
@click.option("--currency", help="Its currency [default: the reporting currency].")
@click.option("--terms", "terms_days", type=click.IntRange(0), metavar="DAYS", help="Its payment terms.")
@click.option("--offers", is_flag=True, help="Also suggest terms and offers to the buyer.")
@click.option("--lang", type=click.Choice(["en", "zh"]), default="en", show_default=True)
@click.option("--model", "references", multiple=True, metavar="NAME@VERSION",
              help="Take this version instead of the one in force; may be repeated.")  # fmt: skip
@as_json
def assess(
    directory: str, buyer_id: str | None, everybody: bool, out: str | None, as_of: str | None, lang: str,
    offers: bool, references: tuple[str, ...], as_json: bool, **request: Any,
) -> None:  # fmt: skip
    """Assess one buyer of the portfolio in DIR, or all of them. Assessments are suggestions.

    \b
    Examples:
      credence assess build/demo/portfolio --buyer B000001 --amount 50000 --terms 60
      credence assess build/demo/portfolio --buyer B000001 --offers
      credence assess build/demo/portfolio --all --out book.csv
    """  # noqa: D301 (click reads the escaped character)
    if everybody == (buyer_id is not None):
        raise click.UsageError("expected either --buyer ID or --all; found both or neither; name one of them")
    if everybody and out is None:
        raise click.UsageError(
            "expected --out FILE with --all; found none; name a .parquet, .csv or .xlsx file"
        )
    if everybody and offers:
        raise click.UsageError("expected --offers with --buyer ID; found it with --all; leave it out")
    if everybody:
        _check_suffix(Path(str(out)))
    assessor = assessor_of(directory, references)
    if as_of is None:
        say(f"as of {assessor.moment(None).isoformat()}Z, the end of the books")
    if everybody:
        _list(assessor, as_of, lang, Path(str(out)), as_json)
        return
    asked = _request(assessor, **request)
    with naming_the_buyer():
        found = assessor.assess(str(buyer_id), as_of, asked, lang=lang, offers=offers)
    if as_json:
        print_json(found)
        return
    from credit.render import render

    click.echo(render(found, lang))


@contextmanager
def naming_the_buyer() -> Iterator[None]:
    """Tell of an unknown buyer which option named it."""
    from credit.assessor import UnknownBuyer
    from features.errors import InputError

    try:
        yield
    except UnknownBuyer as error:
        problem = error.problems[0]
        expected = f"{problem.expected} as --buyer"
        raise InputError.of(expected, problem.found, problem.next_step) from None


def assessor_of(directory: str, references: tuple[str, ...] = ()) -> Assessor:
    """Return the assessor of a portfolio with the release in force, or with some versions instead."""
    from credit.assessor import Assessor
    from credit.release import Release, current_folder
    from training.home import Home

    home = Home.from_environment()
    if references:
        return Assessor(load_packed(directory), _picked(home, references))
    return Assessor(load_packed(directory), Release.load(current_folder(home.releases)))


def _check_suffix(out: Path) -> None:
    from credit.listing import SUFFIXES

    if out.suffix not in SUFFIXES:
        raise click.UsageError(
            f"expected --out to end in {' or '.join(SUFFIXES)}; found '{out.suffix}'; rename it"
        )


def _picked(home: Any, references: tuple[str, ...]) -> Release:
    """Return a release of the versions named and the champions of the other models."""
    from credit.release import Release
    from training.registry import MODELS, Registry
    from training.releases import policy_of

    registry = Registry(home)
    versions = {name: registry.version(name) for name in MODELS if registry.has_champion(name)}
    versions |= {version.model: version for version in map(registry.version, references)}
    models = {name: version.load() for name, version in versions.items()}
    names = {name: version.name for name, version in versions.items()}
    return Release("not released", home.seller_id(), models, names, policy_of(home))


def _request(
    assessor: Assessor, amount: float | None, currency: str | None, terms_days: int | None
) -> Request | None:
    from credit.request import Request

    if amount is None and terms_days is None:
        return None
    currency = currency or assessor.packed.portfolio.seller.reporting_currency
    return Request("terms" if amount is None else "order", amount, currency, terms_days=terms_days)


def _list(assessor: Assessor, as_of: str | None, lang: str, out: Path, as_json: bool) -> None:
    from credence.cli.output import replace_file
    from credit.listing import book_list, write_list

    with progress_bar(len(assessor.buyer_ids), "assessing") as done:
        values, told = assessor.assess_all(as_of, lang=lang, progress=done)
    rows = book_list(values, told)
    replace_file(out, lambda target: write_list(rows, target, out.suffix))
    if as_json:
        print_json({"out": str(out), "buyers": len(rows), "as_of": told[0]["as_of"] if told else None})
        return
    click.echo(f"{len(rows)} buyers in {out}")
