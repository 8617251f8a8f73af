"""``credence data describe``: a portfolio's profile as one page."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Literal

import click

from credence.cli.common import as_json, folder, print_json, progress_bar

__all__ = ["describe"]


@click.command()
@click.argument("directory", metavar="DIR", type=folder)
@click.option(
    "--out", type=click.Path(path_type=Path), help="File of the page. Default: describe.html in DIR."
)
@click.option("--lang", type=click.Choice(["en", "zh"]), default="en", show_default=True)
@as_json
def describe(directory: str, out: Path | None, lang: Literal["en", "zh"], as_json: bool) -> None:
    """Write a page that shows what the portfolio in DIR looks like.

    Counts, ageing, payment behaviour, seasons, gaps and suspicious months, concentration, currencies, terms,
    registration numbers and reconciliation, with plots. The page is one file that loads nothing from
    elsewhere; it names the largest buyers.

    \b
    Example:
      credence data describe build/demo/portfolio --out profile.html --lang zh
    """  # noqa: D301 (click reads the escaped character)
    from credence.cli.output import replace_file
    from credence.describe.page import page
    from features.description.describe import describe as figures_of
    from features.files import read

    target = out or Path(directory) / "describe.html"
    with progress_bar(3, "describing") as step:
        portfolio = read(directory)
        step(1)
        description = figures_of(portfolio)
        step(1)
        html = page(description, lang)
        step(1)
    replace_file(target, partial(_write, html))
    summary = {
        "page": str(target),
        "lang": lang,
        "buyers": description.buyers,
        "reconciliation": description.rolled.status,
    }
    if as_json:
        print_json(summary)
    else:
        click.echo(f"page: {target}")


def _write(html: str, path: Path) -> None:
    path.write_text(html, encoding="utf-8")
