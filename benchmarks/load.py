"""How long a portfolio takes into an empty store.

A million invoices: ``credence data simulate DIR --buyers 14500``. ``python -m benchmarks.load DIR`` prints
one JSON object; ``--url postgresql://...`` names an empty database instead of a file.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from serving.compiled import keep_compiled_code

keep_compiled_code(Path(".credence"))


def main() -> None:
    """Load once, then the same again."""
    from features.files import read
    from serving.store.connect import open_store, store_url
    from serving.store.loading import load_portfolio

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory")
    parser.add_argument("--url", default="", help="an empty PostgreSQL database instead of a file")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        environment = {"CREDENCE_DATABASE_URL": given.url} if given.url else {}
        store = open_store(store_url(Path(folder), environment))
        start = time.perf_counter()
        portfolio = read(given.directory)
        seconds = {"read": time.perf_counter() - start}
        for name in ("load", "again"):
            begun, used = time.perf_counter(), time.process_time()
            load_portfolio(store, portfolio, history=True, now=datetime.now(UTC))
            seconds[name] = time.perf_counter() - begun
            seconds[f"{name}_cpu"] = time.process_time() - used
        rows = {name: len(portfolio.tables[name]) for name in portfolio.tables}
        size = sum(path.stat().st_size for path in Path(folder).iterdir())
        store.close()
    rounded = {name: round(value, 2) for name, value in seconds.items()}
    print(json.dumps({"database": store.name.split(":")[0], "rows": rows, "bytes": size, "seconds": rounded}))


if __name__ == "__main__":
    main()
