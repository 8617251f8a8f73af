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


def profile(books: Books, buyer: str) -> dict[str, Any]:
    """Return the features of a buyer itself."""
    row = next((row for row in books.rows("buyers") if row["buyer_id"] == buyer), None)
    if row is None:
        return {}
    age = (books.day - row["founded_on"]).days / 365.25 if row.get("founded_on") else NAN
    size = (row.get("size_class") or "").lower()
    home = books.portfolio.seller.country
    group = [each for each in books.rows("buyers") if each.get("group_id") == row.get("group_id")]
    return {
        "company_age_years": age if age >= 0 else NAN,
        "natural_person": float(row["natural_person"]),
        "public_body": float(row["public_body"]),
        "is_foreign": float(row.get("country") != home) if row.get("country") and home else NAN,
        "industry_section": SECTIONS.get((row.get("industry_scheme"), row.get("industry")), NAN),
        "size_class": SIZES.index(size) + 1 if size in SIZES else NAN,
        "group_size": len(group) if row.get("group_id") else NAN,
    }
