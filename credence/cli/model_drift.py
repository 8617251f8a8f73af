"""``credence models drift``: whether today's subjects are still those that a model was trained on."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from credence.cli.common import as_json, folder, load_packed, print_json, say
from credence.cli.output import check_pages, replace_pages

if TYPE_CHECKING:
    from training.drift_thresholds import Thresholds

__all__ = ["drift"]


@click.command()
@click.argument("model")
@click.argument("directory", metavar="[DIR]", type=folder, required=False)
@click.option(
    "--samples",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Look at what a service kept of its answers (CREDENCE_SAMPLES) instead of DIR; days are of UTC.",
)
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
    directory: str | None,
    samples: Path | None,
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

    With --samples those are the answers that a service gave: scores, and the inputs of explained ones. Other
    versions, models that were not asked and broken lines are counted and left out.

    \b
    Example:
      credence models drift late@champion build/demo/portfolio --from 2026-01-01 --out build/drift
      credence models drift default@champion build/demo/portfolio --threshold psi=0.2 --threshold inputs=10
      credence models drift default@champion --samples /var/lib/credence/samples --from 2026-07-01
    """  # noqa: D301 (click reads the escaped character)
    from training.drift_thresholds import Thresholds
    from training.options import check_days

    _check_one(directory, samples)
    chosen = Thresholds.of(thresholds)
    check_days(start, stop)
    if out is not None:
        check_pages(out)
    if samples is None:
        report = _of_books(model, directory, (start, stop), chosen)
    else:
        report = _of_samples(model, samples, (start, stop), chosen)
    if out is not None:
        _write(out, report)
    if as_json:
        print_json(report)
    else:
        from credence.cli.drift_text import drift_text

        click.echo(drift_text(report))
    if report["verdict"]["alarm"]:
        sys.exit(1)


def _check_one(directory: str | None, samples: Path | None) -> None:
    from features.errors import InputError

    if (directory is None) == (samples is None):
        found = "neither" if samples is None else "both"
        raise InputError.of("DIR or --samples FOLDER", found, "name the books, or a service's samples")


def _of_books(
    model: str, directory: str | None, days: tuple[str | None, str | None], thresholds: Thresholds
) -> dict[str, Any]:
    from training.drift import drift as watch
    from training.home import Home
    from training.registry import Registry

    registry = Registry(Home.from_environment())
    version = registry.version(model)
    packed = load_packed(str(directory))
    test = registry.test_subjects(version)
    return watch(version, packed, start=days[0], stop=days[1], thresholds=thresholds, test=test)


def _of_samples(
    model: str, samples: Path, days: tuple[str | None, str | None], thresholds: Thresholds
) -> dict[str, Any]:
    from training.home import Home
    from training.registry import Registry
    from training.served_drift import served_drift

    version = Registry(Home.from_environment()).version(model)
    return served_drift(version, samples, start=days[0], stop=days[1], thresholds=thresholds)


def _write(out: Path, report: dict[str, Any]) -> None:
    from training.report.document.drift_page import drift_page

    numbers = json.dumps(report, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    replace_pages(out, {"drift.html": drift_page(report), "drift.json": numbers})
    say(f"wrote {out / 'drift.html'} and {out / 'drift.json'}")
