"""Buyers laid together are the buyers alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from features.block import Block
from features.block_files import arrays_of
from features.engine.compute import compute
from features.one_subject import Asked, subject_of
from features.shared import Rates, alone, joined
from features.stacked import stacked


@pytest.fixture(scope="module")
def rates(demo_packed) -> Rates:
    return Rates.of_block(demo_packed.block)


@pytest.fixture(scope="module")
def blocks(demo_packed, rates) -> list[Block]:
    block, own = demo_packed.block, demo_packed.seller.reporting_currency
    return [
        joined(alone(block, place, own), rates, (), lambda _: ()) for place in range(len(block.buyer_ids))
    ]


def test_all_buyers_laid_together_are_the_block_that_they_were_taken_from(demo_packed, rates, blocks):
    found, block = stacked(blocks, rates), demo_packed.block

    assert (found.buyer_ids, found.currencies) == (block.buyer_ids, block.currencies)
    assert len(block.currencies) > 2
    expected = arrays_of(block)
    for name, array in arrays_of(found).items():
        # the members of groups are told beside the blocks
        if not name.startswith("profiles.group"):
            assert array.dtype == expected[name].dtype
            assert array.tobytes() == expected[name].tobytes(), name


def test_in_another_order_the_same_is_computed(demo_packed, rates, blocks):
    chosen = [*range(len(blocks) - 1, 0, -7)]
    found = stacked([blocks[place] for place in chosen], rates)
    assert list(found.buyer_ids) == [demo_packed.block.buyer_ids[place] for place in chosen]
    seller = demo_packed.seller
    one = subject_of(0, int(demo_packed.observed_until.timestamp()), seller.timezone, Asked())
    all_of_them = replace(one.take(np.zeros(len(chosen), int)), buyer=np.arange(len(chosen)))

    values = compute(found, all_of_them, demo_packed.context, assumes_usual=True)

    for row, place in enumerate(chosen):
        expected = compute(blocks[place], one, demo_packed.context, assumes_usual=True)
        assert values[row].tobytes() == expected[0].tobytes()
