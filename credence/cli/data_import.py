"""``credence data import``: an export of any system becomes a portfolio."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from credence.cli.common import as_json, print_json, progress_bar
from credence.cli.data_inputs import expanded, run_queries, show_proposal

if TYPE_CHECKING:
    from features.sources.importing import Imported
    from features.sources.mapping import Mapping
    from features.sources.parts import ImportedParts

__all__ = ["MAX_WHOLE_BYTES", "import_", "is_large"]

MAX_WHOLE_BYTES = 8_000_000
"""Text of an export above which it is imported in parts."""

_PACKED = 8
"""How much smaller gzip makes the text of a ledger, about."""

Progress = Callable[[str], None]


@click.command("import")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--mapping",
    "--source",
    "mapping_name",
    help="Name of a shipped mapping (sap_fbl5n, sap_tables, odoo, kingdee, yonyou, highradius, ...), or path"
    " of a TOML file.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the portfolio to write.")
@click.option("--seller-id", help="Name of the seller, in place of the mapping's.")
@click.option("--detect", is_flag=True, help="Propose a mapping for FILE and print it; nothing is written.")
@click.option(
    "--sql", "url", envvar="CREDENCE_SOURCE_URL", help="SQLAlchemy URL of a database to read with --query."
)
@click.option(
    "--query",
    "queries",
    multiple=True,
    help="SELECT ..., or NAME=SELECT ... where the mapping's sources tell by name.",
)
@click.option("--format", "fmt", type=click.Choice(["parquet", "csv"]), default="parquet", show_default=True)
@as_json
def import_(
    files: tuple[Path, ...],
    mapping_name: str | None,
    out: Path | None,
    seller_id: str | None,
    detect: bool,
    url: str | None,
    queries: tuple[str, ...],
    fmt: Any,
    as_json: bool,
) -> None:
    """Turn the FILES of an export (CSV, Excel, Parquet, SAP lists) or a query into a portfolio.

    Rows that cannot be loaded go to OUT/rejects.csv with their reasons. The exit code is 1 where more than
    5 % of the rows are refused or a control figure differs, and 2 where nothing could be imported.

    \b
    Example:
      credence data import invoices.csv --mapping cassandra_ap_invoices --out build/cass
      credence data import fbl5n.txt --source sap_fbl5n --seller-id acme --out build/ledger
      credence data import "exports/*.csv" --mapping our_erp.toml --out build/ledger
      credence data import unknown.csv --detect > our_erp.toml
      credence data import --sql sqlite:///erp.db --query "SELECT * FROM ar" --mapping erp.toml --out out
    """  # noqa: D301 (click reads the escaped character)
    from credence.cli.output import check_target
    from features.errors import InputError, Refused
    from features.sources.intake import Query
    from features.sources.mapping import load_mapping

    paths = expanded(files)
    if detect:
        show_proposal(paths, as_json)
        return
    if mapping_name is None or out is None:
        raise InputError.of("--mapping and --out", "not both", "name them, or use --detect")
    if bool(queries) != bool(url) or bool(queries) == bool(paths):
        step = "name FILES, or --sql with --query"
        raise InputError.of("files, or a database and a query", "neither or a mixture", step)
    mapping = load_mapping(mapping_name, {"seller_id": seller_id} if seller_id else None)
    check_target(out, mapping.seller.seller_id)
    inputs: list[str | Path | Query] = [*paths, *(run_queries(url, queries) if url else [])]
    with progress_bar(len(inputs) + 3, "importing") as step_done:
        run = _in_parts if is_large(inputs, mapping) else _whole
        imported = run(inputs, mapping, out, fmt, lambda _stage: step_done(1))
    summary = _summary(imported, out)
    if as_json:
        print_json(summary)
    else:
        click.echo(_text(summary))
    if imported.failures:
        raise Refused("; ".join(imported.failures) + f"; see rejects.csv and differences.csv in {out}")


def is_large(inputs: Sequence[Any], mapping: Mapping) -> bool:
    """Whether an export is imported in parts: files with more text than is read at once, and no program.

    Parameters
    ----------
    inputs : sequence of path or Query
    mapping : Mapping
    """
    paths = [path for path in inputs if isinstance(path, Path)]
    if mapping.prepare is not None or len(paths) < len(inputs):
        return False
    unpacked = (
        path.stat().st_size * (_PACKED if path.suffix == ".gz" else 1) for path in paths if path.is_file()
    )
    return sum(unpacked) > MAX_WHOLE_BYTES


def _whole(inputs: list[Any], mapping: Mapping, out: Path, fmt: Any, progress: Progress) -> Imported:
    from credence.cli.output import replace_portfolio
    from features.sources.importing import import_files

    imported = import_files(inputs, mapping, progress=progress)
    replace_portfolio(out, mapping.seller.seller_id, lambda folder: _write(imported, folder, fmt))
    return imported


def _in_parts(inputs: list[Any], mapping: Mapping, out: Path, fmt: Any, progress: Progress) -> ImportedParts:
    from credence.cli.output import replace_portfolio
    from features.growing import GrowingPortfolio
    from features.sources.parts import import_in_parts

    beside = out.absolute().parent
    beside.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f".{out.name}.", dir=beside) as scratch:
        built, rows = Path(scratch, "portfolio"), Path(scratch, "rows")
        rows.mkdir()
        imported = import_in_parts(inputs, mapping, GrowingPortfolio(built, fmt), rows, progress=progress)
        replace_portfolio(out, mapping.seller.seller_id, lambda folder: _put(built, folder))
    return imported


def _put(built: Path, folder: Path) -> None:
    built.rename(folder)


def _write(imported: Imported, folder: Path, fmt: Any) -> None:
    from features.files import write
    from features.sources.control_kept import with_import_result

    write(with_import_result(imported.portfolio, imported.reconciliation), folder, fmt)
    imported.rejects.write(folder / "rejects.csv")
    imported.reconciliation.write(folder / "differences.csv")


def _summary(imported: Imported | ImportedParts, out: Path) -> dict[str, Any]:
    portfolio, rejects, control = imported.portfolio, imported.rejects, imported.reconciliation
    return {
        "out": str(out),
        "seller_id": portfolio.seller.seller_id,
        "rows_read": imported.rows_read,
        "left_out": dict(imported.left_out),
        "assumed": dict(imported.assumed),
        "taken_by_no_table": dict(imported.untaken),
        "tables": dict(imported.row_counts),
        "repeated": dict(portfolio.repeated),
        "rejected": {"rows": rejects.rows, "share": imported.share_rejected, "reasons": rejects.reasons()},
        "reconciliation": {
            "status": control.status,
            "compared": control.compared,
            "differences": len(control.differences),
            "failed": control.failed,
            "tolerated": control.tolerated(),
            "accounts_without_figure": control.without_figure,
        },
        "knowledge": dict(portfolio.knowledge),
        "observed_from": f"{portfolio.observed_from.isoformat()}Z",
        "observed_until": f"{portfolio.observed_until.isoformat()}Z",
        "failures": imported.failures,
        "warnings": imported.warnings(datetime.now(ZoneInfo(portfolio.seller.timezone)).date()),
    }


def _text(summary: dict[str, Any]) -> str:
    lines = [f"seller {summary['seller_id']}: {summary['rows_read']:,} rows read into {summary['out']}"]
    for name, rows in summary["tables"].items():
        repeated = summary["repeated"].get(name, 0)
        extra = f", {repeated:,} repeated rows counted once" if repeated else ""
        lines.append(f"  {name:<12} {rows:>10,} rows, knowledge time {summary['knowledge'][name]}{extra}")
    lines += [f"left out {rows:,} rows: {reason}" for reason, rows in summary["left_out"].items()]
    lines += [f"assumed for {rows:,} rows: {reason}" for reason, rows in summary["assumed"].items()]
    lines += [
        f"no table takes {rows:,} rows of {name}: they meet the conditions of no [[table]] of the mapping"
        for name, rows in summary["taken_by_no_table"].items()
    ]
    rejected = summary["rejected"]
    lines.append(f"rejected {rejected['rows']:,} rows ({rejected['share']:.2%}), listed in rejects.csv")
    for item in rejected["reasons"]:
        place = f"{item['table']}.{item['column']}: " if item["table"] else ""
        lines.append(f"  {item['rows']:>10,} rows  {place}{item['reason']}")
    control = summary["reconciliation"]
    counts = (
        f": {control['compared']:,} figures, {control['differences']:,} differ" if control["compared"] else ""
    )
    if control["accounts_without_figure"]:
        counts += f"; {control['accounts_without_figure']:,} accounts of buyers have no control figure"
    lines.append(
        control["status"] + counts + (", listed in differences.csv" if control["differences"] else "")
    )
    lines += [f"  {item['rows']:>10,} tolerated: {item['reason']}" for item in control["tolerated"]]
    lines.append(f"outcomes are complete from {summary['observed_from']} to {summary['observed_until']}")
    lines += [f"warning: {text}" for text in summary["warnings"]]
    return "\n".join(lines)
