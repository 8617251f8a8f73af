"""The scored test subjects kept with a version, so that two versions can be paired without the data."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt
import pandas as pd

from credit.model import subject_hashes

__all__ = ["Pair", "Scored", "pair_of", "read_scored", "scored_subjects", "write_scored"]

Floats = npt.NDArray[np.float64]
Hashes = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class Scored:
    """Subjects of a test without their names.

    Parameters
    ----------
    subject, buyer : uint64 ndarray, shape (n,)
        Hashes with the registry's salt.
    outcome, probability : float64 ndarray, shape (n,)
        Only subjects of which the model could speak.
    """

    subject: Hashes
    buyer: Hashes
    outcome: Floats
    probability: Floats


@dataclass(frozen=True)
class Pair:
    """Two models' probabilities of the same subjects.

    Parameters
    ----------
    outcome, a, b : float64 ndarray, shape (n,)
    buyer : ndarray, shape (n,)
    source : str
        Where the subjects come from, in words.
    """

    outcome: Floats
    a: Floats
    b: Floats
    buyer: npt.NDArray[Any]
    source: str

    @property
    def bad_buyers(self) -> int:
        """Buyers with a bad outcome: what a comparison of two models has to go on."""
        return len(np.unique(self.buyer[self.outcome == 1]))


def scored_subjects(test: pd.DataFrame, salt: str) -> Scored:
    """Return the scored subjects of a test, hashed.

    Parameters
    ----------
    test : DataFrame, shape (n, ...)
        Subjects with ``outcome`` and ``probability`` (missing where the model cannot say).
    salt : str
    """
    known = test[test["probability"].notna()]
    return Scored(
        subject_hashes(known, salt),
        _hashed(known["buyer_id"], salt),
        known["outcome"].to_numpy(np.float64),
        known["probability"].to_numpy(np.float64),
    )


def write_scored(scored: Scored, path: Path) -> None:
    """Write scored subjects as arrays."""
    np.savez_compressed(path, allow_pickle=False, **vars(scored))


def read_scored(path: Path) -> Scored:
    """Read what `write_scored` wrote.

    Raises
    ------
    OSError
        Where the file cannot be read or has other content.
    """
    try:
        with np.load(path) as arrays:
            return Scored(**{name: arrays[name] for name in ("subject", "buyer", "outcome", "probability")})
    except (ValueError, KeyError, EOFError, BadZipFile) as error:
        raise OSError("no scored subjects") from error


def pair_of(a: Scored, b: Scored) -> Pair | None:
    """Return the subjects that both tests have, or None where they share none or disagree on outcomes.

    Examples
    --------
    >>> ids, one = np.array([3, 1], np.uint64), np.array([1.0, 0.0])
    >>> pair = pair_of(Scored(ids, ids, one, one / 2), Scored(ids[::-1], ids[::-1], one[::-1], one[::-1]))
    >>> pair.outcome.tolist(), pair.a.tolist(), pair.b.tolist()
    ([0.0, 1.0], [0.0, 0.5], [0.0, 1.0])
    """
    _, first, second = np.intersect1d(a.subject, b.subject, return_indices=True)
    same = a.outcome[first] == b.outcome[second]
    # Reason: a subject whose outcome the later books tell otherwise speaks for neither model.
    first, second = first[same], second[same]
    if not len(first):
        return None
    source = f"{len(first)} test subjects that both versions kept"
    return Pair(a.outcome[first], a.probability[first], b.probability[second], a.buyer[first], source)


def _hashed(buyers: pd.Series, salt: str) -> Hashes:
    digests = (hashlib.blake2b(f"{salt}{buyer}".encode(), digest_size=8).digest() for buyer in buyers)
    return np.frombuffer(b"".join(digests), dtype=np.uint64)
