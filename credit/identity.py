"""The id of an assessment: the same facts, request, models and policy give the same id."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from credit.answer import Answer
from credit.book import Book
from credit.facts import SubjectFacts
from credit.policy import Policy

__all__ = ["assessment_id"]

_LENGTH = 32

_JSON = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def assessment_id(
    subject: SubjectFacts, answers: Mapping[str, Answer], book: Book | None, policy: Policy
) -> str:
    """Return ``as_`` and the first 32 digits of the sha256 of all that an assessment follows from.

    Parameters
    ----------
    subject : SubjectFacts
    answers : mapping of str to Answer
        Their versions count, not what they say, which follows.
    book : Book or None
        Its sums count, and their moment.
    policy : Policy

    Notes
    -----
    The language is left out: it changes texts only.
    """
    content = {
        "buyer_id": subject.buyer_id,
        "as_of": subject.as_of.isoformat(),
        "facts_seq": subject.facts_seq,
        "values": _digest(subject.values),
        "currency": subject.reporting_currency,
        "country": subject.country,
        "securities": [[each.kind, _plain(each.amount), each.share] for each in subject.securities],
        "request": None if subject.request is None else subject.request.as_json(),
        "release": subject.release,
        "versions": dict(subject.versions),
        "models": {name: [answer.status, answer.version] for name, answer in answers.items()},
        "book": None if book is None else _sums(book),
        "policy": policy.hash,
    }
    return "as_" + hashlib.sha256(_JSON.encode(content).encode()).hexdigest()[:_LENGTH]


def _digest(values: Mapping[str, float]) -> str:
    """Return the sha256 of names and values, in the order of the names; what is not finite is one thing.

    Reason: as text, some three hundred numbers would take a fifth of an assessment's time.
    """
    places, head = _in_order(tuple(values))
    numbers = np.fromiter(values.values(), "<f8", len(values))[places]
    plain = np.where(np.isfinite(numbers), numbers + 0.0, np.nan)
    return hashlib.sha256(head + plain.tobytes()).hexdigest()


@lru_cache(maxsize=256)
def _in_order(names: tuple[str, ...]) -> tuple[npt.NDArray[np.intp], bytes]:
    """Return the places of names in ascending order, and these as bytes; buyers know one of a few sets."""
    places = sorted(range(len(names)), key=names.__getitem__)
    return np.array(places, np.intp), "\x1f".join(sorted(names)).encode() + b"\x1e"


def _sums(book: Book) -> list[str | float | None]:
    as_of = None if book.as_of is None else book.as_of.isoformat()
    lgd = None if book.workout is None else book.workout.lgd
    cures = None if book.cures is None else f"{book.cures.definition} {book.cures.cured}/{book.cures.cases}"
    return [as_of, book.receivables, book.margin, book.equity, book.shadow_price, book.budget, lgd, cures]


def _plain(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
