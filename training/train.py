"""Trains, registers and, where it is the first version of a model, promotes: what the command line calls."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from credit.definition import DefaultDefinition
from features.build import Packed
from features.errors import Refused
from features.instants import start_of_day
from training.config import TrainConfig
from training.further import with_further_figures
from training.home import Home
from training.looks import look_at_test
from training.options import check_options
from training.pipelines import PIPELINES
from training.registry import Registry, Version
from training.releases import policy_of, promote, served_versions
from training.run import Recipe
from training.subjects import Outcome
from training.timing.subjects import HORIZON_DAYS

__all__ = ["Result", "train"]

DEFAULT_HORIZON_DAYS = 30


@dataclass(frozen=True)
class Result:
    """What a training gave.

    Parameters
    ----------
    version : Version
    alias : {"champion", "candidate"}
    release_id : str
        Release that serves the version; empty for a candidate.
    report : mapping
        The object that ``--json`` prints.
    """

    version: Version
    alias: str
    release_id: str
    report: Mapping[str, Any]


def train(  # noqa: PLR0913  (all that a caller may choose, by name)
    packed: Packed,
    model: str,
    *,
    home: Home | None = None,
    horizon_days: int | None = None,
    definition: str | Path | None = None,
    test_from: str | None = None,
    final: bool = False,
    config: TrainConfig | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Result:
    """Train a model and register it; the first version in a home that passes becomes champion, released.

    Parameters
    ----------
    packed : Packed
    model : {"late", "default", "timing"}
    home : Home, optional
        Default: ``CREDENCE_HOME``.
    horizon_days : int, optional
        k of a late model; default 30.
    definition : str or Path, optional
        Default definition in YAML; default the shipped one.
    test_from : str, optional
        First day of the test period.
    final : bool
        Refit the recipe of the latest tested version of this outcome (one is trained first if there is none).
    config : TrainConfig, optional
        A refit takes its twin's; of one that is given, only a population rate counts then.
    say : callable
        Told what is going on.

    Raises
    ------
    InputError
        Another seller's portfolio, or one without the tables that it takes.
    Refused
        Too short a history.
    """
    check_options(test_from)
    home = home or Home.from_environment()
    seller = packed.portfolio.seller
    start = None if test_from is None else start_of_day(test_from, seller.timezone)
    recipe = Recipe(_outcome(model, horizon_days, definition), start, config or TrainConfig())
    with home.locked():
        home.claim(seller.seller_id)
        # Reason: the first version is released with it; a broken one is told before anything is learned.
        policy_of(home)
        registry = Registry(home)
        if registry.sweep(model):
            say("removed what an earlier training left that was cut while it registered its version")
        if not final:
            return _tested(registry, packed, recipe, say)
        return _final(registry, packed, recipe, horizon_days is not None or model != "late", say)


def _outcome(model: str, horizon_days: int | None, definition: str | Path | None) -> Outcome:
    if model == "default":
        return Outcome(
            "default", definition=DefaultDefinition.load(None if definition is None else Path(definition))
        )
    if model == "timing":
        return Outcome("timing", HORIZON_DAYS)
    return Outcome("late", DEFAULT_HORIZON_DAYS if horizon_days is None else horizon_days)


def _tested(registry: Registry, packed: Packed, recipe: Recipe, say: Callable[[str], None]) -> Result:
    with tempfile.TemporaryDirectory() as temporary:
        searches = registry.home.path / "searches.db"
        fit = PIPELINES[recipe.outcome.model].tested
        run = fit(packed, recipe, Path(temporary) / "model", say, None, searches)
        run = with_further_figures(registry, packed, run, say)
        report = {**run.metrics, "outcome": run.model.spec.outcome, "in_sample": False, "tested_twin": None}
        report["looks"] = look_at_test(registry.home, run)
        version = registry.register(run, recipe, report, {})
    shown = {name: part for name, part in run.evaluation.items() if name not in report and name != "curves"}
    return _published(registry, version, {**report, **shown}, say)


def _final(
    registry: Registry, packed: Packed, recipe: Recipe, same_outcome: bool, say: Callable[[str], None]
) -> Result:
    twin = _latest_tested(registry, recipe, same_outcome)
    if twin is None:
        say("no tested version yet: training one first")
        twin = _tested(registry, packed, recipe, say).version
    refit = _recipe_of(twin, recipe)
    if _asks_for_another(recipe, refit):
        say(f"a refit takes the recipe of {twin.name}: other options than a population rate do not count")
    with tempfile.TemporaryDirectory() as temporary:
        fit, shape = PIPELINES[refit.outcome.model].final, json.loads(twin.tags["shape"])
        run = fit(packed, refit, shape, Path(temporary) / "model", say)
        report = {**twin.metrics, "tested_twin": twin.name}
        version = registry.register(run, refit, report, {"tested_twin": twin.name})
    return _published(registry, version, report, say)


def _latest_tested(registry: Registry, recipe: Recipe, same_outcome: bool) -> Version | None:
    for version in registry.versions(recipe.outcome.model):
        if version.tags["kind"] == "tested" and (
            not same_outcome or version.tags["outcome"] == recipe.outcome.tag
        ):
            return version
    return None


def _recipe_of(twin: Version, asked: Recipe) -> Recipe:
    """Return the twin's recipe; a population rate that was asked for anew replaces the twin's."""
    stored = Recipe.from_json(json.loads(twin.tags["recipe"]))
    rate = asked.config.population_rate
    if rate is None:
        return stored
    return replace(stored, config=stored.config.model_copy(update={"population_rate": rate}))


def _asks_for_another(asked: Recipe, refit: Recipe) -> bool:
    """Whether options were named, beside a population rate, that are not those of the refit."""
    rate = refit.config.population_rate
    wanted = asked.test_from, asked.config.model_copy(update={"population_rate": rate})
    return wanted not in ((refit.test_from, refit.config), (None, TrainConfig(population_rate=rate)))


def _published(
    registry: Registry, version: Version, report: Mapping[str, Any], say: Callable[[str], None]
) -> Result:
    whole = {"model": version.model, "version": version.number, **report}
    # Reason: somebody may have dropped the alias in MLflow while a release goes on serving the model.
    if registry.has_champion(version.model) or version.model in served_versions(registry):
        registry.set_alias(version, "candidate")
        say(f"{version.name} is a candidate: `credence models promote {version.name}` puts it in force")
        return Result(version, "candidate", "", whole)
    try:
        release_id, _ = promote(registry, version, first=True)
    except Refused as error:
        registry.set_alias(version, "candidate")
        say(f"{version.name} is a candidate, and nothing serves: {error}")
        return Result(version, "candidate", "", whole)
    return Result(version, "champion", release_id, whole)
