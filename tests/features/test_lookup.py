"""Texts are found exactly, whatever their hashes; sorted orders are those of plain Python."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features import lookup
from features.lookup import TextIndex
from features.orders import Within, ordered, text_prefixes
from features.texts import are_trimmed, texts_of

WORDS = st.lists(st.text("ab货\x00é", max_size=11), max_size=60)


def texts(words: list[str]):
    return texts_of(pd.Series(words, dtype="str"))


@pytest.fixture(params=[0xFFFFFFFFFFFFFFFF, 0b11, 0], ids=["all bits", "two bits", "no bit"])
def hash_mask(request, monkeypatch):
    monkeypatch.setattr(lookup, "HASH_MASK", np.uint64(request.param))


@pytest.mark.usefixtures("hash_mask")
@pytest.mark.parametrize("rows_a_part", [4, 1 << 15])
def test_texts_are_found_as_a_dict_finds_them(rows_a_part, monkeypatch):
    monkeypatch.setattr(lookup, "_ROWS_A_PART", rows_a_part)

    @settings(max_examples=60, deadline=None)
    @given(words=WORDS, asked=WORDS, data=st.data())
    def check(words, asked, data):
        numbers = st.integers(1, 2)
        mine = data.draw(st.lists(numbers, min_size=len(words), max_size=len(words)))
        theirs = data.draw(st.lists(numbers, min_size=len(asked), max_size=len(asked)))
        for one, other in (([0] * len(words), [0] * len(asked)), (mine, theirs)):
            first: dict[tuple[str, int], int] = {}
            keys = list(zip(words, one, strict=True))
            want_first = [first.setdefault(key, row) for row, key in enumerate(keys)]
            want = [first.get(key, -1) for key in zip(asked, other, strict=True)]
            is_plain = one == [0] * len(words)
            index = TextIndex(texts(words), None if is_plain else np.array(one, np.int64))
            found = index.find(texts(asked), None if is_plain else np.array(other, np.int64))
            assert index.first.tolist() == want_first
            assert found.tolist() == want

    check()


def test_many_texts_are_found_by_several_threads():
    numbers = np.random.default_rng(1).permutation(100_000)
    words = pd.Series(numbers).astype("str")
    index = TextIndex(texts_of(words))
    order = np.argsort(numbers)
    np.testing.assert_array_equal(index.find(texts_of(pd.Series(range(100_000)).astype("str"))), order)
    assert (index.find(texts_of("x" + words)) == -1).all()


@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(
        st.tuples(st.integers(0, 3), st.text("ab货\x00", max_size=12), st.integers(0, 2), st.integers(0, 2)),
        max_size=90,
    ),
    prefix=st.sampled_from(["", "I000", "货款"]),
)
def test_rows_are_sorted_as_python_sorts_them(rows, prefix):
    words = texts([prefix + row[1] for row in rows])
    within = Within(
        number=text_prefixes(words),
        data=words.data,
        offsets=words.offsets,
        text=np.arange(len(rows), dtype=np.int32),
        tie=np.array([row[2] for row in rows], np.int64),
        last=np.array([row[3] for row in rows], np.int64),
    )
    starts, order = ordered(np.array([row[0] for row in rows], np.int32), 4, within)
    assert order.tolist() == sorted(range(len(rows)), key=lambda row: rows[row])
    assert starts.tolist() == [sum(row[0] < group for row in rows) for group in range(5)]


@pytest.mark.parametrize(
    ("word", "is_plain"), [("a b", True), (" a", False), ("a\t", False), ("", False), ("货", False)]
)
def test_texts_with_blank_or_doubtful_edges_are_told(word, is_plain):
    plain = texts([word, "x"])
    assert are_trimmed(plain.data, plain.offsets) == is_plain
