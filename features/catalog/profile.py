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
    columns = tuple(name if "." in name else f"buyers.{name}" for name in reads.split())
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
    _feature("population_default_rate", "share", ("Default rate of its population", "同类企业违约率"),
             "country industry industry_scheme size_class",
             # Reason: the table's figures are younger than most subjects of a training, so that a model
             # that learned from them would know the future; only the prior starts from them.
             "a company shares the fate of its country, trade and size", sign=1,
             missing="the buyer is not known", formula="features/population_rates.toml: rate of the country "
             "or of the world × factor of the section × factor of the size",
             phrase_en="Of companies of its country, industry and size {value} default within a year.",
             phrase_zh="同国家、同行业、同规模的企业一年内违约率为{value}。"),
    _feature("group_size", "count", ("Known buyers of its group", "同一集团买方数"), "group_id",
             "a group may carry its members or pull them down",
             missing="the buyer is known to be of no group"),
    _feature("external_pd", "share", ("Outside probability of default", "外部违约概率"),
             "attributes.name attributes.value", "an outsider expects the buyer to default", sign=1,
             group="external", source="external", anchor="recorded_at", models=("default",),
             missing="no outside PD and no grade of a known scheme is known that has not expired",
             formula="the attribute external_pd or external_grade_ and a scheme that became "
             "known last; grades by features/grade_maps.toml",
             phrase_en="An outside rating puts the probability of default at {value} (typical: "
             "{reference}).",
             phrase_zh="外部评级给出的违约概率为{value}（参考值{reference}）。"),
)  # fmt: skip
"""Every feature of the buyer itself."""
