"""``credence data``: portfolios from exports or from a simulated world."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from credence.cli.common import as_json, folder, print_json, say
from credence.cli.data_import import import_

if TYPE_CHECKING:
    from features.portfolio import Portfolio

__all__ = ["data"]


@click.group()
def data() -> None:
    """Make, import and check portfolios."""


data.add_command(import_, name="import")


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
    _tell(portfolio, as_json)


@data.command()
@click.argument("directory", metavar="DIR", type=folder)
@as_json
def check(directory: str, as_json: bool) -> None:
    """Read the portfolio in DIR; say whether it is sound and adds up to its balances.

    \b
    Example:
      credence data check build/demo/portfolio
    """  # noqa: D301 (click reads the escaped character)
    import pandas as pd

    from features.errors import Refused
    from features.files import read
    from features.sources.control import reconcile

    portfolio = read(directory)
    found = reconcile(None, (), pd.Index([]), portfolio, ())
    _tell(
        portfolio, as_json, {"status": found.status, "compared": found.compared, "differences": found.failed}
    )
    if found.failed:
        raise Refused(
            f"expected the ledger to add up to table 'balances'; found {found.failed} of {found.compared} "
            "balances that differ; load what is missing, or correct the control figures"
        )


def _tell(portfolio: Portfolio, as_json: bool, reconciliation: dict[str, Any] | None = None) -> None:
    summary: dict[str, Any] = {
        "seller_id": portfolio.seller.seller_id,
        "observed_from": f"{portfolio.observed_from.isoformat()}Z",
        "observed_until": f"{portfolio.observed_until.isoformat()}Z",
        "tables": {
            name: {
                "rows": len(frame),
                "knowledge": portfolio.knowledge[name],
                "repeated": portfolio.repeated.get(name, 0),
            }
            for name, frame in portfolio.tables.items()
        },
    }
    if reconciliation is not None:
        summary["reconciliation"] = reconciliation
    if as_json:
        print_json(summary)
        return
    click.echo(
        f"portfolio of seller '{summary['seller_id']}', "
        f"books from {summary['observed_from']} to {summary['observed_until']}"
    )
    for name, table in summary["tables"].items():
        repeated = f", {table['repeated']} repeated rows count once" if table["repeated"] else ""
        click.echo(f"  {name:<12}{table['rows']:>10,} rows, knowledge time {table['knowledge']}{repeated}")
    if reconciliation is not None:
        click.echo(f"{reconciliation['status']}, {reconciliation['compared']} figures compared")
