"""What changed since an earlier assessment of the same buyer: points that add up to the score's change."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from credit.change_texts import CHANGE_TEXTS
from credit.locales import check_language, value_text
from features.catalog import FEATURES, GROUPS
from features.errors import InputError

__all__ = ["changes_of", "check_previous"]

Json = Mapping[str, Any]


def changes_of(now: Json, then: Json, previous: Json | None = None, *, lang: str = "en") -> dict[str, Any]:
    """Return what changed between two assessments.

    ``score change = sum over groups of (points now - points then) + model change``: both by today's model
    and policy, on the facts of each moment. The model change is the score of the facts then by today's model
    less the score that was said then; 0 where nothing was said.

    Parameters
    ----------
    now, then : mapping
        Assessments of one buyer by the same release, as `credit.assess.assess` gives them.
    previous : mapping or None
        What was said then, maybe by another release; see `check_previous`.
    lang : {"en", "zh"}

    Returns
    -------
    dict
        ``status`` is ``ok``, ``no_score_now``, ``no_score_then``, ``other_source`` (one score is the default
        model's, the other the late model's) or ``other_definition`` (the scores are of different outcomes).
        Groups come with the largest change first and name the figure of theirs that moved the points most.

    Raises
    ------
    InputError
        A language without texts.
    """
    check_language(lang)
    said = then if previous is None else previous
    status = _status(now, then, said)
    groups = _groups(now, then, lang) if status == "ok" else []
    points = (said["score"]["points"], now["score"]["points"])
    return {
        "status": status,
        "since": said["as_of"],
        "since_day": then["day"],
        "versions": {"then": dict(said["versions"]), "now": dict(now["versions"])},
        "score": _pair(*points) if status == "ok" else _NO_PAIR,
        "groups": groups,
        "model_change": then["score"]["points"] - points[0] if status == "ok" else None,
        "probability": _pair(said["default"]["probability"], now["default"]["probability"]),
        "grade": {"then": said["grade"]["computed"], "now": now["grade"]["computed"]},
        "limit": _pair(said["limit"]["amount"], now["limit"]["amount"]),
        "binding": {"then": said["limit"]["binding"], "now": now["limit"]["binding"]},
    }


_NO_PAIR: dict[str, float | None] = {"then": None, "now": None, "change": None}

_PARTS: Mapping[str, tuple[str, ...]] = {
    "score": ("points", "source"),
    "default": ("probability", "definition"),
    "late": ("definition",),
    "grade": ("computed",),
    "limit": ("amount", "binding", "currency"),
    "versions": ("default", "late", "policy"),
}
"""What of an earlier assessment is compared."""


def check_previous(previous: Any, buyer_id: str, currency: str) -> Json:
    """Return an earlier assessment, or refuse it.

    Parameters
    ----------
    previous : object
        Read from JSON.
    buyer_id : str
        Of whom it must be.
    currency : str
        The reporting currency that its limit must be in.

    Raises
    ------
    InputError
        It is no assessment, of another buyer, or in another currency.
    """
    if not _is_assessment(previous):
        step = "name a file that `credence assess DIR --buyer ID --json` wrote"
        raise InputError.of("an earlier assessment as JSON", "something else", step, column="previous")
    if previous["buyer_id"] != buyer_id:
        step = "name an assessment of the same buyer"
        raise InputError.of("an earlier assessment of this buyer", "another's", step, column="previous")
    if previous["limit"]["currency"] != currency:
        step = "name an assessment in the reporting currency"
        raise InputError.of(
            f"an earlier assessment in {currency}", "another currency", step, column="previous"
        )
    return dict(previous)


def _is_assessment(said: Any) -> bool:
    if not isinstance(said, dict) or not isinstance(said.get("as_of"), str) or "buyer_id" not in said:
        return False
    parts = ((said.get(part), names) for part, names in _PARTS.items())
    if not all(isinstance(part, dict) and all(name in part for name in names) for part, names in parts):
        return False
    numbers = (said["score"]["points"], said["default"]["probability"], said["limit"]["amount"])
    return all(each is None or _is_number(each) for each in numbers)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _status(now: Json, then: Json, said: Json) -> str:
    if now["score"]["points"] is None:
        return "no_score_now"
    if then["score"]["points"] is None or said["score"]["points"] is None:
        return "no_score_then"
    sources = {each["score"]["source"] for each in (now, then, said)}
    if len(sources) > 1:
        return "other_source"
    definitions = {each[now["score"]["source"]]["definition"] for each in (now, then, said)}
    return "ok" if len(definitions) == 1 else "other_definition"


def _pair(then: float | None, now: float | None) -> dict[str, float | None]:
    change = None if then is None or now is None else now - then
    return {"then": then, "now": now, "change": change}


def _groups(now: Json, then: Json, lang: str) -> list[dict[str, Any]]:
    before = {each["group"]: each for each in then["score"]["groups"]}
    currency = str(now["limit"]["currency"])
    found = [_group(each, before[each["group"]], lang, currency) for each in now["score"]["groups"]]
    return sorted(found, key=lambda each: (-abs(each["points"]), each["group"]))


def _group(now: Json, then: Json, lang: str, currency: str) -> dict[str, Any]:
    points = now["points"] - then["points"]
    facts = _moved(now["features"], then["features"], points)
    return {
        "group": now["group"],
        "points_then": then["points"],
        "points_now": now["points"],
        "points": points,
        "facts": facts,
        "text": _text(now["group"], facts, lang, currency),
    }


def _moved(now: Sequence[Json], then: Sequence[Json], points: float) -> dict[str, Any]:
    """Return the figure that moved a group's points most, in their direction, and whose value moved so too.

    Reason: a sentence must not say that a figure became worse where it became better.
    """
    before = {each["name"]: each for each in then}
    moves = [(each["points"] - before[each["name"]]["points"], each, before[each["name"]]) for each in now]
    same_side = [move for move in moves if move[0] * points > 0.0 and _agrees(move[1], move[2], points)]
    if not same_side:
        return {}
    added, current, former = max(same_side, key=lambda move: (abs(move[0]), move[1]["name"]))
    return {
        "feature": current["name"],
        "then": former["value"],
        "now": current["value"],
        "points": added,
    }


def _agrees(now: Json, then: Json, points: float) -> bool:
    feature = FEATURES.get(now["name"])
    if feature is None or now["value"] == then["value"]:
        return False
    if not feature.sign or now["value"] is None or then["value"] is None:
        return True
    return bool((now["value"] - then["value"]) * feature.sign * points < 0.0)


def _text(group: str, facts: Json, lang: str, currency: str) -> str:
    words = GROUPS.get(group)
    label = group if words is None else (words.label_zh if lang == "zh" else words.label_en)
    if not facts:
        return CHANGE_TEXTS["together"].of(lang).format(label=label)
    feature = FEATURES[facts["feature"]]
    figure = feature.label_zh if lang == "zh" else feature.label_en
    values = (value_text(facts[end], feature.unit, lang, currency) for end in ("then", "now"))
    then, now = values
    return CHANGE_TEXTS["moved"].of(lang).format(label=label, figure=figure, then=then, now=now)
