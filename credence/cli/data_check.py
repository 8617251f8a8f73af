"""``credence data check``: whether a portfolio is sound, free of contradictions and adds up."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from credence.cli.common import as_json, folder, print_json, say
from credence.cli.summary import summary_of, summary_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from features.contradictions.findings import Found
    from features.contradictions.repairs import Repaired
    from features.contradictions.report import Report
    from features.portfolio import Portfolio
    from features.sources.reconciliation import Reconciliation

__all__ = ["check"]

_MAX_SHARE_SET_ASIDE = 0.05


@click.command()
@click.argument("directory", metavar="DIR", type=folder)
@click.option(
    "--report",
    "report_path",
    type=click.Path(path_type=Path),
    help="File of the report. Default: check.md in DIR, or in OUT of --repair.",
)
@click.option(
    "--rows",
    "example_rows",
    type=click.IntRange(0),
    default=0,
    help="List up to this many rows of each finding in the report, with their ids.",
)
@click.option("--strict", is_flag=True, help="Refuse contradictions and notices (exit code 2).")
@click.option(
    "--repair",
    "out",
    metavar="OUT",
    type=click.Path(path_type=Path),
    help="Write the repaired portfolio to the new folder OUT, with set_aside.csv.",
)
@as_json
def check(
    directory: str, report_path: Path | None, example_rows: int, strict: bool, out: Path | None, as_json: bool
) -> None:
    """Read the portfolio in DIR; say whether it is sound, contradicts itself and adds up to its balances.

    The exit code is 0 where nothing contradicts (notices may be told), 1 where facts cannot all be true or a
    balance differs, and 2 where a table cannot be read. With --repair it is 0, or 1 where more than 5 % of
    the rows were set aside or a balance differs. docs/guides/checking.md lists every check and its repair.

    \b
    Example:
      credence data check build/demo/portfolio
      credence data check build/ledger --rows 20 --report findings.md
      credence data check build/ledger --repair build/repaired
    """  # noqa: D301 (click reads the escaped character)
    from features.contradictions.findings import examine
    from features.contradictions.report import Report
    from features.files import read

    if strict and out:
        raise click.UsageError("--strict refuses and --repair mends; choose one of them")
    if out is not None:
        _check_new(out)
    portfolio = read(directory)
    found = examine(portfolio)
    reconciliation = _reconciled(portfolio)
    report = Report(portfolio, found, reconciliation.status, example_rows)
    if out is None:
        written = _write_report(report, report_path, Path(directory) / "check.md")
        if strict and found:
            _refuse(found, written)
        _tell(report, reconciliation, written, as_json)
        _answer([_contradictions(found, written), _differences(reconciliation)])
    else:
        _repair(report, directory, out, report_path, as_json)


def _reconciled(portfolio: Portfolio) -> Reconciliation:
    import pandas as pd

    from features.sources.control import reconcile

    return reconcile(None, (), pd.Index([]), portfolio, ())


def _write_report(report: Report, asked: Path | None, default: Path) -> Path | None:
    """Write the report; where nobody named a file and the default cannot be written, say so and go on."""
    from credence.cli.output import replace_file
    from features.errors import InputError

    try:
        replace_file(asked or default, report.write)
    except InputError:
        if asked is not None:
            raise
        say("no report written: the portfolio's folder cannot be written to; name a file with --report")
        return None
    return asked or default


def _refuse(found: Sequence[Found], written: Path | None) -> None:
    from features.errors import InputError

    if written:
        say(f"report: {written}")
    raise InputError(one.problem for one in found)


def _tell(report: Report, reconciliation: Reconciliation, written: Path | None, as_json: bool) -> None:
    compared = {
        "status": reconciliation.status,
        "compared": reconciliation.compared,
        "differences": reconciliation.failed,
    }
    summary = summary_of(report.portfolio, compared)
    summary["findings"] = [one.told for one in report.found]
    if report.repaired is not None:
        summary["repaired"] = _repaired(report.repaired)
    summary["report"] = None if written is None else str(written)
    if as_json:
        print_json(summary)
        return
    click.echo(summary_text(summary))
    click.echo(report.verdict)
    for one in report.found:
        amounts = ", ".join(f"{currency} {amount}" for currency, amount in one.amounts.items())
        place = f"{one.check.severity:<7}{one.rows:>9,} rows  {one.check.code} ({one.check.place})"
        click.echo(f"  {place}{': ' + amounts if amounts else ''}")
    if report.repaired is not None:
        lines = len(report.repaired.lines)
        click.echo(f"repaired: {lines:,} line{'' if lines == 1 else 's'} in set_aside.csv")
    if written is not None:
        click.echo(f"report: {written}")


def _repaired(repaired: Repaired) -> dict[str, Any]:
    return {
        "lines": len(repaired.lines),
        "rows_set_aside": repaired.rows_set_aside,
        "share_set_aside": repaired.share_set_aside,
    }


def _answer(texts: Sequence[str]) -> None:
    """End with exit code 1 where there is something to say."""
    from features.errors import Refused

    if any(texts):
        raise Refused("\n".join(text for text in texts if text))


def _contradictions(found: Sequence[Found], written: Path | None) -> str:
    errors = [one for one in found if one.check.severity == "error"]
    if not errors:
        return ""
    codes = ", ".join(dict.fromkeys(one.check.code for one in errors))
    where = f"read {written.name}" if written else "write a report with --report"
    return (
        f"expected facts that can all be true; found {sum(one.rows for one in errors)} rows that cannot "
        f"({codes}); {where}, correct the source, or repair a copy with --repair OUT"
    )


def _differences(reconciliation: Reconciliation) -> str:
    if not reconciliation.failed:
        return ""
    return (
        f"expected the ledger to add up to table 'balances'; found {reconciliation.failed} of "
        f"{reconciliation.compared} balances that differ; load what is missing, or correct the control "
        "figures"
    )


def _losses(repaired: Repaired) -> str:
    if repaired.share_set_aside <= _MAX_SHARE_SET_ASIDE:
        return ""
    return (
        f"expected to set aside at most {_MAX_SHARE_SET_ASIDE:.0%} of the rows; found "
        f"{repaired.share_set_aside:.1%}; read set_aside.csv and correct the source"
    )


def _repair(report: Report, directory: str, out: Path, report_path: Path | None, as_json: bool) -> None:
    from credence.cli.output import write_new_folder
    from features.columns import TABLES
    from features.contradictions.repairs import repair
    from features.files import write

    repaired = repair(report.portfolio)
    report = replace(report, repaired=repaired)
    is_csv = any(Path(directory, f"{name}.csv").is_file() for name in TABLES)

    def fill(folder: Path) -> None:
        write(repaired.portfolio, folder, "csv" if is_csv else "parquet")
        repaired.lines.to_csv(folder / "set_aside.csv", index=False, encoding="utf-8", lineterminator="\n")
        report.write(folder / "check.md")

    write_new_folder(out, fill)
    written = _write_report(report, report_path, out) if report_path else out / "check.md"
    reconciliation = _reconciled(repaired.portfolio)
    _tell(report, reconciliation, written, as_json)
    _answer([_losses(repaired), _differences(reconciliation)])


def _check_new(out: Path) -> None:
    from features.errors import InputError

    if out.exists():
        raise InputError.of("a new folder as OUT of --repair", "one that is there", "choose another")
