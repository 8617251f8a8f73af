from __future__ import annotations

import io

import pandas as pd
import pytest
from matplotlib.figure import Figure

from credit.policy import Policy
from tests.training.scored import made, period
from training.evaluation import evaluation_of
from training.evaluation_artifacts import evaluation_artifacts
from training.scored import ScoredPeriod

REPORT = evaluation_of(period(n=1500, buyers=150), policy=Policy.default())
ARTIFACTS = evaluation_artifacts(REPORT, "default, test")
FIGURES = ("roc", "ks", "calibration", "score_distribution", "months")


def test_a_run_keeps_the_object_figures_and_tables():
    assert list(ARTIFACTS) == [
        "evaluation.json",
        *(f"figures/{name}.png" for name in FIGURES),
        *(
            f"tables/{name}.json"
            for name in ("metrics", "views", "segments", "calibration", "months", "grades", "cohorts")
        ),
    ]
    assert ARTIFACTS["evaluation.json"] == REPORT


@pytest.mark.parametrize("name", FIGURES)
def test_figures_are_drawn(name):
    figure = ARTIFACTS[f"figures/{name}.png"]
    assert isinstance(figure, Figure)
    assert figure.axes[0].get_title() == "default, test"
    file = io.BytesIO()
    figure.savefig(file)
    assert len(file.getvalue()) > 5000


def test_figures_show_the_numbers_of_the_report():
    roc = ARTIFACTS["figures/roc.png"].axes[0].lines[0]
    assert roc.get_ydata().tolist() == REPORT["curves"]["roc"]["flagged_bad"]
    legend = [text.get_text() for text in ARTIFACTS["figures/ks.png"].axes[0].get_legend().get_texts()]
    assert legend == ["bad", "good", f"KS {REPORT['metrics']['ks']['value']:.3f}"]
    points = ARTIFACTS["figures/calibration.png"].axes[0].lines[0]
    assert points.get_ydata().tolist() == [row["rate"] for row in REPORT["curves"]["calibration"]]
    months = ARTIFACTS["figures/months.png"].axes[0].lines[0]
    assert months.get_ydata().tolist() == [
        row["observed_to_expected"]["value"] for row in REPORT["curves"]["months"]
    ]


def test_tables_show_the_numbers_of_the_report():
    views = ARTIFACTS["tables/views.json"]
    assert views["view"].tolist() == ["per_subject", "per_buyer", "per_amount"]
    assert views["auc_low"][1] == REPORT["views"]["per_buyer"]["auc"]["low"]
    months = ARTIFACTS["tables/months.json"]
    assert (
        months["observed_to_expected_high"][2]
        == REPORT["curves"]["months"][2]["observed_to_expected"]["high"]
    )
    grades = ARTIFACTS["tables/grades.json"]
    assert grades["grade"].tolist() == [row["grade"] for row in REPORT["cohorts"]["grades"]]


@pytest.mark.parametrize("probability", [0.0, 1.0, 0.2])
def test_certain_or_equal_probabilities_are_drawn(probability):
    subjects, values, profile = made(60, 20)
    report = evaluation_of(ScoredPeriod(subjects.assign(probability=probability), values, profile))
    figures = [figure for figure in evaluation_artifacts(report).values() if isinstance(figure, Figure)]
    assert len(figures) == 5
    for figure in figures:
        figure.savefig(io.BytesIO())


def test_one_outcome_of_a_late_model_keeps_what_there_is():
    subjects, values, profile = made(200)
    report = evaluation_of(ScoredPeriod(subjects.assign(outcome=0.0), values, profile))
    names = list(evaluation_artifacts(report))
    assert [name for name in names if name.startswith("figures")] == [
        "figures/calibration.png", "figures/months.png",
    ]  # fmt: skip
    assert "tables/grades.json" not in names
    assert all(
        not isinstance(table, pd.DataFrame) or len(table) for table in evaluation_artifacts(report).values()
    )
