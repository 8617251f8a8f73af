"""``credence data duplicates`` and ``merge``: buyers that may be one company, and what a person decides."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from credence.cli.common import as_json, folder, print_json, say

if TYPE_CHECKING:
    import pandas as pd

    from features.identifiers.merging import Merged

__all__ = ["duplicates", "merge"]


@click.command()
@click.argument("directory", metavar="DIR", type=folder)
@click.option(
    "--out", type=click.Path(path_type=Path), help="Write the merge table to this CSV file, to be decided on."
)
@click.option(
    "--similarity",
    type=click.FloatRange(50, 101),
    default=92,
    show_default=True,
    help="Least similarity of close names, 0 to 100; 101 looks for none.",
)
@as_json
def duplicates(directory: str, out: Path | None, similarity: float, as_json: bool) -> None:
    """Propose buyers in DIR that may be one company under two ids; nothing is merged.

    Each row of the merge table names the buyer that would go, the one that would stay (`into`), the evidence
    and how sure it is. Write `merge` or `apart` in the column `decision`, then run `credence data merge`.
    The exit code is 0, proposals or not.

    \b
    Example:
      credence data duplicates build/demo/portfolio --out pairs.csv
    """  # noqa: D301 (click reads the escaped character)
    from credence.cli.output import replace_file
    from features.files import read
    from features.identifiers.duplicates import candidates, profiles_of

    profiles = profiles_of(read(directory))
    proposed = candidates(profiles, similarity)
    levels = {
        name: int((proposed["how_sure"] == name).sum()) for name in ("sure", "likely", "possible", "doubtful")
    }
    if out is not None:
        replace_file(out, lambda path: _write(proposed, path))
    summary = {
        "buyers": len(profiles.frame),
        "proposed": len(proposed),
        **levels,
        "out": str(out) if out else None,
    }
    if as_json:
        print_json(summary)
        return
    click.echo(f"{summary['buyers']:,} buyers, {len(proposed):,} may be another one under a second id")
    counts = proposed.groupby(["how_sure", "evidence"], sort=False).size().reset_index(name="rows")
    for one in counts.itertuples():
        click.echo(f"  {one.how_sure:<9}{one.rows:>9,}  {one.evidence}")
    if out is not None:
        click.echo(
            f"decide on each row of {out}, then: credence data merge {directory} --pairs {out} --out NEW"
        )
    elif len(proposed):
        say("write them to a table with --out FILE")


@click.command()
@click.argument("directory", metavar="DIR", type=folder)
@click.option(
    "--pairs", required=True, type=click.Path(path_type=Path), help="Merge table with decisions (CSV)."
)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="New folder of the portfolio.")
@as_json
def merge(directory: str, pairs: Path, out: Path, as_json: bool) -> None:
    """Write the portfolio in DIR to the new folder OUT with the mergers that a person decided.

    Only rows of the merge table with the decision `merge` count. Chains (b into c, a into b), circles,
    unknown ids and contradicting decisions are refused. What was done is counted, and the name and hash of
    the table go into the sources of OUT/portfolio.toml.

    \b
    Example:
      credence data merge build/ledger --pairs pairs.csv --out build/merged
    """  # noqa: D301 (click reads the escaped character)
    import hashlib

    from credence.cli.output import write_new_folder
    from credence.cli.sheets import read_sheet
    from features.columns import TABLES
    from features.errors import InputError
    from features.files import read, write
    from features.identifiers.merging import decided, merge_buyers

    if out.exists():
        raise InputError.of("a new folder as OUT", "one that is there", "choose another")
    table = read_sheet(pairs)
    portfolio = read(directory)
    mergers = decided(table, portfolio.buyer_ids())
    if not mergers:
        raise InputError.of("rows with the decision 'merge'", "none", "decide on the rows, or merge nothing")
    digest = hashlib.sha256(pairs.read_bytes()).hexdigest()
    merged = merge_buyers(portfolio, mergers, {f"merge table {pairs.name}": digest})
    fmt: Any = "csv" if any(Path(directory, f"{name}.csv").is_file() for name in TABLES) else "parquet"
    write_new_folder(out, lambda target: write(merged.portfolio, target, fmt))
    if as_json:
        print_json(_summary(merged, out))
    else:
        click.echo(_text(merged, out))


def _write(proposed: pd.DataFrame, path: Path) -> None:
    from features.formulas import harmless

    texts = proposed.select_dtypes(exclude="number").columns
    # Reason: spreadsheets read UTF-8 as the local code page unless a mark says what it is.
    harmless(proposed, texts).to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n")


def _summary(merged: Merged, out: Path) -> dict[str, Any]:
    return {
        "out": str(out),
        "mergers": merged.mergers,
        "rows_moved": merged.moved,
        "rows_left_out": merged.left,
        "sources": dict(merged.portfolio.sources),
    }


def _text(merged: Merged, out: Path) -> str:
    lines = [f"{merged.mergers:,} buyers are another one now, written to {out}"]
    lines += [f"  {name:<12}{rows:>10,} rows moved" for name, rows in merged.moved.items()]
    lines += [
        f"  {name:<12}{rows:>10,} rows left out: the buyer that stays has its own, or a total lacks its part"
        for name, rows in merged.left.items()
    ]
    return "\n".join(lines)
