"""What all dossiers share, as a worker reads it: exchange rates and members of groups."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import Connection, select

from features.shared import Member, Rates
from serving.store.schema import shared

__all__ = [
    "GROUPS", "KNOWN_UNTIL", "RATES", "Shared", "members_to_bytes", "rates_to_bytes", "read_known_until",
    "read_shared",
]  # fmt: skip

RATES, GROUPS, KNOWN_UNTIL = "rates", "groups", "known_until"
"""Names of the rows: the last one is the latest `loaded_at` of all facts, and changes with each change."""

_ARRAYS = {"start": "<i8", "begins": "<i8", "day": "<i4", "rate": "<f8"}


@dataclass(frozen=True)
class Shared:
    """What all dossiers share.

    Parameters
    ----------
    facts_seq : int
        The last change of any of it: what was read is good as long as this is the same.
    rates : Rates
    groups : mapping of str to sequence of Member
    """

    facts_seq: int
    rates: Rates
    groups: Mapping[str, Sequence[Member]]

    def members(self, group_id: str) -> Sequence[Member]:
        """Return the members of a group; nobody where it is unknown."""
        return self.groups.get(group_id, ())


def read_shared(connection: Connection, known: Shared | None = None) -> Shared:
    """Return what all dossiers share; `known` itself where nothing of it has changed."""
    changes = select(shared.c.facts_seq).where(shared.c.name != KNOWN_UNTIL)
    last = connection.scalar(changes.order_by(shared.c.facts_seq.desc()).limit(1)) or 0
    if known is not None and known.facts_seq == last:
        return known
    rows = {row.name: bytes(row.body) for row in connection.execute(select(shared.c.name, shared.c.body))}
    groups = json.loads(rows.get(GROUPS, b"{}"))
    by_group = {group: [tuple(member) for member in members] for group, members in groups.items()}
    return Shared(last, _rates(rows.get(RATES)), by_group)


def read_known_until(connection: Connection) -> datetime | None:
    """Return the latest `loaded_at` of all facts; None where no change has told it yet."""
    body = connection.scalar(select(shared.c.body).where(shared.c.name == KNOWN_UNTIL))
    return None if body is None else datetime.fromisoformat(bytes(body).decode())


def rates_to_bytes(rates: Rates) -> bytes:
    """Return exchange rates as bytes without pickle."""
    arrays = [np.ascontiguousarray(getattr(rates, name), kind) for name, kind in _ARRAYS.items()]
    head = json.dumps([list(rates.currencies), [len(array) for array in arrays]]).encode()
    return b"".join([len(head).to_bytes(4, "little"), head, *(array.tobytes() for array in arrays)])


def members_to_bytes(groups: Mapping[str, Sequence[Member]]) -> bytes:
    """Return members of groups as bytes."""
    return json.dumps(groups, ensure_ascii=False, sort_keys=True).encode()


def _rates(data: bytes | None) -> Rates:
    if data is None:
        return Rates((), np.zeros(1, np.int64), *(np.empty(0, kind) for kind in ("i8", "i4", "f8")))
    size = int.from_bytes(data[:4], "little")
    currencies, lengths = json.loads(data[4 : 4 + size])
    at, arrays = 4 + size, dict[str, Any]()
    for (name, kind), length in zip(_ARRAYS.items(), lengths, strict=True):
        arrays[name] = np.frombuffer(data, kind, length, at).copy()
        at += arrays[name].nbytes
    return Rates(tuple(currencies), **arrays)
