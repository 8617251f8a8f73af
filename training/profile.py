"""What the books said of a buyer itself when it was scored."""

from __future__ import annotations

import numpy as np
import pandas as pd

from features.portfolio import Portfolio

__all__ = ["profile_as_known"]


def profile_as_known(portfolio: Portfolio, subjects: pd.DataFrame) -> pd.DataFrame:
    """Return each subject's country as the books knew it at its as_of.

    Parameters
    ----------
    portfolio : Portfolio
    subjects : DataFrame, shape (n, ...)
        ``buyer_id`` and ``as_of``.

    Returns
    -------
    DataFrame, shape (n, 1)
        ``country`` (ISO 3166-1 alpha-2, missing where it was not known), in the order of the subjects.
    """
    if "buyers" not in portfolio.tables or "country" not in portfolio.tables["buyers"]:
        return pd.DataFrame({"country": pd.Series(np.nan, range(len(subjects)), dtype="str")})
    versions = portfolio.tables["buyers"]
    told = pd.DataFrame(
        {
            "buyer_id": versions["buyer_id"].astype("str"),
            "known_from": versions["recorded_at"].astype("datetime64[s]"),
            "country": versions["country"].astype("str").where(~versions["withdrawn"]),
        }
    ).sort_values("known_from", kind="stable")
    asked = pd.DataFrame(
        {
            "buyer_id": subjects["buyer_id"].astype("str").to_numpy(),
            "as_of": subjects["as_of"].astype("datetime64[s]").to_numpy(),
            "row": np.arange(len(subjects)),
        }
    ).sort_values("as_of", kind="stable")
    found = pd.merge_asof(asked, told, left_on="as_of", right_on="known_from", by="buyer_id")
    return found.sort_values("row")[["country"]].reset_index(drop=True)
