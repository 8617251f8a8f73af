"""Findings of a validation pack by a table of rules, the gravest first."""

from __future__ import annotations

from typing import Any

from training.report import figure_rules, model_rules
from training.report.finding import Pack, Rule, found_by

__all__ = ["RULES", "issues_of"]

RULES: tuple[tuple[str, Rule], ...] = (
    ("parity", model_rules.parity),
    ("performance", figure_rules.calibration),
    ("performance", figure_rules.discrimination),
    ("performance", figure_rules.looks),
    ("performance", figure_rules.coverage),
    ("performance", figure_rules.grades),
    ("performance", figure_rules.segments),
    ("limits_backtest", figure_rules.limits_backtest),
    ("missing_data", model_rules.missing),
    ("explanations", model_rules.explanations),
    ("stability", model_rules.stability),
    ("challengers", model_rules.challengers),
    ("knowledge_time", model_rules.knowledge),
    ("sensitivity", model_rules.stress),
    ("features", model_rules.features),
    ("sign_off", model_rules.people),
    ("lineage", model_rules.lineage),
)
"""By section: the rule that finds what is wrong with it."""


def issues_of(pack: Pack) -> list[dict[str, Any]]:
    """Return the section ``issues``: what the other sections hold that a validator must look at.

    Parameters
    ----------
    pack : mapping
        All other sections.
    """
    return found_by(RULES, pack)
