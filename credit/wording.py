"""What reasons take from the feature catalog: units, signs, groups and phrases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

__all__ = ["OTHER", "Catalog", "FeatureWords", "GroupWords"]

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

    def groups_of(self, features: tuple[str, ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Return the groups of some features, each with its own among them in the order of names."""
        if features not in self._grouped:
            found: dict[str, list[str]] = {}
            for name in sorted(features):
                found.setdefault(self.group_of(name), []).append(name)
            self._grouped[features] = tuple((group, tuple(names)) for group, names in found.items())
        return self._grouped[features]

    @cached_property
    def _grouped(self) -> dict[tuple[str, ...], tuple[tuple[str, tuple[str, ...]], ...]]:
        """The groups of the features of each model so far: a few, and asked for again and again."""
        return {}

    def label_of(self, group: str, lang: str) -> str:
        """Return the label of a group; its name where the catalog has none."""
        if group not in self.groups:
            return group
        words = self.groups[group]
        return words.label_zh if lang == "zh" else words.label_en
