from __future__ import annotations

import json
import shutil
import subprocess
import sys
from itertools import product
from pathlib import Path

import lightgbm as lgb
import numpy as np
import pandas as pd
import pytest

from credit.folder import manifest_of
from credit.model import RiskModel, read_margin, subject_hashes
from credit.release import Release, current_folder
from credit.spec import SOURCE_FLAGS, ModelSpec
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
    assert names == {
        "manifest.json", "model.json", "booster.txt", "trees", "reference.npz", "reference.json",
        "golden.npz", "peers.npz",
    }  # fmt: skip
    for path in (late_folder / "trees").iterdir():
        assert not np.load(path, mmap_mode="r", allow_pickle=False).dtype.hasobject
    for path in late_folder.glob("*.npz"):
        with np.load(path, allow_pickle=False) as arrays:
            assert all(arrays[name].dtype.kind in "fiu" for name in arrays.files)
    for name in ("manifest.json", "model.json", "booster.txt"):
        assert (late_folder / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "name",
    [
        "manifest.json",
        "model.json",
        "booster.txt",
        "trees/nodes.npy",
        "reference.npz",
        "peers.npz",
        "reference.json",
        "golden.npz",
    ],
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


@pytest.mark.parametrize("name", ["trees/nodes.npy", "trees/header.npy", "reference.npz", "golden.npz"])
def test_a_file_that_is_none_is_refused_also_where_the_manifest_agrees(copied: Path, name):
    (copied / name).write_text("none")
    write_manifest(copied)
    with pytest.raises(InputError, match="restore the folder"):
        RiskModel.load(copied)


def test_a_model_of_an_earlier_version_is_read_from_the_text_of_its_booster(copied: Path, values):
    # given a folder without arrays
    arrays = RiskModel.load(copied)
    shutil.rmtree(copied / "trees")
    write_manifest(copied)
    # then the text says the same to the last bit
    said, expected = RiskModel.load(copied).predict(values), arrays.predict(values)
    np.testing.assert_array_equal(said.log_odds, expected.log_odds)
    np.testing.assert_array_equal(said.contributions, expected.contributions)
    assert said.base_log_odds == expected.base_log_odds
    # and a broken text is refused
    (copied / "booster.txt").write_text("none")
    write_manifest(copied)
    with pytest.raises(InputError, match="restore the folder"):
        RiskModel.load(copied)


def test_margins_are_those_that_lightgbm_gives(late_folder: Path):
    booster = lgb.Booster(model_file=str(late_folder / "booster.txt"))
    spec = ModelSpec.model_validate_json((late_folder / "model.json").read_text(encoding="utf-8"))
    margin = read_margin(late_folder, spec)
    inputs = np.random.default_rng(0).normal(size=(300, len(spec.features))) * 100
    inputs[::3, ::4] = np.nan
    shares, base = margin.shares(inputs)
    theirs = np.asarray(booster.predict(inputs, pred_contrib=True, num_threads=1))
    np.testing.assert_array_equal(margin.raw(inputs), booster.predict(inputs, raw_score=True, num_threads=1))
    np.testing.assert_allclose(shares, theirs[:, :-1], rtol=0, atol=1e-9)
    assert base == pytest.approx(theirs[0, -1], abs=1e-12)


def test_trees_of_another_model_are_refused_also_where_the_manifest_agrees(copied: Path, demo_home: Path):
    other = current_folder(demo_home / "releases") / "default"
    shutil.rmtree(copied / "trees")
    shutil.copytree(other / "trees", copied / "trees")
    write_manifest(copied)
    with pytest.raises(InputError, match="expected"):
        RiskModel.load(copied)


def test_a_release_is_loaded_and_scored_without_lightgbm(demo_home: Path):
    # given a fresh process that loads a release and explains a subject
    folder = current_folder(demo_home / "releases")
    script = (
        "import sys, numpy as np; from pathlib import Path; from credit.release import Release;"
        f"release = Release.load(Path({str(folder)!r}));"
        "golden = np.load(Path(sys.argv[1]) / 'late' / 'golden.npz');"
        "print(release.models['late'].predict(golden['values']).contributions.shape);"
        "print('lightgbm' in sys.modules, 'sklearn' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", script, folder], capture_output=True, text=True, check=True)
    # then neither LightGBM nor what it brings along was imported
    assert ran.stdout.splitlines()[1] == "False False"


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


def test_the_frozen_subjects_are_those_it_was_fitted_on(demo_release: Release):
    for model in demo_release.models.values():
        reference = model.reference
        assert reference.subjects == model.spec.subjects
        assert tuple(reference.inputs) == model.spec.names
        assert sum(reference.states.values()) == sum(reference.patterns.values()) == model.spec.subjects
        for quantity in (reference.score, *reference.inputs.values()):
            assert quantity.bins.counts.sum() == model.spec.subjects
        weights = [reference.inputs[name].weight for name in reference.ranked]
        assert weights == sorted(weights, reverse=True)
        assert weights[0] > 0


def test_a_model_made_before_there_were_frozen_bins_serves_and_says_that_it_cannot_tell(copied: Path, values):
    # given a model without the file
    whole = RiskModel.load(copied).predict(values).log_odds
    (copied / "reference.json").unlink()
    write_manifest(copied)
    # when it is loaded
    model = RiskModel.load(copied)
    # then it scores as before, and only drift cannot be told
    np.testing.assert_array_equal(model.predict(values).log_odds, whole)
    with pytest.raises(InputError, match=r"expected a model with frozen bins.*train again"):
        _ = model.reference


def test_frozen_bins_that_are_none_are_refused_when_they_are_asked_for(copied: Path):
    (copied / "reference.json").write_text('{"format": 2}')
    write_manifest(copied)
    with pytest.raises(InputError, match="restore the folder"):
        _ = RiskModel.load(copied).reference
