"""What a validation pack is made from: a version, its test, its subjects with their values."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from credit.margin import Margin
from credit.model import RiskModel, read_margin
from credit.policy import Policy
from credit.spec import ModelSpec
from credit.timing.spec import TimingSpec
from features.build import Packed
from features.catalog import FEATURES, NAMES
from features.errors import InputError
from features.instants import start_of_day
from training.evaluate import check_seller
from training.pipeline import data_hash, labelled
from training.registry import Registry
from training.release_files import policy_of
from training.run import Recipe
from training.subjects import Sample
from training.versions import Version

__all__ = ["People", "Studied", "Study", "drawn"]

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Say = Callable[[str], None]


@dataclass(frozen=True)
class People:
    """Who answers for a model; empty for nobody named.

    Parameters
    ----------
    developed_by, validated_by, owner : str
    """

    developed_by: str = ""
    validated_by: str = ""
    owner: str = ""


@dataclass(frozen=True)
class Studied:
    """A version of any model with the portfolio that it was trained on.

    Parameters
    ----------
    registry : Registry
    version : Version
    twin : Version
        The version whose test speaks for it; of a tested version itself.
    packed : Packed
    people : People
    say : callable
        Told what is going on.
    """

    registry: Registry
    version: Version
    twin: Version
    packed: Packed
    people: People
    say: Say

    @classmethod
    def of(
        cls, registry: Registry, version: Version, packed: Packed, people: People, say: Say = lambda _: None
    ) -> Self:
        """Return the study of a version.

        Raises
        ------
        InputError
            Another seller's portfolio, or other data than those that the version was trained on.
        """
        spec = version.spec
        check_seller(spec.seller_id, packed)
        found = data_hash(packed)
        if found != spec.data_hash:
            step = "name the portfolio that it was trained on, as it was then; or train a version on this one"
            raise InputError.of(f"the data of {version.name}, {spec.data_hash}", found, step)
        twin = version if version.judged_by == version.name else registry.version(version.judged_by)
        return cls(registry, version, twin, packed, people, say)

    @cached_property
    def spec(self) -> ModelSpec | TimingSpec:
        """What the model says of itself."""
        return self.version.spec

    @cached_property
    def policy(self) -> Policy:
        """The seller's policy, whose scale and grades are told."""
        return policy_of(self.registry.home)

    @cached_property
    def recipe(self) -> Recipe:
        """All that decided what training gave, next to the data."""
        return Recipe.from_json(json.loads(self.version.tags["recipe"]))

    @property
    def timezone(self) -> str:
        """The seller's."""
        return self.packed.seller.timezone

    @property
    def period(self) -> tuple[pd.Timestamp, pd.Timestamp]:
        """The first instant of the test, and the first one that is no longer in it."""
        metrics = self.twin.metrics
        return start_of_day(metrics["from"], self.timezone), start_of_day(metrics["to"], self.timezone)

    def evaluation(self) -> dict[str, Any] | None:
        """Return what the run of the test kept; None for none."""
        return self.registry.evaluation(self.version)


@dataclass(frozen=True)
class Study(Studied):
    """A version of a risk model with the portfolio that it was trained on."""

    @cached_property
    def model(self) -> RiskModel:
        """The model of the version."""
        return self.version.load()

    @cached_property
    def judge(self) -> RiskModel:
        """The model that was tested."""
        return self.model if self.twin is self.version else self.twin.load()

    @cached_property
    def margin(self) -> Margin:
        """What the model learned."""
        return read_margin(self.version.folder, self.model.spec)

    @property
    def factor(self) -> float:
        """Score points for one unit of log-odds."""
        return self.policy.loss_of(self.model.spec.outcome).scale.factor

    @cached_property
    def _labelled(self) -> tuple[Sample, pd.DataFrame]:
        return labelled(self.packed, self.recipe, self.say)

    @property
    def sample(self) -> Sample:
        """Mature subjects with their outcomes, ordered by as_of, and the counts of those left out."""
        return self._labelled[0]

    @property
    def subjects(self) -> pd.DataFrame:
        """The mature subjects."""
        return self.sample.subjects

    @property
    def values(self) -> pd.DataFrame:
        """Values of every feature of the catalog, row by row those of `subjects`."""
        return self._labelled[1]

    @cached_property
    def fitted(self) -> Mask:
        """Which subjects the version was fitted on."""
        return self.model.was_fitted_on(self.subjects)

    @cached_property
    def tested(self) -> Mask:
        """Which subjects are those of the test period; the twin was fitted on none of them."""
        start, stop = self.period
        as_of = self.subjects["as_of"]
        return np.asarray(((as_of >= start) & (as_of < stop)).to_numpy(), bool)

    @cached_property
    def scored(self) -> pd.DataFrame:
        """The test subjects with the probability that the tested model gives them."""
        frame = self.subjects[self.tested].reset_index(drop=True)
        said = self.judge.predict(self.test_values, contributions=False)
        return frame.assign(probability=said.probability)

    @cached_property
    def test_values(self) -> pd.DataFrame:
        """Values of the test subjects."""
        return self.values[self.tested].reset_index(drop=True)

    @property
    def own_test(self) -> bool:
        """Whether the portfolio is the one on which the test was made, so that it can be measured again."""
        return self.judge.spec.data_hash == self.model.spec.data_hash

    def inputs(self, values: Floats) -> Floats:
        """Return the columns of the model's features of catalog values, shape (n, len(NAMES))."""
        return values[:, [NAMES.index(name) for name in self.model.spec.names]]

    def label(self, name: str) -> str:
        """Return the name of a feature for people."""
        return FEATURES[name].label_en


def drawn(rows: npt.NDArray[np.int64], most: int, seed: int = 0) -> npt.NDArray[np.int64]:
    """Return at most so many rows, drawn at random and in their order.

    Examples
    --------
    >>> drawn(np.arange(3), 5).tolist(), len(drawn(np.arange(100), 5))
    ([0, 1, 2], 5)
    """
    if len(rows) <= most:
        return rows
    return np.sort(np.random.default_rng(seed).choice(rows, most, replace=False))
