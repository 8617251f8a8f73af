"""Until when what is known of a buyer stays as it is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.as_of import second_of
from features.block import Block
from features.build import Packed
from features.engine.compute import compute
from features.engine.context import NO_CONTEXT
from features.engine.ledger import NEVER, Ledger
from features.engine.profile import Profiles
from features.engine.statements import StatementBlock
from features.next_change import INSTANTS, next_change
from features.one_subject import Asked, subject_of

DAY = 86_400


def instants_of(block: Block) -> np.ndarray:
    arrays = [getattr(getattr(block, part), name) for part, names in INSTANTS.items() for name in names]
    return np.unique(np.concatenate(arrays))


def features_at(block: Block, second: int) -> np.ndarray:
    return compute(block, subject_of(0, second, "UTC", Asked()), NO_CONTEXT, assumes_usual=True)


def test_every_array_of_instants_is_looked_at() -> None:
    assert set(INSTANTS["ledger"]) == {
        name for name, kind in Ledger.__annotations__.items() if kind.__forward_arg__ == "Seconds"
    }
    for part, kind in (("statements", StatementBlock), ("profiles", Profiles)):
        assert set(INSTANTS[part]) == {name for name in kind._fields if "known_" in name}


@settings(max_examples=60)
@given(st.data())
def test_until_the_next_change_of_a_day_every_feature_is_the_same(
    demo_packed: Packed, data: st.DataObject
) -> None:
    buyer = data.draw(st.integers(0, len(demo_packed.block.buyer_ids) - 1))
    own = demo_packed.block.of_buyer(buyer)
    first, until = second_of(demo_packed.observed_from), second_of(demo_packed.observed_until)
    near = data.draw(
        st.sampled_from([first, *(at for at in instants_of(own).tolist() if first <= at <= until)])
    )
    second = near + data.draw(st.integers(-DAY, DAY))
    end_of_day = second - second % DAY + DAY - 1
    last = min(next_change(own, second) - 1, end_of_day)

    assert last >= second
    later = data.draw(st.integers(second, last))
    assert np.array_equal(features_at(own, second), features_at(own, later), equal_nan=True)


def test_the_next_change_is_the_first_instant_that_comes(demo_packed: Packed) -> None:
    block = demo_packed.block.of_buyer(0)
    instants = instants_of(block)
    for second in (int(instants[0]) - 1, int(instants[len(instants) // 2]), int(instants[0])):
        assert next_change(block, second) == instants[instants > second][0]


@pytest.mark.parametrize("second", [NEVER, NEVER + DAY])
def test_after_everything_nothing_changes(demo_packed: Packed, second: int) -> None:
    assert next_change(demo_packed.block.of_buyer(0), second) >= NEVER
