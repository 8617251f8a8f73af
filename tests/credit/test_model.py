from __future__ import annotations

import json
import shutil
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from credit.folder import manifest_of
from credit.model import RiskModel, subject_hashes
from credit.release import Release, current_folder
from credit.spec import SOURCE_FLAGS
from features.build import Packed, build_packed
from features.catalog import NAMES
from features.errors import InputError
from training.subjects import Outcome, sample_of


@pytest.fixture(scope="session")
def late_folder(demo_home: Path) -> Path:
    return current_folder(demo_home / "releases") / "late"


@pytest.fixture
def copied(late_folder: Path, tmp_path: Path) -> Path:
    return shutil.copytree(late_folder, tmp_path / "late")


@pytest.fixture(scope="session")
def sample(demo_packed: Packed) -> pd.DataFrame:
    return sample_of(demo_packed, Outcome("late")).subjects


@pytest.fixture(scope="session")
def values(demo_packed: Packed, sample: pd.DataFrame) -> pd.DataFrame:
    return build_packed(demo_packed, sample.iloc[::40])


def write_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_text(json.dumps(manifest_of(folder)))


@pytest.mark.parametrize("name", ["default", "late"])
def test_contributions_add_up_to_the_log_odds(demo_release: Release, values, name):
    said = demo_release.models[name].predict(values)
    known = said.status == "ok"
    total = said.base_log_odds + said.contributions.sum(axis=1)
    assert known.sum() > 100
    np.testing.assert_allclose(total[known], said.log_odds[known], rtol=0, atol=1e-9)
    np.testing.assert_allclose(said.probability[known], 1 / (1 + np.exp(-said.log_odds[known])), rtol=1e-15)


def test_a_frame_an_array_and_single_rows_give_the_same(demo_release: Release, values):
    model = demo_release.models["late"]
    whole = model.predict(values)
    shuffled = model.predict(values[list(reversed(NAMES))])
    array = model.predict(values.to_numpy(), contributions=False)
    one = [model.predict(values.iloc[[row]]).log_odds[0] for row in range(20)]
    np.testing.assert_array_equal(whole.log_odds, shuffled.log_odds)
    np.testing.assert_array_equal(whole.log_odds, array.log_odds)
    assert array.contributions.shape == (len(values), 0)
    assert array.base_log_odds == whole.base_log_odds
    np.testing.assert_allclose(one, whole.log_odds[:20], rtol=0, atol=1e-12)


def test_answers_carry_what_the_assessment_needs(demo_release: Release, values):
    model = demo_release.models["late"]
    said, answers = model.predict(values), model.answers(values, "late@1")
    first = answers[0]
    assert (first.model, first.status, first.definition, first.horizon_days) == ("late", "ok", "late_30", 30)
    assert first.version == "late@1"
    assert first.log_odds == said.log_odds[0]
    assert tuple(first.contributions) == model.spec.names
    assert set(first.references) <= set(model.spec.names)


def test_a_pattern_that_training_never_saw_cannot_be_said(demo_release: Release, values):
    # given buyers in every combination of present sources
    model = demo_release.models["default"]
    rows = values.iloc[[0] * 16].to_numpy().copy()
    for row, flags in enumerate(product([0.0, 1.0], repeat=4)):
        for flag, present in zip(SOURCE_FLAGS.values(), flags, strict=True):
            rows[row, NAMES.index(flag)] = present
    # when
    said, answers = model.predict(rows), model.answers(rows)
    # then
    unseen = said.status == "unseen_pattern"
    assert unseen.any()
    assert (said.status[~unseen] == "ok").all()
    assert np.isnan(said.log_odds[unseen]).all()
    assert np.isnan(said.probability[unseen]).all()
    for answer, is_unseen in zip(answers, unseen, strict=True):
        assert answer.ok != is_unseen
        assert (answer.probability is None) == is_unseen
        assert bool(answer.contributions) != is_unseen


def test_a_single_missing_value_is_no_unseen_pattern(demo_release: Release, values):
    model = demo_release.models["late"]
    holes = values.copy()
    holes[["mean_days_late_365d", "payment_index_365d"]] = np.nan
    assert (model.predict(holes).status == model.predict(values).status).all()


def test_the_folder_holds_no_pickle(late_folder: Path):
    names = {path.name for path in late_folder.iterdir()}
    assert names == {"manifest.json", "model.json", "booster.txt", "reference.npz", "golden.npz"}
    for path in late_folder.glob("*.npz"):
        with np.load(path, allow_pickle=False) as arrays:
            assert all(arrays[name].dtype.kind in "fu" for name in arrays.files)
    for name in ("manifest.json", "model.json", "booster.txt"):
        assert (late_folder / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "name", ["manifest.json", "model.json", "booster.txt", "reference.npz", "golden.npz"]
)
@pytest.mark.parametrize("place", [0.0, 0.3, 0.7, 1.0])
def test_every_changed_byte_is_refused(copied: Path, name, place):
    path = copied / name
    content = bytearray(path.read_bytes())
    content[round(place * (len(content) - 1))] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(InputError, match="expected the files that training wrote"):
        RiskModel.load(copied)


def test_a_lacking_or_an_additional_file_is_refused(copied: Path):
    (copied / "note.txt").write_text("hello")
    with pytest.raises(InputError, match=r"found unexpected \['note\.txt'\]"):
        RiskModel.load(copied)
    (copied / "note.txt").unlink()
    (copied / "golden.npz").unlink()
    with pytest.raises(InputError, match=r"found missing \['golden\.npz'\]"):
        RiskModel.load(copied)


@pytest.mark.parametrize("name", ["booster.txt", "reference.npz", "golden.npz"])
def test_a_file_that_is_none_is_refused_also_where_the_manifest_agrees(copied: Path, name):
    (copied / name).write_text("none")
    write_manifest(copied)
    with pytest.raises(InputError, match="restore the folder"):
        RiskModel.load(copied)


def test_a_folder_without_manifest_is_no_model(tmp_path: Path):
    with pytest.raises(InputError, match=r"expected a RiskModel folder with manifest\.json; found none"):
        RiskModel.load(tmp_path)


def test_other_golden_predictions_are_refused(copied: Path):
    with np.load(copied / "golden.npz") as golden:
        values, log_odds = golden["values"], golden["log_odds"]
    np.savez(copied / "golden.npz", values=values, log_odds=log_odds + 1e-6)
    write_manifest(copied)
    with pytest.raises(InputError, match="golden predictions"):
        RiskModel.load(copied)


@pytest.mark.parametrize(("key", "value"), [("catalog_hash", "0" * 64), ("format", 2), ("surprise", 1)])
def test_another_catalog_or_format_is_refused(copied: Path, key, value):
    spec = json.loads((copied / "model.json").read_text())
    (copied / "model.json").write_text(json.dumps(spec | {key: value}))
    write_manifest(copied)
    with pytest.raises(InputError, match="train"):
        RiskModel.load(copied)


def test_it_knows_the_subjects_it_was_fitted_on(demo_release: Release, sample):
    model = demo_release.models["late"]
    known = model.was_fitted_on(sample)
    assert known.sum() == model.spec.subjects
    assert sample.loc[known, "as_of"].max() == pd.Timestamp(model.spec.fitted_until)
    assert not model.was_fitted_on(sample.assign(invoice_id="another")).any()
    assert not model.was_fitted_on(sample.assign(as_of=sample["as_of"] + pd.Timedelta(seconds=1))).any()


def test_hashes_tell_nothing_without_the_salt(sample):
    few = sample.head(100)
    assert len(np.unique(subject_hashes(few, "a"))) == len(few)
    assert not np.isin(subject_hashes(few, "a"), subject_hashes(few, "b")).any()
    assert len(subject_hashes(few.iloc[:0], "a")) == 0


def test_the_reference_population_is_sorted(demo_release: Release):
    for model in demo_release.models.values():
        assert (np.diff(model.score_reference) >= 0).all()
        assert len(model.score_reference) == 1001
