"""Buyers of one moment with all that their assessments follow from, a part of the ledger at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from credit.answer import Answer
from credit.assess import assess
from credit.book import Book
from credit.facts import SubjectFacts
from credit.policy import Policy
from credit.timing.answer import TimingAnswer

__all__ = ["PART", "Cases"]

PART = 500
"""Buyers of a part: enough that models score them together, few enough that they take little memory."""


@dataclass(frozen=True)
class Cases:
    """Buyers without requests at one moment; they can be sent to another process.

    Parameters
    ----------
    values : DataFrame, shape (n, len(NAMES))
        Features of the catalog, index buyer_id.
    facts : sequence of SubjectFacts, length n
    answers : sequence of mapping of str to Answer, length n
    timing : sequence of TimingAnswer or None, length n
    """

    values: pd.DataFrame
    facts: Sequence[SubjectFacts]
    answers: Sequence[Mapping[str, Answer]]
    timing: Sequence[TimingAnswer | None]

    def __len__(self) -> int:
        """Return the number of buyers."""
        return len(self.facts)

    def assessed(self, book: Book | None, policy: Policy, lang: str) -> Iterator[dict[str, Any]]:
        """Yield the assessment of each buyer; see `credit.assess.assess`."""
        for facts, answers, timing in zip(self.facts, self.answers, self.timing, strict=True):
            yield assess(facts, answers, book, policy, lang=lang, timing=timing)
