"""Call the service of the demo: wait until it is ready, or have one buyer assessed."""

from __future__ import annotations

__all__ = ["main"]

import argparse
import json
import os
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from credit.render import render

API_KEY = "CREDENCE_API_KEY"
ANSWER_SECONDS = 30
PAUSE_SECONDS = 0.25
ORDER = {"kind": "order", "amount": 50_000, "currency": "EUR", "terms_days": 60}


def main() -> int:
    """Return 0 where the service is ready, or has answered; otherwise say what is wrong and return 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address", help="as in http://127.0.0.1:3000")
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("--wait", type=float, metavar="SECONDS", help="until the service is ready")
    action.add_argument("--assess", type=Path, metavar="PORTFOLIO", help="the buyer with the most invoices")
    parser.add_argument("--pid", type=int, help="stop waiting when this process has ended")
    options = parser.parse_args()
    if options.assess is not None:
        wrong = assess(options.address, busiest_buyer(options.assess))
    else:
        wrong = wait(options.address, options.wait, options.pid)
    if wrong:
        sys.stderr.write(f"demo: {wrong}\n")
    return int(bool(wrong))


def wait(address: str, seconds: float, pid: int | None) -> str:
    """Return an empty text once the service is ready, or else why it will not be."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            call(f"{address}/readyz")
        except OSError:
            if pid is not None and not is_alive(pid):
                return "the service ended before it was ready"
            time.sleep(PAUSE_SECONDS)
        else:
            return ""
    return f"the service was not ready after {seconds:g} seconds"


def assess(address: str, buyer_id: str) -> str:
    """Print a call as one would type it and its JSON as a page; return what went wrong, if anything did."""
    url, body = f"{address}/v1/assess", {"buyer_id": buyer_id, "request": ORDER}
    headers = '-H "Authorization: Bearer $CREDENCE_API_KEY" -H "Content-Type: application/json"'
    print(f"\n$ curl -s {url} {headers} -d '{json.dumps(body)}'")
    try:
        answer = json.loads(call(url, body))
    except urllib.error.HTTPError as error:
        return f"expected an assessment, found {error}: {error.read().decode()}"
    except (OSError, ValueError) as error:
        return f"expected an assessment, found {error}"
    print(f"\n{render(answer, 'en')}\n")
    return ""


def call(url: str, body: dict[str, Any] | None = None) -> str:
    """Return the text that ``url`` answers: to a GET, or to a POST where there is a body."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    if API_KEY in os.environ:
        headers["Authorization"] = f"Bearer {os.environ[API_KEY]}"
    request = urllib.request.Request(url, data, headers)  # noqa: S310 (our address)
    with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as response:  # noqa: S310 (our address)
        return str(response.read().decode())


def busiest_buyer(portfolio: Path) -> str:
    """Return the buyer with the most invoices, so that there is something to say about them."""
    buyers = pq.read_table(portfolio / "invoices.parquet", columns=["buyer_id"])["buyer_id"].value_counts()
    return max(buyers.to_pylist(), key=lambda pair: (pair["counts"], pair["values"]))["values"]


def is_alive(pid: int) -> bool:
    """Return whether the process exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
