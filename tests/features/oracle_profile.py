"""Features of buyers themselves once more: slow and plain."""

from __future__ import annotations

from typing import Any

from tests.features.oracle_books import NAN, Books

# Read off the classifications by hand for the codes that the random ledgers draw.
SECTIONS = {
    ("ISIC", "C28"): 2, ("NACE", "C28"): 2, ("SIC", "C28"): 2, ("GB/T 4754", "C28"): 2,
    ("ISIC", "4711"): 6, ("NACE", "4711"): 6, ("SIC", "4711"): 7, ("GB/T 4754", "4711"): 5,
    ("ISIC", "96"): 18, ("NACE", "96"): 18, ("SIC", "96"): 14, ("GB/T 4754", "96"): 14,
}  # fmt: skip
SIZES = ["micro", "small", "medium", "large"]
# Read off features/population_rates.toml for what the random ledgers draw: 2.5 x 57 of 10,000 in Germany.
RATES = {"DE": 0.01425}
SECTION_FACTORS = {5: 1.41, 7: 1.8, 14: 0.1}
SIZE_FACTORS = {1: 1.2, 2: 1.1, 3: 0.8, 4: 0.5}
PDS = {
    "external_pd": {"0.02": 0.02, "0.5": 0.5, "1e-3": 0.001},
    "external_grade_letters": {"BBB": 0.0015, "b+": 0.03, "CC": 0.4},
    "external_grade_house": {"good": 0.004, "POOR": 0.09},
}


def profile(books: Books, buyer: str) -> dict[str, Any]:
    """Return the features of a buyer itself."""
    row = next((row for row in books.rows("buyers") if row["buyer_id"] == buyer), None)
    outside = {"external_pd": external_pd(books, buyer)}
    if row is None:
        return outside
    age = (books.day - row["founded_on"]).days / 365.25 if row.get("founded_on") else NAN
    size = (row.get("size_class") or "").lower()
    home = books.portfolio.seller.country
    group = [each for each in books.rows("buyers") if each.get("group_id") == row.get("group_id")]
    section = SECTIONS.get((row.get("industry_scheme"), row.get("industry")), NAN)
    rank = SIZES.index(size) + 1 if size in SIZES else NAN
    rate = RATES.get(row.get("country"), 0.015) * SECTION_FACTORS.get(section, 1) * SIZE_FACTORS.get(rank, 1)
    return {
        **outside,
        "population_default_rate": rate,
        "company_age_years": age if age >= 0 else NAN,
        "natural_person": float(row["natural_person"]),
        "public_body": float(row["public_body"]),
        "is_foreign": float(row.get("country") != home) if row.get("country") and home else NAN,
        "industry_section": section,
        "size_class": rank,
        "group_size": len(group) if row.get("group_id") else NAN,
    }


def external_pd(books: Books, buyer: str) -> float:
    """Return the PD that an outsider told last and that has not expired; of several at once the highest."""
    told = [
        (row["recorded_at"], PDS[row["name"]][row["value"]])
        for row in books.rows("attributes")
        if row["buyer_id"] == buyer
        and row["name"] in PDS
        and (row.get("expires_on") is None or books.day <= row["expires_on"])
    ]
    return max(told)[1] if told else NAN
