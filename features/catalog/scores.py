"""Catalog: classic scores of accounts. They are shown only: each weighs anew what the model reads itself."""

from __future__ import annotations

from features.catalog.accounts import MARKET, PRIOR, SHOWN, account_feature
from features.catalog.entry import Feature

__all__ = ["SCORE_FEATURES"]

_GROUP = "classic_scores"

SCORE_FEATURES: tuple[Feature, ...] = (
    account_feature("altman_z", "ratio", _GROUP, -1,
                    ("Altman Z, listed manufacturers", "阿特曼Z值，上市制造业"), **MARKET, **SHOWN),
    account_feature("altman_z_private", "ratio", _GROUP, -1,
                    ("Altman Z', private manufacturers", "阿特曼Z1值，非上市制造业"), **SHOWN),
    account_feature("altman_z_nonmanufacturer", "ratio", _GROUP, -1,
                    ("Altman Z'', other than manufacturers", "阿特曼Z2值，非制造业"), **SHOWN),
    account_feature("altman_em_score", "ratio", _GROUP, -1,
                    ("Altman EM score, emerging markets", "阿特曼新兴市场评分"), **SHOWN),
    account_feature("ohlson_o", "ratio", _GROUP, 1, ("Ohlson O", "奥尔森O值"), **PRIOR, **SHOWN),
    account_feature("zmijewski_x", "ratio", _GROUP, 1, ("Zmijewski X", "兹米耶夫斯基X值"), **SHOWN),
    account_feature("springate_s", "ratio", _GROUP, -1, ("Springate S", "斯普林盖特S值"), **SHOWN),
    account_feature("taffler_z", "ratio", _GROUP, -1, ("Taffler z", "塔夫勒z值"), **SHOWN),
    account_feature("china_f_score", "ratio", _GROUP, -1, ("F score of Zhou, Yang and Wang", "周首华F分数"),
                    **MARKET, **SHOWN),
    account_feature("beneish_m", "ratio", _GROUP, 1,
                    ("Beneish M, signs of manipulated accounts", "贝尼什M值，财报操纵迹象"), **PRIOR,
                    **SHOWN),
)  # fmt: skip
"""Every classic score."""
