"""Two versions on the same subjects: those of a portfolio, or the test subjects that were kept with both."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd

from credit.model import RiskModel
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
from training.versions import Version

__all__ = ["pair_for", "pair_on"]


def pair_for(registry: Registry, version: Version, champion: Version, packed: Packed | None) -> Pair | str:
    """Return the evidence on which a version is held against the champion, or why there is none.

    A refit is spoken for by its tested twin, so that there are subjects that it was not fitted on.
    """
    if version.judged_by == champion.judged_by or version.tags["outcome"] != champion.tags["outcome"]:
        return "no comparison"
    if packed is not None:
        check_seller(version.tags["seller_id"], packed)
    tested = registry.version(version.judged_by), registry.version(champion.judged_by)
    if packed is not None:
        try:
            return pair_on(registry, *tested, packed, by="promote")[0]
        except InputError as error:
            return str(error)
    kept = [registry.test_subjects(each) for each in tested]
    for each, scored in zip(tested, kept, strict=True):
        if scored is None:
            return f"no test subjects were kept with {each.name}: name DIR, which both can score"
    pair = pair_of(kept[0], kept[1])  # type: ignore[arg-type]
    return pair or "their tests share no subjects: name DIR, which both can score"


def pair_on(registry: Registry, a: Version, b: Version, packed: Packed, *, by: str) -> tuple[Pair, int]:
    """Return both models' probabilities of the mature subjects that neither was fitted on, and earlier looks.

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
    models = [a.load(), b.load()]
    for model in models:
        check_seller(model.spec.seller_id, packed)
    inside = _subjects(packed, (a, b), models)
    values = build_packed(packed, inside)
    keep = np.ones(len(inside), bool)
    for flag in {flag for version in (a, b) for flag in _recipe(version).config.exclude}:
        keep &= (values[flag] != 1.0).to_numpy()
    said = [model.predict(values, contributions=False).probability for model in models]
    keep &= ~np.isnan(said[0]) & ~np.isnan(said[1])
    if not keep.any():
        raise InputError.of("subjects that both versions can score", "none", _STEP)
    chosen = inside[keep]
    timezone = packed.portfolio.seller.timezone
    stop = day_after(chosen["as_of"].max(), timezone)
    days = [date_text(moment, timezone) for moment in (chosen["as_of"].min(), stop)]
    outcome, hashed = models[0].spec.outcome, data_hash(packed)
    looks = looks_before(registry.home, by, outcome, hashed, dict(zip(("from", "to"), days, strict=True)))
    source = f"{len(chosen)} subjects of the portfolio from {days[0]} to {days[1]}"
    outcomes, buyers = chosen["outcome"].to_numpy(np.float64), chosen["buyer_id"].to_numpy()
    return Pair(outcomes, said[0][keep], said[1][keep], buyers, source), looks


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
