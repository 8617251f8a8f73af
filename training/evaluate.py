"""Measures a registered version on a portfolio, and refuses subjects that it was fitted on."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd

from credit.definition import DefaultDefinition
from credit.model import RiskModel
from credit.release import TIMING
from credit.timing.model import TimingModel
from features.build import Packed, build_packed
from features.errors import InputError
from features.instants import start_of_day
from training.further import late_champion
from training.home import Home
from training.looks import looks_before
from training.options import check_days
from training.period import period_metrics
from training.periods import day_after
from training.pipeline import data_hash
from training.registry import Registry
from training.run import Recipe
from training.subjects import Outcome, sample_of
from training.timing.evaluate import evaluate_timing
from training.unseen import check_mature, check_unseen
from training.versions import Version

__all__ = ["check_seller", "evaluate", "period_of"]


def evaluate(  # noqa: PLR0913  (all that a caller may choose, by name)
    version: Version,
    packed: Packed,
    *,
    start: str | None = None,
    stop: str | None = None,
    in_sample: bool = False,
    definition: DefaultDefinition | None = None,
    home: Home | None = None,
) -> dict[str, Any]:
    """Return the metrics of a version on mature subjects with ``start <= as_of < stop``.

    Parameters
    ----------
    version : Version
    packed : Packed
    start, stop : str, optional
        Dates; default: where the version's test starts (a refit: after its last subject), and the end.
    in_sample : bool
        Accept subjects that the version was fitted on.
    definition : DefaultDefinition, optional
        Default: the one that the model was trained with; another is refused.
    home : Home, optional
        Records the look, so that the report tells ``looks``: how often the period was looked at before.

    Raises
    ------
    InputError
        Another seller's portfolio, no subjects in the period, another definition than the model's, or
        subjects that the model was fitted on.
    """
    check_seller(version.spec.seller_id, packed)
    if version.is_timing:
        return _timing(version, packed, (start, stop), in_sample, home)
    model = version.load()
    outcome = _outcome(version, model, definition)
    first, last = period_of(version, model, packed, start, stop)
    subjects = sample_of(packed, outcome).subjects
    inside = subjects[(subjects["as_of"] >= first) & (subjects["as_of"] < last)]
    check_mature(len(inside))
    remembers = check_unseen(model, inside, in_sample=in_sample)
    probability = model.predict(build_packed(packed, inside), contributions=False).probability
    report = period_metrics(
        inside.assign(probability=probability), first, last, packed.portfolio.seller.timezone
    )
    told = {
        "model": version.model,
        "version": version.number,
        "outcome": model.spec.outcome,
        **report,
        "in_sample": remembers,
    }
    if home is None:
        return told
    looks = looks_before(home, "evaluate", model.spec.outcome, data_hash(packed), report)
    return {**told, "looks": looks}


def _timing(
    version: Version,
    packed: Packed,
    days: tuple[str | None, str | None],
    in_sample: bool,
    home: Home | None,
) -> dict[str, Any]:
    period = period_of(version, version.load_timing(), packed, *days)
    late = None if home is None else late_champion(Registry(home))
    report = evaluate_timing(version, packed, period, in_sample=in_sample, late=late)
    told = {"model": version.model, "version": version.number, "outcome": version.tags["outcome"], **report}
    if home is None:
        return told
    return {**told, "looks": looks_before(home, "evaluate", TIMING, data_hash(packed), report)}


def check_seller(seller_id: str, packed: Packed) -> None:
    """Refuse another seller's portfolio (InputError)."""
    found = packed.portfolio.seller.seller_id
    if found != seller_id:
        step = "set CREDENCE_HOME to the home of this seller"
        raise InputError.of(f"a portfolio of seller '{seller_id}'", f"one of '{found}'", step)


def _outcome(version: Version, model: RiskModel, definition: DefaultDefinition | None) -> Outcome:
    recorded = Recipe.from_json(json.loads(version.tags["recipe"])).outcome
    if recorded.definition is None:
        return recorded
    definition = definition or recorded.definition
    if definition.hash != model.spec.definition_hash:
        step = "evaluate with the definition that the model was trained with"
        raise InputError.of(f"definition {model.spec.outcome}", f"{definition.tag} of other content", step)
    return Outcome("default", definition=definition)


def period_of(
    version: Version,
    model: RiskModel | TimingModel,
    packed: Packed,
    start: str | None = None,
    stop: str | None = None,
) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the period that is asked for; by default from where the version's test starts to the end."""
    timezone = packed.portfolio.seller.timezone
    check_days(start, stop)
    first = None if start is None else start_of_day(start, timezone)
    last = None if stop is None else start_of_day(stop, timezone)
    if first is None:
        tested_from = None if model.spec.final else version.metrics.get("from")
        fitted_until = pd.Timestamp(model.spec.fitted_until)
        first = (
            day_after(fitted_until, timezone) if tested_from is None else start_of_day(tested_from, timezone)
        )
    return first, last or day_after(packed.portfolio.observed_until, timezone)
