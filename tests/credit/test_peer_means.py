from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.answer import Answer
from credit.assess import assess
from credit.peer_means import LEAST_BUYERS, PeerMeans, fit_peer_means
from credit.peers import ANY
from credit.policy import Policy
from credit.release import Release, current_folder
from credit.render import render
from credit.render_changes import peer_lines
from features.build import Packed, build_packed
from features.catalog import NAMES
from tests.credit.builders import CONTRIBUTIONS, KNOWN, make_a_book, make_answer, make_answers, make_subject

POLICY = Policy.default()
KIND = {"size_class": 2.0, "industry_section": 6.0}


def made(sizes, sections, buyers, width=1):
    rows = np.arange(len(sizes) * width, dtype=float).reshape(-1, width)
    return rows, fit_peer_means(rows, np.array(sizes, float), np.array(sections, float), np.array(buyers))


def test_a_cell_is_the_mean_of_its_subjects_and_counts_buyers():
    many = LEAST_BUYERS
    sizes, sections = [1.0] * 2 * many + [3.0], [6.0] * 2 * many + [2.0]
    buyers = [f"B{i % many}" for i in range(2 * many)] + ["X"]
    rows, means = made(sizes, sections, buyers)

    cell = means.of(1.0, 6.0)
    assert (cell.size_class, cell.section, cell.buyers) == (1, 6, many)
    assert cell.contributions[0] == pytest.approx(rows[:-1].mean())


@pytest.mark.parametrize(
    ("size", "section", "found"),
    [(1.0, 6.0, (1, 6)), (2.0, 6.0, (ANY, 6)), (math.nan, 6.0, (ANY, 6)), (1.0, 2.0, (ANY, ANY)),
     (math.nan, math.nan, (ANY, ANY))],
)  # fmt: skip
def test_a_thin_cell_gives_way_to_its_industry_and_then_to_all(size, section, found):
    many = LEAST_BUYERS
    sizes = [1.0] * many + [2.0] * (many - 1) + [1.0] * (many - 1)
    sections = [6.0] * (2 * many - 1) + [2.0] * (many - 1)
    _, means = made(sizes, sections, [f"B{i}" for i in range(len(sizes))])

    cell = means.of(size, section)

    assert (cell.size_class, cell.section) == found


def test_without_subjects_there_are_no_peers():
    _, means = made([], [], [])

    assert means.of(1.0, 1.0) is None


@given(st.lists(st.floats(-2, 2), min_size=len(CONTRIBUTIONS), max_size=len(CONTRIBUTIONS)))
def test_differences_add_up_to_the_score_less_that_of_peers(mean):
    peers = PeerMeans(np.array([[2, 6]]), np.array([31]), np.array([mean]))
    answer = Answer(**{**make_answer().__dict__, "peers": peers})

    score = assess(make_subject(**KIND), {"default": answer}, None, POLICY, peers=True)["score"]

    found = score["peers"]
    total = math.fsum(each["difference"] for each in found["groups"])
    assert found["points"] + total == pytest.approx(score["points"], abs=1e-9)
    assert (found["status"], found["buyers"], found["size_class"], found["section"]) == ("ok", 31, 2, 6)


def test_a_model_without_means_cannot_say_and_nobody_is_told_unasked():
    told = assess(make_subject(), make_answers(), None, POLICY, peers=True)["score"]["peers"]
    unasked = assess(make_subject(), make_answers(), None, POLICY)["score"]["peers"]

    assert (told["status"], told["points"], told["groups"]) == ("no_peers", None, [])
    assert unasked is None


@given(st.lists(st.floats(-2.0, 2.0), min_size=len(CONTRIBUTIONS), max_size=len(CONTRIBUTIONS)))
def test_the_tenths_that_are_shown_beside_peers_add_up(mean):
    peers = PeerMeans(np.array([[2, 6]]), np.array([31]), np.array([mean]))
    answer = replace(make_answer(), peers=peers)
    said = assess(make_subject(**KIND), {"default": answer}, None, POLICY, peers=True)

    lines = peer_lines(said["score"]["peers"], "en")[3:]

    cells = [[round(10 * float(cell)) for cell in re.findall(r"[-+]?\d+\.\d", line)] for line in lines]
    assert all(own - peers == difference for own, peers, difference in cells)
    assert sum(difference for _, _, difference in cells[:-1]) == cells[-1][2]
    assert not any("-0.0" in line for line in lines)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_peers_stand_beside_the_score(lang, matches_golden):
    peers = PeerMeans(np.array([[ANY, 6]]), np.array([84]), np.array([[0.1, 0.02, 0.05, -0.2, 0.04]]))
    answers = {"default": Answer(**{**make_answer().__dict__, "peers": peers, "percentile": 61.2})}

    said = assess(make_subject(KNOWN | KIND), answers, make_a_book(), POLICY, lang=lang, peers=True)

    page = render(said, lang)
    assert "61" in page
    matches_golden(f"peers_{lang}", page[page.index("Beside peers" if lang == "en" else "与同类比较") :])


def test_training_keeps_the_means_of_peers_in_the_model(
    demo_home: Path, demo_release: Release, demo_packed: Packed
):
    model = demo_release.models["default"]
    folder = current_folder(demo_home / "releases") / "default"
    assert "peers.npz" in (folder / "manifest.json").read_text()

    everybody = model.peers.of(math.nan, math.nan)

    assert everybody.buyers > LEAST_BUYERS
    subjects = demo_packed.portfolio.table("buyers")[["buyer_id"]].assign(
        as_of=demo_packed.portfolio.observed_until
    )
    values = build_packed(demo_packed, subjects)
    answer = next(each for each in model.answers(values) if each.ok)
    assert answer.peers is model.peers
    assert 0.0 <= answer.percentile <= 100.0
    assert len(everybody.contributions) == len(answer.contributions) <= len(NAMES)


def test_the_percentile_of_the_frozen_population_falls_as_the_risk_rises(demo_release: Release, demo_packed):
    model = demo_release.models["default"]
    subjects = demo_packed.portfolio.table("buyers")[["buyer_id"]].assign(
        as_of=demo_packed.portfolio.observed_until
    )
    answers = [each for each in model.answers(build_packed(demo_packed, subjects)) if each.ok]

    placed = [each.percentile for each in sorted(answers, key=lambda each: each.probability)]

    assert placed == sorted(placed, reverse=True)
    assert len(set(placed)) > 20
