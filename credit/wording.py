"""What reasons take from the feature catalog: units, signs, groups and phrases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

__all__ = ["OTHER", "Catalog", "FeatureWords", "GroupWords", "Grouped"]

OTHER = "other"
"""Group of a feature that the catalog does not know."""


class FeatureWords(Protocol):
    """What a reason takes from a feature of the catalog."""

    @property
    def unit(self) -> str:
        """Unit of `credit.locales.value_text`."""

    @property
    def sign(self) -> int:
        """+1 where more is riskier, -1 where more is safer, 0 where neither is sure."""

    @property
    def group(self) -> str:
        """Name of its group."""

    @property
    def phrase_en(self) -> str:
        """English phrase with places {value}, {reference} and {ago}."""

    @property
    def phrase_zh(self) -> str:
        """Chinese phrase with the same places."""


class GroupWords(Protocol):
    """What a reason takes from a group of the catalog."""

    @property
    def label_en(self) -> str:
        """English label."""

    @property
    def label_zh(self) -> str:
        """Chinese label."""


class Grouped(NamedTuple):
    """Features by group.

    Parameters
    ----------
    names : tuple of str
        Group by group, ascending in each.
    number : int64 ndarray, shape (len(names),)
        Of the group of each.
    spans : tuple of (str, int, int)
        Each group with the place of its first feature and that after its last.
    """

    names: tuple[str, ...]
    number: npt.NDArray[np.int64]
    spans: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class Catalog:
    """The words of features and groups.

    Parameters
    ----------
    features : mapping of str to FeatureWords
    groups : mapping of str to GroupWords
    """

    features: Mapping[str, FeatureWords]
    groups: Mapping[str, GroupWords]

    def group_of(self, feature: str) -> str:
        """Return the group of a feature."""
        return self.features[feature].group if feature in self.features else OTHER

    def grouped(self, features: tuple[str, ...]) -> Grouped:
        """Return some features by group."""
        if features not in self._grouped:
            self._grouped[features] = self._by_group(features)
        return self._grouped[features]

    def _by_group(self, features: tuple[str, ...]) -> Grouped:
        found: dict[str, list[str]] = {}
        for name in sorted(features):
            found.setdefault(self.group_of(name), []).append(name)
        ends = np.cumsum([len(names) for names in found.values()], dtype=np.int64).tolist()
        spans = zip(found, [0, *ends], ends, strict=False)
        number = np.repeat(np.arange(len(found)), [len(names) for names in found.values()])
        return Grouped(tuple(name for names in found.values() for name in names), number, tuple(spans))

    @cached_property
    def _grouped(self) -> dict[tuple[str, ...], Grouped]:
        """The groups of the features of each model so far: a few, and asked for again and again."""
        return {}

    def label_of(self, group: str, lang: str) -> str:
        """Return the label of a group; its name where the catalog has none."""
        if group not in self.groups:
            return group
        words = self.groups[group]
        return words.label_zh if lang == "zh" else words.label_en
