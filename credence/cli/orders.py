"""``credence orders check``: whether an order may be delivered."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from credence.cli.assess import assessor_of, naming_the_buyer
from credence.cli.common import as_json, folder, print_json, say
from credence.cli.published import published_option, read_published

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["orders"]

_day = click.DateTime(formats=["%Y-%m-%d"])


@click.group()
def orders() -> None:
    """Check orders against overdue items, limit and models."""


@orders.command()
@click.argument("directory", metavar="DIR", type=folder)
@click.option("--buyer", "buyer_id", metavar="ID", required=True, help="The buyer who ordered.")
@click.option("--amount", type=float, required=True, help="Amount of the order, with tax.")
@click.option("--currency", help="Its currency [default: the reporting currency].")
@click.option("--deliver-on", type=_day, metavar="DATE", help="Day of delivery [default: at once].")
@click.option("--order", "order_id", default="", metavar="ID",
              help="Its id, where it is among the open orders, so that it does not count twice.")  # fmt: skip
@click.option("--terms", "terms_days", type=click.IntRange(0), metavar="DAYS", help="Its payment terms.")
@click.option("--as-of", metavar="DATE", help="What was known then [default: the end of the books].")
@published_option
@click.option("--lang", type=click.Choice(["en", "zh"]), default="en", show_default=True)
@as_json
def check(
    directory: str, buyer_id: str, currency: str | None, deliver_on: datetime | None, as_of: str | None,
    published_file: str | None, lang: str, as_json: bool, **order: Any,
) -> None:  # fmt: skip
    """Release, hold or refer an order of the portfolio in DIR.

    The steps are asked in order: block, oldest open item, share overdue, exposure and open orders within the
    credit horizon against the limit in force (that of --published, else of the books; where none is, the
    suggested one), value of the order, and the models. Exit code 0 where it is released, 1 where it is held
    or referred.

    \b
    Example:
      credence orders check build/demo/portfolio --buyer B000001 --amount 50000 --deliver-on 2026-07-15
    """  # noqa: D301 (click reads the escaped character)
    from credit.orders import Order

    in_force = {} if published_file is None else read_published(published_file)
    assessor = assessor_of(directory)
    if as_of is None:
        say(f"as of {assessor.moment(None).isoformat()}Z, the end of the books")
    currency = currency or assessor.packed.portfolio.seller.reporting_currency
    day = None if deliver_on is None else deliver_on.date()
    with naming_the_buyer():
        found = assessor.check_order(
            buyer_id,
            Order(currency=currency, deliver_on=day, **order),
            as_of,
            published=in_force.get(buyer_id),
            lang=lang,
        )
    if as_json:
        print_json(found)
    else:
        from credit.render_order import render_order

        click.echo(render_order(found, lang))
    sys.exit(0 if found["decision"] == "release" else 1)
