"""What an assessment costs: of one buyer from a block in memory, and of all buyers into a list.

Late, default and timing model of a released home (``make demo`` makes one), reasons in one language, limit,
expected loss; the request is the buyer's usual invoice. The books are simulated with ``--buyers`` buyers.

- ``one``: microseconds of an assessment, median and 99th percentile, of the processor and by the clock, and
  the share of each part of the processor's time;
- ``without_timing``: the same without the timing model;
- ``online``: microseconds of the processor from the bytes of a buyer's dossier to the JSON text, as a call of
  the service needs them: the whole assessment, the same without the timing model, and the score alone;
- ``all``: the same for `assess_all`, in one process: microseconds a buyer, and seconds that 100,000 buyers
  would take. ``benchmarks/whole_book.py`` measures the command, with its processes and memory.

Shares are told by a second pass, whose stop-watches the figures do not contain. Reading and packing of the
books, and the figures of the whole book, which are made once a month end, are told apart (``before_s``).

Example: ``python benchmarks/assess.py --buyers 2000 --json``.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

ROOT = Path(__file__).parents[1]
# Reason: this folder would come first, and features.py in it be what `import features` finds.
if Path(sys.path[0]).resolve() == Path(__file__).parent:
    sys.path[0] = str(ROOT)

from serving.compiled import keep_compiled_code  # noqa: E402

# Reason: Numba reads where compiled code is kept when it is imported.
keep_compiled_code(ROOT / ".credence")

import orjson  # noqa: E402

from credence.cli.common import without_collector  # noqa: E402
from credit import assessor as assessor_module  # noqa: E402
from credit import cases as cases_module  # noqa: E402
from credit import desk as desk_module  # noqa: E402
from credit import judged as judged_module  # noqa: E402
from credit import known as known_module  # noqa: E402
from credit.assessor import Assessor  # noqa: E402
from credit.books import Books  # noqa: E402
from credit.desk import Desk  # noqa: E402
from credit.dossier import Dossier  # noqa: E402
from credit.dossiers import DossierMaker, common_of  # noqa: E402
from credit.known import SubjectReader  # noqa: E402
from credit.release import Release, current_folder  # noqa: E402
from credit.side_facts import SideTables  # noqa: E402
from credit.sides import SideReader  # noqa: E402
from features.build import Packed, pack_portfolio  # noqa: E402
from features.sources.simulator import simulate_portfolio  # noqa: E402

AIM_MICROSECONDS = 1000.0
AIM_BUYERS = 100_000
HOME = ROOT / "build" / "demo" / "home"
YEARS, SEED = 2, 7
WARM_UP = 20
PARTS = {
    "features": ((known_module, "compute"), (assessor_module, "build_packed")),
    "models": ((judged_module, "answers_of"), (desk_module, "answers_of")),
    "timing": ((judged_module, "timing_of"), (desk_module, "timing_of")),
    "side facts": ((SideReader, "of"), (SubjectReader, "facts")),
    "reasons and limit": ((judged_module, "assess"), (cases_module, "assess")),
}
"""Parts of an assessment, and the functions that do them."""

Times = dict[str, float]


def main(arguments: list[str] | None = None) -> int:
    """Print the figures; exit code 1 where the median of one assessment is above the aim."""
    options = _options(arguments)
    report = report_of(options.home, options.buyers, options.calls)
    print(json.dumps(report) if options.json else _text(report))
    return 0 if report["one"]["processor_us"]["p50"] <= AIM_MICROSECONDS else 1


def report_of(home: Path, buyers: int, calls: int) -> dict[str, Any]:
    """Measure; see the head of this file."""
    release = Release.load(current_folder(home / "releases"))
    packed = pack_portfolio(simulate_portfolio(buyers, YEARS, SEED))
    assessor = Assessor(packed, release)
    started = time.process_time()
    assessor.book(assessor.moment(None))
    before = time.process_time() - started
    chosen = np.random.default_rng(SEED).choice(np.array(assessor.buyer_ids), WARM_UP + calls).tolist()
    for buyer_id in chosen[:WARM_UP]:
        assessor.assess(buyer_id)
    untimed = Assessor(packed, replace(release, timing=None))
    for buyer_id in chosen[:WARM_UP]:
        untimed.assess(buyer_id)
    return {
        "buyers": buyers,
        "models": dict(release.versions),
        "before_s": round(before, 2),
        "one": _one(assessor, chosen[WARM_UP:]),
        "without_timing": _one(untimed, chosen[WARM_UP:]),
        "online": _online(packed, release, chosen),
        "all": _all(assessor),
    }


def _one(assessor: Assessor, buyer_ids: list[str]) -> dict[str, Any]:
    taken = np.array([_taken(lambda each=each: assessor.assess(each)) for each in buyer_ids]) * 1e6
    with _watched() as parts:
        total = sum(_taken(lambda each=each: assessor.assess(each))[0] for each in buyer_ids)
    return {
        "calls": len(buyer_ids),
        "processor_us": _percentiles(taken[:, 0]),
        "clock_us": _percentiles(taken[:, 1]),
        "shares": _shares(parts, total),
    }


def _online(packed: Packed, release: Release, buyer_ids: list[str]) -> dict[str, Any]:
    """Take the ways by turns, so that a busy moment hits all of them."""
    tables = SideTables(packed)
    common, maker = common_of(packed, tables, Books(packed, release)), DossierMaker(packed, tables)
    desk, untimed = Desk(common, release), Desk(common, replace(release, timing=None))
    moment = desk.moment(None)
    ways: dict[str, Callable[[Dossier], dict[str, Any]]] = {
        "explained": lambda dossier: desk.assess(dossier, moment),
        "explained_without_timing": lambda dossier: untimed.assess(dossier, moment),
        "score": lambda dossier: desk.score(dossier, moment),
    }
    kept = [maker.of(packed.block.position(each)).to_bytes() for each in buyer_ids]
    taken: dict[str, list[float]] = {way: [] for way in ways}
    for data in kept:
        for way, said in ways.items():
            seconds = _taken(lambda said=said, data=data: orjson.dumps(said(Dossier.from_bytes(data))))
            taken[way].append(seconds[0] * 1e6)
    return {way: {"processor_us": _percentiles(np.array(each[WARM_UP:]))} for way, each in taken.items()}


def _all(assessor: Assessor) -> dict[str, Any]:
    buyers = len(assessor.buyer_ids)
    with without_collector():
        processor, clock = _taken(assessor.assess_all)
    with _watched() as parts, without_collector():
        total = _taken(assessor.assess_all)[0]
    return {
        "processor_us_a_buyer": round(processor / buyers * 1e6, 1),
        "clock_us_a_buyer": round(clock / buyers * 1e6, 1),
        "processor_s_for_100000": round(processor / buyers * AIM_BUYERS, 1),
        "shares": _shares(parts, total),
    }


def _taken(call: Callable[[], Any]) -> tuple[float, float]:
    """Return seconds of the processor and by the clock."""
    used, started = time.process_time(), time.perf_counter()
    call()
    return time.process_time() - used, time.perf_counter() - started


@contextmanager
def _watched() -> Iterator[Times]:
    """Add up, while it lasts, the processor's time of each part."""
    found = dict.fromkeys(PARTS, 0.0)
    with ExitStack() as stack:
        for part, functions in PARTS.items():
            for owner, name in functions:
                watched = _stop_watch(getattr(owner, name), part, found)
                stack.enter_context(mock.patch.object(owner, name, watched))
        yield found


def _stop_watch(function: Callable[..., Any], part: str, found: Times) -> Callable[..., Any]:
    def watched(*args: Any, **kwargs: Any) -> Any:
        started = time.process_time()
        try:
            return function(*args, **kwargs)
        finally:
            found[part] += time.process_time() - started

    return watched


def _percentiles(values: np.ndarray) -> dict[str, float]:
    return {f"p{at}": round(float(np.percentile(values, at)), 1) for at in (50, 99)}


def _shares(parts: Times, total: float) -> dict[str, float]:
    known = {part: round(seconds / total, 3) for part, seconds in parts.items()}
    return {**known, "other": round(1.0 - sum(known.values()), 3)}


def _text(report: dict[str, Any]) -> str:
    one, untimed, every = report["one"], report["without_timing"], report["all"]
    lines = [
        f"{report['buyers']} buyers; the book's figures take {report['before_s']} s before",
        f"one assessment, processor: {_pair(one['processor_us'])}; clock: {_pair(one['clock_us'])}",
        f"  {_told(one['shares'])}",
        f"the same without the timing model: {_pair(untimed['processor_us'])}; "
        f"clock: {_pair(untimed['clock_us'])}",
        *(f"bytes to JSON, {way}: {_pair(told['processor_us'])}" for way, told in report["online"].items()),
        f"all buyers: {every['processor_us_a_buyer']} microseconds a buyer, "
        f"{every['processor_s_for_100000']} s for {AIM_BUYERS:,}",
        f"  {_told(every['shares'])}",
    ]
    return "\n".join(lines)


def _pair(found: Times) -> str:
    return f"p50 {found['p50']:.0f}, p99 {found['p99']:.0f} microseconds"


def _told(shares: Times) -> str:
    return ", ".join(f"{part} {share:.0%}" for part, share in shares.items())


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="What an assessment costs.")
    parser.add_argument("--buyers", type=int, default=2000, help="simulated buyers (default %(default)s)")
    parser.add_argument("--calls", type=int, default=1000, help="single assessments (default %(default)s)")
    parser.add_argument("--home", type=Path, default=HOME, help="home with released models")
    parser.add_argument("--json", action="store_true", help="print JSON on one line")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
