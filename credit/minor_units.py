"""What a minor unit of each currency of a block is worth."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from features.block import Block
from features.codes import decimals_of
from features.engine.compute import rates_of

__all__ = ["rates_of_minor_units"]


def rates_of_minor_units(block: Block, second: int) -> npt.NDArray[np.float64]:
    """Return the reporting currency for a minor unit of each currency at an instant; NaN: no rate known."""
    instant = np.array([second], np.int64)
    return np.array(
        [
            rates_of(block, position, instant)[0] / 10.0 ** decimals_of(code)
            for position, code in enumerate(block.currencies)
        ]
    )
