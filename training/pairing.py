"""Two versions on the same subjects: those of a portfolio, or the test subjects that were kept with both."""

from __future__ import annotations

import json

import numpy as np
import numpy.typing as npt
import pandas as pd

from credit.model import RiskModel
from credit.release import TIMING
from features.build import Packed, build_packed
from features.errors import InputError
from training.evaluate import check_seller, period_of
from training.looks import looks_before
from training.periods import date_text, day_after
from training.pipeline import data_hash
from training.registry import Registry
from training.run import Recipe
from training.subjects import sample_of
from training.tested import Pair, pair_of
from training.timing.evaluate import period_subjects
from training.timing.kept import counted_days
from training.timing.measure import is_mature, scored
from training.versions import Version

__all__ = ["pair_for", "pair_on"]

Floats = npt.NDArray[np.float64]

Chosen = tuple[pd.DataFrame, tuple[Floats, Floats], str]
"""Subjects with ``outcome``, what each version says of them, and the tag of the outcome."""


def pair_for(registry: Registry, version: Version, champion: Version, packed: Packed | None) -> Pair | str:
    """Return the evidence on which a version is held against the champion, or why there is none.

    A refit is spoken for by its tested twin, so that there are subjects that it was not fitted on.
    """
    if version.judged_by == champion.judged_by or version.tags["outcome"] != champion.tags["outcome"]:
        return "no comparison"
    tested = registry.version(version.judged_by), registry.version(champion.judged_by)
    if packed is not None:
        try:
            return pair_on(registry, *tested, packed, by="promote")[0]
        except InputError as error:
            return str(error)
    kept = [registry.test_subjects(each) for each in tested]
    for each, subjects in zip(tested, kept, strict=True):
        if subjects is None:
            return f"no test subjects were kept with {each.name}: name DIR, which both can score"
    pair = pair_of(kept[0], kept[1])  # type: ignore[arg-type]
    return pair or "their tests share no subjects: name DIR, which both can score"


def pair_on(registry: Registry, a: Version, b: Version, packed: Packed, *, by: str) -> tuple[Pair, int]:
    """Return what both say of the mature subjects that neither was fitted on, and the looks before.

    Risk models say probabilities, timing models days from due.

    Parameters
    ----------
    registry : Registry
    a, b : Version
        Of one outcome and one definition.
    packed : Packed
    by : str
        Who looks, for the record.

    Raises
    ------
    InputError
        Another seller's portfolio, or no subject that both can score.
    """
    for version in (a, b):
        check_seller(version.spec.seller_id, packed)
    score = _scored_dates if a.is_timing else _scored_risks
    chosen, said, tag = score(packed, a, b)
    timezone = packed.portfolio.seller.timezone
    stop = day_after(chosen["as_of"].max(), timezone)
    days = [date_text(moment, timezone) for moment in (chosen["as_of"].min(), stop)]
    period, hashed = dict(zip(("from", "to"), days, strict=True)), data_hash(packed)
    looks = looks_before(registry.home, by, tag, hashed, period)
    source = f"{len(chosen)} subjects of the portfolio from {days[0]} to {days[1]}"
    outcomes, buyers = chosen["outcome"].to_numpy(np.float64), chosen["buyer_id"].to_numpy()
    return Pair(outcomes, *said, buyers, source), looks


def _scored_risks(packed: Packed, a: Version, b: Version) -> Chosen:
    models = [a.load(), b.load()]
    inside = _subjects(packed, (a, b), models)
    values = build_packed(packed, inside)
    keep = np.ones(len(inside), bool)
    for flag in {flag for version in (a, b) for flag in _recipe(version).config.exclude}:
        keep &= (values[flag] != 1.0).to_numpy()
    said = [model.predict(values, contributions=False).probability for model in models]
    keep &= ~np.isnan(said[0]) & ~np.isnan(said[1])
    if not keep.any():
        raise InputError.of("subjects that both versions can score", "none", _STEP)
    return inside[keep], (said[0][keep], said[1][keep]), models[0].spec.outcome


def _scored_dates(packed: Packed, a: Version, b: Version) -> Chosen:
    """Return subjects with the day that each was paid on, and the days that both versions say."""
    models = [version.load_timing() for version in (a, b)]
    timezone = packed.portfolio.seller.timezone
    periods = [period_of(version, model, packed) for version, model in zip((a, b), models, strict=True)]
    inside = period_subjects(packed, a, (max(start for start, _ in periods), periods[0][1]))
    if len(inside):
        fitted = models[0].was_fitted_on(inside) | models[1].was_fitted_on(inside)
        inside = inside[~fitted & is_mature(inside)].reset_index(drop=True)
    if not len(inside):
        raise InputError.of("mature subjects that neither version was fitted on", "none", _STEP)
    values = build_packed(packed, inside)
    told = [scored(packed, inside, model.predict(values, inside, timezone)) for model in models]
    known = (told[0]["status"] == "ok") & (told[1]["status"] == "ok")
    counted = [counted_days(each[known]) for each in told]
    if not len(counted[0]):
        raise InputError.of("subjects that both versions can score", "none", _STEP)
    first, second = (each["probability"].to_numpy(np.float64) for each in counted)
    return counted[0], (first, second), TIMING


_STEP = "name a portfolio with later books, or compare their tested twins"


def _subjects(packed: Packed, versions: tuple[Version, Version], models: list[RiskModel]) -> pd.DataFrame:
    subjects = sample_of(packed, _recipe(versions[0]).outcome).subjects
    starts = [period_of(version, model, packed)[0] for version, model in zip(versions, models, strict=True)]
    inside = subjects[subjects["as_of"] >= max(starts)]
    fitted = np.zeros(len(inside), bool)
    for model in models:
        fitted |= model.was_fitted_on(inside) if len(inside) else fitted
    if fitted.all():
        raise InputError.of("mature subjects that neither version was fitted on", "none", _STEP)
    return inside[~fitted].reset_index(drop=True)


def _recipe(version: Version) -> Recipe:
    return Recipe.from_json(json.loads(version.tags["recipe"]))
