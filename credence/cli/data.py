"""``credence data``: portfolios from exports or from a simulated world."""

from __future__ import annotations

import click

from credence.cli.common import as_json, folder, print_json, say
from credence.cli.data_check import check
from credence.cli.data_import import import_
from credence.cli.summary import summary_of, summary_text

__all__ = ["data"]


@click.group()
def data() -> None:
    """Make, import and check portfolios."""


data.add_command(import_, name="import")
data.add_command(check)


@data.command()
@click.argument("out", type=folder)
@click.option("--buyers", type=click.IntRange(1), default=2000, show_default=True, help="Buyers to simulate.")
@click.option("--years", type=click.IntRange(1, 30), default=4, show_default=True, help="Years of history.")
@click.option(
    "--seed", type=click.IntRange(0), default=7, show_default=True, help="The same seed gives the same world."
)
@click.option("--format", "fmt", type=click.Choice(["parquet", "csv"]), default="parquet", show_default=True)
@as_json
def simulate(out: str, buyers: int, years: int, seed: int, fmt: str, as_json: bool) -> None:
    """Write a simulated portfolio to the folder OUT.

    \b
    Example:
      credence data simulate build/demo/portfolio --buyers 2000 --years 4 --seed 7
    """  # noqa: D301 (click reads the escaped character)
    from pathlib import Path

    from credence.cli.output import replace_portfolio
    from features.files import write
    from features.sources.simulator import simulate_portfolio

    say(f"simulating {buyers} buyers over {years} years (seed {seed})")
    portfolio = simulate_portfolio(buyers, years, seed)
    replace_portfolio(Path(out), portfolio.seller.seller_id, lambda target: write(portfolio, target, fmt))  # type: ignore[arg-type]
    summary = summary_of(portfolio)
    if as_json:
        print_json(summary)
    else:
        click.echo(summary_text(summary))
