"""A client that costs little: kept connections, one request after another on each."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

__all__ = ["Call", "Calls", "call_for", "request_bytes"]

_HEAD_END = b"\r\n\r\n"
_LONGEST_ANSWER = 1 << 22


@dataclass(frozen=True)
class Call:
    """Where and what to send.

    Parameters
    ----------
    host : str
    port : int
    requests : sequence of bytes
        Sent one after another, from the first again after the last.
    """

    host: str
    port: int
    requests: Sequence[bytes]


@dataclass
class Calls:
    """What came back.

    Parameters
    ----------
    seconds : list of float
        Of each answer, from the first byte sent to the last one read.
    errors : int
        Answers of another status than 200, and connections that broke.
    started : list of float
        When each call began, by the clock that never goes back.
    elapsed : float
    """

    seconds: list[float] = field(default_factory=list)
    started: list[float] = field(default_factory=list)
    errors: int = 0
    elapsed: float = 0.0

    def figures(self) -> dict[str, float]:
        """Return percentiles in milliseconds and answers a second."""
        taken = np.array(self.seconds or [np.nan]) * 1e3
        return {
            "p50_ms": round(float(np.percentile(taken, 50)), 3),
            "p99_ms": round(float(np.percentile(taken, 99)), 3),
            "max_ms": round(float(taken.max()), 3),
            "rps": round(len(self.seconds) / self.elapsed, 1) if self.elapsed else 0.0,
            "answers": len(self.seconds),
            "errors": self.errors,
        }


def request_bytes(path: str, body: bytes, headers: dict[str, str] | None = None) -> bytes:
    """Return a POST request as it goes over the wire."""
    lines = [f"POST {path} HTTP/1.1", "Host: localhost", "Content-Type: application/json"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    lines += [f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body


def call_for(call: Call, seconds: float, connections: int = 1, *, rate: float | None = None) -> Calls:
    """Call for some seconds.

    Parameters
    ----------
    call : Call
    seconds : float
    connections : int
        Each has one request on its way at a time.
    rate : float, optional
        Requests a second over all connections, at even distances; None sends the next as soon as one is
        answered. A request that has to wait for a connection counts from the moment at which it was due.
    """
    return asyncio.run(_call_for(call, seconds, connections, rate))


async def _call_for(call: Call, seconds: float, connections: int, rate: float | None) -> Calls:
    found, started = Calls(), time.perf_counter()
    gap = None if rate is None else connections / rate
    workers = [
        _connection(call, number, started + seconds, found, _due(started, number, connections, gap))
        for number in range(connections)
    ]
    await asyncio.gather(*workers)
    found.elapsed = time.perf_counter() - started
    return found


def _due(started: float, number: int, connections: int, gap: float | None) -> Callable[[int], float] | None:
    if gap is None:
        return None
    first = started + gap * number / connections
    return lambda sent: first + sent * gap


async def _connection(
    call: Call, number: int, end: float, found: Calls, due: Callable[[int], float] | None
) -> None:
    reader, writer = await asyncio.open_connection(call.host, call.port, limit=_LONGEST_ANSWER)
    sent = 0
    while True:
        begun = time.perf_counter()
        if due is not None:
            await asyncio.sleep(max(0.0, due(sent) - begun))
            begun = due(sent)
        if begun >= end:
            break
        try:
            writer.write(call.requests[(number * 7919 + sent) % len(call.requests)])
            is_good = await _answer(reader)
        except (OSError, asyncio.IncompleteReadError):
            found.errors += 1
            reader, writer = await asyncio.open_connection(call.host, call.port, limit=_LONGEST_ANSWER)
            continue
        found.seconds.append(time.perf_counter() - begun)
        found.started.append(begun)
        found.errors += not is_good
        sent += 1
    writer.close()


async def _answer(reader: asyncio.StreamReader) -> bool:
    """Read an answer to its end; return whether its status is 200."""
    head = await reader.readuntil(_HEAD_END)
    length = None
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    if length is None:
        await _chunks(reader)
    else:
        await reader.readexactly(length)
    return head.startswith(b"HTTP/1.1 200")


async def _chunks(reader: asyncio.StreamReader) -> None:
    while size := int(await reader.readline(), 16):
        await reader.readexactly(size + 2)
    await reader.readline()
