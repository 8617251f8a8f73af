"""Catalog: who the buyer is."""

from __future__ import annotations

from typing import Any

from features.catalog.entry import Feature

__all__ = ["PROFILE_FEATURES"]

_UNKNOWN = "the buyer's own data do not say"


def _feature(
    name: str, unit: str, texts: tuple[str, str], reads: str, sign_reason: str, **rest: Any
) -> Feature:
    """Build an entry; shown only and without a sign where `rest` does not say more."""
    values: dict[str, Any] = {
        "group": "profile", "source": "profile", "sign": 0, "models": (), "window_days": None,
        "anchor": "as_of", "phrase_en": "", "phrase_zh": "", "missing": _UNKNOWN, **rest,
    }  # fmt: skip
    columns = tuple(f"buyers.{column}" for column in reads.split())
    return Feature(name, unit, label_en=texts[0], label_zh=texts[1], reads=columns, sign_reason=sign_reason,  # type: ignore[arg-type]
                   **values)  # fmt: skip


PROFILE_FEATURES: tuple[Feature, ...] = (
    _feature("company_age_years", "years", ("Age of the company", "成立年限"), "founded_on",
             "young companies fail more", sign=-1, models=("default",), anchor="founded_on",
             missing="the date of foundation is unknown or lies ahead",
             phrase_en="Age of the company: {value} (typical: {reference}).",
             phrase_zh="成立年限为{value}（参考值{reference}）。"),
    _feature("natural_person", "flag", ("Natural person", "自然人"), "natural_person",
             "a person is scored under rules of its own, not worse for being one"),
    _feature("public_body", "flag", ("Public body", "公共机构"), "public_body",
             "public bodies hardly fail and often pay late"),
    _feature("is_foreign", "flag", ("In another country than the seller", "境外买方"), "country",
             "distance slows collection and does not make a buyer worse",
             missing="the buyer's or the seller's country is unknown"),
    _feature("industry_section", "index", ("Section of industry", "行业门类"), "industry industry_scheme",
             "an order of letters is no order of risk",
             missing="the industry's code or its scheme is unknown",
             formula="position of the ISIC Rev. 4 section: 0 = A to 20 = U"),
    _feature("size_class", "index", ("Size class", "企业规模等级"), "size_class",
             "large companies have more to pay from", sign=-1, models=("default",),
             formula="1 = micro, 2 = small, 3 = medium, 4 = large"),
    _feature("group_size", "count", ("Known buyers of its group", "同一集团买方数"), "group_id",
             "a group may carry its members or pull them down",
             missing="the buyer is known to be of no group"),
)  # fmt: skip
"""Every feature of the buyer itself."""
