"""Features of many buyers at one moment, from their dossiers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from credit.common import Common
from credit.dossier import Dossier
from credit.sides import Holding, Moment
from features.block import Block
from features.engine.compute import compute
from features.one_subject import Asked, subject_of
from features.stacked import stacked

__all__ = ["PART", "Several", "several_of"]

PART = 500
"""Buyers of a part: enough to take them together, few enough that they take little memory."""


class Several(NamedTuple):
    """Buyers at one moment.

    Parameters
    ----------
    holdings : sequence of Holding, length n
    block : Block
        Of all of them, in their order.
    values : float64 ndarray, shape (n, len(NAMES))
        Features of the catalog, without requests.
    """

    holdings: Sequence[Holding]
    block: Block
    values: npt.NDArray[np.float64]


def several_of(dossiers: Sequence[Dossier], common: Common, moment: Moment) -> Several:
    """Return what is known of buyers at a moment; of each it is what is known of it alone.

    Parameters
    ----------
    dossiers : sequence of Dossier
        At least one.
    common : Common
    moment : Moment
    """
    holdings = [dossier.holding(common.rates, common.members) for dossier in dossiers]
    block = stacked([holding.block for holding in holdings], common.rates)
    one = subject_of(0, moment.second, common.seller.timezone, Asked())
    subjects = one.take(np.zeros(len(dossiers), np.int64))
    subjects.buyer[:] = np.arange(len(dossiers))
    return Several(holdings, block, compute(block, subjects, common.context, assumes_usual=True))
