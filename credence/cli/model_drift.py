"""``credence models drift``: whether today's subjects are still those that a model was trained on."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from credence.cli.common import as_json, folder, load_packed, print_json, say
from credence.cli.output import check_pages, replace_pages

__all__ = ["drift"]


@click.command()
@click.argument("model")
@click.argument("directory", metavar="DIR", type=folder)
@click.option("--from", "start", metavar="DATE", help="First as_of [default: after the fitted subjects].")
@click.option("--to", "stop", metavar="DATE", help="First as_of that is no longer in [default: the end].")
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FOLDER", help="Write drift.html and drift.json here."
)
@click.option(
    "--threshold",
    "thresholds",
    multiple=True,
    metavar="NAME=NUMBER",
    help="Where it turns red: psi (0.25), inputs (5), calibration (0.1), missing (0.05), unseen (0.05).",
)
@as_json
def drift(
    model: str,
    directory: str,
    start: str | None,
    stop: str | None,
    out: Path | None,
    thresholds: tuple[str, ...],
    as_json: bool,
) -> None:
    """Tell how far the subjects of DIR with from <= as_of < to are from those MODEL was trained on.

    No outcome is needed; where the window of a subject has closed, what came true stands beside what was
    foreseen. Exit code 1: the score, or one of the inputs that the model listens to most, has moved past the
    threshold and past what chance explains, or the realised rate excludes the foreseen one.

    \b
    Example:
      credence models drift late@champion build/demo/portfolio --from 2026-01-01 --out build/drift
      credence models drift default@champion build/demo/portfolio --threshold psi=0.2 --threshold inputs=10
    """  # noqa: D301 (click reads the escaped character)
    from training.drift_thresholds import Thresholds
    from training.options import check_days

    chosen = Thresholds.of(thresholds)
    check_days(start, stop)
    if out is not None:
        check_pages(out)
    from training.drift import drift as watch
    from training.home import Home
    from training.registry import Registry

    registry = Registry(Home.from_environment())
    version = registry.version(model)
    packed = load_packed(directory)
    test = registry.test_subjects(version)
    report = watch(version, packed, start=start, stop=stop, thresholds=chosen, test=test)
    if out is not None:
        _write(out, report)
    if as_json:
        print_json(report)
    else:
        from credence.cli.drift_text import drift_text

        click.echo(drift_text(report))
    if report["verdict"]["alarm"]:
        sys.exit(1)


def _write(out: Path, report: dict[str, Any]) -> None:
    from training.report.document.drift_page import drift_page

    numbers = json.dumps(report, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    replace_pages(out, {"drift.html": drift_page(report), "drift.json": numbers})
    say(f"wrote {out / 'drift.html'} and {out / 'drift.json'}")
