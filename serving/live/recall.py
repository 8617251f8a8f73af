"""What was said of a buyer is said again, and not found out anew, while nothing that it follows from changes.

An assessment is a function of facts, request, release and moment. Of one local day the moment counts only by
which facts are known then: until the next one of the buyer begins to count, and while its dossier, what all
buyers share, the figures of the month end and what is in force are the same, the answer is the same as well,
but for its own moment, its id and the position of the store.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from credit.ground import Ground
from credit.identity import Identity
from credit.lasting import Lasting, moment_text
from credit.publish import Published
from credit.request import Request
from serving.live.given import Given, body_of, brief_of, rest_of

__all__ = ["Basis", "Question", "Recall", "Recalled"]

_KEPT = 2_000
"""Answers of a worker that are kept: some 30 MB."""


class Question(NamedTuple):
    """What is asked of a buyer as of now."""

    buyer_id: str
    request: Request | None = None
    lang: str = "en"
    peers: bool = False
    is_score: bool = False


@dataclass(frozen=True, eq=False)
class Basis:
    """What an answer follows from, beside the release and which facts are known at its moment.

    Parameters
    ----------
    dossier_seq : int
        The last change of the buyer's own facts.
    published : Published or None
        What is in force.
    ground : Ground
    values : tuple
        Further things that are the same where they are equal.
    shared : tuple
        Things that are the same only where they are one object.
    """

    dossier_seq: int
    published: Published | None
    ground: Ground
    values: tuple[Any, ...]
    shared: tuple[Any, ...]

    def is_same(self, other: Basis) -> bool:
        """Whether another basis gives the same answer."""
        return (
            self.dossier_seq == other.dossier_seq
            and self.ground == other.ground
            and all(one is another for one, another in zip(self.shared, other.shared, strict=True))
            and self.values == other.values
            and self.published == other.published
        )


@dataclass(frozen=True, eq=False)
class Recalled:
    """An answer that was given, and what it followed from."""

    basis: Basis
    identity: Identity
    begins: int
    ends: int
    buyer_id: str
    day: str
    rest: bytes
    brief: dict[str, Any]

    @classmethod
    def of(cls, basis: Basis, lasting: Lasting, said: dict[str, Any]) -> Recalled:
        """Return what is kept of an answer.

        Parameters
        ----------
        basis : Basis
        lasting : Lasting
        said : dict
            Its assessment, with what is in force.
        """
        identity, begins, ends = lasting.identity, lasting.begins, lasting.ends
        return cls(
            basis, identity, begins, ends, said["buyer_id"], said["day"], rest_of(said), brief_of(said)
        )

    def holds(self, basis: Basis, second: int) -> bool:
        """Whether somebody who asks at a second (since 1970) gets the same answer."""
        return self.begins <= second < self.ends and self.basis.is_same(basis)

    def given(self, moment: datetime, facts_seq: int | None) -> Given:
        """Return the answer of a moment (naive UTC)."""
        assessment_id, as_of = self.identity.at(moment, facts_seq), moment_text(moment)
        first = {
            "assessment_id": assessment_id,
            "buyer_id": self.buyer_id,
            "as_of": as_of,
            "day": self.day,
            "facts_seq": facts_seq,
        }
        body = body_of(first, self.rest)
        return Given(assessment_id, self.buyer_id, as_of, facts_seq, body, self.brief)


class Recall:
    """The latest answers of one release.

    Parameters
    ----------
    most : int
        Answers that are kept; those that were not asked for the longest go first.
    """

    def __init__(self, most: int = _KEPT) -> None:
        self._most = most
        self._kept: OrderedDict[Question, Recalled] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, question: Question) -> Recalled | None:
        """Return what was answered last; None where nothing is kept of it."""
        with self._lock:
            found = self._kept.get(question)
            if found is not None:
                self._kept.move_to_end(question)
        return found

    def keep(self, question: Question, recalled: Recalled) -> None:
        """Keep an answer."""
        with self._lock:
            self._kept[question] = recalled
            self._kept.move_to_end(question)
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
