"""Cells that a proposed mapping mends: ids that lost zeros or gained decimals, words for currencies."""

from __future__ import annotations

from collections.abc import Mapping

from features.sources.detection.notation import Texts
from features.sources.detection.roles import Guess
from features.sources.vocabulary import CURRENCY_WORDS

__all__ = ["currency_words", "ids_to_mend"]

_IDS = ("invoice_id", "buyer_id", "receipt_id")
_MAX_CURRENCIES = 40


def ids_to_mend(texts: Texts, guesses: Mapping[str, Guess]) -> tuple[dict[str, int], list[str]]:
    """Return the columns of ids to fill with leading zeros, and those from which ``.0`` is taken.

    Parameters
    ----------
    texts : mapping of str to Series of str
    guesses : mapping of str to Guess

    Examples
    --------
    >>> import pandas as pd
    >>> guess = {"buyer_id": Guess("buyer_id", "Customer", 1.0, ())}
    >>> ids_to_mend({"Customer": pd.Series(["0000100234", "100777", "x"])}, guess)
    ({'Customer': 10}, [])
    >>> ids_to_mend({"Customer": pd.Series(["12.0", "13.0"])}, guess)
    ({}, ['Customer'])
    """
    pad: dict[str, int] = {}
    whole: list[str] = []
    for column in [guesses[role].column for role in _IDS if role in guesses]:
        text = texts[column].dropna()
        if text.str.fullmatch(r"\d+\.0+").any():
            whole.append(column)
            text = text.str.replace(r"\.0+$", "", regex=True)
        digits = text[text.str.fullmatch(r"[0-9]+")]
        led, widths = digits[digits.str.startswith("0")], digits.str.len()
        # Reason: only where all with zeros have one width, and none is wider, were they filled to it.
        if led.str.len().nunique() == 1 and widths.max() == led.str.len().max() > widths.min():
            pad[column] = int(widths.max())
    return pad, whole


def currency_words(texts: Texts, guesses: Mapping[str, Guess]) -> dict[str, str]:
    """Return the words of the currency column and their codes; empty where all are codes.

    Examples
    --------
    >>> import pandas as pd
    >>> guess = {"currency": Guess("currency", "Cur", 1.0, ())}
    >>> currency_words({"Cur": pd.Series(["人民币", "usd"])}, guess)
    {'人民币': 'CNY', 'usd': 'USD'}
    """
    if "currency" not in guesses:
        return {}
    words = texts[guesses["currency"].column].dropna().unique()[:_MAX_CURRENCIES]
    codes = {word: CURRENCY_WORDS.get(word.casefold(), word.upper()) for word in words}
    if all(word == code for word, code in codes.items()):
        return {}
    return {word: code for word, code in codes.items() if len(code) == 3 and code.isalpha()}
