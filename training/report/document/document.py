"""The validation pack as one page: from its numbers alone, so that the same numbers give the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from training.report.document.checks import challengers, implementation
from training.report.document.duties import approvals, limitations, monitoring
from training.report.document.explained import explanations
from training.report.document.first_page import first_page, title_of
from training.report.document.frame import Section, page
from training.report.document.inputs import all_features, bins, features
from training.report.document.levels import calibration, cohorts, months
from training.report.document.limits import limits_backtest
from training.report.document.markup import Html
from training.report.document.origins import data, definition, hashes
from training.report.document.shocks import shocks, states
from training.report.document.stable import all_stability, stability
from training.report.document.strength import all_segments, ranking
from training.report.document.told import Told
from training.report.document.use import identity, method, purpose, sample

__all__ = ["SECTIONS", "document"]


def document(pack: Mapping[str, Any]) -> str:
    """Return a validation pack as HTML that loads nothing; whatever comes from a customer's data is escaped.

    Parameters
    ----------
    pack : mapping
        Of `training.report.sections.Pack`, as JSON has it.

    Returns
    -------
    str
        Each value of the pack that is shown names its place: ``data-path`` is its JSON pointer.
    """
    told = Told(dict(pack))
    sections = [
        Section(name, title, build(told), number, is_fresh=number == _APPENDIX[0][0])
        for number, name, title, build in (*SECTIONS, *_APPENDIX)
    ]
    manifest = told["lineage"]["hashes"]["manifest"].text[:16]
    foot = f"{told['identity']['name'].text} · manifest {manifest} · numbers in validation.json"
    return page(title_of(told), first_page(told), sections, foot=foot)


SECTIONS: tuple[tuple[str, str, str, Callable[[Told], Html]], ...] = (
    ("1", "purpose", "Purpose, users and limits of use", purpose),
    ("2", "identity", "Inventory record", identity),
    ("3", "data", "Data and lineage", data),
    ("4", "definition", "Definition of bad and its sensitivity", definition),
    ("5", "sample", "Sample, windows and exclusions", sample),
    ("6", "method", "Method", method),
    ("7", "features", "Features", features),
    ("8", "performance", "Discrimination out of time", ranking),
    ("9", "calibration", "Calibration", calibration),
    ("10", "stability", "Stability", stability),
    ("11", "explanations", "Explanations", explanations),
    ("12", "sensitivity", "Stress, missing data and knowledge time", shocks),
    ("13", "policy", "Limits and policy", limits_backtest),
    ("14", "limitations", "Limitations and issues", limitations),
    ("15", "challengers", "Challengers", challengers),
    ("16", "parity", "Training equals serving", implementation),
    ("17", "monitoring", "Monitoring plan", monitoring),
    ("18", "approvals", "Changes, approvals, signatures", approvals),
)
"""By number: address, title and what is in it; the order of the standards on model risk."""

_APPENDIX: tuple[tuple[str, str, str, Callable[[Told], Html]], ...] = (
    ("A1", "all-features", "All features", all_features),
    ("A2", "bins", "Bins of the leading features", bins),
    ("A3", "all-segments", "All segments", all_segments),
    ("A4", "all-months", "All months", months),
    ("A5", "cohorts", "Cohorts", cohorts),
    ("A6", "all-stability", "Stability of all features", all_stability),
    ("A7", "states", "Stress by information state", states),
    ("A8", "hashes", "Hashes, libraries and recipe", hashes),
)
