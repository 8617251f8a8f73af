"""Features at the issue of every invoice: Credence against DuckDB, polars and pandas, from the same files.

Example: ``python benchmarks/features.py --invoices 1000000 --kernel``.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
# Reason: this folder would come first, and this file would be what `import features` finds.
if Path(sys.path[0]).resolve() == Path(__file__).parent:
    sys.path[0] = str(ROOT)

from benchmarks.equality import assert_equal  # noqa: E402
from benchmarks.ledgers import ledger  # noqa: E402
from benchmarks.shared import FEATURES  # noqa: E402
from benchmarks.worker import Measured, measure  # noqa: E402

KEPT = ROOT / "build" / "bench"
RIVALS = ("duckdb", "polars", "pandas")
SIZES = (100_000, 1_000_000, 10_000_000)


def main() -> int:
    """Print the comparison; exit code 1 where engines differ or one of them fails."""
    options = _options()
    try:
        if options.full:
            report = _full(options)
        elif options.exponent is not None:
            report = _exponents(options)
        else:
            report = compare(options)
    except (AssertionError, RuntimeError) as error:
        print(f"features: {error}", file=sys.stderr)
        return 1
    print(json.dumps(report) if options.json else _text(report))
    return 0


def compare(options: argparse.Namespace) -> dict[str, Any]:
    """Return the figures of all engines for one size, after they were found to say the same."""
    sizes = dict.fromkeys(options.engines, options.invoices)
    if "pandas" in sizes and options.pandas_invoices:
        sizes["pandas"] = min(options.invoices, options.pandas_invoices)
    measured = {engine: _run(engine, size, options) for engine, size in sizes.items()}
    _assert_all_equal(sizes, options)
    scale = {engine: options.invoices / size for engine, size in sizes.items()}
    report = {
        "invoices": options.invoices,
        "features": len(FEATURES),
        **_table({engine: one.seconds * scale[engine] for engine, one in measured.items()}),
        "cpu_seconds": {
            engine: round(one.cpu_seconds * scale[engine], 4) for engine, one in measured.items()
        },
        "peak_mb": {engine: round(one.peak_mb) for engine, one in measured.items()},
    }
    if options.kernel:
        report["kernel"] = _table(
            {engine: one.kernel_seconds * scale[engine] for engine, one in measured.items()}
        )
    scaled = {engine: size for engine, size in sizes.items() if size != options.invoices}
    return report | ({"scaled_from": scaled} if scaled else {})


def _run(engine: str, invoices: int, options: argparse.Namespace) -> Measured:
    print(f"features: {engine}, {invoices:,} invoices", file=sys.stderr)
    folder = ledger(options.folder, invoices)
    return measure(engine, folder, options.runs, _result(options.folder, engine, invoices))


def _result(folder: Path, engine: str, invoices: int) -> Path:
    return folder / f"{engine}-{invoices}.npy"


def _assert_all_equal(sizes: dict[str, int], options: argparse.Namespace) -> None:
    reference = next(iter(sizes))
    for engine, size in sizes.items():
        if size != sizes[reference]:
            _run(reference, size, options)
        assert_equal(*(_result(options.folder, name, size) for name in (reference, engine)))
    for engine, size in sizes.items():
        for name in (engine, reference):
            _result(options.folder, name, size).unlink(missing_ok=True)


def _table(seconds: dict[str, float]) -> dict[str, dict[str, float]]:
    ours = seconds.get("credence")
    ratio = {name: round(value / ours, 2) for name, value in seconds.items() if name != "credence" and ours}
    return {"seconds": {name: round(value, 4) for name, value in seconds.items()}, "ratio": ratio}


def _full(options: argparse.Namespace) -> dict[str, Any]:
    print(f"features: the full catalogue, {options.invoices:,} invoices", file=sys.stderr)
    one = measure("catalogue", ledger(options.folder, options.invoices), options.runs)
    return {
        "invoices": options.invoices,
        "features": "all",
        "seconds": {"credence": round(one.seconds, 4)},
        "cpu_seconds": {"credence": round(one.cpu_seconds, 4)},
        "peak_mb": {"credence": round(one.peak_mb)},
    }


def _exponents(options: argparse.Namespace) -> dict[str, Any]:
    sizes = sorted(set(options.exponent)) if len(set(options.exponent)) > 1 else SIZES
    seconds: dict[str, list[float]] = {engine: [] for engine in options.engines}
    for size in sizes:
        reports = compare(argparse.Namespace(**{**vars(options), "invoices": size, "pandas_invoices": None}))
        for engine, value in reports["seconds"].items():
            seconds[engine].append(value)
    return {
        "invoices": sizes,
        "features": len(FEATURES),
        "seconds": seconds,
        "exponent": {engine: round(slope(sizes, values), 3) for engine, values in seconds.items()},
    }


def slope(sizes: Sequence[int], seconds: Sequence[float]) -> float:
    """Return the exponent of cost against rows: the least-squares slope between their logarithms.

    Examples
    --------
    >>> round(slope([10, 100, 1000], [0.5, 5.0, 50.0]), 6)
    1.0
    """
    x, y = [math.log(size) for size in sizes], [math.log(value) for value in seconds]
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    above = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True))
    return above / sum((a - mean_x) ** 2 for a in x)


def _text(report: dict[str, Any]) -> str:
    shown = ("seconds", "ratio", "cpu_seconds", "peak_mb", "exponent")
    columns: dict[str, Any] = {key: report[key] for key in shown if key in report}
    for key, values in report.get("kernel", {}).items():
        columns[f"kernel {key}"] = values
    lines = [f"invoices {report['invoices']}, features {report['features']}"]
    lines.append("".join([f"{'engine':<10}", *(f"{name:>16}" for name in columns)]))
    for engine in report["seconds"]:
        cells = [_cell(values.get(engine, "")) for values in columns.values()]
        lines.append("".join([f"{engine:<10}", *(f"{cell:>16}" for cell in cells)]))
    lines += [f"{engine}: scaled from {size:,}" for engine, size in report.get("scaled_from", {}).items()]
    return "\n".join(lines)


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(f"{one:.2f}" for one in value)
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--invoices", type=_positive, default=1_000_000, help="rows of the ledger")
    parser.add_argument("--engines", type=_engines, default=("credence", *RIVALS), help="comma between names")
    parser.add_argument("--runs", type=_positive, default=3, help="the median of this many runs counts")
    parser.add_argument("--kernel", action="store_true", help="also the time from facts joined in memory")
    parser.add_argument(
        "--pandas-invoices", type=_positive, help="measure pandas on so many and scale its time"
    )
    parser.add_argument("--full", action="store_true", help="the full catalogue to Parquet, Credence alone")
    parser.add_argument(
        "--exponent", type=_positive, nargs="*", metavar="N", help="cost against rows, at two or more sizes"
    )
    parser.add_argument("--folder", type=Path, default=KEPT, help="where ledgers are kept")
    parser.add_argument("--json", action="store_true", help="print JSON alone")
    return parser.parse_args()


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"expected a whole number above 0, found {text!r}")
    return int(text)


def _engines(text: str) -> tuple[str, ...]:
    chosen = tuple(text.split(","))
    unknown = set(chosen) - {"credence", *RIVALS}
    if unknown:
        raise argparse.ArgumentTypeError(f"expected credence, {', '.join(RIVALS)}, found {sorted(unknown)}")
    return chosen


if __name__ == "__main__":
    sys.exit(main())
