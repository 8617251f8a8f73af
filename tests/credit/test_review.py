from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.in_force import with_published
from credit.listing import SUFFIXES, plain_texts, write_list
from credit.policy import Policy
from credit.publish import Published, publish
from credit.review import LIMIT_MOVES, NOT_ASSESSED, counts_of, review
from credit.review_table import published_of, review_frame
from credit.review_text import MOVES, review_text
from features.errors import InputError

POLICY = Policy.default()


def computed(buyer_id, amount=100_000.0, pd=0.02, exposure=40_000.0, day="2026-07-01"):
    return {
        "buyer_id": buyer_id,
        "as_of": f"{day}T21:59:59Z",
        "day": day,
        "default": {"probability": pd},
        "grade": {"computed": None if pd is None else POLICY.master_scale.of(pd).name, "published": None},
        "limit": {
            "amount": amount,
            "currency": "EUR",
            "valid_until": None if amount is None else "2027-01-01",
            "status": "ok" if amount is not None else "no_default_model",
            "binding": None if amount is None else "need",
            "exposure": exposure,
            "published": None,
        },
    }


def in_force(amount, grade="7", until=date(2026, 12, 31)):
    return Published(grade, grade, amount, "EUR", date(2026, 1, 15), until if amount is not None else None)


PREVIOUS = {
    "fell": in_force(150_000.0),
    "fell more": in_force(400_000.0),
    "rose": in_force(90_000.0),
    "rose to the cap": in_force(20_000.0),
    "same": in_force(100_000.0),
    "nearly": in_force(105_000.0),
    "silent": in_force(50_000.0),
    "ran out": in_force(60_000.0, until=date(2026, 3, 1)),
    "gone": in_force(30_000.0),
    "never": in_force(None, grade=None),
}
NOW = [
    *(computed(each) for each in ("fell", "fell more", "rose to the cap", "same", "nearly", "new")),
    computed("rose", 120_000.0),
    computed("silent", None, pd=None),
    computed("ran out", None, pd=None),
    computed("never", None, pd=None),
]
WANTED = {
    "ran out": ("expired", None),
    "fell more": ("lowered", 100_000.0),
    "fell": ("lowered", 100_000.0),
    "gone": ("kept_unsaid", 30_000.0),
    "silent": ("kept_unsaid", 50_000.0),
    "nearly": ("kept_small_change", 105_000.0),
    "never": ("unsaid", None),
    "same": ("unchanged", 100_000.0),
    "rose to the cap": ("raised_to_cap", 30_000.0),
    "rose": ("raised", 120_000.0),
    "new": ("first", 100_000.0),
}


def test_a_review_says_of_every_buyer_what_comes_into_force_the_worst_first():
    rows = review(PREVIOUS, NOW, POLICY)

    told = {row.buyer_id: (row.review.limit_code, row.review.published.amount) for row in rows}
    assert list(told.items()) == list(WANTED.items())
    assert next(row.status for row in rows if row.buyer_id == "gone") == NOT_ASSESSED
    assert counts_of(rows)["limits"] == {
        **{"expired": 1, "lowered": 2, "kept_unsaid": 2, "kept_small_change": 1, "unsaid": 1},
        **{"unchanged": 1, "raised_to_cap": 1, "raised": 1, "first": 1},
    }


@given(st.permutations(NOW))
def test_the_order_of_the_assessments_changes_nothing(now):
    assert review(PREVIOUS, now, POLICY) == review(PREVIOUS, NOW, POLICY)


def test_each_row_is_what_publishing_gives():
    for row in review(PREVIOUS, NOW, POLICY):
        of_buyer = [each for each in NOW if each["buyer_id"] == row.buyer_id]
        if of_buyer:
            assert row.review == publish(PREVIOUS.get(row.buyer_id), of_buyer[0], POLICY)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_is_in_force_comes_back_from_every_kind_of_file(tmp_path, suffix):
    named = {"=1+1": in_force(70_000.0), "NA": in_force(5.25), "007": in_force(None, grade=None)}
    rows = review(PREVIOUS | named, NOW, POLICY)
    file = tmp_path / f"review{suffix}"

    write_list(review_frame(rows), file, suffix)

    as_text = {"dtype": "str", "keep_default_na": False, "na_values": [""]}
    read = {
        ".parquet": lambda: pd.read_parquet(file),
        ".xlsx": lambda: pd.read_excel(file, **as_text),
        ".csv": lambda: plain_texts(pd.read_csv(file, encoding="utf-8-sig", **as_text)),
    }[suffix]()
    assert published_of(read) == {row.buyer_id: row.review.published for row in rows}


@pytest.mark.parametrize(
    "broken",
    [
        lambda frame: frame.drop(columns="valid_until"),
        lambda frame: pd.concat([frame, frame]),
        lambda frame: frame.assign(limit=-1.0),
        lambda frame: frame.assign(limit="much"),
        lambda frame: frame.assign(reviewed_on="soon"),
        lambda frame: frame.assign(buyer_id=None),
    ],
)
def test_a_table_that_is_no_review_is_refused(broken):
    with pytest.raises(InputError, match="credence review"):
        published_of(broken(review_frame(review({}, NOW, POLICY))))


def test_assessments_of_two_moments_and_of_one_buyer_twice_are_refused():
    with pytest.raises(InputError, match="one moment"):
        review({}, [computed("A"), computed("B", day="2026-07-02")], POLICY)
    with pytest.raises(InputError, match="one assessment a buyer"):
        review({}, [computed("A"), computed("A")], POLICY)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_summary_counts_each_move_and_names_the_worst(lang):
    rows = review(PREVIOUS, NOW, POLICY)

    text = review_text(rows, lang)

    assert set(MOVES) == set(LIMIT_MOVES)
    lines = text.splitlines()
    for move, count in counts_of(rows)["limits"].items():
        assert any(MOVES[move].of(lang) in line and line.endswith(f" {count}") for line in lines)
    named = [line for line in lines if line.strip().startswith(("ran out", "fell"))]
    assert [line.split("EUR")[0].strip() for line in named][1:] == ["fell more", "fell"]
    assert "rose" not in text


def test_what_is_in_force_stands_beside_what_is_suggested():
    said = computed("A", 100_000.0)

    shown = with_published(said, in_force(90_000.0))
    over = with_published(said, in_force(90_000.0, until=date(2026, 6, 30)))

    assert shown["grade"]["published"] == "7"
    assert shown["limit"]["published"] == {
        "amount": 90_000.0,
        "grade": "7",
        "reviewed_on": "2026-01-15",
        "valid_until": "2026-12-31",
        "headroom": 50_000.0,
        "is_in_force": True,
    }
    assert shown["limit"] | {"published": None} == said["limit"]
    assert (over["grade"]["published"], over["limit"]["published"]["is_in_force"]) == (None, False)
    assert over["limit"]["published"]["headroom"] is None
    assert with_published(said, None) == said
