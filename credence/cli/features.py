"""``credence features``: the features of subjects as a file, and the engine compiled ahead."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import click

from credence.cli.common import as_json, books_of, folder, load_packed, print_json, progress_bar, say

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from features.build import Packed
    from features.stream import Part

__all__ = ["features"]


@click.group()
def features() -> None:
    """Compute what was known of buyers at a moment, for training and for analyses of your own."""


@features.command()
@click.argument("directory", metavar="DIR", type=folder)
@click.option(
    "--subjects",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Buyers and moments: .parquet or .csv with buyer_id and as_of.",
)
@click.option("--as-of", metavar="DATE", help="Every buyer at this moment [default: the end of the books].")
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The features: .parquet or .csv.",
)
@click.option("--overwrite", is_flag=True, help="Replace FILE where it is there.")
@click.option("--columns", metavar="NAME,...", help="Only these features, in this order.")
@click.option(
    "--without",
    multiple=True,
    metavar="NAME",
    help="Leave out a feature, or all that read a column; may be repeated.",
)
@as_json
def build(
    directory: str, subjects: Path | None, as_of: str | None, out: Path, overwrite: bool, columns: str | None,
    without: tuple[str, ...], as_json: bool,
) -> None:  # fmt: skip
    """Write every feature of the catalog for subjects of the portfolio in DIR.

    A row of FILE is a subject, in the order given: its keys, then the features as float64, null where
    missing. A value uses what was known at as_of and nothing else.

    \b
    Examples:
      credence features build build/demo/portfolio --subjects subjects.parquet --out features.parquet
      credence features build build/demo/portfolio --as-of 2026-03-31 --out march.csv
    """  # noqa: D301 (click reads the escaped character)
    from credence.cli.feature_options import check_files, names_of

    started = perf_counter()
    check_files(out, subjects, as_of, overwrite=overwrite)
    names = names_of(columns, without)
    packed = load_packed(directory)
    frame = _every_buyer(packed, as_of) if subjects is None else _from_file(packed, subjects)
    counts = _write(packed, frame, names, out)
    told = {
        "rows": len(frame),
        "features": len(names),
        "seconds": round(perf_counter() - started, 3),
        "as_of": f"{frame['as_of'].iloc[0].isoformat()}Z" if subjects is None else None,
        **counts,
        "out": str(out),
        "catalog": _catalog(),
    }
    _tell(told, as_json)


@features.command()
@as_json
def warm(as_json: bool) -> None:
    """Compile features and trees into the cache on disk, so that no first call waits for it.

    `make setup` and `credence serve` do so by themselves.

    \b
    Example:
      credence features warm
    """  # noqa: D301 (click reads the escaped character)
    say("compiling the engine (some minutes where nothing is cached yet)")
    started = perf_counter()
    from credit.trees.warm import warm as warm_trees
    from features.warm import warm as warm_features
    from serving.compiled import forget_older

    warm_features()
    warm_trees()
    forget_older()
    seconds = round(perf_counter() - started, 3)
    if as_json:
        print_json({"seconds": seconds})
        return
    click.echo(f"the engine is compiled ({seconds:.1f} s)")


def _catalog() -> str:
    from features.catalog import CATALOG_HASH

    return CATALOG_HASH[:12]


def _every_buyer(packed: Packed, as_of: str | None) -> pd.DataFrame:
    import pandas as pd

    from credence.cli.feature_options import moment_of
    from features.block import known_buyers

    books = books_of(packed)
    moment = moment_of(books, as_of)
    if as_of is None:
        say(f"as of {moment.isoformat()}Z, the end of the books")
    known = known_buyers(packed.block, moment)
    ids = pd.Series(list(packed.block.buyer_ids), dtype="str")[known].reset_index(drop=True)
    if not known.all():
        say(f"{int((~known).sum()):,} buyers of whom nothing was known at that moment are left out")
    return pd.DataFrame({"buyer_id": ids, "as_of": moment}).astype({"as_of": "datetime64[s]"})


def _from_file(packed: Packed, path: Path) -> pd.DataFrame:
    from credence.cli.feature_options import check_moments
    from features.subject_files import read_subjects

    books = books_of(packed)
    frame = read_subjects(path, books.timezone)
    for warning in check_moments(books, frame["as_of"]):
        say(f"warning: {warning}")
    return frame


def _write(packed: Packed, frame: pd.DataFrame, names: tuple[str, ...], out: Path) -> dict[str, int]:
    from credence.cli.feature_files import KEY_TYPES, FeatureFile
    from credence.cli.output import replace_file
    from features.stream import stream

    keys = [name for name in KEY_TYPES if name in frame]
    counts = dict.fromkeys(("unknown_buyers", "unknown_invoices", "without_rate"), 0)

    def write(target: Path) -> None:
        with (
            progress_bar(len(frame), "building") as done,
            FeatureFile(target, out.suffix, keys, names, _catalog()) as file,
        ):
            for part in stream(packed, frame, names, progress=done):
                rows = frame.iloc[part.rows]
                file.write(_keys(rows, keys, part), part.values)
                _count(counts, rows, part)

    replace_file(out, write)
    return counts


def _keys(rows: pd.DataFrame, keys: Iterable[str], part: Part) -> dict[str, pa.Array]:
    from credence.cli.feature_files import as_instants, as_text

    instants = as_instants(part.arrays.as_of)
    return {name: instants if name == "as_of" else as_text(rows[name]) for name in keys}


def _count(counts: dict[str, int], rows: pd.DataFrame, part: Part) -> None:
    import numpy as np

    arrays = part.arrays
    counts["unknown_buyers"] += int((arrays.buyer < 0).sum())
    if "invoice_id" in rows:
        counts["unknown_invoices"] += int(
            (rows["invoice_id"].notna().to_numpy(bool) & (arrays.own_item < 0)).sum()
        )
    if "amount" in rows:
        counts["without_rate"] += int((rows["amount"].notna().to_numpy(bool) & np.isnan(arrays.amount)).sum())


_TOLD = {
    "unknown_buyers": "subjects of buyers that the portfolio does not name: nothing is known of them",
    "unknown_invoices": "subjects whose own invoice is not in the portfolio: none is left out for them",
    "without_rate": "amounts in a currency without a rate known at as_of: what follows from them is missing",
}


def _tell(told: dict[str, Any], as_json: bool) -> None:
    for name, text in _TOLD.items():
        if told[name]:
            say(f"warning: {told[name]:,} {text}")
    if as_json:
        print_json(told)
        return
    rows, width = f"{told['rows']:,} subjects", f"{told['features']} features"
    click.echo(f"{rows}, {width} in {told['out']} ({told['seconds']:.1f} s, catalog {told['catalog']})")
