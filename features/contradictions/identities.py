"""Contradictions of registration numbers."""

from __future__ import annotations

import pandas as pd

from features.contradictions.books import Books
from features.identifiers.validity import natural_persons

__all__ = ["impossible_ids", "shared_ids", "unmarked_natural_persons"]


def impossible_ids(books: Books) -> pd.DataFrame:
    """Find buyers whose number cannot exist in the scheme that it names."""
    return books.hits("buyers", books.judged_ids["status"] == "invalid")


def shared_ids(books: Books) -> pd.DataFrame:
    """Find buyers whose valid number another buyer has as well."""
    judged = books.judged_ids
    is_valid = judged["status"] == "valid"
    twice = judged[is_valid].duplicated(["scheme", "number"], keep=False)
    return books.hits("buyers", twice.reindex(judged.index, fill_value=False))


def unmarked_natural_persons(books: Books) -> pd.DataFrame:
    """Find buyers that are sole traders by their number and no natural persons by the table."""
    buyers = books.facts("buyers")
    return books.hits("buyers", natural_persons(books.judged_ids) & ~buyers["natural_person"].astype(bool))
