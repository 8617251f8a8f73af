"""An assessment as it is given: its bytes, and the little that is noted of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

import orjson

from credit.lasting import MOVING
from serving.store.answers import answer_row

__all__ = ["Given", "body_of", "brief_of", "rest_of"]

_FIRST = ("assessment_id", "buyer_id", "as_of", "day", "facts_seq")
"""Fields that an answer begins with; of all, only these differ between moments of one day."""

assert set(MOVING) <= set(_FIRST)  # noqa: S101 (what moves must stand in the part that is written anew)


class Given(NamedTuple):
    """An assessment as it is given.

    Parameters
    ----------
    assessment_id, buyer_id : str
    as_of : str
        Instant as the assessment tells it.
    facts_seq : int or None
    body : bytes
        JSON.
    brief : mapping
        `brief_of` it.
    """

    assessment_id: str
    buyer_id: str
    as_of: str
    facts_seq: int | None
    body: bytes
    brief: Mapping[str, Any]

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Given:
        """Return an assessment as it is given."""
        first = {name: said[name] for name in _FIRST}
        body, brief = body_of(first, rest_of(said)), brief_of(said)
        return cls(said["assessment_id"], said["buyer_id"], said["as_of"], said["facts_seq"], body, brief)

    def row(self, release_id: str) -> dict[str, Any]:
        """Return the row under which the answer is kept."""
        return answer_row(self._asdict(), release_id, datetime.now(UTC), self.body)


def rest_of(said: Mapping[str, Any]) -> bytes:
    """Return what follows the first fields of an assessment, as JSON without its opening brace."""
    return orjson.dumps({name: part for name, part in said.items() if name not in _FIRST})[1:]


def body_of(first: Mapping[str, Any], rest: bytes) -> bytes:
    """Return the JSON of an assessment of its first fields and what follows."""
    return orjson.dumps(first)[:-1] + b"," + rest


def brief_of(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return of an assessment what is counted; see `serving.observe.assessed`."""
    models = {
        name: {key: said[name][key] for key in ("status", "probability")} for name in ("default", "late")
    }
    return {
        "buyer_id": said["buyer_id"],
        "information_state": said["information_state"],
        **models,
        "score": {"points": said["score"]["points"]},
        "reasons": [{"code": each["code"]} for each in said["reasons"]],
    }
