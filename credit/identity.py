"""The id of an assessment: the same facts, request, models and policy give the same id."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from credit.answer import Answer
from credit.book import Book
from credit.facts import SubjectFacts
from credit.policy import Policy

__all__ = ["Identity", "identity_of"]

_LENGTH = 32

_JSON = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


class Identity(NamedTuple):
    """All that the id of an assessment follows from, but for its moment and the position of the store.

    Parameters
    ----------
    between, after : str
        JSON between those two, and after them.
    """

    between: str
    after: str

    def at(self, as_of: datetime, facts_seq: int | None) -> str:
        """Return the id: ``as_`` and the first 32 digits of the sha256 of it all."""
        seq = "null" if facts_seq is None else facts_seq
        content = f'{{"as_of":"{as_of.isoformat()}",{self.between},"facts_seq":{seq},{self.after}}}'
        return "as_" + hashlib.sha256(content.encode()).hexdigest()[:_LENGTH]


def identity_of(
    subject: SubjectFacts, answers: Mapping[str, Answer], book: Book | None, policy: Policy
) -> Identity:
    """Return what makes an assessment this one.

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
    between = (
        f'"book":{"null" if book is None else _sums_text(book)}',
        f'"buyer_id":{_text(subject.buyer_id)}',
        f'"country":{_text(subject.country)}',
        f'"currency":{_text(subject.reporting_currency)}',
    )
    models = tuple((name, said.status, said.version) for name, said in answers.items())
    after = (
        f'"models":{_pairs_text(models)}',
        f'"policy":"{policy.hash}"',
        f'"release":{_text(subject.release)}',
        f'"request":{"null" if subject.request is None else _JSON.encode(subject.request.as_json())}',
        f'"securities":{_securities_text(subject)}',
        f'"values":"{_digest(subject.values)}"',
        f'"versions":{_versions_text(tuple(subject.versions.items()))}',
    )
    return Identity(",".join(between), ",".join(after))


_text: Callable[[str], str] = json.encoder.encode_basestring
"""A text as `_JSON` writes it."""


@lru_cache(maxsize=256)
def _pairs_text(models: tuple[tuple[str, str, str], ...]) -> str:
    return _JSON.encode({name: [status, version] for name, status, version in models})


@lru_cache(maxsize=256)
def _versions_text(versions: tuple[tuple[str, str], ...]) -> str:
    return _JSON.encode(dict(versions))


def _securities_text(subject: SubjectFacts) -> str:
    if not subject.securities:
        return "[]"
    return _JSON.encode([[each.kind, _plain(each.amount), each.share] for each in subject.securities])


def _digest(values: Mapping[str, float]) -> str:
    """Return the sha256 of names and values, in the order of the names; what is not finite is one thing.

    Reason: as text, some three hundred numbers would take a fifth of an assessment's time.
    """
    places, begun = _in_order(tuple(values))
    numbers = np.fromiter(values.values(), "<f8", len(values)).take(places)
    numbers += 0.0
    numbers[~np.isfinite(numbers)] = np.nan
    # Reason: the names of one set are the same bytes again and again, and the longer part.
    digest = begun.copy()
    digest.update(numbers.data)
    return digest.hexdigest()


@lru_cache(maxsize=256)
def _in_order(names: tuple[str, ...]) -> tuple[npt.NDArray[np.intp], hashlib._Hash]:
    """Return the places of names in ascending order, and their digest; buyers know one of a few sets."""
    places = sorted(range(len(names)), key=names.__getitem__)
    return np.array(places, np.intp), hashlib.sha256("\x1f".join(sorted(names)).encode() + b"\x1e")


def _sums_text(book: Book) -> str:
    return _JSON.encode(_sums(book))


def _sums(book: Book) -> list[str | float | None]:
    as_of = None if book.as_of is None else book.as_of.isoformat()
    lgd = None if book.workout is None else book.workout.lgd
    cures = None if book.cures is None else f"{book.cures.definition} {book.cures.cured}/{book.cures.cases}"
    return [as_of, book.receivables, book.margin, book.equity, book.shadow_price, book.budget, lgd, cures]


def _plain(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
