"""``credence data reconcile``: whether every account adds up over a period."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from credence.cli.common import as_json, folder, print_json

if TYPE_CHECKING:
    from features.reconciliation.roll_forward import RollForward

__all__ = ["reconcile"]

_MEASURES = ("opening", "invoiced", "closed", "closing")
_DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.argument("directory", metavar="DIR", type=folder)
@click.option("--from", "start", type=_DAY, help="First day of the period. Default: observed_from.")
@click.option("--to", "end", type=_DAY, help="Day after the period. Default: the day after the books end.")
@click.option("--out", type=click.Path(path_type=Path), help="Write every account to this CSV file.")
@as_json
def reconcile(directory: str, start: Any, end: Any, out: Path | None, as_json: bool) -> None:
    """Roll each account of DIR (a buyer in a currency) forward: opening + invoices - allocations = closing.

    Compared are the control totals of table `balances` from the day before the period to its last day. The
    exit code is 1 where one differs, and 0 where all agree or there is none: that is said, and is no proof.

    \b
    Example:
      credence data reconcile build/ledger --from 2025-01-01 --to 2026-01-01 --out accounts.csv
    """  # noqa: D301 (click reads the escaped character)
    from credence.cli.output import replace_file
    from features.errors import Refused
    from features.files import read
    from features.formulas import harmless
    from features.reconciliation.roll_forward import roll_forward
    from features.sources.control_kept import import_text

    portfolio = read(directory)
    rolled = roll_forward(portfolio, start, end)
    if out is not None:
        texts = harmless(rolled.as_text(), ["buyer_id"])
        replace_file(out, lambda path: texts.to_csv(path, index=False, encoding="utf-8", lineterminator="\n"))
    if as_json:
        print_json({**_summary(rolled, out), "import": import_text(portfolio)})
    else:
        click.echo(_text(rolled, out))
        if imported := import_text(portfolio):
            click.echo(imported)
    if rolled.failed:
        accounts = int((rolled.rows["status"] == "differs").sum())
        raise Refused(
            f"expected every account to agree with table 'balances'; found {rolled.failed} of "
            f"{rolled.compared} figures in {accounts} accounts that differ; list the accounts with --out "
            "FILE, load what is missing, or correct the control figures"
        )


def _summary(rolled: RollForward, out: Path | None) -> dict[str, Any]:
    return {
        "status": rolled.status,
        "from": str(rolled.start),
        "to": str(rolled.end),
        "accounts": len(rolled.accounts),
        "compared": rolled.compared,
        "differences": rolled.failed,
        "currencies": rolled.by_currency().to_dict("records"),
        "out": None if out is None else str(out),
    }


def _text(rolled: RollForward, out: Path | None) -> str:
    counts = f": {rolled.compared:,} figures, {rolled.failed:,} differ" if rolled.compared else ""
    lines = [
        f"{len(rolled.accounts):,} accounts from {rolled.start} to {rolled.end} (excluded)",
        f"  {'':<5}{'opening':>20}{'+ invoices':>20}{'- allocations':>20}{'= closing':>20}",
    ]
    lines += [
        f"  {row['currency']:<5}" + "".join(f"{row[name]:>20}" for name in _MEASURES)
        for row in rolled.by_currency().to_dict("records")
    ]
    lines.append(rolled.status + counts)
    return "\n".join([*lines, *([f"accounts: {out}"] if out else [])])
