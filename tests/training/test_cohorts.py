from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.cohorts import cohorts_of, independent_rows

YEAR = pd.DateOffset(years=1)


def months(buyer: str, first: str, last: str, default_on: str | None = None) -> pd.DataFrame:
    """Return a buyer's month ends, until it defaults, with what came of each within a year."""
    ends = pd.date_range(first, last, freq="ME") + pd.Timedelta("23:59:59")
    frame = pd.DataFrame({"buyer_id": buyer, "as_of": ends, "window_end": ends + YEAR, "outcome": 0.0})
    if default_on is None:
        return frame
    day = pd.Timestamp(default_on)
    frame = frame[frame["as_of"] < day]
    return frame.assign(outcome=(frame["window_end"] >= day).astype(float))


def book(*buyers: pd.DataFrame) -> pd.DataFrame:
    return pd.concat(buyers, ignore_index=True).sort_values("as_of", kind="stable", ignore_index=True)


def test_month_ends_of_a_year_are_one_obligor_year():
    whole = book(months("A", "2020-01-31", "2024-02-29"), months("B", "2020-01-31", "2024-02-29"))
    chosen = whole.iloc[independent_rows(whole)]

    assert chosen["as_of"].dt.strftime("%Y-%m").tolist() == sorted([f"{y}-02" for y in range(2020, 2025)] * 2)


def test_a_default_counts_once_and_not_twelve_times():
    whole = book(
        months("A", "2020-01-31", "2023-12-31", "2022-08-15"), months("B", "2020-01-31", "2023-12-31")
    )

    assert whole["outcome"].sum() == 12
    assert whole.iloc[independent_rows(whole)]["outcome"].sum() == 1


def test_a_newcomer_counts_from_its_first_month_and_again_when_its_year_is_over():
    whole = book(months("A", "2020-12-31", "2023-12-31"), months("N", "2021-05-31", "2023-12-31"))
    chosen = whole.iloc[independent_rows(whole)]

    assert chosen.loc[chosen["buyer_id"] == "N", "as_of"].dt.strftime("%Y-%m").tolist() == [
        "2021-05",
        "2022-05",
        "2023-05",
    ]


def test_cohorts_count_by_year_and_add_up():
    whole = book(
        months("A", "2020-12-31", "2022-12-31"),
        months("B", "2020-12-31", "2022-12-31", "2021-06-15"),
        months("C", "2022-03-31", "2022-12-31"),
    )
    chosen = whole.iloc[independent_rows(whole)]
    cohorts = cohorts_of(chosen, np.full(len(chosen), 0.1))

    assert [(c.start.year, c.subjects, c.defaults) for c in cohorts] == [
        (2020, 2, 1),
        (2021, 2, 0),
        (2022, 1, 0),
    ]
    assert [c.expected for c in cohorts] == pytest.approx([0.2, 0.2, 0.1])


def test_nobody_is_no_error():
    nobody = months("A", "2020-01-31", "2020-02-29").iloc[:0]

    assert len(independent_rows(nobody)) == 0
    assert cohorts_of(nobody, np.array([])) == ()


moments = st.lists(
    st.tuples(st.sampled_from("AB"), st.integers(0, 2_000)), min_size=1, max_size=40, unique=True
)


@given(moments, st.randoms(use_true_random=False))
def test_windows_never_overlap_and_order_and_outcome_decide_nothing(drawn, mixer):
    days = pd.Timestamp("2020-01-31 23:59:59") + pd.to_timedelta([day for _, day in drawn], unit="D")
    frame = pd.DataFrame({"buyer_id": [name for name, _ in drawn], "as_of": days, "window_end": days + YEAR})
    order = list(range(len(frame)))
    mixer.shuffle(order)
    chosen = frame.iloc[independent_rows(frame)]
    shuffled = frame.iloc[order].reset_index(drop=True)

    for _, mine in chosen.sort_values("as_of").groupby("buyer_id"):
        gaps = mine["as_of"].iloc[1:].to_numpy() - mine["window_end"].iloc[:-1].to_numpy()
        assert (gaps >= -np.timedelta64(1, "D")).all()
    again = shuffled.iloc[independent_rows(shuffled)]
    assert set(map(tuple, again[["buyer_id", "as_of"]].to_numpy())) == set(
        map(tuple, chosen[["buyer_id", "as_of"]].to_numpy())
    )
    assert len(chosen)
