"""Exact look-up of texts that end in a serial number, as documents do: a table by number, no hashes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from features.engine.kernel import inlined, kernel
from features.lookup import TextIndex, in_threads
from features.texts import Texts, fixed

__all__ = ["SerialIndex", "text_index"]

_MOST_DIGITS = 18
_SPARSEST = 4
"""Numbers in the table for each text: a wider one would cost more memory than hashes do."""

Ints = npt.NDArray[np.int64]
Rows = npt.NDArray[np.int32]


class _Form(NamedTuple):
    """A text that others have in common but for the digits at their end."""

    model: npt.NDArray[np.uint8]
    digits: int


class SerialIndex:
    """Finds the first row with a text among texts of one form.

    Parameters
    ----------
    form : _Form
    numbers : int64 ndarray, shape (n,)
        Of the texts, not negative.

    Attributes
    ----------
    first : int32 ndarray, shape (n,)
        The first row that is the same as each row.
    """

    def __init__(self, form: _Form, numbers: Ints) -> None:
        self._form, self._low = form, int(numbers.min())
        self._table = np.full(int(numbers.max()) - self._low + 1, -1, np.int32)
        self.first: Rows = np.empty(len(numbers), np.int32)
        _fill(numbers, self._low, self._table, self.first)

    def find(self, texts: Texts, _: Ints | None = None) -> Rows:
        """Return the first row that is the same as each text, -1 where there is none."""
        found = np.empty(len(texts.offsets) - 1, np.int32)
        asked = Texts(fixed(texts.data), fixed(texts.offsets))

        def look_up(start: int, stop: int) -> None:
            _find(asked, self._form, self._low, self._table, (start, stop), found)

        in_threads(look_up, len(found), len(found))
        return found


def text_index(texts: Texts, qualifier: Ints | None = None) -> TextIndex | SerialIndex:
    """Return the index that fits the texts; see `features.lookup.TextIndex` for what it finds.

    Examples
    --------
    >>> import pandas as pd
    >>> from features.texts import texts_of
    >>> index = text_index(texts_of(pd.Series(["I-07", "I-05", "I-07"])))
    >>> index.first.tolist(), index.find(texts_of(pd.Series(["I-05", "I-06", "J-07", "I-5"]))).tolist()
    ([0, 1, 0], [1, -1, -1, -1])
    """
    texts = Texts(fixed(texts.data), fixed(texts.offsets))
    if qualifier is None and len(texts.offsets) > 1:
        form = _form(texts)
        numbers = _numbers(texts, form)
        if numbers is not None and np.ptp(numbers) < _SPARSEST * len(numbers):
            return SerialIndex(form, numbers)
    return TextIndex(texts, qualifier)


def _form(texts: Texts) -> _Form:
    model = texts.data[texts.offsets[0] : texts.offsets[1]]
    text = model.tobytes()
    return _Form(model, min(len(text) - len(text.rstrip(b"0123456789")), _MOST_DIGITS))


def _numbers(texts: Texts, form: _Form) -> Ints | None:
    """Return the number at the end of each text; None where one has another form."""
    numbers = np.empty(len(texts.offsets) - 1, np.int64)
    return numbers if form.digits and _read(texts, form, numbers) else None


@inlined
def _number(texts, row, form):  # type: ignore[no-untyped-def]
    """Return the number at the end of a text; -1 where it has another form."""
    start, length = np.uint64(texts.offsets[row]), np.uint64(len(form.model))
    if np.uint64(texts.offsets[row + 1]) - start != length:
        return np.int64(-1)
    # Reason: unsigned numbers need no look at what is negative, and one comparison for a digit.
    wrong, number = np.uint64(0), np.uint64(0)
    for at in range(np.uint64(0), length - np.uint64(form.digits)):
        wrong |= np.uint64(texts.data[start + at] ^ form.model[at])
    for at in range(length - np.uint64(form.digits), length):
        digit = np.uint64(texts.data[start + at]) - np.uint64(48)
        wrong |= np.uint64(digit > np.uint64(9))
        number = number * np.uint64(10) + digit
    return np.int64(-1) if wrong else np.int64(number)


@kernel
def _read(texts, form, numbers):  # type: ignore[no-untyped-def]
    """Fill the numbers; whether every text has one."""
    for row in range(len(numbers)):
        numbers[row] = _number(texts, row, form)
        if numbers[row] < 0:
            return False
    return True


@kernel
def _fill(numbers, low, table, first):  # type: ignore[no-untyped-def]
    for row in range(len(numbers)):
        place = numbers[row] - low
        if table[place] < 0:
            table[place] = row
        first[row] = table[place]


@kernel
def _find(texts, form, low, table, rows, found):  # type: ignore[no-untyped-def]
    for row in range(rows[0], rows[1]):
        place = _number(texts, row, form) - low
        found[row] = table[place] if 0 <= place < len(table) else -1
