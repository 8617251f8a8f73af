"""Numbers, money and dates as a reader of English or Chinese writes them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from string import Formatter
from typing import Any

from babel.dates import format_date

from credit.number_text import locale_of, number_text
from features.codes import UNKNOWN_CURRENCY, decimals_of
from features.errors import InputError

__all__ = ["LANGUAGES", "Words", "ago_text", "check_language", "day_text", "fill", "value_text"]

LANGUAGES = ("en", "zh")
"""Languages that every text exists in."""

_WHOLE_FROM = 1000.0


@dataclass(frozen=True)
class Words:
    """A text in each language.

    Examples
    --------
    >>> Words("limit", "额度").of("zh")
    '额度'
    """

    en: str
    zh: str

    def of(self, lang: str) -> str:
        """Return the text in a language."""
        return self.zh if lang == "zh" else self.en


UNKNOWN = Words("unknown", "未知")


def check_language(lang: str) -> None:
    """Refuse a language without texts.

    Raises
    ------
    InputError
    """
    if lang not in LANGUAGES:
        raise InputError.of(" or ".join(LANGUAGES), "another language", "choose one of them", column="lang")


def value_text(value: float | None, unit: str, lang: str, currency: str = UNKNOWN_CURRENCY) -> str:
    """Return a value with its unit.

    Parameters
    ----------
    value : float or None
        None and NaN are "unknown". A ``share`` of 1 is 100 %, ``log_money`` is the logarithm of an amount,
        ``log_ratio`` that of a ratio (told as the change in percent), a ``flag`` is 0 or 1.
    unit : str
        ``days``, ``months``, ``years``, ``share``, ``count``, ``money``, ``ratio``, ``log_money``,
        ``log_ratio``, ``flag``, ``index``, ``year`` or ``day``.
    lang : {"en", "zh"}
    currency : str
        ISO 4217 code of money.

    Examples
    --------
    >>> [value_text(0.0234, "share", "en"), value_text(12, "days", "en"), value_text(12, "days", "zh")]
    ['2.3%', '12 days', '12天']
    >>> value_text(208333.3, "money", "en", "EUR"), value_text(12.5, "money", "en", "JPY")
    ('EUR 208,333', 'JPY 12')
    """
    if value is None or math.isnan(value):
        return UNKNOWN.of(lang)
    if unit in ("money", "log_money"):
        return _money(math.exp(value) if unit == "log_money" else value, lang, currency)
    return _UNITS[unit](float(value), lang)


def ago_text(days: float, lang: str) -> str:
    """Return how long ago something was.

    Examples
    --------
    >>> ago_text(0.0, "en"), ago_text(12.0, "en"), ago_text(12.0, "zh")
    ('today', '12 days ago', '12天前')
    """
    if days == 0.0:
        return Words("today", "当天").of(lang)
    return value_text(days, "days", lang) + Words(" ago", "前").of(lang)


def day_text(day: date, lang: str) -> str:
    """Return a date written out.

    Examples
    --------
    >>> day_text(date(2026, 7, 1), "en"), day_text(date(2026, 7, 1), "zh")
    ('1 July 2026', '2026年7月1日')
    """
    pattern = "y年M月d日" if lang == "zh" else "d MMMM y"
    return str(format_date(day, format=pattern, locale=locale_of(lang)))


def fill(template: str, facts: Mapping[str, Any], lang: str, currency: str = UNKNOWN_CURRENCY) -> str:
    """Fill a template whose places name their units.

    Parameters
    ----------
    template : str
        ``{name:unit}`` is written by `value_text`, ``{name}`` as it is.
    facts : mapping of str to float, str or None
        A name that is absent is unknown.

    Examples
    --------
    >>> fill("{amount:money} for {days:days}", {"amount": 1500.0, "days": 1.0}, "en", "EUR")
    'EUR 1,500 for 1 day'
    """
    told = []
    for text, name, unit in _pieces(template):
        told.append(text)
        if name is not None:
            value = facts.get(name)
            told.append(value_text(value, unit, lang, currency) if unit else _as_it_is(value, lang))
    return "".join(told)


def _as_it_is(value: Any, lang: str) -> str:
    return UNKNOWN.of(lang) if value is None else str(value)


@lru_cache(maxsize=1024)
def _pieces(template: str) -> tuple[tuple[str, str | None, str], ...]:
    # Reason: to read a template takes longer than to fill it.
    return tuple((text, name, unit or "") for text, name, unit, _ in Formatter().parse(template))


@lru_cache(maxsize=50_000)
def _decimal(value: float, pattern: str, lang: str) -> str:
    return _without_negative_zero(number_text(value, pattern, lang))


def _without_negative_zero(text: str) -> str:
    return text if text.strip("-0.%") else text.removeprefix("-")


def _money(amount: float, lang: str, currency: str) -> str:
    is_whole = abs(amount) >= _WHOLE_FROM or amount == round(amount)
    decimals = 0 if is_whole else decimals_of(currency)
    number = _decimal(amount, "#,##0" + ("." + "0" * decimals if decimals else ""), lang)
    return number if currency == UNKNOWN_CURRENCY else f"{currency} {number}"


@lru_cache(maxsize=50_000)
def _share(value: float, lang: str) -> str:
    size = abs(value)
    pattern = "0%" if size >= 0.1 or size == 0.0 else "0.0%" if size >= 0.01 else "0.00%"
    return _without_negative_zero(number_text(value, pattern, lang))


def _span(one: Words) -> Callable[[float, str], str]:
    """Return what writes a length of time in a unit."""

    def text(value: float, lang: str) -> str:
        number = _decimal(value, "#,##0" if abs(value) >= 10.0 else "#,##0.#", lang)
        if lang == "zh":
            return f"{number}{one.zh}"
        return f"{number} {one.en}" if number == "1" else f"{number} {one.en}s"

    return text


def _yes_or_no(value: float, lang: str) -> str:
    return (Words("yes", "是") if value else Words("no", "否")).of(lang)


_UNITS: Mapping[str, Callable[[float, str], str]] = {
    "days": _span(Words("day", "天")),
    "months": _span(Words("month", "个月")),
    "years": _span(Words("year", "年")),
    "share": _share,
    "flag": _yes_or_no,
    "count": lambda value, lang: _decimal(value, "#,##0", lang),
    "index": lambda value, lang: _decimal(value, "#,##0", lang),
    "ratio": lambda value, lang: _decimal(value, "#,##0.00", lang),
    "log_ratio": lambda value, lang: _share(math.expm1(value), lang),
    "year": lambda value, _lang: str(round(value)),
    "day": lambda value, _lang: str(round(value)),
}
