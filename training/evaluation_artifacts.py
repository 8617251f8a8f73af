"""An evaluation as figures, tables and an object, by the name under which a run keeps each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from training.plots import (
    calibration_bins_plot,
    ks_plot,
    months_plot,
    roc_band_plot,
    score_distribution_plot,
)
from training.segments import segment_table

__all__ = ["evaluation_artifacts"]

_FIGURES: dict[str, Callable[[Any, str], Figure]] = {
    "roc": roc_band_plot,
    "ks": ks_plot,
    "calibration": calibration_bins_plot,
    "score_distribution": score_distribution_plot,
    "months": months_plot,
}
"""By curve of the evaluation: how it is drawn."""


def evaluation_artifacts(
    report: Mapping[str, Any], title: str = ""
) -> dict[str, Figure | pd.DataFrame | dict[str, Any]]:
    """Return what a run keeps of an evaluation.

    Parameters
    ----------
    report : mapping
        Of `training.evaluation.evaluation_of`.
    title : str
        Above each figure, such as ``late_30, test from 2025-01-01``.

    Returns
    -------
    dict
        ``evaluation.json`` (an object), ``figures/*.png`` (those that can be drawn: a period with one outcome
        has no ROC curve) and ``tables/*.json`` (DataFrames): ``metrics``, ``views``, ``segments``,
        ``calibration``, ``months``, and of a default model ``grades`` and ``cohorts``.
    """
    curves = report["curves"]
    figures = {
        f"figures/{name}.png": draw(curves[name], title) for name, draw in _FIGURES.items() if curves[name]
    }
    tables = {f"tables/{name}.json": table for name, table in _tables(report).items() if len(table)}
    return {"evaluation.json": dict(report), **figures, **tables}


def _tables(report: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    metrics = [{"metric": name, **told} for name, told in report["metrics"].items()]
    views = {name: [{"category": name, **told}] for name, told in report["views"].items()}
    months = {"month": [{"category": row["month"], **row} for row in report["curves"]["months"]]}
    cohorts = report["cohorts"] or {"grades": [], "cohorts": []}
    return {
        "metrics": pd.DataFrame(metrics),
        "views": segment_table(views).drop(columns="category").rename(columns={"segment": "view"}),
        "segments": segment_table(report["segments"]),
        "calibration": pd.DataFrame(report["curves"]["calibration"]),
        "months": segment_table(months).drop(columns=["segment", "category"]),
        "grades": pd.DataFrame(cohorts["grades"]),
        "cohorts": pd.DataFrame(cohorts["cohorts"]),
    }
