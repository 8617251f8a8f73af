"""How long one buyer takes online: the full catalogue of features, and with a home the whole answer.

With released models (``--home``; `make demo` makes some), from the bytes of the dossier to the JSON text:
``explained`` is the whole assessment, ``score`` what the models say alone. There is no book beside the one
buyer, so that what follows from other buyers is missing in the answer.

Example: ``python benchmarks/online.py --items 500``.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
# Reason: this folder would come first, and features.py in it be what `import features` finds.
if Path(sys.path[0]).resolve() == Path(__file__).parent:
    sys.path[0] = str(ROOT)

import orjson  # noqa: E402

from benchmarks.ledgers import ledger  # noqa: E402
from credit.common import Common  # noqa: E402
from credit.desk import Desk  # noqa: E402
from credit.dossier import Dossier  # noqa: E402
from credit.dossiers import DossierMaker  # noqa: E402
from credit.release import Release, current_folder  # noqa: E402
from credit.request import Request  # noqa: E402
from credit.side_facts import SideTables  # noqa: E402
from features.build import Asked, one_subject  # noqa: E402
from features.engine.compute import compute  # noqa: E402
from features.packing import Packed, pack_folder  # noqa: E402
from features.shared import Rates  # noqa: E402

BOUND_MICROSECONDS = 300.0
_KEPT = ROOT / "build" / "bench"
_ASKED = Asked(1_000.0, "EUR", due_on=date(2025, 2, 1))


def main() -> int:
    """Print the percentiles of many calls; exit code 1 where the median is above the bound."""
    options = _options()
    packed = pack_folder(ledger(options.folder, options.invoices))
    buyer = _buyer_with(packed, options.items)
    as_of, context = packed.observed_until, packed.context

    def in_memory() -> None:
        compute(packed.block, one_subject(packed, buyer, as_of, _ASKED), context)

    maker, rates = DossierMaker(packed), Rates.of_block(packed.block)
    kept = maker.of(packed.block.position(buyer)).to_bytes()
    subject = one_subject(packed, buyer, as_of, _ASKED)
    own = type(subject)(**(vars(subject) | {"buyer": np.zeros(1, np.int64)}))

    def from_bytes() -> None:
        compute(Dossier.from_bytes(kept).holding(rates, maker.tables.members).block, own, context)

    count = int(np.diff(packed.block.ledger.invoice_start)[packed.block.position(buyer)])
    found = {"in_memory": _timed(in_memory), "from_bytes": _timed(from_bytes)}
    if options.home is not None:
        ways = _answers(packed, kept, maker.tables, options.home)
        found |= {way: _timed(call) for way, call in ways.items()}
    report = {"items": count, "bound_microseconds": BOUND_MICROSECONDS, "microseconds": found}
    print(json.dumps(report) if options.json else _text(count, found))
    return 0 if found["in_memory"]["p50"] <= BOUND_MICROSECONDS else 1


def _answers(packed: Packed, kept: bytes, tables: SideTables, home: Path) -> dict[str, Callable[[], object]]:
    seller, until = packed.portfolio.seller, packed.portfolio.observed_until.to_pydatetime()
    release = Release.load(current_folder(home / "releases"))
    common = Common(
        seller=seller,
        observed_from=packed.portfolio.observed_from.to_pydatetime(),
        observed_until=until,
        has_ledger=True,
        rates=Rates.of_block(packed.block),
        members=tables.members,
        contexts=packed.book,
        book=lambda _moment: None,
    )
    # Reason: only the time is asked for, of models that learned from other books.
    desk = Desk(common, replace(release, seller_id=seller.seller_id))
    request = Request("order", _ASKED.amount, _ASKED.currency or "", due_on=_ASKED.due_on)
    return {
        "explained": lambda: orjson.dumps(desk.assess(Dossier.from_bytes(kept), until, request)),
        "score": lambda: orjson.dumps(desk.score(Dossier.from_bytes(kept), until, request)),
    }


def _buyer_with(packed: Packed, items: int) -> str:
    """Return the buyer whose count of items comes nearest."""
    counts = np.diff(packed.block.ledger.invoice_start)
    return packed.block.buyer_ids[int(np.abs(counts - items).argmin())]


def _timed(call: Callable[[], object], warm: int = 20, runs: int = 2_000) -> dict[str, float]:
    for _ in range(warm):
        call()
    taken = []
    for _ in range(runs):
        started = time.perf_counter_ns()
        call()
        taken.append((time.perf_counter_ns() - started) / 1_000)
    cut = statistics.quantiles(taken, n=100)
    return {"p50": round(cut[49], 1), "p99": round(cut[98], 1)}


def _text(items: int, found: dict[str, dict[str, float]]) -> str:
    lines = [f"one buyer with {items} items, all features; bound {BOUND_MICROSECONDS:.0f} microseconds"]
    lines += [f"{name:<12} p50 {one['p50']:8.1f}   p99 {one['p99']:8.1f}" for name, one in found.items()]
    return "\n".join(lines)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--items", type=int, default=500, help="invoices of the buyer")
    parser.add_argument("--invoices", type=int, default=1_000_000, help="rows of the whole ledger")
    parser.add_argument(
        "--folder", type=Path, default=ROOT / "build" / "bench", help="where ledgers are kept"
    )
    parser.add_argument("--home", type=Path, help="home with released models: the whole answer too")
    parser.add_argument("--json", action="store_true", help="print JSON alone")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
