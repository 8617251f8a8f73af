from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from credit.identity import identity_of
from credit.policy import Policy
from tests.credit.builders import KNOWN, make_answers, make_subject

POLICY = Policy.default()


def id_of(values):
    subject = make_subject(values)
    return identity_of(subject, make_answers(), None, POLICY).at(subject.as_of, subject.facts_seq)


@given(st.permutations(sorted(KNOWN)))
def test_the_order_of_values_moves_no_id(names):
    assert id_of({name: KNOWN[name] for name in names}) == id_of(KNOWN)


@given(st.sampled_from(sorted(KNOWN)), st.floats())
def test_another_value_gives_another_id(name, value):
    is_same = value == KNOWN[name]

    assert (id_of(KNOWN | {name: value}) == id_of(KNOWN)) == is_same


def test_what_is_not_finite_is_one_thing_and_zero_has_no_sign():
    assert (
        len({id_of(KNOWN | {"equity": value}) for value in (math.nan, math.inf, -math.inf, -math.nan)}) == 1
    )
    assert id_of(KNOWN | {"equity": 0.0}) == id_of(KNOWN | {"equity": -0.0})
