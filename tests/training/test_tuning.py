from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import optuna
import pytest

from credit.spec import FeatureSpec
from features.errors import InputError
from training.learner import Examples, fold_predictions
from training.shape import KINDS, Shape
from training.splits import Fold
from training.tuning import Search, tuned_shape

FOLDS = [Fold(np.arange(300), np.arange(300, 450)), Fold(np.arange(450), np.arange(450, 600))]


def examples(seed: int = 1) -> Examples:
    rng = np.random.default_rng(seed)
    inputs = rng.normal(size=(600, 3))
    outcome = (rng.random(600) < 1 / (1 + np.exp(1 - inputs[:, 0] * inputs[:, 1]))).astype(float)
    names = ("current_ratio", "liabilities_to_assets", "log_revenue")
    features = [FeatureSpec(name=name, sign=0, fill=None, reference=0.0) for name in names]
    return Examples(inputs, outcome, features)


def search(folder: Path, trials: int = 4, minutes: float = 5.0) -> Search:
    return Search(trials, minutes, folder / "kept" / "tuning.db", "late_30")


def trials_in(asked: Search) -> list[tuple]:
    storage = f"sqlite:///{asked.storage}"
    (name,) = optuna.get_all_study_names(storage)
    done = (optuna.trial.TrialState.COMPLETE, optuna.trial.TrialState.PRUNED)
    trials = optuna.load_study(study_name=name, storage=storage).get_trials(states=done)
    return [(sorted(trial.params.items()), trial.value) for trial in trials]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Search, Shape]:
    asked = search(tmp_path_factory.mktemp("whole"))
    return asked, tuned_shape(examples(), FOLDS, asked)


def test_the_first_trial_is_what_would_be_used_without_a_search(whole):
    asked, _ = whole
    plain = fold_predictions(
        *(getattr(examples(), name) for name in ("inputs", "outcome", "features")), FOLDS, 7
    )
    (params, loss), *others = trials_in(asked)
    assert loss == pytest.approx(plain.loss, abs=1e-12)
    assert dict(params)["best_splits.num_leaves"] == KINDS["best_splits"].num_leaves
    assert len(others) == 3
    assert len({str(params) for params, _ in others}) == 3


def test_an_interrupted_search_takes_the_same_steps(whole, tmp_path: Path):
    # given a search that ends after its second trial, and a third one that was being run
    asked, lines = search(tmp_path), []

    def interrupt(line: str) -> None:
        lines.append(line)
        if len(lines) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tuned_shape(examples(), FOLDS, asked, say=interrupt)
    assert len(trials_in(asked)) == 2
    storage = f"sqlite:///{asked.storage}"
    optuna.load_study(study_name=None, storage=storage).ask()
    # when it is asked for again
    shape = tuned_shape(examples(), FOLDS, asked, say=lines.append)
    # then only what lacked was run, with the same result as without the interruption
    assert [line.split(":")[0] for line in lines] == [f"trial {number} of 4" for number in (1, 2, 3, 4)]
    assert trials_in(asked) == trials_in(whole[0])
    assert shape == whole[1]


def test_a_finished_search_is_not_run_again(whole):
    asked, shape = whole
    lines: list[str] = []
    assert tuned_shape(examples(), FOLDS, asked, say=lines.append) == shape
    assert lines == []


def test_other_data_do_not_continue_a_search(whole, tmp_path: Path):
    asked = search(tmp_path, trials=1)
    for seed in (1, 2):
        tuned_shape(examples(seed), FOLDS, asked)
    assert len(optuna.get_all_study_names(f"sqlite:///{asked.storage}")) == 2


def test_no_trial_begins_after_the_time(tmp_path: Path):
    lines: list[str] = []
    tuned_shape(examples(), FOLDS, search(tmp_path, trials=50, minutes=1e-9), say=lines.append)
    assert len(lines) == 1


def test_a_shape_that_is_better_by_chance_only_is_not_taken(tmp_path: Path):
    # given an outcome that one feature tells of, which trees of one feature each learn as well as others
    rng = np.random.default_rng(3)
    inputs = rng.normal(size=(600, 3))
    outcome = (rng.random(600) < 1 / (1 + np.exp(-inputs[:, 0]))).astype(float)
    plainly = replace(examples(), inputs=inputs, outcome=outcome)
    asked = search(tmp_path)
    shape = tuned_shape(plainly, FOLDS, asked, cluster=np.arange(600) // 20)
    plain = fold_predictions(inputs, outcome, plainly.features, FOLDS, 7)
    assert min(loss for _, loss in trials_in(asked) if loss is not None) < plain.loss
    assert shape == plain.shape


def test_a_shape_that_is_surely_better_is_taken(tmp_path: Path):
    # given an outcome without chance, which faster trees learn better
    known = examples()
    outcome = (known.inputs[:, 0] > 0).astype(float)
    plain = fold_predictions(known.inputs, outcome, known.features, FOLDS, 7)
    shape = tuned_shape(replace(known, outcome=outcome), FOLDS, search(tmp_path))
    found = fold_predictions(known.inputs, outcome, known.features, FOLDS, 7, None, shape)
    assert shape != plain.shape
    assert found.loss < 0.8 * plain.loss


def test_a_file_that_is_no_search_is_refused(tmp_path: Path):
    asked = search(tmp_path)
    asked.storage.parent.mkdir()
    asked.storage.write_text("no database")
    with pytest.raises(InputError, match=r"remove tuning\.db from CREDENCE_HOME"):
        tuned_shape(examples(), FOLDS, asked)
