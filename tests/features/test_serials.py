"""Texts that end in serial numbers are found exactly, and all others by the other index."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.lookup import TextIndex
from features.serials import SerialIndex, text_index
from features.texts import texts_of


def texts(words: list[str]):
    return texts_of(pd.Series(words, dtype="str"))


@settings(max_examples=150, deadline=None)
@given(data=st.data(), prefix=st.sampled_from(["", "I-", "发票", "2024/"]), length=st.integers(1, 20))
def test_serial_numbers_are_found_as_a_dict_finds_them(data, prefix, length):
    start = data.draw(st.integers(0, 10**length - 1))
    near = st.integers(start, min(start + 9, 10**length - 1)).map(lambda number: f"{number:0{length}d}")
    words = data.draw(st.lists(near.map(lambda digits: prefix + digits), min_size=1, max_size=30))
    strange = st.sampled_from(["", prefix, prefix + "0", "0" * length, prefix + "/" * length])
    asked = data.draw(st.lists(st.one_of(st.sampled_from(words), near, strange), max_size=30))
    first: dict[str, int] = {}
    want_first = [first.setdefault(word, row) for row, word in enumerate(words)]
    index = text_index(texts(words))
    assert index.first.tolist() == want_first
    assert index.find(texts(asked)).tolist() == [first.get(word, -1) for word in asked]


@pytest.mark.parametrize(
    ("words", "has_form"),
    [
        (["A-1", "A-4", "A-1"], True),
        (["A-1", "B-2"], False),
        (["A-1", "A-10"], False),
        (["A-1", "A-x"], False),
        (["A", "A"], False),
        (["1", "9"], False),
        (["1", "8"], True),
        (["7" + "0" * 20, "7" + "0" * 20], True),
        (["7" + "0" * 20, "8" + "0" * 20], False),
        ([], False),
    ],
)
def test_texts_of_one_form_and_near_numbers_have_a_table_by_number(words, has_form):
    index = text_index(texts(words))
    assert isinstance(index, SerialIndex) == has_form
    assert index.find(texts([*words, "?"]))[-1] == -1


def test_numbers_beside_the_texts_are_looked_at():
    words, instalments = texts(["A-1", "A-1"]), np.array([1, 2])
    index = text_index(words, instalments)
    assert isinstance(index, TextIndex)
    assert index.find(words, instalments).tolist() == [0, 1]


def test_many_serial_numbers_are_found_by_several_threads():
    numbers = np.random.default_rng(1).permutation(100_000)
    words = "I" + pd.Series(numbers).astype("str").str.zfill(6)
    index = text_index(texts_of(words))
    assert isinstance(index, SerialIndex)
    np.testing.assert_array_equal(index.find(texts_of(words.sort_values())), np.argsort(numbers))
    assert (index.find(texts_of("x" + words)) == -1).all()
