"""Verdicts of the first page."""

from __future__ import annotations

from typing import Any

import pytest

from training.report.document.first_page import first_page
from training.report.document.told import Told
from training.report.document.verdicts import AREAS, color_of, overall
from training.report.issues import RULES


@pytest.mark.parametrize(
    ("severities", "color", "advice"),
    [
        (["low", "medium", "high"], "red", "Not to be signed"),
        (["low", "medium"], "amber", "on conditions"),
        (["low"], "green", "Nothing found"),
        ([], "green", "Nothing found"),
    ],
)
def test_an_area_is_as_good_as_its_gravest_issue(
    pack: dict[str, Any], severities: list[str], color: str, advice: str
) -> None:
    pack["issues"] = [{"section": "parity", "severity": severity} for severity in severities]
    assert color_of(Told(pack), "parity") == color
    assert color_of(Told(pack), "features") == "green"
    assert advice in overall(Told(pack))
    assert all(
        f"{severities.count(severity)} {severity}" in overall(Told(pack)) for severity in ("high", "medium")
    )


@pytest.mark.parametrize(("severity", "color"), [("high", "red"), ("medium", "amber"), ("low", "green")])
def test_the_verdict_on_the_first_page_has_the_colour_of_the_gravest_issue(
    pack: dict[str, Any], severity: str, color: str
) -> None:
    pack["issues"] = [{**pack["issues"][0], "severity": severity}]
    assert f'<div class="box {color}"><h2>Verdict</h2>' in first_page(Told(pack))


def test_what_was_not_measured_is_not_fine(pack: dict[str, Any]) -> None:
    pack |= {"stability": None, "issues": [{"section": "stability", "severity": "low"}]}
    assert color_of(Told(pack), "stability") == "grey"
    pack["stability"] = {"score": {"status": "cannot_say"}}
    assert color_of(Told(pack), "stability") == "grey"
    pack["stability"] = {"score": {"status": "stable"}}
    assert color_of(Told(pack), "stability") == "green"


def test_every_section_in_which_issues_are_found_has_an_area() -> None:
    assert {section for section, _ in RULES} <= set(AREAS)
