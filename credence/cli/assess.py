"""``credence assess``: what may a buyer owe us, and why; or the list of all buyers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from credence.cli.assess_options import ASKS, check_options, extras_of
from credence.cli.assess_remote import assessment_of, check_source
from credence.cli.common import as_json, folder, load_packed, print_json, progress_bar, say, without_collector
from credence.cli.published import published_option, read_published
from credence.cli.receipts import DEFAULT_WEEKS, LONGEST_WEEKS, receipts

if TYPE_CHECKING:
    import pandas as pd

    from credit.assessor import Assessor
    from credit.release import Release
    from credit.request import Request

__all__ = ["assess", "assessor_of", "naming_the_buyer"]


@click.command()
@click.argument("directory", metavar="[DIR]", type=folder, required=False)
@click.option("--url", metavar="URL", help="Ask the service there, with the key of CREDENCE_API_KEY.")
@click.option("--buyer", "buyer_id", metavar="ID", help="The buyer to assess.")
@click.option("--all", "everybody", is_flag=True, help="Assess every buyer into a list; needs --out.")
@click.option("--receipts", "wants_receipts", is_flag=True,
              help="Tell what is expected to come in on the open ledger, by ISO week.")  # fmt: skip
@click.option("--weeks", type=click.IntRange(1, LONGEST_WEEKS), default=None, metavar="N",
              help="Weeks of --receipts that are told one by one [default: 13].")  # fmt: skip
@click.option("--out", type=click.Path(dir_okay=False), metavar="FILE",
              help="The list, or the receipts: .parquet, .csv or .xlsx.")  # fmt: skip
@click.option("--as-of", metavar="DATE", help="What was known then [default: the end of the books].")
@click.option("--amount", type=float, help="Amount of the order.")
@click.option("--currency", help="Its currency [default: the reporting currency].")
@click.option("--terms", "terms_days", type=click.IntRange(0), metavar="DAYS", help="Its payment terms.")
@click.option("--offers", is_flag=True, help="Also suggest terms and offers to the buyer.")
@click.option("--raises", is_flag=True, help="Also tell what would raise the limit.")
@click.option("--peers", is_flag=True, help="Also tell the score beside that of buyers of its kind.")
@click.option("--since", metavar="DATE|FILE",
              help="With --buyer a date: also tell what changed since then, by the models of today; "
              "with --all an earlier list (.parquet): also tell what got worse.")  # fmt: skip
@click.option("--previous", type=click.Path(exists=True, dir_okay=False), metavar="FILE.json",
              help="The same since an assessment of --json, with the change of the model.")  # fmt: skip
@published_option
@click.option("--letter", "letter_kind", type=click.Choice(["internal", "external"]),
              help="Write a note for the file, or a letter to the buyer: reasons only.")  # fmt: skip
@click.option("--lang", type=click.Choice(["en", "zh"]), default="en", show_default=True)
@click.option("--model", "references", multiple=True, metavar="NAME@VERSION",
              help="Take this version instead of the one in force; may be repeated.")  # fmt: skip
@as_json
def assess(
    directory: str | None, url: str | None, buyer_id: str | None, everybody: bool, wants_receipts: bool,
    weeks: int | None, out: str | None, as_of: str | None, lang: str, references: tuple[str, ...],
    as_json: bool, **more: Any,
) -> None:  # fmt: skip
    """Assess one buyer of the portfolio in DIR, or all of them. Assessments are suggestions.

    With --url, a running service is asked instead of reading a portfolio.

    With --receipts, tell instead which money is expected when on what is open now.

    \b
    Examples:
      credence assess build/demo/portfolio --buyer B000001 --amount 50000 --terms 60
      credence assess build/demo/portfolio --buyer B000001 --offers --raises --peers
      credence assess build/demo/portfolio --buyer B000001 --since 2026-01-31 --lang zh
      credence assess build/demo/portfolio --buyer B000001 --letter external
      credence assess build/demo/portfolio --buyer B000001 --published june.parquet
      credence assess build/demo/portfolio --all --out book.csv
      credence assess build/demo/portfolio --all --out july.parquet --since june.parquet
      credence assess build/demo/portfolio --receipts --weeks 8
      credence assess --url http://127.0.0.1:3000 --buyer B000001 --amount 50000
    """  # noqa: D301 (click reads the escaped character)
    asks = {name: more.pop(name) for name in ASKS}
    check_options((buyer_id is not None, everybody, wants_receipts), weeks, out, {**asks, **more})
    check_source(directory, url, buyer_id is not None, asks["previous"], references)
    if url is not None:
        found = assessment_of(url, str(buyer_id), as_of, lang, {**asks, **more})
        _tell(found, lang, asks["letter_kind"], as_json=as_json)
        return
    assert directory is not None  # noqa: S101 (checked above)
    earlier = _earlier(asks["since"]) if everybody and asks["since"] else None
    assessor = assessor_of(directory, references)
    if as_of is None:
        say(f"as of {assessor.moment(None).isoformat()}Z, the end of the books")
    if wants_receipts:
        receipts(assessor, as_of, weeks or DEFAULT_WEEKS, lang=lang, out=out, as_json=as_json)
        return
    if everybody:
        _list(assessor, as_of, lang, Path(str(out)), as_json, earlier)
        return
    asked = _request(assessor, **more)
    with naming_the_buyer():
        found = assessor.assess(str(buyer_id), as_of, asked, lang=lang, also=extras_of(asks))
    if asks["published_file"] is not None:
        found = _with_published(found, asks["published_file"])
    _tell(found, lang, asks["letter_kind"], as_json=as_json)


def _with_published(found: dict[str, Any], file: str) -> dict[str, Any]:
    from credit.in_force import with_published

    return with_published(found, read_published(file).get(str(found["buyer_id"])))


def _tell(found: dict[str, Any], lang: str, letter_kind: str | None, *, as_json: bool) -> None:
    from credit.letter import letter
    from credit.render import render

    if letter_kind is not None:
        text = letter(found, letter_kind, lang)  # type: ignore[arg-type]
        named = {name: found[name] for name in ("buyer_id", "as_of", "assessment_id")}
        found = {**named, "kind": letter_kind, "lang": lang, "text": text}
    if as_json:
        print_json(found)
        return
    click.echo(found["text"] if letter_kind is not None else render(found, lang))


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


def _picked(home: Any, references: tuple[str, ...]) -> Release:
    """Return a release of the versions named and the champions of the other models."""
    from credit.release import TIMING, Release
    from training.registry import MODELS, Registry
    from training.releases import policy_of

    registry = Registry(home)
    versions = {name: registry.version(name) for name in MODELS if registry.has_champion(name)}
    versions |= {version.model: version for version in map(registry.version, references)}
    timing = versions[TIMING].load_timing() if TIMING in versions else None
    models = {name: version.load() for name, version in versions.items() if name != TIMING}
    names = {name: version.name for name, version in versions.items()}
    return Release("not released", home.seller_id(), models, names, policy_of(home), timing)


def _request(
    assessor: Assessor, amount: float | None, currency: str | None, terms_days: int | None
) -> Request | None:
    from credit.request import Request

    if amount is None and terms_days is None:
        return None
    currency = currency or assessor.packed.portfolio.seller.reporting_currency
    return Request("terms" if amount is None else "order", amount, currency, terms_days=terms_days)


def _earlier(since: str) -> pd.DataFrame:
    import pandas as pd

    from features.errors import InputError

    try:
        return pd.read_parquet(since)
    except (OSError, ValueError) as error:
        step = "name a list that `credence assess DIR --all --out FILE.parquet` wrote"
        raise InputError.of("a Parquet file as --since", type(error).__name__, step) from error


def _list(
    assessor: Assessor, as_of: str | None, lang: str, out: Path, as_json: bool, earlier: pd.DataFrame | None
) -> None:
    from credence.cli.output import replace_file
    from credence.cli.whole_book import rows_of_all
    from credit.listing import list_frame, write_list
    from credit.listing_changes import with_changes

    with progress_bar(len(assessor.buyer_ids), "assessing") as done, without_collector():
        found = rows_of_all(assessor, as_of, lang, done)
    rows, worse = list_frame(found), None
    if earlier is not None:
        rows = with_changes(rows, earlier, [grade.name for grade in assessor.release.policy.grades])
        worse = int((rows["got_worse"] != "").sum())
    replace_file(out, lambda target: write_list(rows, target, out.suffix))
    if as_json:
        said = {"out": str(out), "buyers": len(rows), "as_of": found[0].as_of if found else None}
        print_json(said if worse is None else said | {"got_worse": worse})
        return
    click.echo(f"{len(rows)} buyers in {out}" + ("" if worse is None else f", {worse} of them got worse"))
