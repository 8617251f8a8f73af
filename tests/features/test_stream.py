"""A stream gives what a whole build gives, in the order given."""

from __future__ import annotations

import threading

import numpy as np
import pandas as pd
import pytest

from features.build import build_packed, pack_portfolio, subject_arrays
from features.catalog import NAMES
from features.errors import InputError
from features.stream import stream
from tests.features.ledgers import RandomLedger


@pytest.fixture(scope="module")
def case():
    ledger = RandomLedger(1003)
    subjects = ledger.subjects(40)
    return pack_portfolio(ledger.portfolio()), subjects.sample(frac=1, random_state=1)


def joined(parts) -> np.ndarray:
    return np.concatenate([part.values for part in parts])


@pytest.mark.parametrize("chunk", [1, 7, 39, 40, 1000, None])
def test_blocks_of_any_size_give_the_bytes_of_a_whole_build(case, chunk):
    packed, subjects = case
    expected = build_packed(packed, subjects).to_numpy()
    assert joined(stream(packed, subjects, chunk=chunk)).tobytes() == expected.tobytes()


def test_subjects_in_the_order_of_buyers_and_time_give_the_same_bytes(case):
    packed, subjects = case
    ordered = subjects.sort_values(["buyer_id", "as_of"], kind="stable")
    expected = build_packed(packed, ordered).to_numpy()
    assert joined(stream(packed, ordered, chunk=16)).tobytes() == expected.tobytes()


def test_parts_say_which_rows_they_are_and_columns_are_contiguous(case):
    packed, subjects = case
    parts = list(stream(packed, subjects, chunk=15))
    count = len(subjects)
    assert [part.rows for part in parts] == [slice(at, min(at + 15, count)) for at in range(0, count, 15)]
    for part in parts:
        assert part.values.T.flags.c_contiguous
        expected = subject_arrays(packed, subjects.iloc[part.rows])
        np.testing.assert_array_equal(part.arrays.buyer, expected.buyer)
        np.testing.assert_array_equal(part.arrays.as_of, expected.as_of)


def test_columns_come_in_the_order_named(case):
    packed, subjects = case
    names = [NAMES[5], NAMES[-1], NAMES[0]]
    expected = build_packed(packed, subjects)[names].to_numpy()
    assert joined(stream(packed, subjects, names, chunk=11)).tobytes() == expected.tobytes()


def test_the_usual_invoice_stands_in_where_asked(case):
    packed, subjects = case
    expected = build_packed(packed, subjects, assumes_usual=True).to_numpy()
    assert joined(stream(packed, subjects, assumes_usual=True)).tobytes() == expected.tobytes()


def test_every_subject_is_told_to_progress(case):
    packed, subjects = case
    done: list[int] = []
    list(stream(packed, subjects, chunk=9, progress=done.append))
    assert sum(done) == len(subjects)


def test_no_more_than_one_block_is_computed_ahead(case):
    packed, subjects = case
    done: list[int] = []
    parts = stream(packed, subjects, chunk=5, progress=done.append)
    for number, part in enumerate(parts, 1):
        assert len(part.values) <= 5
        assert sum(done) <= 5 * (number + 1)
    assert sum(done) == len(subjects)


def test_without_subjects_there_are_no_parts(case):
    packed, subjects = case
    assert list(stream(packed, subjects.iloc[:0])) == []


@pytest.mark.parametrize("names", [["fame"], []])
def test_names_that_are_no_features_are_refused(case, names):
    packed, subjects = case
    with pytest.raises(InputError, match="names of features"):
        next(stream(packed, subjects, names))


def test_a_fault_reaches_the_reader_and_leaves_no_threads(case):
    packed, subjects = case
    before = threading.active_count()
    with pytest.raises(InputError, match="as_of"):
        list(stream(packed, subjects.assign(as_of=pd.NaT)))
    assert threading.active_count() == before


def test_a_stream_that_is_left_leaves_no_threads(case):
    packed, subjects = case
    before = threading.active_count()
    parts = stream(packed, subjects, chunk=3)
    next(parts)
    parts.close()
    assert threading.active_count() == before
