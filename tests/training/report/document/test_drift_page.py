"""The page on drift: what it shows is what was measured, and it loads nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from features.build import Packed
from tests.training.report.document.shown import disagreement, shown_in
from training.drift import drift
from training.home import Home
from training.registry import Registry
from training.report.document.drift_page import drift_page

LIKE_A_LOAD = re.compile(
    r"(?:src|action|srcset)\s*=|url\((?!#)|@import|<(?:link|script|iframe|object|base)\b"
)


@pytest.fixture(scope="module", params=["late@1", "default@1"])
def report(request: pytest.FixtureRequest, demo_home: Path, demo_packed: Packed) -> dict[str, Any]:
    registry = Registry(Home(demo_home))
    version = registry.version(request.param)
    told = drift(version, demo_packed, start="2025-07-01", test=registry.test_subjects(version))
    return dict(json.loads(json.dumps(told)))


def test_every_value_shown_is_that_of_the_numbers(report):
    shown = shown_in(drift_page(report))
    assert len(shown) > 500
    assert [wrong for each in shown if (wrong := disagreement(each, report))] == []


def test_every_test_and_every_input_is_shown(report):
    places = {each.path for each in shown_in(drift_page(report))}
    assert {f"/verdict/tests/{number}/action" for number in range(len(report["verdict"]["tests"]))} <= places
    assert {f"/inputs/{number}/psi" for number in range(len(report["inputs"]))} <= places
    assert {"/verdict/colour", "/estimate/assumption", "/realised/n", "/score/bins/0/now"} <= places


def test_it_loads_nothing_and_is_the_same_each_time(report):
    page = drift_page(report)
    assert LIKE_A_LOAD.search(page) is None
    assert page == drift_page(report)


def test_texts_stay_texts(report):
    report = {**report, "notes": ["<script>alert(1)</script>"], "model": "<b>"}
    page = drift_page(report)
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_a_period_of_which_nothing_is_known_yet_is_a_page_too(report):
    nothing = dict.fromkeys(report["realised"]) | {"n": 0, "of": report["n"]}
    told = {**report, "realised": nothing, "proxy": None, "estimate": None, "excluded": {}}
    page = drift_page(told)
    assert "No window has closed" in page
    assert "the model speaks of none of the subjects" in page
    assert [wrong for each in shown_in(page) if (wrong := disagreement(each, told))] == []
