"""``credence train``: learn a model, test it out of time, register it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from credence.cli.common import as_json, folder, load_packed, metrics_table, print_json, say

__all__ = ["train"]


@click.group()
def train() -> None:
    """Train a model and register a version of it."""


def _shared(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that all models have."""
    for option in reversed([
        click.argument("directory", metavar="DIR", type=folder),
        click.option("--test-from", metavar="DATE",
                     help="First as_of of the test period [default: the latest fifth]."),
        click.option("--final", is_flag=True, help="Refit the latest tested recipe on every mature subject."),
        click.option("--population-rate", type=click.FloatRange(0.0001, 0.5),
                     metavar="RATE",
                     help="Rate of bad outcomes in the population, where the sample's differs from it."),
        click.option("--without", multiple=True, metavar="NAME",
                     help="Leave out a column or a feature; may be repeated."),
        click.option("--seed", type=int, default=7, show_default=True),
        as_json,
    ]):  # fmt: skip
        command = option(command)
    return command


@train.command()
@click.option("--horizon", "horizon_days", type=click.IntRange(0, 365), default=None, metavar="DAYS",
              help="Late means unpaid this many days after the due date [default: 30].")  # fmt: skip
@_shared
def late(horizon_days: int | None, **options: Any) -> None:
    """Train the model of late payment on the ledger in DIR.

    \b
    Example:
      credence train late build/demo/portfolio --test-from 2025-07-01
    """  # noqa: D301 (click reads the escaped character)
    _run("late", horizon_days=horizon_days, **options)


@train.command()
@click.option(
    "--definition", type=click.Path(dir_okay=False), metavar="FILE", help="Default definition in YAML."
)
@_shared
def default(definition: str | None, **options: Any) -> None:
    """Train the model of default within 12 months on the portfolio in DIR.

    \b
    Example:
      credence train default build/demo/portfolio --population-rate 0.02
    """  # noqa: D301 (click reads the escaped character)
    _run("default", definition=definition, **options)


def _run(model: str, directory: str, as_json: bool, **options: Any) -> None:
    from training.options import check_options

    check_options(options["test_from"], options["population_rate"], options["without"])
    # Reason: MLflow takes seconds to import; a wrong option is told without them.
    from training.home import Home
    from training.train import train as learn

    Home.from_environment().check()
    result = learn(load_packed(directory), model, say=say, **options)
    if as_json:
        print_json(result.report)
        return
    click.echo(_text(result))


def _text(result: Any) -> str:
    report = result.report
    kind = (
        "refit on every mature subject; tested twin " + report["tested_twin"]
        if report["tested_twin"]
        else "tested"
    )
    lines = [
        f"{report['model']}@{report['version']} ({report['outcome']}, {kind}) is now {result.alias}",
        f"test {report['from']} to {report['to']}: n = {report['n']}, cannot say {report['cannot_say']}, "
        f"rate {report['base_rate']:.2%}",
        metrics_table(report["metrics"]),
    ]
    if result.release_id:
        lines.append(f"release {result.release_id} serves it")
    return "\n".join(lines)
