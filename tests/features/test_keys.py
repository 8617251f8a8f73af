"""Keys, versions and ids."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from features.instants import FAR_FUTURE
from features.keys import derive_ids, filled_ids, known_until, repeats

ROWS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["1", "2", None])), min_size=1, max_size=8)


@given(ROWS, st.randoms(use_true_random=False))
def test_derived_ids_are_those_of_the_content_in_any_order(rows, shuffler):
    shuffled = list(rows)
    shuffler.shuffle(shuffled)
    one, other = (derive_ids(pd.DataFrame(each, columns=["x", "y"])) for each in (rows, shuffled))
    assert one.is_unique
    assert sorted(one) == sorted(other)


def test_derived_ids_tell_a_value_from_its_neighbour():
    ids = derive_ids(pd.DataFrame({"x": ["a", "a b"], "y": ["b c", "c"]}))
    assert ids.is_unique


def content(rows: list[tuple[str, str | None]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["x", "y"]).astype("str")


@given(ROWS, ROWS)
def test_an_id_is_made_of_its_row_alone_whichever_others_there_are(rows, others):
    alone = filled_ids(None, content(rows))
    assert alone.is_unique
    among = filled_ids(None, content([*rows, *others]))
    assert among[: len(rows)].tolist() == alone.tolist()
    given = pd.Series([None] * len(rows) + ["given"] * len(others), dtype="str")
    assert filled_ids(given, content([*others, *rows][::-1]))[: len(rows)].is_unique
    assert filled_ids(given, content([*rows, *others])).tolist() == [*alone, *["given"] * len(others)]


def test_an_empty_column_is_no_column_and_a_value_is_not_its_neighbours():
    days = pd.Series(["2026-01-05", "2026-01-06T10:00:00"], dtype="datetime64[s]")
    whole = pd.DataFrame({"a": ["1", "1"], "at": days, "n": pd.array([None, 7], "Int64"), "z": [None, None]})
    ids = filled_ids(None, whole)
    # a day alone would be written without its time
    assert filled_ids(None, whole.loc[[0], ["a", "at"]]).tolist() == ids[:1].tolist()
    assert filled_ids(None, whole.loc[[1]]).tolist() == ids[1:].tolist()
    moved = pd.DataFrame({"a": ["1", None], "b": [None, "1"]}, dtype="str")
    assert filled_ids(None, moved).is_unique


def test_a_version_counts_until_the_next_one_is_known():
    days = pd.to_datetime(["2026-01-03", "2026-01-01", "2026-01-02", "2026-01-01"]).astype("datetime64[s]")
    frame = pd.DataFrame({"id": ["a", "a", "a", "b"], "at": days})
    ends = known_until(frame, ["id"], "at", FAR_FUTURE)
    assert ends.astype(str).tolist() == ["2262-01-01", "2026-01-02", "2026-01-03", "2262-01-01"]


def test_only_rows_that_are_equal_in_all_columns_are_repeats():
    frame = pd.DataFrame({"id": ["a", "a", "a"], "x": [np.nan, np.nan, 1.0]})
    assert repeats(frame).tolist() == [False, True, False]
