"""Reasons of a score: groups of features, told with the buyer's own numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from credit.group_points import GroupPoints, MemberPoints
from credit.locales import ago_text, value_text
from credit.policy import ReasonRules
from credit.texts import GROUP_TEXTS, Direction
from credit.wording import Catalog

__all__ = ["PART", "Reason", "score_reasons"]


PART = "_PART"
"""Ends the code of an adverse part in a group that does not lower the score on balance."""


@dataclass(frozen=True)
class Reason:
    """One reason of a decision or a score.

    Parameters
    ----------
    scope : {"decision", "score"}
    code : str
        Stable: a decision's code, or the group's name in capitals, with ``_MISSING`` where nothing is known
        and `PART` where a group holds an adverse part that others of it offset.
    direction : {"adverse", "strength", "neutral"}
    points : float or None
        Score points of the group, of an adverse part those of its adverse members; None for a decision's
        reason.
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

    A group that is no adverse reason itself may hold an adverse member that others of it offset. Where that
    member alone reaches the points of a reason and its value lies on the adverse side, the adverse part is
    told as such, with the points of all adverse members, in the places that adverse groups leave.

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
    lowering = [each for each in groups if each.points < 0.0]
    least = _least(lowering, rules)
    adverse = _largest([each for each in lowering if each.points <= -least], rules.most_adverse)
    told = [teller.reason(each, "adverse") for each in adverse]
    offset = (teller.part(each, least) for each in groups if each.points > -least)
    parts = sorted((each for each in offset if each is not None), key=lambda each: (each.points, each.code))
    told += parts[: rules.most_adverse - len(told)]
    good = [each for each in groups if each.points > 0.0 and not _is_missing(each, 1.0)]
    least = _least(good, rules)
    strengths = _largest([each for each in good if each.points >= least], rules.most_strengths)
    return told + [teller.reason(each, "strength") for each in strengths]


def _least(groups: Sequence[GroupPoints], rules: ReasonRules) -> float:
    total = math.fsum(abs(each.points) for each in groups)
    return max(rules.least_points, rules.least_share_of_adverse * total)


def _largest(groups: Sequence[GroupPoints], most: int) -> list[GroupPoints]:
    return sorted(groups, key=lambda each: (-abs(each.points), each.group))[:most]


def _is_missing(group: GroupPoints, side: float) -> bool:
    """Whether nothing is known of all that pulls a group to a side."""
    return all(math.isnan(each.value) or not each.points * side > 0.0 for each in group.members)


@dataclass(frozen=True)
class _Teller:
    references: Mapping[str, float]
    catalog: Catalog
    lang: str
    currency: str

    def reason(self, group: GroupPoints, direction: Direction) -> Reason:
        side = -1.0 if direction == "adverse" else 1.0
        cited = next((each for each in group.pulling(side) if self._speaks(each, side)), None)
        code = group.group.upper()
        if cited is not None:
            text, facts = self._phrase(cited), self._facts(cited)
            return Reason("score", code, direction, group.points, text, facts)
        if _is_missing(group, side):
            text = self._about(group, "missing")
            return Reason("score", f"{code}_MISSING", direction, group.points, text)
        return Reason("score", code, direction, group.points, self._about(group, "together"))

    def part(self, group: GroupPoints, least: float) -> Reason | None:
        """Return the adverse part of a group that others of it offset; None where none is large enough."""
        # Reason: the largest comes first, and most groups have none that is large enough.
        if not group.members or abs(group.members[0].points) < least:
            return None
        large = [each for each in group.members if each.points <= -least and each.points < 0.0]
        cited = next((each for each in large if self._speaks(each, -1.0)), None)
        if cited is None:
            return None
        text = self._about(group, "part") + self._phrase(cited)
        points = math.fsum(each.points for each in group.pulling(-1.0))
        return Reason("score", group.group.upper() + PART, "adverse", points, text, self._facts(cited))

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
