"""Numbers by the patterns of the Unicode locale data, written quickly where digits and signs are plain."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from babel import Locale
from babel.numbers import NumberPattern, get_decimal_symbol, get_group_symbol, parse_pattern

__all__ = ["locale_of", "number_text"]

_QUICK_BELOW = 1e15
"""Numbers from here on are rare, and may need more digits than a plain decimal carries."""

_BY_THREE = (3, 3)
_NOT_AT_ALL = (1000, 1000)


class _Plain(NamedTuple):
    """How a pattern writes: power of ten, fewest decimals, unit of the last one, form, affixes by sign."""

    scale: int
    least: int
    quantum: Decimal
    form: str
    prefix: tuple[str, str]
    suffix: tuple[str, str]


def number_text(value: float, pattern: str, lang: str) -> str:
    """Return a number as Babel writes it, in about a fifth of its time.

    Parameters
    ----------
    value : float
        Finite.
    pattern : str
        As the Unicode locale data write it.
    lang : {"en", "zh"}

    Examples
    --------
    >>> number_text(1234567.5, "#,##0.00", "en"), number_text(-0.0234, "0.0%", "zh")
    ('1,234,567.50', '-2.3%')
    """
    plain = _plain(pattern, lang)
    if plain is None or not abs(value) < _QUICK_BELOW:
        return str(_pattern(pattern).apply(value, locale_of(lang)))
    exact = Decimal(str(value)).scaleb(plain.scale)
    text = format(abs(exact).quantize(plain.quantum), plain.form)
    whole, point, decimals = text.partition(".")
    kept = decimals.rstrip("0").ljust(plain.least, "0") if point else ""
    negative = exact.is_signed()
    return plain.prefix[negative] + (f"{whole}.{kept}" if kept else whole) + plain.suffix[negative]


@lru_cache(maxsize=8)
def locale_of(lang: str) -> Locale:
    """Return the locale of a language."""
    return Locale.parse(lang)


@lru_cache(maxsize=64)
def _pattern(text: str) -> NumberPattern:
    return parse_pattern(text)


@lru_cache(maxsize=128)
def _plain(text: str, lang: str) -> _Plain | None:
    """Return how to write by a pattern; None where it or the language asks for more than plain digits."""
    pattern, locale = _pattern(text), locale_of(lang)
    symbols = get_decimal_symbol(locale), get_group_symbol(locale)
    forms = {_BY_THREE: ",f", _NOT_AT_ALL: "f"}
    affixes = "".join((*pattern.prefix, *pattern.suffix))
    is_plain = not pattern.exp_prec and pattern.int_prec[0] == 1 and not set("'¤@") & set(affixes + text)
    if not is_plain or symbols != (".", ",") or pattern.grouping not in forms:
        return None
    least, most = pattern.frac_prec
    prefix = (pattern.prefix[0], pattern.prefix[1])
    suffix = (pattern.suffix[0], pattern.suffix[1])
    form, quantum = forms[pattern.grouping], Decimal(1).scaleb(-most)
    return _Plain(pattern.scale, least, quantum, form, prefix, suffix)
