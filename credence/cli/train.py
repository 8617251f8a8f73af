"""``credence train``: learn a model, test it out of time, register it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from credence.cli.common import as_json, folder, load_packed, print_json, say
from credence.cli.timing_text import timing_training_text
from credence.cli.training_text import training_text

__all__ = ["train"]


@click.group()
def train() -> None:
    """Train a model and register a version of it."""


_OPTIONS: Mapping[str, Callable[..., Any]] = {
    "directory": click.argument("directory", metavar="DIR", type=folder, required=False),
    "test_from": click.option("--test-from", metavar="DATE",
                              help="First as_of of the test period [default: the latest fifth]."),
    "final": click.option("--final", is_flag=True,
                          help="Refit the latest tested recipe on every mature subject."),
    "config_file": click.option("--config", "config_file", type=click.Path(dir_okay=False), metavar="FILE",
                                help="Parameters, weights, exclusions and more in YAML; options go before "
                                "it."),
    "print_config": click.option("--print-config", is_flag=True,
                                 help="Print the whole configuration and train nothing."),
    "population_rate": click.option("--population-rate", type=click.FloatRange(0.0001, 0.5), metavar="RATE",
                                    help="Rate of bad outcomes in the population, where the sample's differs "
                                    "from it."),
    "without": click.option("--without", multiple=True, metavar="NAME",
                            help="Leave out a column or a feature; may be repeated."),
    "allow_leak": click.option("--allow-leak", multiple=True, metavar="FEATURE",
                               help="Learn from a feature that separates the outcomes by itself; may be "
                               "repeated."),
    "tune": click.option("--tune", type=click.IntRange(0, 10_000), metavar="TRIALS",
                         help="Search for better trees on the rolling folds; a search that was cut goes on."),
    "tune_minutes": click.option("--tune-minutes", type=click.FloatRange(0, min_open=True), metavar="MINUTES",
                                 help="Budget of the search [default: 10]."),
    "challengers": click.option("--challengers", is_flag=True, default=None,
                                help="Fit and measure other learners beside the model."),
    "seed": click.option("--seed", type=int, metavar="NUMBER", help="[default: 7]"),
    "as_json": as_json,
}  # fmt: skip
"""Options of trainings, in the order of their help."""

_OF_TIMING = ("directory", "test_from", "final", "config_file", "print_config", "without", "seed", "as_json")


def _with(*names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return what adds options to a command."""

    def add(command: Callable[..., None]) -> Callable[..., None]:
        for name in reversed(names):
            command = _OPTIONS[name](command)
        return command

    return add


_shared = _with(*_OPTIONS)


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

    With fewer than 10 defaulted buyers it is prior knowledge, updated by what the seller has seen; from 10
    to 60 trees speak beside it, and from 60 on alone.

    \b
    Example:
      credence train default build/demo/portfolio --population-rate 0.02
    """  # noqa: D301 (click reads the escaped character)
    _run("default", definition=definition, **options)


@train.command()
@_with(*_OF_TIMING)
def timing(**options: Any) -> None:
    """Train the model of pay dates on the ledger in DIR, and back-test its expected receipts.

    \b
    Example:
      credence train timing build/demo/portfolio
    """  # noqa: D301 (click reads the escaped character)
    _run("timing", **options)


def _run(
    model: str,
    directory: str | None,
    test_from: str | None,
    as_json: bool,
    print_config: bool,
    **options: Any,
) -> None:
    from training.options import check_options

    check_options(test_from, options.get("population_rate"), options["without"])
    config = _config(options)
    if print_config:
        print_json(config.model_dump(mode="json")) if as_json else click.echo(config.text, nl=False)
        return
    if directory is None:
        raise click.UsageError("Missing argument 'DIR'.")
    # Reason: MLflow takes seconds to import; a wrong option is told without them.
    from training.home import Home
    from training.registry import Registry
    from training.train import train as learn

    home = Home.from_environment()
    home.check()
    asked = {name: options[name] for name in ("horizon_days", "definition", "final") if name in options}
    result = learn(load_packed(directory), model, test_from=test_from, config=config, say=say, **asked)
    Registry(home).name_portfolio(result.version, str(Path(directory).absolute()))
    if as_json:
        print_json(result.report)
        return
    tell = timing_training_text if model == "timing" else training_text
    click.echo(tell(result.report, result.alias, result.release_id))


def _config(options: dict[str, Any]) -> Any:
    """Return the configuration of the file with the options laid over it."""
    from training.config import TrainConfig

    path = options["config_file"]
    tuning = {"trials": options.get("tune"), "minutes": options.get("tune_minutes")}
    return TrainConfig.load(
        None if path is None else Path(path),
        seed=options["seed"],
        population_rate=options.get("population_rate"),
        without=options["without"] or None,
        challengers=options.get("challengers"),
        tuning={name: value for name, value in tuning.items() if value is not None} or None,
        leaks={"allowed": options["allow_leak"]} if options.get("allow_leak") else None,
    )
