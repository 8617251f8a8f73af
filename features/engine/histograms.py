"""Histograms of a sweep: counts by bin and by block of bins, and the percentiles that they give."""

from __future__ import annotations

import numpy as np

from features.engine.kernel import inlined, kernel

__all__ = ["BLOCK", "bin_at", "count_in", "percentile"]

BLOCK = 32
"""Bins of a histogram that are also counted together."""


@inlined
def count_in(sweep, histogram, place, times):  # type: ignore[no-untyped-def]
    """Add (`times` = 1) or take out (-1) a fact in a bin."""
    sweep.counts[histogram, place] += times
    sweep.blocks[histogram, place // BLOCK] += times


@kernel
def percentile(sweep, histogram, percent, total):  # type: ignore[no-untyped-def]
    """Return a percentile of the bins of `total` facts in a histogram, interpolated between ranks."""
    if total == 0:
        return np.nan
    rank = percent * (total - 1)
    low = rank // 100
    share = (rank - 100 * low) / 100.0
    value = float(bin_at(sweep, histogram, low))
    if share > 0.0:
        value += (bin_at(sweep, histogram, low + 1) - value) * share
    return value


@kernel
def bin_at(sweep, histogram, rank):  # type: ignore[no-untyped-def]
    """Return the bin of the fact at a rank, counted from 0."""
    block = 0
    while rank >= sweep.blocks[histogram, block]:
        rank -= sweep.blocks[histogram, block]
        block += 1
    place = block * BLOCK
    while rank >= sweep.counts[histogram, place]:
        rank -= sweep.counts[histogram, place]
        place += 1
    return place
