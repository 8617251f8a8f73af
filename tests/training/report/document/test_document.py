"""The validation pack as one page: what it shows, and that it shows nothing else."""

from __future__ import annotations

import copy
import html
import re
from pathlib import Path
from typing import Any

import pytest

from tests.training.report.document.shown import disagreement, shown_in
from training.report.document.document import SECTIONS, document
from training.report.sections import Pack

GOLDEN = Path(__file__).with_name("first_page.txt")
LIKE_A_LOAD = re.compile(
    r"""(?:src|action|formaction|srcset)\s*=|url\((?!#)|@import|<(?:link|script|iframe|object|base)\b"""
)


def text_of(markup: str) -> str:
    """Return what a reader sees: one line a row or paragraph."""
    body = re.sub(r"</(tr|p|h1|h2|h3|li|dd|div)>", "\n", markup)
    body = re.sub(r"</(td|th|dt)>", " | ", body)
    text = html.unescape(re.sub(r"<[^>]+>", "", body))
    return "\n".join(line.strip(" |") for line in text.split("\n") if line.strip(" |")) + "\n"


def first_page_of(page: str) -> str:
    found = re.search(r'<header class="first">(.*?)</header>', page, re.DOTALL)
    assert found is not None
    return text_of(found[1])


def test_the_sample_is_a_pack(pack: dict[str, Any]) -> None:
    assert Pack.model_validate(pack).model_dump(mode="json") == pack


def test_the_first_page_reads_as_expected(page: str, request: pytest.FixtureRequest) -> None:
    text = first_page_of(page)
    if request.config.getoption("--update-golden"):
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")


def test_the_first_page_alone_tells_what_it_may_not_be_used_for(page: str, pack: dict[str, Any]) -> None:
    text = first_page_of(page)
    forbidden = [limit["text"] for limit in pack["limits_of_use"] if limit["severity"] == "high"]
    assert len(forbidden) > 1
    assert all(each in text for each in forbidden)


def test_every_value_shown_is_that_of_the_pack(page: str, pack: dict[str, Any]) -> None:
    shown = shown_in(page)
    assert len(shown) > 400
    assert [wrong for each in shown if (wrong := disagreement(each, pack))] == []


def test_a_value_that_differs_would_be_found(page: str, pack: dict[str, Any]) -> None:
    other = copy.deepcopy(pack)
    other["performance"]["metrics"]["auc"]["value"] += 0.002
    other["limits_of_use"][0]["text"] += "!"
    other["parity"]["passed"] = not pack["parity"]["passed"]
    found = {each.path for each in shown_in(page) if disagreement(each, other)}
    assert {"/performance/metrics/auc/value", "/limits_of_use/0/text", "/parity/passed"} <= found


def test_every_metric_of_the_test_is_on_the_page(page: str, pack: dict[str, Any]) -> None:
    paths = {each.path for each in shown_in(page)}
    wanted = {f"/performance/metrics/{name}/value" for name in pack["performance"]["metrics"]}
    assert wanted <= paths


def test_the_same_pack_gives_the_same_bytes(page: str, pack: dict[str, Any]) -> None:
    assert document(pack) == page


def test_nothing_is_loaded_and_no_text_of_a_customer_is_markup(page: str) -> None:
    assert LIKE_A_LOAD.findall(page) == []
    assert "<b>&" not in page
    assert page.count("&lt;script&gt;document.title=") > 3
    assert "王芳" in page
    pictures = re.findall(r'href="(?!#)([^"]{0,15})', page)
    assert pictures
    assert set(pictures) == {"data:image/png;"}


def test_contents_lead_to_sections_that_are_there(page: str) -> None:
    names = re.findall(r'<section id="([^"]+)"', page)
    linked = re.findall(r'<li><a href="#([^"]+)">', page)
    assert linked == names
    assert names[: len(SECTIONS)] == [name for _, name, _, _ in SECTIONS]
    assert set(re.findall(r'href="#([a-z-]+)"', page)) <= set(names)


def test_every_table_and_figure_says_how_to_read_it(page: str) -> None:
    for name, body in re.findall(r'<section id="([^"]+)"[^>]*>(.*?)</section>', page, re.DOTALL):
        if "<table" in body or "<svg" in body:
            assert "How to read this" in body, name


def test_what_was_not_measured_is_said(pack: dict[str, Any]) -> None:
    pack["stability"] = None
    pack["performance"]["cohorts"] = None
    pack["performance"]["cap"] = None
    for name in ("roc", "ks", "score_distribution"):
        pack["performance"]["curves"][name] = None
    for told in pack["performance"]["metrics"].values():
        told.update(value=None, low=None, high=None)
    for rows in pack["performance"]["segments"].values():
        for row in rows:
            row.update(status="too_few_subjects", auc=None, observed_to_expected=None, rate=None)
    for name in ("swarm", "dependence", "tests"):
        pack["explanations"][name] = []
    pack["sensitivity"]["scenarios"] = []
    pack["changes"] = pack["issues"] = pack["limits_of_use"] = []
    page = document(pack)
    assert [wrong for each in shown_in(page) if (wrong := disagreement(each, pack))] == []
    assert "Nothing found here stands against signing." in page
    text = first_page_of(page)
    assert "cannot say" in text
    assert "None is high or medium." in text


def test_limits_are_held_against_exposure_at_default(page: str, pack: dict[str, Any]) -> None:
    paths = {each.path for each in shown_in(page)}
    told = pack["limits_backtest"]
    for kind in ("defaulted", "others"):
        wanted = {
            f"/limits_backtest/{kind}/{name}" for name, value in told[kind].items() if value is not None
        }
        assert {f"{path}/value" if f"{path}/value" in paths else path for path in wanted} <= paths
    assert "Signing for the model approves no limit" in page
    silent = dict.fromkeys(("policy", "model", "currency", "defaulted", "others", "difference_at_review"))
    pack["limits_backtest"] = {
        **silent, "status": "no_ledger", "text": "No ledger.", "month_ends": [], "grades": []
    }  # fmt: skip
    assert Pack.model_validate(pack)
    other = document(pack)
    assert 'data-path="/limits_backtest/text">No ledger.' in other
    assert "Limits and policy | ○cannot say | No ledger." in first_page_of(other)


def test_a_prior_tells_its_level_in_place_of_ranks(pack: dict[str, Any]) -> None:
    pack["performance"]["few_defaults"] = "fewer than 60 buyers defaulted"
    pack["performance"]["level"] = {"ratio": 1.25, "low": 0.5, "high": 2.5, "years": 300}
    page = document(pack)
    assert "fewer than 60 buyers defaulted" in page
    assert "observed over expected 1.25" in first_page_of(page)


def test_the_timing_model_stands_beside_the_challengers(pack: dict[str, Any]) -> None:
    figure = {"value": 0.8123, "low": 0.75, "high": 0.87}
    one = {"auc": figure, "brier": figure, "calibration_slope": figure, "mean": 0.0712}
    pack["timing"] = {
        "timing_version": "timing@1", "late_version": "late@2", "test_from": "2025-01-01",
        "test_to": "2025-07-01", "status": "ok", "horizon_days": 30, "subjects": 1200, "base_rate": 0.07,
        "timing": one, "late": one, "mean_difference": 0.0021, "correlation": 0.91, "rank_correlation": 0.88,
        "difference": {name: {**figure, "share_above_0": 0.9} for name in ("auc", "brier")},
    }  # fmt: skip
    assert Pack.model_validate(pack)
    page = document(pack)
    assert "Beside the timing model" in page
    assert 'data-path="/timing/late/auc/value">0.812' in page
    assert 'data-path="/timing/correlation">0.910' in page
    assert [wrong for each in shown_in(page) if (wrong := disagreement(each, pack))] == []
    # then test periods without a common day are told, and no figure
    pack["timing"] |= {"status": "no_overlap", "subjects": 0, "timing": None, "late": None}
    assert "have no day in common" in document(pack)
