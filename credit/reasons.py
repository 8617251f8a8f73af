"""Reasons of a score: contributions as points, summed by group, told with the buyer's own numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from credit.answer import Answer
from credit.locales import ago_text, value_text
from credit.policy import ReasonRules
from credit.scale import Scale
from credit.texts import GROUP_TEXTS, Direction
from credit.wording import Catalog

__all__ = ["GroupPoints", "Reason", "group_points", "score_reasons"]


@dataclass(frozen=True)
class MemberPoints:
    """Points that one feature adds."""

    name: str
    value: float
    points: float

    def as_json(self) -> dict[str, Any]:
        """Return the feature as the assessment shows it; a missing value is null."""
        value = self.value if math.isfinite(self.value) else None
        return {"name": self.name, "value": value, "points": self.points}


@dataclass(frozen=True)
class GroupPoints:
    """Points that a group of features adds; negative lowers the score.

    Parameters
    ----------
    group : str
    points : float
        Sum of its members.
    members : sequence of MemberPoints
        The largest first.
    """

    group: str
    points: float
    members: Sequence[MemberPoints]

    def as_json(self) -> dict[str, Any]:
        """Return the group as the assessment shows it."""
        return {
            "group": self.group,
            "points": self.points,
            "features": [each.as_json() for each in self.members],
        }


@dataclass(frozen=True)
class Reason:
    """One reason of a decision or a score.

    Parameters
    ----------
    scope : {"decision", "score"}
    code : str
        Stable: a decision's code, or the group's name in capitals.
    direction : {"adverse", "strength", "neutral"}
    points : float or None
        Score points; None for a decision's reason.
    text : str
    facts : mapping
        Raw numbers behind the text.
    """

    scope: Literal["decision", "score"]
    code: str
    direction: Direction
    points: float | None
    text: str
    facts: Mapping[str, float | str | None] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the reason as the assessment shows it."""
        said = {"scope": self.scope, "code": self.code, "direction": self.direction, "points": self.points}
        return {**said, "facts": dict(self.facts), "text": self.text}


def group_points(
    answer: Answer, values: Mapping[str, float], scale: Scale, catalog: Catalog
) -> list[GroupPoints]:
    """Return the points of each group, the most adverse first.

    The base ``scale.points(answer.base_log_odds)`` and all groups add up to
    ``scale.points(answer.log_odds)``.

    Parameters
    ----------
    answer : Answer
    values : mapping of str to float
        The buyer's own values; absent is missing.
    scale : Scale
    catalog : Catalog
    """
    members: dict[str, list[MemberPoints]] = {}
    for name, contribution in answer.contributions.items():
        value, points = float(values.get(name, math.nan)), scale.contribution_points(float(contribution))
        members.setdefault(catalog.group_of(name), []).append(MemberPoints(name, value, points))
    groups = [_group(name, found) for name, found in members.items()]
    return sorted(groups, key=lambda each: (each.points, each.group))


def score_reasons(
    groups: Sequence[GroupPoints],
    references: Mapping[str, float],
    catalog: Catalog,
    rules: ReasonRules,
    *,
    lang: str,
    currency: str,
) -> list[Reason]:
    """Return the adverse reasons of a score and then its strengths, each the largest first.

    A group is a reason from ``max(least_points, least_share_of_adverse * total adverse)`` points on. It cites
    the member with the most points whose value lies on that side of its reference, so that a figure better
    than usual is never called a weakness. What is missing is never a strength.

    Parameters
    ----------
    groups : sequence of GroupPoints
    references : mapping of str to float
        What is usual for each feature; missing lets its sign pass.
    catalog : Catalog
    rules : ReasonRules
    lang : {"en", "zh"}
    currency : str
        Of money among the values.
    """
    teller = _Teller(references, catalog, lang, currency)
    adverse = _selected([each for each in groups if each.points < 0.0], rules.most_adverse, rules)
    good = [each for each in groups if each.points > 0.0 and not _is_missing(each, 1.0)]
    strengths = _selected(good, rules.most_strengths, rules)
    told = [teller.reason(each, "adverse") for each in adverse]
    return told + [teller.reason(each, "strength") for each in strengths]


def _group(name: str, members: list[MemberPoints]) -> GroupPoints:
    ordered = sorted(members, key=lambda each: (-abs(each.points), each.name))
    return GroupPoints(name, math.fsum(each.points for each in ordered), ordered)


def _selected(groups: Sequence[GroupPoints], most: int, rules: ReasonRules) -> list[GroupPoints]:
    total = math.fsum(abs(each.points) for each in groups)
    least = max(rules.least_points, rules.least_share_of_adverse * total)
    large = [each for each in groups if abs(each.points) >= least]
    return sorted(large, key=lambda each: (-abs(each.points), each.group))[:most]


def _pulling(group: GroupPoints, side: float) -> list[MemberPoints]:
    return [each for each in group.members if each.points * side > 0.0]


def _is_missing(group: GroupPoints, side: float) -> bool:
    """Whether nothing is known of all that pulls a group to a side."""
    return all(math.isnan(each.value) for each in _pulling(group, side))


@dataclass(frozen=True)
class _Teller:
    references: Mapping[str, float]
    catalog: Catalog
    lang: str
    currency: str

    def reason(self, group: GroupPoints, direction: Direction) -> Reason:
        side = -1.0 if direction == "adverse" else 1.0
        cited = next((each for each in _pulling(group, side) if self._speaks(each, side)), None)
        code = group.group.upper()
        if cited is not None:
            text, facts = self._phrase(cited), self._facts(cited)
            return Reason("score", code, direction, group.points, text, facts)
        if _is_missing(group, side):
            text = self._about(group, "missing")
            return Reason("score", f"{code}_MISSING", direction, group.points, text)
        return Reason("score", code, direction, group.points, self._about(group, "together"))

    def _speaks(self, member: MemberPoints, side: float) -> bool:
        feature = self.catalog.features.get(member.name)
        if feature is None or not feature.phrase_en or math.isnan(member.value):
            return False
        if feature.unit == "flag":  # its phrase tells the adverse state
            return side < 0.0 and member.value == float(feature.sign > 0)
        reference = self._reference(member.name)
        if feature.sign == 0 or math.isnan(reference):
            return True
        return (member.value - reference) * feature.sign * side < 0.0

    def _phrase(self, member: MemberPoints) -> str:
        feature = self.catalog.features[member.name]
        phrase = feature.phrase_zh if self.lang == "zh" else feature.phrase_en
        value = value_text(member.value, feature.unit, self.lang, self.currency)
        reference = value_text(self._reference(member.name), feature.unit, self.lang, self.currency)
        return phrase.format(value=value, reference=reference, ago=ago_text(member.value, self.lang))

    def _facts(self, member: MemberPoints) -> dict[str, float | str | None]:
        reference = self._reference(member.name)
        known = None if math.isnan(reference) else reference
        return {"feature": member.name, "value": member.value, "reference": known}

    def _about(self, group: GroupPoints, key: str) -> str:
        return GROUP_TEXTS[key].of(self.lang).format(label=self.catalog.label_of(group.group, self.lang))

    def _reference(self, name: str) -> float:
        return float(self.references.get(name, math.nan))
