"""The timing model's probability of late payment beside the late model's, on the same test subjects."""

from __future__ import annotations

from typing import Any

from features.build import Packed
from features.errors import InputError
from features.instants import start_of_day
from training.registry import Registry
from training.timing.against_late import against_late
from training.versions import Version

__all__ = ["MOST_COMPARED", "beside_late", "champion_of"]

MOST_COMPARED = 5_000
"""Invoices on which both are compared at most, drawn at random."""

_FIGURES = ("timing", "late", "base_rate", "mean_difference", "correlation", "rank_correlation", "difference")


def beside_late(registry: Registry, packed: Packed, timing: Version, late: Version) -> dict[str, Any]:
    """Return P(unpaid at due + k) of a timing version held against that of a late version.

    Parameters
    ----------
    registry : Registry
    packed : Packed
    timing, late : Version
        Of a refit its tested twin is measured.

    Returns
    -------
    dict
        As `training.report.late_figures.BesideLate`: subjects are those of both test periods that
        neither tested model was fitted on and both can speak of.
    """
    tested = [registry.version(version.judged_by) for version in (timing, late)]
    timezone = packed.seller.timezone
    ends = {end: [start_of_day(one.metrics[end], timezone) for one in tested] for end in ("from", "to")}
    start, stop = max(ends["from"]), min(ends["to"])
    told: dict[str, Any] = dict.fromkeys(_FIGURES) | {"horizon_days": tested[1].load().spec.horizon_days}
    told |= {"status": "no_overlap", "subjects": 0}
    if start < stop:
        told |= against_late(packed, tested[0].load_timing(), tested[1].load(), start, stop, MOST_COMPARED)
    days = [max(one.metrics["from"] for one in tested), min(one.metrics["to"] for one in tested)]
    return {"timing_version": timing.name, "late_version": late.name, "test_from": days[0],
            "test_to": days[1], **told}  # fmt: skip


def champion_of(registry: Registry, model: str) -> Version | None:
    """Return the version of a model in force; None where there is none, or its files were changed."""
    name = registry.champion(model)
    if not name:
        return None
    version = registry.version(name)
    try:
        version.spec  # noqa: B018  (loads it, which checks its files)
    except InputError:
        return None
    return version
