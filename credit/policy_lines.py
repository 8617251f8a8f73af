"""A policy line by line: each key with value, unit and what it does; and what two policies differ in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from credit.locales import Words, value_text
from credit.policy import Policy
from credit.policy_words import RULES, SECTIONS, Rule, Unit

__all__ = ["Difference", "Line", "differences", "lines_of", "section_of"]

Value = float | str | bool | list[Any] | None

_PATTERNS = [key for key in RULES if "*" in key]

_SECTION_OF_TOP = {
    "id": "",
    "version": "",
    "pd_floor": "pd",
    "pd_cap": "pd",
    "validity_months_without_grade": "grades",
    "blocking_days_overdue": "blocking",
}


@dataclass(frozen=True)
class Line:
    """One number, word or list of a policy.

    Parameters
    ----------
    key : str
        Path with dots: ``capacity.record_cap``, ``grades.7.midpoint_percent``.
    value : float, str, bool, list or None
        As the file has it.
    rule : Rule
        What it does, and in which unit.
    """

    key: str
    value: Value
    rule: Rule

    @property
    def section(self) -> str:
        """Chapter of `credit.policy_words.SECTIONS`."""
        return section_of(self.key)

    def value_text(self, lang: str, currency: str = "XXX") -> str:
        """Return the value as a reader writes it.

        Examples
        --------
        >>> lines = {line.key: line for line in lines_of(Policy.default())}
        >>> (
        ...     lines["capacity.record_cap"].value_text("en", "EUR"),
        ...     lines["need.tolerance_days"].value_text("zh"),
        ... )
        ('EUR 50,000', '10天')
        """
        values = self.value if isinstance(self.value, list) else [self.value]
        return _BETWEEN.of(lang).join(_text(each, self.rule.unit, lang, currency) for each in values)

    def as_json(self, lang: str) -> dict[str, Any]:
        """Return the line as the command prints it."""
        return {
            "key": self.key,
            "value": self.value,
            "unit": self.rule.unit,
            "does": self.rule.does.of(lang),
        }


@dataclass(frozen=True)
class Difference:
    """A key that two policies do not say alike; None where one of them lacks it."""

    key: str
    value: Value
    other: Value

    def as_json(self) -> dict[str, Any]:
        """Return the difference as the command prints it."""
        return {"key": self.key, "value": self.value, "other": self.other}


_BETWEEN = Words(", ", "、")


def lines_of(policy: Policy) -> list[Line]:
    """Return every line of a policy, in the order of the file.

    Raises
    ------
    KeyError
        Where a key has no words; a test holds that none lacks them.
    """
    return [Line(key, value, RULES[_pattern(key)]) for key, value in _leaves(policy).items()]


def section_of(key: str) -> str:
    """Return the chapter of a key.

    Examples
    --------
    >>> section_of("pd_floor"), section_of("terms.statutory.CN.days")
    ('pd', 'terms')
    """
    top = key.split(".", 1)[0]
    section = _SECTION_OF_TOP.get(top, top)
    if section not in SECTIONS:
        raise KeyError(section)
    return section


def differences(policy: Policy, other: Policy) -> list[Difference]:
    """Return what two policies do not say alike, in the order of the first.

    Examples
    --------
    >>> base = Policy.default()
    >>> looser = base.model_copy(update={"blocking_days_overdue": 75})
    >>> [(each.key, each.value, each.other) for each in differences(looser, base)]
    [('blocking_days_overdue', 75, 60)]
    """
    own, others = _leaves(policy), _leaves(other)
    keys = dict.fromkeys((*own, *others))
    return [Difference(key, own.get(key), others.get(key)) for key in keys if own.get(key) != others.get(key)]


def _leaves(policy: Policy) -> dict[str, Value]:
    content = policy.model_dump(mode="json")
    content["grades"] = {
        grade["name"]: {name: value for name, value in grade.items() if name != "name"}
        for grade in content["grades"]
    }
    return dict(_flat(content, ""))


def _flat(content: Mapping[str, Any], above: str) -> Iterator[tuple[str, Value]]:
    for name, value in content.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{name}.")
        elif value is not None:
            yield f"{above}{name}", value


def _pattern(key: str) -> str:
    """Return the key of `RULES` that a key of a policy is an instance of."""
    if key in RULES:
        return key
    for pattern in _PATTERNS:
        before, after = pattern.split("*")
        if key.startswith(before) and key.endswith(after) and len(key) > len(before) + len(after):
            return pattern
    raise KeyError(key)


def _text(value: Any, unit: Unit, lang: str, currency: str) -> str:
    if isinstance(value, bool):
        return value_text(float(value), "flag", lang)
    if isinstance(value, str):
        return value
    if unit == "share":
        return f"{_shortest(value * 100.0)}%"
    if unit == "percent":
        return f"{_shortest(value)}%"
    if unit == "number":
        return _shortest(value)
    return value_text(float(value), unit, lang, currency)


def _shortest(value: float) -> str:
    """Return a number with the digits that tell it apart, and no more."""
    return f"{value:.10g}"
