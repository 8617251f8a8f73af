"""Packs what outsiders say of buyers: their probabilities of default, as facts that expire."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from features.arrays import by_buyer, day_numbers, starts_of, whole_numbers
from features.grades import external_pds
from features.instants import FAR_FUTURE
from features.portfolio import Portfolio
from features.versions import fact_versions

__all__ = ["pack_ratings"]


def pack_ratings(portfolio: Portfolio, buyer_ids: tuple[str, ...]) -> dict[str, Any]:
    """Pack the outside PDs of a portfolio.

    Parameters
    ----------
    portfolio : Portfolio
    buyer_ids : tuple of str
        Sorted; every buyer is among them.

    Returns
    -------
    dict of str to ndarray
        The fields of `features.engine.profile.Profiles` whose names begin with ``rating_``.
    """
    versions = fact_versions(portfolio, "attributes")
    pds = external_pds(versions, portfolio.seller.grade_maps)
    carries = ~np.isnan(pds)
    versions = by_buyer(versions.assign(pd=pds)[carries], buyer_ids)
    nothing = pd.Series(pd.NaT, index=versions.index)
    expires = versions.get("expires_on", nothing).astype("datetime64[s]").fillna(pd.Timestamp(FAR_FUTURE))
    return {
        "rating_start": starts_of(whole_numbers(versions["buyer"]), len(buyer_ids)),
        "rating_known_from": whole_numbers(versions["known_from"]),
        "rating_known_until": whole_numbers(versions["known_until"]),
        "rating_expires": day_numbers(expires),
        "rating_pd": np.array(versions["pd"], np.float64),
    }
