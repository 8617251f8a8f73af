"""The gauge of drift: still where scores are as in training, loud where they are not, anew for a release."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from prometheus_client import CollectorRegistry, generate_latest
from scipy.special import expit, logit

from credit.release import Release
from credit.stability import Clusters, Reference, reference_of
from features.catalog import NAMES
from features.errors import InputError
from serving.observe.drift import Drift
from serving.observe.metrics import Metrics
from tests.serving.figures import value

RANDOM = np.random.default_rng(7)


def reference(n: int = 4_000) -> Reference:
    log_odds = RANDOM.normal(-3, 1, n)
    log_odds[: n // 20] = np.nan
    clusters = Clusters.of(np.arange(n))
    return reference_of(np.zeros((n, len(NAMES))), log_odds, {}, clusters, ({}, {}))


def release_of(model: Any) -> Release:
    return cast("Release", SimpleNamespace(models={"default": model}))


def served(drift: Drift, release: Release, log_odds: Any, buyers: int = 10**6) -> None:
    for number, each in enumerate(np.asarray(log_odds).tolist()):
        probability = None if np.isnan(each) else 1 / (1 + np.exp(-each))
        status = "unseen_pattern" if probability is None else "ok"
        answer = {"status": status, "probability": probability}
        late = {"status": "no_request", "probability": None}
        drift.note({"buyer_id": f"B{number % buyers}", "default": answer, "late": late}, release)
    drift.tell()


def told(counted: Metrics) -> tuple[float, float]:
    text = generate_latest(counted.registry)
    assert value(text, "credence_drift_psi", model="late") is None
    psi = value(text, "credence_drift_psi", model="default")
    critical = value(text, "credence_drift_critical", model="default")
    assert psi is not None
    assert critical is not None
    return psi, critical


def test_scores_as_in_training_are_no_drift_and_others_are() -> None:
    counted = Metrics(CollectorRegistry())
    drift, release = Drift(counted), release_of(SimpleNamespace(reference=reference()))
    now = RANDOM.normal(-3, 1, 2_000)
    now[::20] = np.nan
    served(drift, release, now)
    psi, critical = told(counted)
    assert psi < max(0.1, critical)

    # when riskier buyers are asked for
    served(drift, release, RANDOM.normal(-1.5, 1, 4_000))
    psi, critical = told(counted)
    assert psi > max(0.25, critical)

    # and a release that is put in force then begins anew
    served(drift, release_of(SimpleNamespace(reference=reference())), now[:500])
    psi, critical = told(counted)
    assert psi < max(0.1, critical)


def test_a_buyer_who_is_asked_for_often_counts_as_few() -> None:
    counted = Metrics(CollectorRegistry())
    frozen = reference()
    frozen = frozen.model_copy(update={"score": frozen.score.model_copy(update={"of_buyer": 0.9})})
    release = release_of(SimpleNamespace(reference=frozen))
    served(Drift(counted), release, np.full(1_000, -1.0), buyers=2)
    psi, critical = told(counted)
    assert critical > psi > 1


def test_scores_that_many_share_stay_in_the_bins_that_are_theirs() -> None:
    # given a model of few levels, as a prior is, whose answers are told as probabilities
    drawn = RANDOM.normal(-3, 1, 2_000)
    levels = drawn[logit(expit(drawn)) < drawn][:8]
    log_odds = levels[np.arange(1_200) % 8]
    frozen = reference_of(
        np.zeros((len(log_odds), len(NAMES))), log_odds, {}, Clusters.of(np.arange(len(log_odds))), ({}, {})
    )
    counted = Metrics(CollectorRegistry())
    served(Drift(counted), release_of(SimpleNamespace(reference=frozen)), log_odds)
    psi, _ = told(counted)
    assert psi == pytest.approx(0, abs=1e-12)


def test_a_model_without_a_reference_has_no_drift() -> None:
    class Old:
        @property
        def reference(self) -> Reference:
            raise InputError.of("a reference", "none", "train it anew")

    counted = Metrics(CollectorRegistry())
    served(Drift(counted), release_of(Old()), [-3.0])
    assert value(generate_latest(counted.registry), "credence_drift_psi", model="default") is None


@pytest.mark.parametrize("probability", [0.0, 1.0])
def test_a_certain_probability_is_unseen(probability: float) -> None:
    counted = Metrics(CollectorRegistry())
    drift, release = Drift(counted), release_of(SimpleNamespace(reference=reference()))
    drift.note({"buyer_id": "B1", "default": {"status": "ok", "probability": probability}}, release)
    drift.tell()
    assert np.isfinite(told(counted)).all()
