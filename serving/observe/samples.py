"""Samples of what was said, for looking at drift: lines of JSON that never make a call wait."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import queue
import random
import secrets
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from serving.observe.metrics import metrics

__all__ = ["FOLDER", "SHARE", "Samples", "sample_of"]

FOLDER = "CREDENCE_SAMPLES"
"""Variable with the folder of the samples; without it there are none."""

SHARE = "CREDENCE_SAMPLES_SHARE"
"""Variable with the share of assessments that are sampled, from 0 to 1; 0.1 where it is not set."""

_SHARE = 0.1
_MOST_WAITING = 1_000
_MOST_BYTES = 16 * 1024 * 1024
_MOST_FILES = 16
_SALT = "salt"
_MODELS = ("default", "late")


class Samples:
    """Writes some assessments from a thread of its own; whatever it cannot write is lost and counted.

    Parameters
    ----------
    folder : Path
        Made where it is not there. It holds at most 16 files of 16 MiB, the oldest of which go first, and the
        salt of the buyers' hashes, which all workers share.
    share : float
        Of the assessments that are sampled.
    most_bytes, most_files : int
        Of a file, and in the folder.
    """

    def __init__(
        self,
        folder: Path,
        share: float = _SHARE,
        *,
        most_bytes: int = _MOST_BYTES,
        most_files: int = _MOST_FILES,
    ) -> None:
        self._folder, self._share = folder, share
        self._most_bytes, self._most_files = most_bytes, most_files
        self._queue: queue.Queue[tuple[bytes, str] | None] = queue.Queue(_MOST_WAITING)
        self._salt = b""
        self._file: Path | None = None
        self._thread = threading.Thread(target=self._run, name="samples", daemon=True)
        self._thread.start()

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Samples | None:
        """Return the samples that the environment asks for; None where it asks for none."""
        folder = environment.get(FOLDER)
        if not folder:
            return None
        try:
            share = float(environment.get(SHARE) or _SHARE)
        except ValueError:
            share = _SHARE
        return cls(Path(folder), share if 0 <= share <= 1 else _SHARE)

    def offer(self, body: bytes, release_id: str) -> None:
        """Take an assessment (JSON) into account; returns at once, whatever becomes of it."""
        if random.random() >= self._share:  # noqa: S311 (nobody gains by guessing)
            return
        try:
            self._queue.put_nowait((body, release_id))
        except queue.Full:
            metrics.samples_lost.inc()

    def close(self) -> None:
        """Write what waits, then end."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (one := self._queue.get()) is not None:
            try:
                self._write(*one)
            except OSError:
                metrics.samples_lost.inc()

    def _write(self, body: bytes, release_id: str) -> None:
        if not self._salt:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._salt = _salt_of(self._folder / _SALT)
        sample = sample_of(orjson.loads(body), release_id, self._hashed, datetime.now(UTC))
        line = json.dumps(sample, ensure_ascii=False) + "\n"
        with self._present().open("a", encoding="utf-8") as file:
            file.write(line)

    def _hashed(self, buyer_id: str) -> str:
        return hmac.new(self._salt, buyer_id.encode(), hashlib.sha256).hexdigest()[:16]

    def _present(self) -> Path:
        """Return the file to write to: a new one where the last is full, in the place of the oldest."""
        if self._file is not None and self._file.exists() and self._file.stat().st_size < self._most_bytes:
            return self._file
        made = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
        self._file = self._folder / f"samples-{made}-{os.getpid()}.jsonl"
        kept = sorted(self._folder.glob("samples-*.jsonl"))
        for old in kept[: max(0, len(kept) - self._most_files + 1)]:
            # Reason: another worker may have taken it away.
            with suppress(FileNotFoundError):
                old.unlink()
        return self._file


def sample_of(
    said: Mapping[str, Any], release_id: str, hashed: Callable[[str], str], now: datetime
) -> dict[str, Any]:
    """Return what is kept of an assessment: figures and codes, and whose they are as a hash.

    `credence models drift --samples` reads it (`training.served_samples`).

    Examples
    --------
    >>> said = {"buyer_id": "B1", "as_of": "2026-06-30T00:00:00Z", "information_state": "payments"}
    >>> sample_of(said, "r1", lambda _: "5f", datetime(2026, 7, 1, tzinfo=UTC))["buyer"]
    '5f'
    """
    models = {name: said.get(name) or {} for name in _MODELS}
    versions = said.get("versions") or {}
    return {
        "time": now.isoformat(timespec="milliseconds"),
        "as_of": said.get("as_of"),
        "buyer": hashed(said["buyer_id"]),
        "release": release_id,
        "versions": {name: versions.get(name) for name in _MODELS},
        "information_state": said.get("information_state"),
        **{name: {key: each.get(key) for key in ("status", "probability")} for name, each in models.items()},
        "points": (said.get("score") or {}).get("points"),
        "grade": (said.get("grade") or {}).get("computed"),
        "inputs": _inputs_of(said.get("score") or {}),
    }


def _inputs_of(score: Mapping[str, Any]) -> dict[str, float | None]:
    """Return the inputs that the score was made from; none of a score that was not explained."""
    groups = score.get("groups") or ()
    return {one["name"]: one["value"] for group in groups for one in group["features"]}


def _salt_of(path: Path) -> bytes:
    """Return the salt of a folder, which the first worker that asks for it makes."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(32))
    return path.read_bytes()
