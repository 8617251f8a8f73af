"""The true probability of default: what the latent state of a buyer at a month end has in store."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from features.instants import end_of_day
from features.sources.simulator.chain import MONTHS_AHEAD, Chain, at_months, months_to_shock
from features.sources.simulator.fates import NEVER
from features.sources.simulator.health import shock_position
from features.sources.simulator.lags import Lags
from features.sources.simulator.scene import Scene
from features.sources.simulator.window import Flags, Floats, Ints, last_day_of_month, to_dates

__all__ = ["STATES", "buyers_truth"]

STATES = ("pays", "left", "stopped", "ring")
"""What a buyer is at a month end: it pays, has left, has stopped paying, or is a fraud."""

_DAYS_AHEAD = 365
_MONTH_DAYS = 365.25 / 12.0
_DAYS_TO_CLEAR = 60
_PRIOR_WEIGHT = 2.0


def buyers_truth(scene: Scene, chains: Sequence[Chain], lags: Lags, timezone: str) -> pd.DataFrame:
    """Return the true probability of default of every buyer at every month end of the books.

    Parameters
    ----------
    scene : Scene
    chains : sequence of Chain
        See `chain.make_chains`.
    lags : Lags
    timezone : str
        The seller's, in which days end.

    Returns
    -------
    DataFrame
        ``buyer_id``, ``as_of`` (instant), ``true_pd_12m``, ``health``, ``state`` (see `STATES`), from the
        month in which a buyer came.

    Notes
    -----
    Of a buyer that pays, the chance that the definition fires within twelve months is the sum over months k
    of the chance to fail in month k (see `chain`) times the chance that the lag from that failure to the
    default (see `lags`) ends within what is left of the twelve months. Of a buyer that has stopped, it is the
    share of the lags that end within a year among those that have not ended yet. A fraud defaults for sure.
    Public bodies never fail. The month and the size of a shock are part of the law of the world and count
    before it comes; the cycles to come are integrated over.
    """
    window, profiles = scene.window, scene.profiles
    months = np.arange(window.first_month, window.last_month + 1)
    month_end = last_day_of_month(window.months[months].astype("datetime64[D]"))
    months, month_end = months[month_end <= window.end], month_end[month_end <= window.end]
    day = month_end.astype(np.int64)
    since = _stopped_since(scene, day)
    state = _states(scene, day, since)
    pd_12m = _paying(scene, chains, lags, months, state == STATES.index("left"))
    buyer, column = np.nonzero(state == STATES.index("stopped"))
    pd_12m[buyer, column] = _stopped(scene, lags, buyer, since[buyer, column], day[column])
    pd_12m[state == STATES.index("ring")] = 1.0
    pd_12m[profiles.public_body] = 0.0
    joined = profiles.joined.astype("datetime64[D]").astype(np.int64)
    told = joined[:, None] <= day
    buyer, column = np.nonzero(told)
    return pd.DataFrame(
        {
            "buyer_id": profiles.buyer_id[buyer],
            "as_of": end_of_day(pd.Series(to_dates(month_end)), timezone).to_numpy()[column],
            "true_pd_12m": pd_12m[told],
            "health": scene.health.level[:, months][told],
            "state": np.array(STATES, object)[state[told]],
        }
    )


def _stopped_since(scene: Scene, day: Ints) -> Ints:
    """Return the day since which each buyer pays nothing at each of some days; `NEVER` where it pays."""
    since = np.full((len(scene.profiles), len(day)), NEVER)
    for turn in range(scene.fates.stops.shape[1]):
        stops, resumes = scene.fates.stops[:, turn, None], scene.fates.resumes[:, turn, None]
        since = np.where((stops <= day) & (day < resumes), stops, since)
    return since


def _states(scene: Scene, day: Ints, since: Ints) -> Ints:
    has_left = scene.fates.leaves[:, None] + _DAYS_TO_CLEAR <= day
    has_left |= scene.profiles.is_prospect[:, None]
    state = np.where(has_left, STATES.index("left"), STATES.index("pays"))
    state = np.where(since < NEVER, STATES.index("stopped"), state)
    return np.where(scene.profiles.ring[:, None] > 0, STATES.index("ring"), state)


def _paying(scene: Scene, chains: Sequence[Chain], lags: Lags, months: Ints, has_left: Flags) -> Floats:
    own, level = scene.profiles.own_health, scene.health.level[:, months]
    which = months_to_shock(months, shock_position(scene.window, scene.knobs))
    of_buyers = at_months([chain.fails_as_buyer for chain in chains], which, own, level)
    of_all = at_months([chain.fails for chain in chains], which, own, level)
    in_time, stranger = _in_time(lags.as_buyer), _in_time(lags.as_stranger)
    of_buyers[has_left] = 0.0
    return np.asarray((of_buyers * in_time[:, None]).sum(axis=2) + (of_all - of_buyers) @ stranger)


def _in_time(lag: Ints) -> Floats:
    """Return the chance that the default of a failure in month k = 1..12 falls within the twelve months.

    The day of the failure is uniform in its month.
    """
    left = MONTHS_AHEAD - np.arange(1, MONTHS_AHEAD + 1)
    # Reason: the mean over the draws, month by month, keeps the array of all three dimensions from memory.
    by_month = [np.clip(1.0 + months - lag / _MONTH_DAYS, 0.0, 1.0).mean(axis=-1) for months in left]
    return np.stack(by_month, axis=-1)


def _stopped(scene: Scene, lags: Lags, buyer: Ints, since: Ints, day: Ints) -> Floats:
    """Return the share of defaults within a year among lags that go on, drawn to that of all buyers."""
    age = day - since
    own = lags.as_buyer[buyer]
    waits = own > age[:, None]
    fires = (waits & (own <= age[:, None] + _DAYS_AHEAD)).sum(axis=1)
    usual = _pooled(lags.as_buyer, age)
    chance = (fires + _PRIOR_WEIGHT * usual) / (waits.sum(axis=1) + _PRIOR_WEIGHT)
    had_left = scene.fates.leaves[buyer] + _DAYS_TO_CLEAR <= since
    return np.where(had_left, _pooled(lags.as_stranger, age), chance)


def _pooled(lags: Ints, age: Ints) -> Floats:
    """Return the share that ends within a year among all lags above each age."""
    ordered = np.sort(lags, axis=None)
    above = len(ordered) - np.searchsorted(ordered, age, side="right")
    later = len(ordered) - np.searchsorted(ordered, age + _DAYS_AHEAD, side="right")
    return np.asarray((above - later) / np.maximum(above, 1))
