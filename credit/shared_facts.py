"""What every dossier is read with, as the bytes of one row of a database: rates and members of groups."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from features.errors import InputError
from features.shared import Member, Rates

__all__ = ["SHARED_VERSION", "SharedFacts"]

SHARED_VERSION = 1
"""Version of the layout; bytes of another one are refused, and have to be made again."""

_MAGIC = b"CRDS"
_KINDS = {"start": np.int64, "begins": np.int64, "day": np.int32, "rate": np.float64}


@dataclass(frozen=True)
class SharedFacts:
    """Facts that belong to no single buyer.

    Parameters
    ----------
    rates : Rates
        With every currency of the books.
    groups : mapping of str to sequence of Member
        By group who is known to be of it, and when.
    has_ledger : bool
        Whether there is any invoice.
    """

    rates: Rates
    groups: Mapping[str, Sequence[Member]]
    has_ledger: bool

    def members(self, group: str) -> Sequence[Member]:
        """Return who is known to be of a group; see `features.shared.Members`."""
        return self.groups.get(group, ())

    def to_bytes(self) -> bytes:
        """Return the facts as bytes without pickle; the same facts give the same bytes."""
        told = {
            "version": SHARED_VERSION,
            "currencies": self.rates.currencies,
            "rates": {name: getattr(self.rates, name).tolist() for name in _KINDS},
            "groups": {group: list(self.groups[group]) for group in sorted(self.groups)},
            "has_ledger": self.has_ledger,
        }
        body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
        return _MAGIC + zlib.crc32(body).to_bytes(4, "little") + body

    @classmethod
    def from_bytes(cls, data: bytes) -> SharedFacts:
        """Return the facts of `to_bytes`.

        Raises
        ------
        InputError
            Where the bytes are damaged, or those of another version.
        """
        try:
            if data[:4] != _MAGIC or zlib.crc32(data[8:]) != int.from_bytes(data[4:8], "little"):
                raise ValueError("mark or check")
            told = json.loads(data[8:])
            if told["version"] != SHARED_VERSION:
                raise ValueError("version")
            arrays = {name: np.array(told["rates"][name], kind) for name, kind in _KINDS.items()}
            groups = {
                group: [(buyer, begins, ends) for buyer, begins, ends in members]
                for group, members in told["groups"].items()
            }
            return cls(Rates(tuple(told["currencies"]), **arrays), groups, told["has_ledger"])
        except (KeyError, TypeError, ValueError) as error:
            expected = f"shared facts of version {SHARED_VERSION}"
            raise InputError.of(expected, "damaged bytes, or another version", "make them again") from error
