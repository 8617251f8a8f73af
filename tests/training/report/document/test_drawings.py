"""Figures inside the page."""

from __future__ import annotations

import re
import warnings

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from training.plots import roc_band_plot, score_distribution_plot
from training.report.document.drawings import drawn

GRID = np.linspace(0.0, 1.0, 21)


def roc() -> Figure:
    return roc_band_plot(
        {"flagged_good": GRID, "flagged_bad": GRID**0.3, "low": GRID**0.4, "high": GRID**0.2}, ""
    )


def scores() -> Figure:
    told = {"edges": [0.01, 0.1, 0.5, 0.9], "bad": [0.1, 0.2, 0.7], "good": [0.6, 0.3, 0.1]}
    return score_distribution_plot(told, "甲 <i>&")


def test_the_same_figure_gives_the_same_bytes() -> None:
    assert drawn(roc, "ROC") == drawn(roc, "ROC")


def test_text_stays_text_and_is_escaped() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        svg = drawn(scores, "scores")
    assert "甲 &lt;i&gt;&amp;</text>" in svg
    assert "Noto Sans CJK SC" in svg


def test_it_brings_no_style_date_or_name_that_another_could_have() -> None:
    both = drawn(roc, "one") + drawn(scores, "two")
    assert not re.search(r"<style|<metadata|<\?xml|<!--|<!DOCTYPE", both)
    names = re.findall(r' id="([^"]+)"', both)
    assert names
    assert all(f'"#{name}"' in both or f"url(#{name})" in both for name in names)


def test_settings_of_others_stay() -> None:
    before = dict(mpl.rcParams)
    drawn(roc, "ROC")
    assert dict(mpl.rcParams) == before


def test_it_has_the_size_that_was_asked_for() -> None:
    assert 'viewBox="0 0 288 144"' in drawn(roc, "ROC", (4.0, 2.0))
