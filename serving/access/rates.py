"""How often a key may call: a bucket of tokens for each, in each worker."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["Rates"]


@dataclass
class _Bucket:
    tokens: float
    at: float


class Rates:
    """Buckets of keys; a full one holds the calls of a minute, and fills within a minute.

    Examples
    --------
    >>> rates = Rates()
    >>> [rates.seconds_to_wait("a", 2, now) for now in (0.0, 0.0, 0.0, 30.0)]
    [0, 0, 30, 0]
    """

    def __init__(self) -> None:
        self._buckets: dict[str, _Bucket] = {}

    def seconds_to_wait(self, key_id: str, rate_per_minute: int, now: float) -> int:
        """Take a token and return 0, or take none and return after how many seconds there is one.

        Parameters
        ----------
        key_id : str
            Of a key in force: others would grow the buckets without bound.
        rate_per_minute : int
            Above 0.
        now : float
            Seconds of a clock that never goes back.
        """
        bucket = self._buckets.setdefault(key_id, _Bucket(float(rate_per_minute), now))
        filled = bucket.tokens + (now - bucket.at) * rate_per_minute / 60
        bucket.tokens, bucket.at = min(filled, float(rate_per_minute)), now
        if bucket.tokens < 1:
            return math.ceil((1 - bucket.tokens) * 60 / rate_per_minute)
        bucket.tokens -= 1
        return 0
